"""Flagged accounts as the API gives them."""

from typing import Any, Final

import msgspec

from api.edge.patterns import WORDS, Pattern
from features.store.flags import Flag


class Signalement(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un compte dont la façon de consulter les personnes a été remarquée : un par compte, motif et jour."""

    compte: str
    role: str
    motif: str
    texte: str
    """Le motif, en mots."""
    date: str
    """Quand il a été remarqué pour la première fois ce jour-là, en temps universel."""
    personnesCeJour: int
    """Personnes différentes déjà affichées ce jour-là à ce compte, ou à son établissement."""
    siret: str | None = None


EXAMPLE: Final[dict[str, Any]] = {
    "resultats": [
        {
            "compte": "compte-7f3a",
            "role": "employeur",
            "motif": "balayage",
            "texte": WORDS[Pattern.SWEEP],
            "date": "2026-11-26T09:04:11+00:00",
            "personnesCeJour": 312,
            "siret": "13000548100010",
        }
    ]
}


def signalement(flag: Flag) -> Signalement:
    """A flag in its public shape."""
    return Signalement(
        flag.account, flag.role, flag.pattern, WORDS[Pattern(flag.pattern)], flag.at, flag.people_today, flag.siret
    )
