"""Search answers as the API gives them: `resultats[]` with their reasons, and `filtresPossibles[]`."""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from starlette.responses import Response

from api.pagination import page
from features.records import Record
from matching.answer import Answer, Match, Window

R = TypeVar("R", bound=Record)


class Raison(msgspec.Struct, frozen=True):
    """Un critère du score : ce qu'il dit ici, et sa part. Les parts s'additionnent pour faire le score."""

    critere: str
    texte: str
    contribution: float


class ValeurPossible(msgspec.Struct, frozen=True):
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
    unit: str, window: Window, answer: Answer[R], view: Callable[[Match[R]], dict[str, object]], **besides: object
) -> Response:
    """The page of an answer; `view` gives the public fields of what matched, `besides` is true of the whole answer."""
    body: dict[str, object] = {
        "resultats": [{**view(match), **_closeness(match)} for match in answer.matches],
        "filtresPossibles": [
            FiltrePossible(
                facet.parameter,
                tuple(ValeurPossible(value.value, value.label, value.count) for value in facet.values),
            )
            for facet in answer.facets
        ],
        **besides,
    }
    if answer.notice is not None:
        body["avis"] = answer.notice
    return page(unit, window, len(answer.matches), answer.total, body, has_notice=answer.notice is not None)


def _closeness(match: Match[R]) -> dict[str, object]:
    closeness = {
        "score": round(match.score, SCORE_DIGITS),
        "raisons": [
            Raison(reason.feature, reason.text, round(reason.contribution, SCORE_DIGITS)) for reason in match.reasons
        ],
        "manques": match.gaps,
    }
    if match.distance_km is None:
        return closeness
    return {**closeness, "distanceKm": round(match.distance_km, 1)}
