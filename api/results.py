"""Search answers as the API gives them: `resultats[]` with their reasons, and `filtresPossibles[]`."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray
from starlette.responses import Response

from api.pagination import page
from api.rounding import parts_of
from features.records import Record
from matching.answer import Answer, Change, Match, Window
from matching.explain.families import LABELS

R = TypeVar("R", bound=Record)


class Raison(msgspec.Struct, frozen=True, gc=False):
    """Un critère du score : ce qu'il dit ici, et sa part. `base` et les parts s'additionnent pour faire le score."""

    critere: str
    famille: str
    """Le code de sa famille (`familles[].famille`)."""
    texte: str
    contribution: float


class Famille(msgspec.Struct, frozen=True, gc=False):
    """Une famille de critères et la somme de leurs parts, la plus lourde d'abord."""

    famille: str
    libelle: str
    contribution: float


class PlusPetitChangement(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Le plus petit changement qui ferait monter ce résultat d'un point sur 100 au moins."""

    nature: str
    texte: str
    gain: float
    """Ce que le score gagnerait."""
    rang: int | None = None
    """Le rang que ce résultat prendrait, à partir de 1, s'il est seul à bouger."""


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
    """Ce que chaque résultat porte en plus de l'enregistrement : score, distance, raisons, manques, obstacles."""

    score: float
    """De 0 à 1."""
    familles: tuple[Famille, ...]
    """Les raisons, par famille. `base` et ces sommes font le score."""
    raisons: tuple[Raison, ...]
    """Les plus lourdes d'abord."""
    manques: tuple[str, ...]
    """Ce qui est souhaité ou attendu et n'est pas déclaré."""
    base: float = 0.0
    """D'où part le score avant toute raison : absent pour une somme pondérée, le score moyen pour un modèle appris."""
    obstacles: tuple[str, ...] = ()
    """Ce qui est exigé, par la loi ou par l'annonce, et n'est pas déclaré."""
    plusPetitChangement: PlusPetitChangement | None = None
    distanceKm: float | None = None


SHAPES: tuple[type[msgspec.Struct], ...] = (
    Raison,
    Famille,
    PlusPetitChangement,
    ValeurPossible,
    FiltrePossible,
    Rapprochement,
)

SCORE_DIGITS = 4
EMPLOYER_DIGITS = 2
"""An employer reads whole points: finer scores would let them solve for what a person would accept, by asking again
with other conditions."""


def search_page(
    unit: str,
    window: Window,
    answer: Answer[R],
    view: Callable[[Match[R]], bytes] = attrgetter("shown"),
    digits: int = SCORE_DIGITS,
    **besides: object,
) -> Response:
    """The page of an answer; `view` gives the public fields of what matched, a JSON object that is not empty,
    `digits` those of scores and their parts, and `besides` is true of the whole answer."""
    closeness = _closeness(answer.matches, digits)
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
    if answer.model is not None:
        body["modele"] = answer.model
    return page(unit, window, len(answer.matches), answer.total, body, has_notice=answer.notice is not None)


def merged(first: bytes, second: bytes) -> bytes:
    """One JSON object of two that are not empty and have no name in common."""
    return b"%b,%b" % (first[:-1], second[1:])


def _closeness(matches: Sequence[Match[R]], digits: int) -> list[bytes]:
    """The JSON of the `Rapprochement` of each match: its parts are rounded so that they add up."""
    if not matches:
        return []
    reasons = [match.reasons for match in matches]
    most = max(map(len, reasons))  # some results have a reason more: their price
    parts = np.zeros((len(matches), 1 + most))
    families = np.full((len(matches), most), len(_FAMILIES))
    for row, (match, told) in enumerate(zip(matches, reasons, strict=True)):
        parts[row, : 1 + len(told)] = [match.base, *[reason.contribution for reason in told]]
        families[row, : len(told)] = [_FAMILY_ROW[reason.family] for reason in told]
    units = parts_of(np.array([match.score for match in matches]), parts, digits)
    scale = 10**digits
    return [
        _ENCODER.encode(
            Rapprochement(
                score,
                tuple([Famille(*_FAMILIES[family], share) for family, share in summed]),
                tuple(
                    [
                        Raison(reason.feature, reason.family, reason.text, share)
                        for reason, share in zip(match.reasons, shares, strict=False)
                    ]
                ),
                match.gaps,
                base,
                match.obstacles,
                None if match.change is None else _change(match.change, digits),
                None if match.distance_km is None else round(match.distance_km, 1),
            )
        )
        for match, score, (base, *shares), summed in zip(
            matches,
            (units.sum(axis=1) / scale).tolist(),
            (units / scale).tolist(),
            _by_family(families, units[:, 1:], scale),
            strict=True,
        )
    ]


def _by_family(families: NDArray[np.int64], shares: NDArray[np.int64], scale: int) -> list[list[tuple[int, float]]]:
    """For each of n results, the families (rows of `_FAMILIES`) that its reasons are of and the sums of their shares
    over `scale`, the heaviest first, equal ones in the order of the reasons.

    `families` (n, k) has the family of each reason, past the last one's row where there is none; `shares` (n, k).
    """
    is_of = families[:, :, None] == np.arange(len(_FAMILIES))
    sums = (shares[:, None, :] @ is_of)[:, 0]
    first = is_of.argmax(axis=1)
    order = np.lexsort((first, -np.abs(sums), ~is_of.any(axis=1)), axis=1)
    counts = is_of.any(axis=1).sum(axis=1).tolist()
    heaviest = (np.take_along_axis(sums, order, axis=1) / scale).tolist()
    return [
        list(zip(row[:count], sizes, strict=False))
        for row, sizes, count in zip(order.tolist(), heaviest, counts, strict=True)
    ]


def _change(change: Change, digits: int) -> PlusPetitChangement:
    return PlusPetitChangement(change.kind, change.text, round(change.gain, digits), change.rank)


_ENCODER: Final = msgspec.json.Encoder()
_FAMILIES: Final = [(family.value, label) for family, label in LABELS.items()]
_FAMILY_ROW: Final = {family: row for row, family in enumerate(LABELS)}
