"""What the services answer with."""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import msgspec

from features.records import Record
from matching.errors import BadParameter
from matching.explain.families import Family
from matching.payload import record_part, view_part

R = TypeVar("R", bound=Record)

MOST_RESULTS: Final = 150
"""Results a page, as in *Offres d'emploi v2*."""


@dataclass(frozen=True)
class Window:
    """Positions of a page, from 0, both included. Raises BadParameter for an empty, reversed or too large page."""

    first: int = 0
    last: int = 19

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last or self.last - self.first >= MOST_RESULTS:
            raise BadParameter(
                "range",
                f"{self.first}-{self.last}",
                f"premier-dernier, à partir de 0, {MOST_RESULTS} résultats au plus",
            )


class Reason(msgspec.Struct, frozen=True, gc=False):
    """One criterion of a score: what it is about, what it says here, in French, and its share of the score."""

    feature: str
    family: Family
    text: str
    contribution: float


class Change(msgspec.Struct, frozen=True, gc=False):
    """The smallest change that would lift a result by an amount that shows."""

    kind: str
    text: str
    """In French, the gain included."""
    gain: float
    """What the score would gain."""
    rank: int | None
    """The rank the result would take among all, from 1; None when the others would move too, or it would stay."""


class Match(msgspec.Struct, Generic[R], frozen=True):
    """One result. `base` and the contributions of `reasons` add up to `score`."""

    id: str
    score: float
    """0 to 1, higher is better."""
    payload: bytes
    """The record and its public view as the catalogue keeps them; `decoder` reads the former."""
    decoder: msgspec.json.Decoder[R]
    distance_km: float | None
    reasons: tuple[Reason, ...]
    """All criteria, the heaviest first."""
    gaps: tuple[str, ...]
    """What is missing and would change the score, in French."""
    base: float = 0.0
    """What the score starts from: 0 for a weighted sum, the mean score for a learned ranker."""
    obstacles: tuple[str, ...] = ()
    """Hard facts that may bar the way, in French; they are not repeated in `gaps`."""
    change: Change | None = None
    more: msgspec.Struct | None = None
    """What only this service tells of a result, as it defines it."""

    @property
    def shown(self) -> bytes:
        """The JSON object that is public of what was found."""
        return view_part(self.payload)

    @property
    def record(self) -> R:
        """What was found, decoded when it is asked for: an answer over HTTP does without."""
        return self.decoder.decode(record_part(self.payload))


class FacetValue(msgspec.Struct, frozen=True, gc=False):
    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Facet:
    """How the results split over a parameter's values."""

    parameter: str
    values: tuple[FacetValue, ...]


class Aside(msgspec.Struct, frozen=True, gc=False):
    """Something that a person put aside, what that does to their list, and the event that says so."""

    event_id: str
    offer_id: str | None
    session_id: str | None
    reason: str | None
    text: str
    """In French."""


@dataclass(frozen=True)
class Answer(Generic[R]):
    """A page of results."""

    matches: tuple[Match[R], ...]
    total: int
    """Results over all pages: those that were ranked, a few hundred a project at most."""
    facets: tuple[Facet, ...] = ()
    notice: str | None = None
    """Something the reader should know of the whole answer, in French."""
    model: str | None = None
    """What ranked it: `vivier-offres/3`, or `transparent`; None for an answer without a search."""
    aside: tuple[Aside, ...] = ()
    """What the person put aside and still acts on this list; deleting the event undoes it."""
