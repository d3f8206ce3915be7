"""Who the people are: columns of a block of profiles, drawn at once; `profiles` and `identities` write them out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.world.draws import BLOCK, Stream, block_generator
from features.world.facts import WorldFacts

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MAX_EXPERIENCES = 5
MAX_PROJECTS = 3
MAX_SKILLS = 16

STAYS = 0.55
"""Chance that the job before was the same occupation."""
RECONVERSION = 0.07
"""Chance that it was any occupation of the area: a life before."""

WOMEN: dict[str, float] = {
    "A": 0.30, "B": 0.50, "C": 0.58, "D": 0.66, "E": 0.45, "F": 0.08, "G": 0.54, "H": 0.30,
    "I": 0.08, "J": 0.86, "K": 0.74, "L": 0.42, "M": 0.62, "N": 0.22,
    "A12": 0.15, "D11": 0.60, "D14": 0.48, "G12": 0.62, "G15": 0.72, "G16": 0.42, "H12": 0.28, "H24": 0.70,
    "J11": 0.52, "K17": 0.25, "K22": 0.66, "K23": 0.20, "K25": 0.14, "M12": 0.60, "M16": 0.92, "M18": 0.22,
    "N11": 0.25, "N41": 0.12,
}  # fmt: skip
"""Share of women by grand domaine and domain, order of magnitude (INSEE, Enquête emploi)."""

END_OF_STUDIES = np.array([17, 17, 17, 18, 19, 21, 22, 24, 28])
"""Age at the end of studies by diploma level 0..8."""


@dataclass(frozen=True, eq=False, kw_only=True)
class People:
    """One block; every array has `BLOCK` rows. Occupations, communes, appellations, NAF are rows; -1 is none."""

    commune: Ints
    area: Ints
    female: NDArray[np.bool_]
    age: Ints
    level: Ints
    """Diploma level, 0 for none."""
    certification: Ints
    occupation: Ints
    """What the person does now or did last."""
    n_experiences: Ints
    past: Ints
    """[BLOCK, MAX_EXPERIENCES] occupations, latest first."""
    past_title: Ints
    past_naf: Ints
    months: Ints
    gap_months: Ints
    """Before today for the first column, then between two jobs; -1: still in the job."""
    n_projects: Ints
    target: Ints
    """[BLOCK, MAX_PROJECTS] occupations."""
    target_title: Ints
    wishes: Floats
    """[BLOCK, MAX_PROJECTS, 8] uniform numbers behind the conditions of each project."""
    skill_draws: Floats
    """[BLOCK, MAX_SKILLS] uniform numbers, low ones fall on core skills."""
    skill_levels: Ints
    """[BLOCK, MAX_SKILLS] 0..3, 4 for not said."""
    n_skills: Ints
    seniority: Floats
    """Years in the occupation."""
    has_b: NDArray[np.bool_]
    counsellor: Floats
    """Uniform number: which counsellor of the area."""
    visible: NDArray[np.bool_]
    profiling: NDArray[np.bool_]
    by_email: NDArray[np.bool_]


def draw_people(facts: WorldFacts, seed: int, block: int) -> People:
    """The people of one block: a function of the facts, the seed and the block number only."""
    generator = block_generator(seed, Stream.PEOPLE, block)
    commune = facts.places.commune_choice.draw(generator, BLOCK)
    area = facts.places.area_of[commune].astype(np.int64)
    _, occupation = facts.demand.occupations(area, generator.random(BLOCK), generator.random(BLOCK))
    female = generator.random(BLOCK) < _women(facts)[occupation]
    level, certification = _diploma(facts, generator, occupation)
    age = np.clip(np.rint(18 + 46 * generator.beta(1.25, 1.9, BLOCK)), END_OF_STUDIES[level], 66).astype(np.int64)
    years = age - END_OF_STUDIES[level]

    n_experiences, months, gap = _durations(generator, years)
    past = _career(facts, generator, occupation, area)
    columns = np.arange(MAX_EXPERIENCES)
    same = (past == occupation[:, None]) & (columns < n_experiences[:, None])
    seniority = (months * same).sum(axis=1) / 12.0

    target = _targets(facts, generator, occupation, past[:, 1], area)
    base = np.clip(seniority, 0, 14) / 4.0
    skill_levels = np.clip(np.rint(base[:, None] - 0.4 + 0.7 * generator.standard_normal((BLOCK, MAX_SKILLS))), 0, 3)
    unsaid = generator.random((BLOCK, MAX_SKILLS)) < 0.15
    visible = generator.random(BLOCK) < 0.70
    return People(
        commune=commune,
        area=area,
        female=female,
        age=age,
        level=level,
        certification=certification,
        occupation=occupation,
        n_experiences=n_experiences,
        past=past,
        past_title=_each(facts.appellations.draw(past.ravel(), generator.random(past.size)), past),
        past_naf=_each(facts.industry.recruiters.draw(past.ravel(), generator.random(past.size)), past),
        months=months,
        gap_months=gap,
        n_projects=1 + np.searchsorted([0.48, 0.83], generator.random(BLOCK)),
        target=target,
        target_title=_each(facts.appellations.draw(target.ravel(), generator.random(target.size)), target),
        wishes=generator.random((BLOCK, MAX_PROJECTS, 8)),
        skill_draws=generator.random((BLOCK, MAX_SKILLS)),
        skill_levels=np.where(unsaid, 4, skill_levels).astype(np.int64),
        n_skills=np.clip(
            5 + np.rint(np.minimum(seniority, 8) / 2 + 2.2 * generator.standard_normal(BLOCK)), 3, 16
        ).astype(np.int64),
        seniority=seniority,
        has_b=generator.random(BLOCK) < np.where(age < 22, 0.52, 0.78),
        counsellor=generator.random(BLOCK),
        visible=visible,
        profiling=generator.random(BLOCK) < np.where(visible, 0.88, 0.62),
        by_email=generator.random(BLOCK) < np.where(visible, 0.68, 0.42),
    )


def _each(flat: Ints, like: Ints) -> Ints:
    return flat.reshape(like.shape)


def _women(facts: WorldFacts) -> Floats:
    codes = facts.reference.rome.codes
    return np.array([WOMEN.get(code[:3], WOMEN.get(code[:1], 0.5)) for code in codes])


def _diploma(facts: WorldFacts, generator: np.random.Generator, occupation: Ints) -> tuple[Ints, Ints]:
    """Level around what the occupation asks, and a certification that leads to it for a good half."""
    asked = np.array([asks.level for asks in facts.asks])[occupation]
    needed = np.array([asks.needs_diploma for asks in facts.asks])[occupation]
    drift = generator.choice(np.array([-2, -1, 0, 1, 2]), size=BLOCK, p=[0.06, 0.14, 0.55, 0.18, 0.07])
    start = np.where(asked == 0, generator.choice(np.array([0, 3, 4]), size=BLOCK, p=[0.5, 0.3, 0.2]), asked)
    moved = np.clip(start + np.where(needed, np.maximum(drift, 0), drift), 0, 8)
    level = np.where(moved < 3, 0, np.where(needed & (drift > 1), start, moved)).astype(np.int64)
    drawn = facts.certifications.draw(occupation, generator.random(BLOCK))
    taken = (drawn >= 0) & (generator.random(BLOCK) < np.where(needed, 0.9, 0.5)) & (level >= 3)
    certification = np.where(taken, drawn, -1)
    known = np.asarray(facts.reference.certifications.levels, dtype=np.int64)
    if known.size:
        own = known[np.maximum(certification, 0)]
        level = np.where((certification >= 0) & (own >= 3), own, level)
    return level, certification


def _durations(generator: np.random.Generator, years: Ints) -> tuple[Ints, Ints, Ints]:
    """Number of jobs, months of each (latest first) and gaps; their sum stays inside the career."""
    rhythm = 1.5 + generator.gamma(2.0, 2.2, BLOCK)
    n_jobs = np.clip(np.ceil(years / rhythm), 0, MAX_EXPERIENCES).astype(np.int64)
    n_jobs = np.where((years == 0) & (generator.random(BLOCK) < 0.4), 1, n_jobs)
    parts = generator.gamma(1.3, 1.0, (BLOCK, MAX_EXPERIENCES)) + 0.08
    parts *= np.arange(MAX_EXPERIENCES) < n_jobs[:, None]
    shares = parts / np.maximum(parts.sum(axis=1, keepdims=True), 1e-9)
    worked = np.minimum(years * 12 * 0.85, rhythm * 12 * n_jobs) + 3
    months = np.maximum(np.rint(shares * worked[:, None]), 1).astype(np.int64)
    gaps = generator.integers(0, 8, (BLOCK, MAX_EXPERIENCES))
    last = np.where(generator.random(BLOCK) < 0.18, -1, np.rint(generator.gamma(1.4, 5.0, BLOCK))).astype(np.int64)
    gaps[:, 0] = last
    return n_jobs, months, gaps


def _career(facts: WorldFacts, generator: np.random.Generator, occupation: Ints, area: Ints) -> Ints:
    """Occupations from the latest back, walked on mobility links read backwards."""
    steps = [occupation]
    for _ in range(MAX_EXPERIENCES - 1):
        now = steps[-1]
        move = generator.random(BLOCK)
        linked = facts.previous_occupations.draw(now, generator.random(BLOCK))
        _, anything = facts.demand.occupations(area, generator.random(BLOCK), generator.random(BLOCK))
        before = np.where(move < STAYS, now, np.where(move < 1 - RECONVERSION, linked, anything))
        steps.append(np.where(before < 0, now, before))
    return np.stack(steps, axis=1)


def _targets(facts: WorldFacts, generator: np.random.Generator, occupation: Ints, before: Ints, area: Ints) -> Ints:
    """The first project is mostly the occupation itself; the others what mobility opens, the past, or a new start."""
    columns = []
    for position in range(MAX_PROJECTS):
        stays, next_step, back = (0.70, 0.92, 0.92) if position == 0 else (0.05, 0.78, 0.90)
        move = generator.random(BLOCK)
        linked = facts.next_occupations.draw(occupation, generator.random(BLOCK))
        linked = np.where(linked < 0, occupation, linked)
        _, anything = facts.demand.occupations(area, generator.random(BLOCK), generator.random(BLOCK))
        columns.append(
            np.where(
                move < stays,
                occupation,
                np.where(move < next_step, linked, np.where(move < back, before, anything)),
            )
        )
    return np.stack(columns, axis=1)
