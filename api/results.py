"""Search answers as the API gives them: `resultats[]` with their reasons, and `filtresPossibles[]`."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TypeVar

import msgspec
import numpy as np
from starlette.responses import Response

from api.pagination import page
from features.records import Record
from matching.answer import Answer, Match, Window

R = TypeVar("R", bound=Record)


class Raison(msgspec.Struct, frozen=True, gc=False):
    """Un critère du score : ce qu'il dit ici, et sa part. Les parts s'additionnent pour faire le score."""

    critere: str
    texte: str
    contribution: float


class ValeurPossible(msgspec.Struct, frozen=True, gc=False):
    """Une valeur d'un filtre et le nombre de résultats qu'elle garderait."""

    valeurPossible: str
    libelle: str
    nbResultats: int


class FiltrePossible(msgspec.Struct, frozen=True):
    """Un paramètre qui affinerait la recherche, et ses valeurs."""

    filtre: str
    agregation: tuple[ValeurPossible, ...]


class Rapprochement(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ce que chaque résultat porte en plus de l'enregistrement : score, distance, raisons et manques."""

    score: float
    """De 0 à 1."""
    raisons: tuple[Raison, ...]
    manques: tuple[str, ...]
    distanceKm: float | None = None


SHAPES: tuple[type[msgspec.Struct], ...] = (Raison, ValeurPossible, FiltrePossible, Rapprochement)

SCORE_DIGITS = 4


def search_page(
    unit: str,
    window: Window,
    answer: Answer[R],
    view: Callable[[Match[R]], bytes] = attrgetter("shown"),
    **besides: object,
) -> Response:
    """The page of an answer; `view` gives the public fields of what matched, a JSON object that is not empty, and
    `besides` is true of the whole answer."""
    closeness = _closeness(answer.matches)
    body: dict[str, object] = {
        "resultats": [
            msgspec.Raw(merged(view(match), each)) for match, each in zip(answer.matches, closeness, strict=True)
        ],
        "filtresPossibles": [
            FiltrePossible(
                facet.parameter, tuple([ValeurPossible(each.value, each.label, each.count) for each in facet.values])
            )
            for facet in answer.facets
        ],
        **besides,
    }
    if answer.notice is not None:
        body["avis"] = answer.notice
    return page(unit, window, len(answer.matches), answer.total, body, has_notice=answer.notice is not None)


def merged(first: bytes, second: bytes) -> bytes:
    """One JSON object of two that are not empty and have no name in common."""
    return b"%b,%b" % (first[:-1], second[1:])


def _closeness(matches: Sequence[Match[R]]) -> list[bytes]:
    """The JSON of the `Rapprochement` of each match."""
    contributions = [reason.contribution for match in matches for reason in match.reasons]
    rounded = iter(np.round(contributions, SCORE_DIGITS).tolist())  # at once: a page has hundreds
    return [
        msgspec.json.encode(
            Rapprochement(
                round(match.score, SCORE_DIGITS),
                tuple([Raison(reason.feature, reason.text, next(rounded)) for reason in match.reasons]),
                match.gaps,
                None if match.distance_km is None else round(match.distance_km, 1),
            )
        )
        for match in matches
    ]
