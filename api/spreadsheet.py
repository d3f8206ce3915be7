"""CSV that spreadsheets may open: no cell is taken for a formula."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""First characters that spreadsheets execute, also in full width (OWASP, *CSV Injection*)."""


def csv_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV in UTF-8 with a byte order mark, `;` between cells as French spreadsheets have it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def safe(cell: str) -> str:
    """`cell` with an apostrophe before what would be executed, also in full width (`＝`); line breaks become blanks."""
    flat = " ".join(cell.split())
    first = unicodedata.normalize("NFKC", flat[:1])
    return f"'{flat}" if first.startswith(DANGEROUS) or cell.startswith(DANGEROUS) else flat
