"""The everyday names that were written for this project."""

import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from features.rome.archive import read_archive
from features.rome.spoken import FILE, spoken_names
from features.text import normalise

LONGEST = 120
LINE = re.compile(r"[A-N]\d{4}\t\S(?:[^\t]*\S)?")


def test_every_line_is_a_code_and_a_name() -> None:
    text = files("features.rome").joinpath(FILE).read_text(encoding="utf-8")
    lines = text.splitlines()
    assert text.endswith("\n")
    assert [line for line in lines if LINE.fullmatch(line) is None] == []
    assert len(lines) == len(spoken_names())


def test_names_are_short_and_have_a_word() -> None:
    names = [name for _, name in spoken_names()]
    assert [name for name in names if not normalise(name) or len(name) > LONGEST or "  " in name] == []


def test_codes_are_in_order() -> None:
    codes = [code for code, _ in spoken_names()]
    assert codes == sorted(codes)


def test_no_name_is_there_twice_for_a_code() -> None:
    counts = Counter((code, normalise(name)) for code, name in spoken_names())
    assert [pair for pair, count in counts.items() if count > 1] == []


@pytest.mark.open_data
def test_every_fiche_has_names_and_no_other_code_has(open_data: Path) -> None:
    rome = read_archive(open_data / "rome")
    assert rome.n_occupations == 1584
    assert {code for code, _ in spoken_names()} == set(rome.codes)
