"""What bars a person from a job, and what they lack for it: to the person or to the employer."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Final

from features.records import Licence
from matching.explain.actions import ACTIONS
from matching.explain.families import JOB_FAMILIES, TOLD_TO_EMPLOYERS
from matching.explain.job import SENTENCES, WITHHELD, experience, held_level, languages
from matching.explain.job_facts import PERSON, JobFacts, Reader
from matching.explain.voice import Voice
from matching.explain.wording import education, enumeration, quoted


def job_obstacles(facts: JobFacts) -> tuple[str, ...]:
    """Hard facts: what the law or the job requires and the profile does not show, the most decisive first."""
    found: list[str] = []
    if facts.regulated:
        found.append(
            f"{quoted(facts.job_label or '')} est un métier réglementé : un titre ou un diplôme peut être exigé"
        )
    if facts.barring_licences:
        found.append(f"Permis {_names(facts.barring_licences)} exigé, non déclaré")
    if facts.values["languages"] == 0:
        found.append(languages(facts))
    if 0 < facts.person_education < facts.required_education:
        found.append(f"Diplôme exigé : {education(facts.required_education)} ({held_level(facts)})")
    return tuple(found)


def job_gaps(facts: JobFacts) -> tuple[str, ...]:
    """What is wished for or expected and missing, the most decisive first; empty when nothing is."""
    to_person = facts.reader is PERSON
    gaps: list[str] = []
    if facts.missing_licences:
        wished = [licence for licence in facts.missing_licences if licence not in facts.barring_licences]
        if wished:
            gaps.append(f"Permis {_names(wished)} souhaité, non déclaré")
    if facts.required_education <= facts.person_education < facts.asked_education and facts.person_education > 0:
        gaps.append(f"Diplôme souhaité : {education(facts.asked_education)} ({held_level(facts)})")
    if facts.values["experience"] < 0 and (to_person or facts.person_experience_months > 0):
        gaps.append(experience(facts))
    if facts.missing_skills and not isnan(facts.values["skills"]):
        verb = "À montrer ou à acquérir" if to_person else "Compétences ni déclarées ni exercées"
        gaps.append(f"{verb} : {enumeration(facts.missing_skills)}")
    return tuple(gaps)


def _names(licences: Sequence[Licence]) -> str:
    return enumeration([licence.value for licence in licences])


READ: Final = frozenset({"experience", "languages", "skills", *[action.feature for action in ACTIONS]})
"""The features that what is missing, what bars and what would change a result are told by."""

VOICES: Final[Mapping[Reader, Voice[JobFacts]]] = {
    Reader.PERSON: Voice(SENTENCES, JOB_FAMILIES, gaps=job_gaps, obstacles=job_obstacles, reads=READ),
    Reader.EMPLOYER: Voice(
        SENTENCES,
        JOB_FAMILIES,
        gaps=job_gaps,
        obstacles=job_obstacles,
        reads=READ,
        told=TOLD_TO_EMPLOYERS,
        withheld=WITHHELD,
    ),
}
