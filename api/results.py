"""Search answers as the API gives them: `resultats[]` with their reasons, and `filtresPossibles[]`."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import zip_longest
from operator import attrgetter
from typing import Any, TypeVar

import msgspec
import numpy as np
from starlette.responses import Response

from api.pagination import page
from api.rounding import parts_of
from features.records import Record
from matching.answer import Answer, Match, Window
from matching.explain.families import LABELS, Family

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

_ENCODER = msgspec.json.Encoder()
SHOWN: Callable[[Match[Any]], bytes] = attrgetter("shown")
PAST = ("experiences", "diplomes")


def without_past(match: Match[Any]) -> bytes:
    """The public fields of a profile but its past: what is shown where people are found by their skills alone."""
    fields: dict[str, object] = msgspec.json.decode(match.shown)
    return _ENCODER.encode({name: value for name, value in fields.items() if name not in PAST})


SCORE_DIGITS = 4
EMPLOYER_DIGITS = 2
"""An employer reads whole points: finer scores would let them solve for what a person would accept, by asking again
with other conditions."""


def search_page(
    unit: str,
    window: Window,
    answer: Answer[R],
    view: Callable[[Match[R]], bytes] = SHOWN,
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
        body["fiche"] = f"/v1/listes/{unit}/fiche"
    return page(unit, window, len(answer.matches), answer.total, body, has_notice=answer.notice is not None)


def merged(first: bytes, second: bytes) -> bytes:
    """One JSON object of two that are not empty and have no name in common."""
    return b"%b,%b" % (first[:-1], second[1:])


def _closeness(matches: Sequence[Match[R]], digits: int) -> list[bytes]:
    """The JSON of the `Rapprochement` of each match."""
    if not matches:
        return []
    parts = [[match.base, *[reason.contribution for reason in match.reasons]] for match in matches]
    even = np.array(list(zip_longest(*parts, fillvalue=0.0))).T  # some results have a reason more: their price
    units = parts_of(np.array([match.score for match in matches]), even, digits).tolist()
    return [
        _ENCODER.encode(_told(match, base, shares[: len(match.reasons)], digits))
        for match, (base, *shares) in zip(matches, units, strict=True)
    ]


def _told(match: Match[R], base: int, shares: list[int], digits: int) -> Rapprochement:
    """A match in French; `base` and `shares` (parallel to its reasons) in units of 10**-digits, which add up."""
    unit = 10**digits
    sums: dict[Family, int] = defaultdict(int)
    for reason, share in zip(match.reasons, shares, strict=True):
        sums[reason.family] += share
    heaviest_first = sorted(sums, key=lambda family: -abs(sums[family]))
    change = match.change
    return Rapprochement(
        score=(base + sum(shares)) / unit,
        familles=tuple([Famille(family, LABELS[family], sums[family] / unit) for family in heaviest_first]),
        raisons=tuple(
            [
                Raison(reason.feature, reason.family, reason.text, share / unit)
                for reason, share in zip(match.reasons, shares, strict=True)
            ]
        ),
        manques=match.gaps,
        base=base / unit,
        obstacles=match.obstacles,
        plusPetitChangement=(
            None
            if change is None
            else PlusPetitChangement(change.kind, change.text, round(change.gain, digits), change.rank)
        ),
        distanceKm=None if match.distance_km is None else round(match.distance_km, 1),
    )
