"""Type-ahead over job names: what is being typed, its last word unfinished, faults and everyday names included."""

from dataclasses import dataclass

from features.rome.referential import Rome
from features.rome.search import HitKind
from models.tagger import Tagger

WHOLE = 0.34
"""Score of `Rome.search` above which a label has every word that was typed."""
LEAST = 0.1
"""Score of a reading under which it is not worth proposing."""
SHORTEST_FAULTY = 3
"""Characters from which what matches no label is taken for a fault or an everyday name."""


@dataclass(frozen=True)
class Suggestion:
    """One appellation."""

    appellation: int
    """Row in `Rome.appellation_codes`."""
    score: float
    """0 to 1; comparable within one answer only."""


def suggest(text: str, rome: Rome, tagger: Tagger, limit: int) -> list[Suggestion]:
    """At most `limit` appellations, each once, best first.

    First those that have every word typed, or its beginning; then what the tagger reads in it, which forgives spelling
    and knows everyday names; then those that have some of the words. Nothing typed gives nothing.
    """
    hits = [
        Suggestion(rome.appellation_row_of(hit.code), hit.score)
        for hit in rome.search(text, limit, {HitKind.APPELLATION.value})
    ]
    whole = [hit for hit in hits if hit.score > WHOLE]
    read = _read(text, tagger, limit) if len(whole) < limit and len(text.strip()) >= SHORTEST_FAULTY else []
    found: dict[int, Suggestion] = {}
    for suggestion in (*whole, *read, *hits):
        found.setdefault(suggestion.appellation, suggestion)
    return _descending(list(found.values())[:limit])


def _read(text: str, tagger: Tagger, limit: int) -> list[Suggestion]:
    return [
        Suggestion(prediction.appellation, prediction.score)
        for prediction in tagger.tag([text], k=limit)[0]
        if prediction.appellation >= 0 and prediction.score >= LEAST
    ]


def _descending(found: list[Suggestion]) -> list[Suggestion]:
    """The same order, scores never rising: the three ways of finding are not on one scale."""
    lowest = 1.0
    ordered = []
    for suggestion in found:
        lowest = min(lowest, suggestion.score)
        ordered.append(Suggestion(suggestion.appellation, lowest))
    return ordered
