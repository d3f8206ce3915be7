"""The JSON of a session found for a person: its view, and what it opens to them."""

from collections.abc import Callable

import msgspec

from api.results import merged
from features.rome.referential import Rome
from matching.answer import Match
from matching.openings import Opening
from matching.rows.session import SessionCard


class MetierOuvert(msgspec.Struct, frozen=True, gc=False):
    """Un métier parmi les offres qui s'ouvrent."""

    codeROME: str
    libelle: str
    offres: int


class Ouverture(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Les offres à portée qui ne sont pas accessibles aujourd'hui et le seraient après la formation."""

    offres: int
    metiers: tuple[MetierOuvert, ...] = ()
    """Ceux qui en comptent le plus."""
    exemples: tuple[str, ...] = ()
    """Identifiants de quelques-unes de ces offres, les plus proches d'abord."""
    enTension: float | None = None
    """De 0 à 1 : la part des recrutements jugés difficiles dans ces métiers et ce bassin."""


class AvecOuverture(msgspec.Struct, frozen=True, gc=False):
    ouvre: Ouverture


def session_json(rome: Rome) -> Callable[[Match[SessionCard]], bytes]:
    """What a match shows, with what it opens."""

    def shown(match: Match[SessionCard]) -> bytes:
        if not isinstance(match.more, Opening):
            return match.shown
        return merged(match.shown, msgspec.json.encode(AvecOuverture(opening_json(match.more, rome))))

    return shown


def opening_json(opening: Opening, rome: Rome) -> Ouverture:
    """What a training opens, in French."""
    return Ouverture(
        opening.offers,
        tuple([MetierOuvert(rome.codes[row], rome.labels[row], count) for row, count in opening.occupations]),
        opening.examples,
        None if opening.tension is None else round(opening.tension, 2),
    )
