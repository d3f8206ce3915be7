"""From arrays back to words: the facts that reasons need about pairs. Made for the results shown, not for all."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.bits import language_bits, languages_of, licences_of
from features.pairs import JobPairs, SessionPairs
from features.pairs.base import NO_SKILL
from features.pairs.experience import asked_months
from features.training_words import Basics
from matching.background import Background
from matching.explain.job_facts import JobFacts, Reader
from matching.explain.session import SessionFacts
from matching.lookups import Lookups
from matching.openings import Opening
from matching.rows.base import core_skills


def job_facts(
    reader: Reader,
    pairs: JobPairs,
    values: Sequence[dict[str, float]],
    inferred: Sequence[bool],
    lookups: Lookups,
) -> list[JobFacts]:
    """Facts of n pairs, to which `values` and `inferred` are parallel."""
    rome = lookups.reference.rome
    person, job = pairs.person, pairs.job
    n = len(pairs.closeness)

    def listed(column: NDArray[Any]) -> list[Any]:
        shown: list[Any] = column.tolist() if len(column) == n else column.tolist() * n
        return shown

    wanted = np.broadcast_to(job.skills, (n, job.skills.shape[1]))
    held = np.broadcast_to(pairs.shared, wanted.shape)
    lacked_licences = job.licences_required | job.licences_wished
    occupations = listed(job.occupation)
    regulated = rome.regulated[job.occupation] & (job.occupation >= 0)
    aims_alone = (reader is Reader.PERSON) & ~(person.experience_months > 0)  # to aim at a title is not to hold it
    columns = (  # in the order of the fields of `JobFacts`
        values,
        [rome.labels[project] for project in listed(person.occupation)],
        [rome.labels[occupation] if occupation >= 0 else None for occupation in occupations],
        inferred,
        _labels_of(rome.skill_labels, wanted, held),
        _labels_of(rome.skill_labels, wanted, ~held & (wanted != NO_SKILL)),
        [_core_labels(lookups, occupation) for occupation in occupations],
        listed(asked_months(pairs)),
        listed(job.experience_demand == 1),
        listed(person.experience_months),
        listed(np.maximum(job.education_required, job.education_wished)),
        listed(job.education_required),
        listed(person.education_level),
        map(licences_of, listed(lacked_licences & ~person.licences)),
        map(licences_of, listed(job.licences_required & ~person.licences)),
        map(languages_of, listed(job.languages_required)),
        map(languages_of, listed(job.languages_required & ~person.languages)),
        listed(job.pay_max),
        listed(person.pay_floor),
        pairs.distance_km.tolist(),
        listed(person.reach_km),
        listed(regulated),
        listed(regulated & ((job.occupation != person.occupation) | aims_alone)),
    )
    return [JobFacts(reader, *of_pair) for of_pair in zip(*columns, strict=True)]


CORE_GAP: Final = 1.0
"""Weight, in `SessionPairs.gap_weights`, of a missing skill that is *cœur de métier* of the project's occupation."""
PLAIN_GAP: Final = 0.3
"""Weight there of a missing skill that is not."""


def session_facts(
    pairs: SessionPairs,
    occupation: int,
    values: Sequence[dict[str, float]],
    led_to: NDArray[np.int16],
    presumes: NDArray[np.uint8],
    openings: Sequence[Opening],
    background: Background,
    placed: bool,
    lookups: Lookups,
) -> list[SessionFacts]:
    """Facts of n sessions for a project of `occupation`: `values`, `led_to` (n, width), the occupations that each leads
    to, `presumes`, the basics that each asks for, and `openings` are parallel to `pairs`; `placed`: where the person
    lives is known."""
    rome = lookups.reference.rome
    gaps = pairs.gap_weights[np.minimum(pairs.skills, len(pairs.gap_weights) - 1)]
    learned = _labels_of(rome.skill_labels, pairs.skills, gaps > 0)
    learned_core = _labels_of(rome.skill_labels, pairs.skills, gaps >= CORE_GAP)
    n_missing = int(np.count_nonzero(pairs.gap_weights > 0))
    n_core = int(np.count_nonzero(pairs.gap_weights >= CORE_GAP))
    project, level, reach_km = rome.labels[occupation], int(pairs.education_level[0]), float(pairs.reach_km[0])
    return [
        SessionFacts(
            of_session,
            project,
            _nearest_first(lookups, occupation, tuple(occupations)),
            taught_core or taught,
            n_core if taught_core else n_missing,
            entry,
            leaving,
            level,
            distance_km,
            reach_km,
            is_remote,
            tuple([rome.labels[row] for row, _ in opening.occupations]),
            placed,
            background.profiled,
            experience_enters,
            fundings,
            unproven(asked, background),
        )
        for of_session, occupations, taught, taught_core, entry, leaving, distance_km, is_remote, opening, (
            experience_enters,
            fundings,
            asked,
        ) in zip(
            values,
            led_to.tolist(),
            learned,
            learned_core,
            pairs.entry_level.tolist(),
            pairs.exit_level.tolist(),
            pairs.distance_km.tolist(),
            pairs.remote.tolist(),
            openings,
            zip(pairs.experience_enters.tolist(), pairs.fundings.tolist(), presumes.tolist(), strict=True),
            strict=True,
        )
    ]


def unproven(presumed: int, background: Background) -> Basics:
    """Of the basics that a training presumes, those that the profile does not show: a French diploma shows reading and
    French, a *baccalauréat* the computer as well; French that is declared weak is not shown."""
    speaks = None if background.languages & language_bits(["fr"]) == 0 else not background.weak_french
    return _unproven(presumed, background.level, speaks)


@lru_cache(maxsize=1024)
def _unproven(presumed: int, level: int, speaks_french: bool | None) -> Basics:
    shown = Basics.INSTEAD | Basics.TRADE
    if level >= 3:
        shown |= Basics.READING | Basics.FRENCH
    if level >= 4:
        shown |= Basics.DIGITAL
    if speaks_french is not None:
        shown = shown | Basics.FRENCH if speaks_french else shown & ~Basics.FRENCH
    return Basics(presumed) & ~shown


@lru_cache(maxsize=8192)
def _nearest_first(lookups: Lookups, project: int, occupations: tuple[int, ...]) -> tuple[str, ...]:
    """Labels of the known of `occupations`, the nearest to that of the project first."""
    rome = lookups.reference.rome
    relation = rome.relation[project]
    nearest = sorted([row for row in occupations if row >= 0], key=lambda row: -int(relation[row]))
    return tuple([rome.labels[row] for row in nearest])


def _labels_of(labels: Sequence[str], rows: NDArray[np.uint16], marked: NDArray[np.bool_]) -> list[tuple[str, ...]]:
    """The labels of the marked of `rows` (n, width), in their order: n tuples."""
    flat = tuple([labels[row] for row in rows[marked].tolist()])
    ends = np.cumsum(marked.sum(axis=1)).tolist()
    return [flat[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@lru_cache(maxsize=2048)
def _core_labels(lookups: Lookups, occupation: int) -> frozenset[str]:
    """Labels of the *cœur de métier* skills of an occupation; none of one that is not known (-1)."""
    if occupation < 0:
        return frozenset()
    skill_labels = lookups.reference.rome.skill_labels
    return frozenset([skill_labels[row] for row in core_skills(lookups, occupation)])
