"""What the generated world is drawn from: arrays of probabilities over places, occupations, careers and firms.

`from_reference` makes them from the reference data alone (the sample, or any deployment); with a `Market` they follow
the published counts. What had to be guessed for want of a file is said in `WorldFacts.notes`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from features.reference import Reference
from features.text import normalise
from features.world.demand import Demand, demand_of
from features.world.demands import Asks, asks_of
from features.world.draws import Choice, Ragged
from features.world.industry import Industry, industry_of
from features.world.market import Market
from features.world.places import Places, places_of
from features.world.skills import SkillLists, skill_lists

LEVELS_ASKED = (0.6, 0.6, 0.6, 1.0, 1.0, 0.8, 0.35, 0.08, 0.01)
"""How often jobseekers' sessions prepare a certification of each level, against another for the same occupation."""


class WorldNotPossible(ValueError):
    """The reference data lack a part without which no world can be drawn; the message says which command fills it."""


@dataclass(frozen=True)
class OccupationHint:
    """What is known of one occupation beyond ROME; a field at its default is not known."""

    weight: float = 0.0
    """Relative volume of offers nationally."""
    pay: tuple[float, float] | None = None
    titles: tuple[str, ...] = ()
    """How people write it."""
    level: int | None = None
    licence: str | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class WorldFacts:
    """Rows are those of the reference; `group` is a v3 parent, in the order of `Demand.groups`."""

    reference: Reference
    places: Places
    demand: Demand
    industry: Industry
    asks: tuple[Asks, ...]
    hints: Mapping[str, OccupationHint]
    appellations: Ragged
    """Occupation row to appellation rows."""
    next_occupations: Ragged
    """Where mobility leads from an occupation, nearest likelier."""
    previous_occupations: Ragged
    """Where people of an occupation come from: mobility read backwards."""
    skills: SkillLists
    certifications: Ragged
    """Occupation row to active certification rows."""
    certification_choice: Choice | None
    """Active certifications by the recruiting difficulty of what they lead to; None when there are none."""
    certification_occupations: tuple[tuple[int, ...], ...]
    """For each active certification, one fiche a code (the one that kept it, or the first of its group); those whose
    name is nearest to the title come first."""
    notes: tuple[str, ...] = ()

    def noting(self, *notes: str) -> "WorldFacts":
        """The same facts with more said about what they rest on."""
        return replace(self, notes=(*notes, *self.notes))


def from_reference(
    reference: Reference, market: Market | None = None, hints: Mapping[str, OccupationHint] | None = None
) -> WorldFacts:
    """The facts behind a world; deterministic.

    Raises WorldNotPossible when the reference has no populated commune or no NAF hirings.
    """
    known = hints if hints is not None else {}
    counts = market if market is not None else Market()
    notes = list(counts.notes)
    rome = reference.rome
    places = places_of(reference.communes)
    if places.n_areas == 0:
        raise WorldNotPossible("no commune has a population: run `vivier import communes` or `vivier world sample`")
    weights = np.array([known[code].weight if code in known else 0.0 for code in rome.codes])
    demand = demand_of(reference, places, counts, weights, notes)
    industry = industry_of(reference, counts)
    if industry is None:
        raise WorldNotPossible("no NAF hirings are loaded: run `vivier import naf` or `vivier world sample`")
    certified, certification_choice, occupations = _certifications(reference, demand, notes)
    return WorldFacts(
        reference=reference,
        places=places,
        demand=demand,
        industry=industry,
        asks=tuple(_asks(reference, row, known) for row in range(rome.n_occupations)),
        hints=known,
        appellations=_appellations(reference, counts),
        next_occupations=_mobility(reference, backwards=False),
        previous_occupations=_mobility(reference, backwards=True),
        skills=skill_lists(rome),
        certifications=certified,
        certification_choice=certification_choice,
        certification_occupations=occupations,
        notes=tuple(notes),
    )


def _asks(reference: Reference, row: int, hints: Mapping[str, OccupationHint]) -> Asks:
    rome = reference.rome
    code = rome.codes[row]
    read = asks_of(rome.access[row], bool(rome.regulated[row]), bool(rome.executive[row]), code)
    hint = hints.get(code)
    return read if hint is None else read.corrected(hint.level, hint.licence, hint.pay)


def _appellations(reference: Reference, market: Market) -> Ragged:
    rome = reference.rome
    hirings = np.array([market.appellation_hirings.get(code, 0) for code in rome.appellation_codes], dtype=float)
    usual = np.where(rome.appellation_rare, 0.15, 1.0) + 2.0 * rome.appellation_main
    return Ragged.of(
        rome.appellation_occupation,
        np.arange(rome.n_appellations),
        usual * (1.0 + np.sqrt(hirings)),
        rome.n_occupations,
    )


def _mobility(reference: Reference, *, backwards: bool) -> Ragged:
    """Links weighted by 1 / (order + 1); an occupation that nobody comes to is left by its own links."""
    rome = reference.rome
    source = np.repeat(np.arange(rome.n_occupations), np.diff(rome.mobility_offsets))
    target = rome.mobility_targets.astype(np.int64)
    weight = 1.0 / (1.0 + np.maximum(rome.mobility_orders, 0))
    if not backwards:
        return Ragged.of(source, target, weight, rome.n_occupations)
    orphan = np.setdiff1d(np.arange(rome.n_occupations), target)
    own = np.isin(source, orphan)
    return Ragged.of(
        np.concatenate((target, source[own])),
        np.concatenate((source, target[own])),
        np.concatenate((weight, weight[own])),
        rome.n_occupations,
    )


def _certifications(
    reference: Reference, demand: Demand, notes: list[str]
) -> tuple[Ragged, Choice | None, tuple[tuple[int, ...], ...]]:
    certifications, rome = reference.certifications, reference.rome
    occupations: list[tuple[int, ...]] = []
    pairs: list[tuple[int, int]] = []
    for row, (codes, active) in enumerate(zip(certifications.rome_codes, certifications.active.tolist(), strict=True)):
        resolved = [_resolved(reference, code) for code in codes] if active else []
        firsts = dict.fromkeys(found[0] for found in resolved if found)
        words = _stems(certifications.labels[row])
        occupations.append(tuple(sorted(firsts, key=partial(_unlike, words, rome.labels))))
        pairs.extend((occupation, row) for occupation in sorted({child for found in resolved for child in found}))
    links = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    table = Ragged.of(links[:, 0], links[:, 1], np.ones(len(links)), rome.n_occupations)
    if not pairs:
        notes.append("no active certification is loaded: trainings are short courses without RNCP number")
        return table, None, tuple(occupations)
    difficulty = _difficulty(reference)
    wanted = demand.occupation_share * difficulty
    asked = np.array([LEVELS_ASKED[level] for level in np.asarray(certifications.levels).tolist()])
    rivals = np.zeros(rome.n_occupations)
    for row, rows in enumerate(occupations):
        rivals[list(rows)] += asked[row]
    weights = [
        sum(wanted[occupation] * asked[row] / rivals[occupation] for occupation in rows)
        for row, rows in enumerate(occupations)
    ]
    return table, Choice.of(weights), tuple(occupations)


def _difficulty(reference: Reference) -> NDArray[np.float64]:
    """Share of projects judged difficult nationally; the usual one half where it is not known."""
    shares = np.array([reference.tension.share_difficult(code, None) for code in reference.rome.codes], dtype=float)
    return np.where(np.isnan(shares), 0.5, shares)


def _stems(text: str) -> frozenset[str]:
    """The beginnings of its long words: enough to see that "cuisinier" and "cuisine" go together."""
    return frozenset(word[:5] for word in normalise(text).split() if len(word) > 3)


def _unlike(words: frozenset[str], labels: tuple[str, ...], occupation: int) -> int:
    return -len(words & _stems(labels[occupation]))


def _resolved(reference: Reference, code: str) -> tuple[int, ...]:
    """Rows of a code, none when this ROME does not have it (registers keep codes of older versions)."""
    try:
        return reference.rome.resolve(code)
    except ValueError:
        return ()
