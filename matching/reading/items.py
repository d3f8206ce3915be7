"""What a reader of a need finds: values with the words that they come from."""

from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import re2

from features.text import folded

Json = dict[str, Any]


class Match(Protocol):
    """What a pattern found."""

    def span(self, group: int = 0) -> tuple[int, int]: ...

    def start(self, group: int = 0) -> int: ...

    def end(self, group: int = 0) -> int: ...

    def groups(self) -> tuple[str | None, ...]: ...

    def __getitem__(self, group: int) -> str:
        """The words of a group; None, whatever is declared, for one that took no part."""


@dataclass(frozen=True)
class Choice:
    """Another value that the same words may mean."""

    value: str
    label: str


@dataclass(frozen=True)
class Item:
    """One thing that was read. `value` goes into the need at `field`, a path such as `lieuTravail.commune`."""

    field: str
    value: Any
    label: str
    """The value in French, as it is shown back."""
    start: int
    """First character of the words, in the text as given."""
    end: int
    choices: tuple[Choice, ...] = ()
    note: str | None = None
    """What the employer should know of this reading."""
    used: bool = True
    """False: it was understood, and the search has no such criterion."""


@dataclass
class Text:
    """A text and which of its characters were read."""

    given: str
    plain: str = field(init=False)
    """Lower case, without accents, character for character."""
    taken: list[bool] = field(init=False)
    refused: dict[tuple[int, int], str] = field(init=False, default_factory=dict)
    """Places of words that look like something the need takes and are not, with the reason in French."""

    def __post_init__(self) -> None:
        self.plain = folded(self.given)
        self.taken = [False] * len(self.given)

    def free(self, start: int, end: int) -> bool:
        return not any(self.taken[start:end])

    def take(self, start: int, end: int) -> None:
        self.taken[start:end] = [True] * (end - start)

    def refuse(self, start: int, end: int, reason: str) -> None:
        """Take words as not understood: no other reader has them, and they are told with the reason."""
        self.take(start, end)
        self.refused[start, end] = reason

    def find(self, pattern: Any) -> "list[Match]":
        """Matches of a compiled pattern whose characters were not read yet."""
        return [match for match in pattern.finditer(self.plain) if self.free(*match.span())]

    def masked(self) -> str:
        """`plain` with what was read as line breaks: the words that are left stand in pieces."""
        return "".join("\n" if taken else letter for letter, taken in zip(self.plain, self.taken, strict=True))


_WISHED: Final = re2.compile(
    r"souhait|appreci|un plus|serait|idealement|si possible|de preference|bienvenu|atout|eventuel"
)
_WAIVED: Final = re2.compile(
    r"\b(?:pas|non|ni|sans|aucun|aucune) (?:forcement |de |d.|etre )?(?:obligat|exig|necessa|indispens|requis|besoin"
    r"|imperat)"
    r"|\bfacultati|\boptionnel|\bpeu importe"
)
_REQUIRED: Final = re2.compile(r"exig|obligat|imperati|indispensab|necessaire|requis|il faut|doit |imposee?|absolument")
_BREAK: Final = re2.compile(r"[,;.\n:!?()]| et | mais | avec ")
REACH: Final = 30
"""Characters before and after words in which they may be said to be required or wished."""


def exigence(text: Text, start: int, end: int, usual: str) -> str:
    """ "E" required, "S" wished, "" waived, of what stands at a place; `usual` where nothing says it."""
    after = text.plain[end : end + REACH]
    cut = _BREAK.search(after)
    after = after[: cut.start()] if cut else after
    before = text.plain[max(0, start - REACH) : start]
    pieces = [match.end() for match in _BREAK.finditer(before)]
    before = before[pieces[-1] :] if pieces else before
    near = f"{before} {text.plain[start:end]} {after}"
    if _WAIVED.search(near):
        return ""
    if _WISHED.search(near):
        return "S"
    return "E" if _REQUIRED.search(near) else usual


def number_of(words: str) -> float:
    """A number in figures or the small ones in letters."""
    return float(NUMBERS.get(words, words.replace(" ", "").replace(",", ".")))


NUMBERS: Final[dict[str, str]] = {
    "un": "1", "une": "1", "deux": "2", "trois": "3", "quatre": "4", "cinq": "5", "six": "6", "sept": "7", "huit": "8",
    "neuf": "9", "dix": "10", "douze": "12", "quinze": "15", "vingt": "20", "demi": "0.5",
}  # fmt: skip
FIGURE: Final = rf"(?:\d{{1,4}}(?:[.,]\d{{1,2}})?|{'|'.join(NUMBERS)})"
"""A pattern of a number; one of more digits is none that an employer means, and stays unread."""
MOST_MONTHS: Final = 600
"""Months of a contract or of experience above which a length is not understood: a need takes no more."""
