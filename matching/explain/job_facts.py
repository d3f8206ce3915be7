"""What a sentence about a person and a job needs to know, and who reads it."""

from enum import StrEnum
from typing import Final

import msgspec

from features.records import Licence


class Reader(StrEnum):
    """Who reads the reasons."""

    PERSON = "person"
    EMPLOYER = "employer"


PERSON: Final = Reader.PERSON
EMPLOYER: Final = Reader.EMPLOYER
"""For sentences: looking a member up in its class is a call each time."""


class JobFacts(msgspec.Struct, frozen=True, gc=False):
    """One pair of a person and a job, as a sentence needs it. NaN and None: not known."""

    reader: Reader
    values: dict[str, float]
    """Feature values by name."""
    project_label: str
    job_label: str | None
    job_inferred: bool
    held_skills: tuple[str, ...]
    """Labels of the skills that the job asks for, the most important first."""
    missing_skills: tuple[str, ...]
    core_skills: frozenset[str]
    """Labels of the job's occupation that are *cœur de métier*; may name more than the job asks for."""
    required_experience_months: float
    """NaN: the job does not say."""
    beginner_accepted: bool
    person_experience_months: float
    """NaN: nothing to compare."""
    asked_education: int
    """Level required or wished, the higher; 0: none."""
    required_education: int
    person_education: int
    missing_licences: tuple[Licence, ...]
    """Required or wished, and not held."""
    barring_licences: tuple[Licence, ...]
    """Required, and not held."""
    required_languages: tuple[str, ...]
    missing_languages: tuple[str, ...]
    pay_max: float
    pay_floor: float
    distance_km: float
    reach_km: float
    title_needed: bool
    """The law may ask for a title to hold the job."""
    regulated: bool
    """The law may ask for a title to hold the job, and it is not the occupation that the person targets."""
