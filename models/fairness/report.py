"""The fairness report as plain values, with French names: what an auditor reads, and a page is drawn from.

Counts of people are given to the nearest ten and groups of fewer than `LEAST_PEOPLE` are not told, so that nobody is
found by taking one figure from another.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.audit_groups import Axis
from models.fairness.gaps import Gap, Quantity, gaps
from models.fairness.placements import Hired, People, Placements
from models.fairness.proxies import guessed, one_hot
from models.fairness.rates import FOUR_FIFTHS, LEAST_PEOPLE, Estimate, Rates, rates
from models.ranked import Ranked

FIRST: Final = 10
Json = dict[str, Any]


SERVICES: Final[Mapping[Ranked, str]] = {
    Ranked.OFFERS: "Offres proposées aux personnes",
    Ranked.SESSIONS: "Formations proposées aux personnes",
    Ranked.PROFILES: "Personnes proposées aux employeurs",
    Ranked.FIRMS: "Personnes à présenter aux établissements",
}
_SELECTION: Final[Mapping[Ranked, str]] = {
    Ranked.OFFERS: "Part des personnes qui reçoivent au moins dix offres",
    Ranked.SESSIONS: "Part des personnes qui reçoivent au moins dix formations",
    Ranked.PROFILES: "Part des personnes trouvées par une offre qui figurent parmi les dix premières",
    Ranked.FIRMS: "Part des personnes d'un portefeuille proposées à l'un des dix premiers établissements",
}
_EXPOSURE: Final[Mapping[Ranked, str]] = {
    Ranked.OFFERS: "Pertinence des dix premières offres, les premières comptant davantage",
    Ranked.SESSIONS: "Pertinence des dix premières formations, les premières comptant davantage",
    Ranked.PROFILES: "Visibilité rapportée à la pertinence",
}
READING: Final = (
    "Le ratio d'impact est le taux du groupe le moins bien servi, divisé par celui du groupe le mieux servi. Sous 0,80 "
    "(règle des quatre cinquièmes), un écart est retenu comme un indice de discrimination indirecte ; il ne la prouve "
    "pas.",
    "Chaque chiffre est donné avec l'intervalle qui le contient 95 fois sur 100. Un écart n'est dit établi que si tout "
    "son intervalle est du même côté.",
    "Un écart de salaire ou de distance vient d'abord du marché du travail. Ce que le service doit éviter est de le "
    "creuser : l'écart de ce qui est recommandé est comparé à celui des embauches constatées.",
    "L'aire sous la courbe dit si un attribut se devine d'après ce que lit le classement : 0,5 vaut un tirage au sort, "
    "1 une certitude. Elle se lit à côté de celle que donne le métier recherché seul.",
    "Les effectifs sont arrondis à la dizaine et les groupes de moins de 11 personnes ne sont pas montrés.",
)


def report(
    people: People,
    placements: Sequence[Placements],
    hires: Hired | None,
    axes: Sequence[Axis],
    made_at: dt.datetime,
    seed: int = 0,
    source: str = "Les listes que le service donnerait aujourd'hui",
) -> Json:
    """The whole report. An axis of which nothing is known is told as such."""
    known = [axis for axis in axes if (axis.of_person >= 0).sum() >= LEAST_PEOPLE]
    services = [_service(each, people, hires, known, seed) for each in placements]
    proxies = [found for axis in known for found in _proxies(axis, people, placements, seed)]
    return {
        "genereLe": made_at.isoformat(timespec="seconds"),
        "source": source,
        "graine": seed,
        "personnes": _tens(len(people.ids)),
        "embauches": 0 if hires is None else _tens(len(hires.person)),
        "axesInconnus": [axis.title for axis in axes if axis not in known],
        "lecture": list(READING),
        "constats": [sentence for service in services for sentence in service.pop("constats")],
        "services": services,
        "proxys": proxies,
    }


def _service(placed: Placements, people: People, hires: Hired | None, axes: Sequence[Axis], seed: int) -> Json:
    found, said = [], []
    for axis in axes:
        told: Json = {"axe": axis.name, "titre": axis.title}
        selection = selection_rates(placed, axis, seed)
        told["selection"] = _rates_json(selection, _SELECTION[placed.ranked])
        if (remark := _remark(selection)) is not None:
            said.append(f"{SERVICES[placed.ranked]}, {axis.title.lower()} : {remark}")
        if placed.ranked in _EXPOSURE:
            exposure = exposure_rates(placed, axis, seed)
            told["exposition"] = _rates_json(exposure, _EXPOSURE[placed.ranked])
            if (remark := _remark(exposure)) is not None:
                measure = _EXPOSURE[placed.ranked].lower()
                said.append(f"{SERVICES[placed.ranked]}, {axis.title.lower()}, {measure} : {remark}")
        if placed.is_asked_by_people:
            told["ecarts"] = []
            for gap, quantity, unit, like in _gaps(placed, people, hires, axis, seed):
                told["ecarts"].append(_gap_json(gap, quantity, unit, like))
                if gap.widened:
                    where = " à métier égal" if like else ""
                    said.append(
                        f"{SERVICES[placed.ranked]} : l'écart de {quantity} entre « {gap.label} » et "
                        f"« {gap.reference} »{where} est plus large que celui des embauches."
                    )
        found.append(told)
    return {
        "service": placed.ranked.value,
        "titre": SERVICES[placed.ranked],
        "modele": placed.model,
        "listes": len(np.unique(placed.list_id)),
        "axes": found,
        "constats": said,
    }


def selection_rates(placed: Placements, axis: Axis, seed: int = 0) -> Rates:
    """Of lists that people ask for, who gets a full screen; of lists that they stand in, who is on the first."""
    if placed.is_asked_by_people:
        rows = np.flatnonzero(placed.asked)
        full = np.bincount(placed.person, minlength=len(placed.asked))[rows] >= FIRST
        return rates(axis.labels, axis.of_person[rows], full, np.ones(len(rows)), rows, rows, seed)
    rows = _with_a_choice(placed)
    person = placed.person[rows]
    group = axis.of_person[person]
    return rates(axis.labels, group, placed.selected[rows], np.ones(len(rows)), placed.list_id[rows], person, seed)


def exposure_rates(placed: Placements, axis: Axis, seed: int = 0) -> Rates:
    """Of lists that people ask for, the relevance that they meet, weighed by where they meet it; of lists that they
    stand in, exposure over relevance (Singh and Joachims, *Fairness of exposure in rankings*, KDD 2018). Relevance is
    the ranker's own score."""
    rows = np.arange(len(placed.person)) if placed.is_asked_by_people else _with_a_choice(placed)
    person, score = placed.person[rows], placed.score[rows]
    exposure = np.where(placed.selected[rows], 1 / np.log2(1 + np.maximum(placed.rank[rows], 1)), 0.0)
    top, bottom = (exposure * score, exposure) if placed.is_asked_by_people else (exposure, score)
    return rates(axis.labels, axis.of_person[person], top, bottom, placed.list_id[rows], person, seed)


def _with_a_choice(placed: Placements) -> NDArray[np.int64]:
    """Rows of the lists that leave somebody out: where all who were found are on the first screen, no order chose."""
    names, member_of = np.unique(placed.list_id, return_inverse=True)
    left_out = np.bincount(member_of, weights=~placed.selected, minlength=max(len(names), 1)) > 0
    rows: NDArray[np.int64] = np.flatnonzero(left_out[member_of])
    return rows


def _gaps(
    placed: Placements, people: People, hires: Hired | None, axis: Axis, seed: int
) -> list[tuple[Gap, str, str, bool]]:
    """Each gap with its quantity, unit, and whether it is between people of one trade."""
    shown = placed.selected
    person, trade = placed.person[shown], people.trade[placed.person[shown]]
    found = []
    for name, unit, values, taken in (
        ("salaire", "euros par mois", placed.pay, None if hires is None else hires.pay),
        ("distance", "kilomètres", placed.distance_km, None if hires is None else hires.distance_km),
    ):
        if not np.isfinite(values[shown]).any():
            continue
        recommended = Quantity(values[shown], person, trade)
        of_hires = (
            None
            if hires is None or taken is None or placed.ranked is not Ranked.OFFERS
            else Quantity(taken, hires.person, people.trade[hires.person])
        )
        for like in (False, True):
            ours = recommended.within_trades() if like else recommended
            theirs = of_hires if of_hires is None or not like else of_hires.within_trades()
            found += [(gap, name, unit, like) for gap in gaps(axis.labels, axis.of_person, ours, theirs, seed)]
    return found


_GUESSED: Final = (("sexe", ("femmes",)), ("age", ("50 ans et plus",)))
"""Axes whose labels are guessed."""


def _proxies(axis: Axis, people: People, placements: Sequence[Placements], seed: int) -> list[Json]:
    """How well a label is guessed from the trade alone, from the vectors, and from what each ranker reads."""
    found: list[Json] = []
    for name, labels in _GUESSED:
        if axis.name != name:
            continue
        rows = np.flatnonzero(axis.of_person >= 0)
        sources: list[tuple[str, NDArray[np.floating]]] = [
            ("le métier recherché seul", one_hot(people.occupation[rows]))
        ]
        if people.vectors.shape[1]:
            sources.append(("le vecteur du projet", people.vectors[rows]))
        sources += [
            (f"les critères du classement : {SERVICES[each.ranked].lower()}", each.means[rows])
            for each in placements
            if each.means.shape[1]
        ]
        for label in labels:
            of_group = axis.of_person[rows] == axis.labels.index(label)
            for source, matrix in sources:
                area = guessed(matrix, of_group, seed)
                if area is not None:
                    found.append({"attribut": label, "depuis": source, **_estimate_json("aire", area)})
    return found


def _remark(found: Rates) -> str | None:
    """What is to be said of a ratio, in French; None where there is nothing to."""
    if found.ratio is None or found.ratio.value >= FOUR_FIFTHS:
        return None
    sure = "établi" if found.below else "à surveiller (le hasard peut l'expliquer)"
    ratio = f"{found.ratio.value:.2f}".replace(".", ",")
    return f"ratio d'impact de {ratio} entre « {found.least} » et « {found.most} », {sure}."


def _rates_json(found: Rates, measure: str) -> Json:
    told: Json = {
        "mesure": measure,
        "groupes": [
            {
                "groupe": each.label,
                **(
                    {"masque": True}
                    if each.rate is None
                    else {"personnes": _tens(each.people), **_estimate_json("taux", each.rate)}
                ),
            }
            for each in found.groups
        ],
    }
    if found.ratio is None:
        return {**told, "constat": "Trop peu de personnes pour comparer."}
    verdict = (
        "Sous quatre cinquièmes, écart établi."
        if found.below
        else "Sous quatre cinquièmes, à surveiller."
        if found.watched
        else "Au-dessus de quatre cinquièmes."
    )
    pair = {"moinsServi": found.least, "mieuxServi": found.most}
    return {**told, **_estimate_json("ratioImpact", found.ratio), **pair, "constat": verdict}


def _gap_json(gap: Gap, quantity: str, unit: str, like: bool) -> Json:
    told: Json = {
        "grandeur": quantity,
        "unite": unit,
        "aMetierEgal": like,
        "groupe": gap.label,
        "reference": gap.reference,
        **_estimate_json("recommande", gap.recommended, 1),
    }
    if gap.hired is None or gap.widening is None:
        return {**told, "constat": "Trop peu d'embauches pour comparer."}
    told |= {**_estimate_json("embauche", gap.hired, 1), **_estimate_json("elargissement", gap.widening, 1)}
    return {**told, "constat": "Écart creusé." if gap.widened else "Écart non creusé."}


def _estimate_json(name: str, found: Estimate, digits: int = 4) -> Json:
    """`name`, `nameBas`, `nameHaut`; bounds that are not known are left out."""
    told = {name: found.value, f"{name}Bas": found.low, f"{name}Haut": found.high}
    return {key: round(value, digits) for key, value in told.items() if math.isfinite(value)}


def _tens(count: int) -> int:
    return round(count, -1)
