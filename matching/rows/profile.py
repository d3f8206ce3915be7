"""A profile gives one row a project: its target occupation, its own conditions, the person's skills."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from features.bits import contract_bits, held_licence_bits, language_bits
from features.border.employer_view import profile_for_employer
from features.geo import radius_km
from features.pairs.base import PAST_KEPT
from features.records import Profile, Project, SkillLevel, WorkingTime, occupation_code
from matching.catalogue import Rows
from matching.keys import key_number
from matching.lookups import Lookups
from matching.payload import payload_of
from matching.rows.base import (
    RowWriter,
    appellation_row,
    core_skills,
    day_or_missing,
    family,
    number_or_nan,
    place_columns,
    resolve_occupation,
    skill_list,
)
from matching.schema import SKILL_WIDTH, WORKING_TIME_FULL, WORKING_TIME_PART, Collection

LABEL_WEIGHT = 1.0
OCCUPATION_WEIGHT = 1.0
SKILLS_WEIGHT = 0.3
PRACTISED_MONTHS: Final = 12
"""Months in an occupation after which its *cœur de métier* counts as known."""
DEFAULT_RADIUS_KM = 30.0
"""Reach of a person who declared none: near the median commute search radius that the network's sites propose."""

_LEVEL_ORDER = {
    SkillLevel.EXPERT: 0,
    SkillLevel.ADVANCED: 1,
    SkillLevel.INTERMEDIATE: 2,
    SkillLevel.BEGINNER: 3,
    None: 2,
}


def project_profiles(records: Sequence[Profile], lookups: Lookups) -> Rows:
    """Rows of profiles, one a project whose occupation is known; a profile without any is not searchable."""
    writer = RowWriter(Collection.PROFILES, lookups)
    rome = lookups.reference.rome
    for stored in records:
        profile = lookups.completion.completed(stored, keep=True)
        payload = payload_of(profile, profile_for_employer(profile, lookups.reference))
        held = occupations_held(profile, lookups)
        declared = declared_skills(profile, lookups)
        told = declared[:12] if profile.consents.profiling else []
        practised = practised_skills(held, lookups) if profile.consents.profiling else []
        skills_text = ", ".join(rome.skill_labels[row] for row in told)
        shared = {
            "skills": skill_list([*declared, *practised]),
            "declared_skills": min(len(set(declared)), SKILL_WIDTH),
            "education_level": max((item.level for item in profile.education if item.level is not None), default=0),
            "licences": held_licence_bits(profile.licences),
            "languages": language_bits(skill.language for skill in profile.languages),
            "visible": profile.consents.visible_to_employers,
            "profiling": profile.consents.profiling,
            "counsellor": counsellor_number(profile.counsellor_id),
        }
        shared |= past_columns(held, lookups)
        for project in profile.projects:
            said = project_label(project, lookups)
            label = None if said is None else lookups.neutral(said)
            occupation = resolve_occupation(lookups, occupation_code(project), label)
            if occupation < 0:
                continue
            place = place_columns(lookups, project.commune_insee or profile.commune_insee)
            available = [date for date in (profile.available_from, project.start_date) if date is not None]
            writer.add(
                profile.id,
                {
                    **shared,
                    **place,
                    "occupation": occupation,
                    "radius_km": project_reach_km(profile, project),
                    "contracts": contract_bits(project.contracts),
                    "working_time": working_time_code(project.working_time),
                    "pay_floor": number_or_nan(project.pay_floor_monthly),
                    "available_day": day_or_missing(max(available, default=None)),
                    "experience_months": experience_months(held, occupation, lookups),
                    "appellation": appellation_row(lookups, project),
                    "minutes_per_km": lookups.minutes_per_km(place["commune"], profile.mobility.modes),
                },
                payload,
                [(label, LABEL_WEIGHT), (skills_text, SKILLS_WEIGHT)],
                [(occupation, OCCUPATION_WEIGHT)],
            )
    return writer.rows()


def project_label(project: Project, lookups: Lookups) -> str | None:
    """The person's words for the job, else the appellation's label; None when neither is there."""
    if project.label is not None:
        return project.label
    if project.appellation_code is None:
        return None
    rome = lookups.reference.rome
    row = rome.get_appellation_row(project.appellation_code)
    return None if row is None else rome.appellation_labels[row]


def project_reach_km(profile: Profile, project: Project) -> float:
    """How far the person goes for this project: its radius, else their mobility, else the default."""
    if project.radius_km is not None:
        return project.radius_km
    reach = radius_km(profile.mobility)
    return DEFAULT_RADIUS_KM if reach is None else reach


def declared_skills(profile: Profile, lookups: Lookups) -> list[int]:
    """Rows of the skills that the person names, the best known first."""
    ranked = sorted(profile.skills, key=lambda claim: _LEVEL_ORDER[claim.level])
    found = [lookups.reference.rome.get_skill_row(claim.code) for claim in ranked]
    return [row for row in found if row is not None]


def practised_skills(held: Sequence[tuple[int, int]], lookups: Lookups) -> list[int]:
    """Rows of the *cœur de métier* of the occupations held for `PRACTISED_MONTHS` or more, the longest first."""
    return [
        row
        for occupation, months in longest_first(held)
        if months >= PRACTISED_MONTHS
        for row in core_skills(lookups, occupation)
    ]


def longest_first(held: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Each known occupation (row) of those `occupations_held` once, with all months in it."""
    months: Counter[int] = Counter()
    for occupation, worked in held:
        if occupation >= 0 and worked > 0:
            months[occupation] += worked
    return tuple(sorted(months.items(), key=lambda item: -item[1]))


def occupations_held(profile: Profile, lookups: Lookups) -> list[tuple[int, int]]:
    """Occupation row, -1 unknown, and months of each experience."""
    return [
        (
            resolve_occupation(
                lookups, occupation_code(past), None if past.title is None else lookups.neutral(past.title)
            ),
            past.months,
        )
        for past in profile.experiences
    ]


def experience_months(held: Sequence[tuple[int, int]], occupation: int, lookups: Lookups) -> int:
    """Months in the occupation, or in one that shares its v3 parent, of those `occupations_held`."""
    counted = family(lookups, occupation)
    return sum([months for row, months in held if row in counted])


MOST_MONTHS: Final = 1200
"""Of work in a family, that are kept."""


def past_columns(held: Sequence[tuple[int, int]], lookups: Lookups) -> dict[str, object]:
    """The families of those `occupations_held` with the months in each, the most months first."""
    family_of = lookups.reference.rome.family_of
    months: Counter[int] = Counter()
    for row, worked in held:
        if row >= 0 and worked > 0:
            months[int(family_of[row])] += worked
    most = months.most_common(PAST_KEPT)
    families, worked_in = np.full(PAST_KEPT, -1, dtype=np.int16), np.zeros(PAST_KEPT, dtype=np.float16)
    families[: len(most)] = [family for family, _ in most]
    worked_in[: len(most)] = [min(total, MOST_MONTHS) for _, total in most]
    return {"past_families": families, "past_months": worked_in}


def working_time_code(working_time: WorkingTime | None) -> int:
    if working_time is None:
        return 0
    return WORKING_TIME_FULL if working_time is WorkingTime.FULL else WORKING_TIME_PART


def counsellor_number(counsellor_id: str | None) -> int:
    """The number of a counsellor's id, -1 for none."""
    return -1 if counsellor_id is None else key_number(counsellor_id)
