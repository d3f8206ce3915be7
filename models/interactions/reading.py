"""Reading a file of `user item` pairs.

One pair a line, UTF-8, the two ids separated by a tab, or by blanks in a file that has no tab. Ids are opaque: they are
compared as they are written, `01` is not `1`. Blank lines are passed over. Further columns (rating, time) are not read:
each line is one interaction. A first line that names the columns is passed over. What was passed over is counted.
"""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HEADER_USERS = frozenset(
    {"user", "userid", "uid", "u", "person", "personid", "personne", "profil", "candidat", "utilisateur"}
)
HEADER_ITEMS = frozenset(
    {"item", "itemid", "iid", "i", "job", "jobid", "offer", "offerid", "offre", "movieid", "article"}
)
_PLAIN = re.compile(r"[^a-z]")


class WrongPairs(ValueError):
    """A file that is no list of pairs: the message has its name, the line's number, what is wrong and what is right."""


@dataclass(frozen=True)
class PairFile:
    """The pairs of a file in order, and what was not read of it."""

    users: tuple[str, ...]
    items: tuple[str, ...]
    duplicates: int
    """Lines that say again what an earlier one said: they count once."""
    blank: int
    header: bool
    further_columns: int
    """Columns beyond the second, not read."""

    def __len__(self) -> int:
        return len(self.users)


def read_pairs(path: Path) -> PairFile:
    """The distinct pairs of a file (`.gz`: compressed).

    Raises WrongPairs for the first line that is wrong and for a file without a pair; OSError when it cannot be read.
    """
    rows: dict[tuple[str, str], None] = {}
    duplicates = blank = further = 0
    columns: int | None = None
    first: tuple[str, str] | None = None
    by_tab = False
    for number, line in _lines(path):
        if not line.strip():
            blank += 1
            continue
        if columns is None:
            by_tab = "\t" in line
        fields = [field.strip() for field in line.split("\t")] if by_tab else line.split()
        if len(fields) < 2 or not fields[0] or not fields[1]:
            shown = line if len(line) <= 60 else f"{line[:57]}..."
            raise WrongPairs(f"{path}, line {number}: expected `user<TAB>item`, got {shown!r}")
        if columns is None:
            columns, further = len(fields), len(fields) - 2
            first = (fields[0], fields[1])
        elif len(fields) != columns:
            remedy = "give each line as many" if by_tab else "separate the ids by a tab if they have blanks"
            raise WrongPairs(
                f"{path}, line {number}: {len(fields)} columns where the first line has {columns}: {remedy}"
            )
        pair = (fields[0], fields[1])
        if pair in rows:
            duplicates += 1
        rows[pair] = None
    header = first is not None and _is_header(first, rows)
    if first is not None and header:
        del rows[first]
    if not rows:
        raise WrongPairs(f"{path} has no pair: write one `user<TAB>item` a line")
    users, items = zip(*rows, strict=True)
    return PairFile(users, items, duplicates, blank, header, further)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
        for number, raw in enumerate(stream, start=1):
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise WrongPairs(
                    f"{path}, line {number}: not UTF-8 ({error.reason}): save the file in UTF-8"
                ) from error
            yield number, line.rstrip("\r\n")


def _is_header(first: tuple[str, str], rows: dict[tuple[str, str], None]) -> bool:
    """Names of columns are known words, or words above columns of numbers."""
    user, item = (_PLAIN.sub("", field.lower()) for field in first)
    if user in HEADER_USERS and item in HEADER_ITEMS and not any(field.isdigit() for field in first):
        return True
    if len(rows) < 2 or any(_is_number(field) for field in first):
        return False
    return all(pair == first or (_is_number(pair[0]) and _is_number(pair[1])) for pair in rows)


def _is_number(field: str) -> bool:
    return field.isascii() and field.isdigit()
