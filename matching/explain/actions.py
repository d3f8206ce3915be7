"""What a person could do that would lift a result: a small fixed set, each told to the person and to the employer.

An action says of m pairs to which it applies, and what it changes of the person's side. What is not known of a
person gives rise to no action: of someone who refused that their background be used, nothing of it is read here either.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.pairs import JobPairs
from features.pairs.base import NO_SKILL, Floats
from matching.explain.job_facts import EMPLOYER, JobFacts, Reader
from matching.explain.wording import education, enumeration, euros, kilometres, language, months, quoted

Applies = NDArray[np.bool_]
Columns = dict[str, NDArray[Any]]
"""Columns of `PersonSide` by name, of m rows or one."""

REACHES_KM: Final = (10, 20, 30, 50, 70, 100)
"""Reaches that a person is told to try, in km: the next one above theirs."""
SEVERAL_SKILLS: Final = 3
"""Skills that are acquired together, at most."""
PAY_STEP: Final = 0.05
"""By how much a pay floor is lowered, as a share of it."""
WITHIN_REACH: Final = 0.25
"""A job nearer than this share of the reach gains nothing that a person would feel from a wider one."""


@dataclass(frozen=True)
class Action:
    """Something a person could do."""

    kind: str
    feature: str
    """The feature that it is about."""
    lacking: Callable[[Floats], Applies]
    """(m,) values of the feature, NaN where not known -> the pairs for which it makes sense."""
    done: Callable[[JobPairs], Columns]
    """What it changes of the person's side of m pairs that have room (`with_room`)."""
    moves: frozenset[str]
    """The features that read what it changes."""
    words: Mapping[Reader, Callable[[JobFacts], str]]
    """« Avec le permis B »: the beginning of a sentence. A reader who is not named may not know of it."""
    of_the_person: bool = True
    """To the employer: the person would change, alone. False: the demand would, and with it every other result."""


def with_room(pairs: JobPairs) -> JobPairs:
    """The same pairs, with free places for skills at the end of the person's list."""
    skills = pairs.person.skills
    room = np.full((len(skills), SEVERAL_SKILLS), NO_SKILL, dtype=np.uint16)
    return replace(pairs, person=pairs.person.having({"skills": np.concatenate([skills, room], axis=1)}))


def _with_skills(count: int) -> Callable[[JobPairs], Columns]:
    """The first missing skills, `count` at most: the job's skills stand the most important first."""

    def done(pairs: JobPairs) -> Columns:
        missing = (pairs.job.skills != NO_SKILL) & ~pairs.shared
        order = np.argsort(~missing, axis=1, kind="stable")[:, :count]
        wanted = np.broadcast_to(pairs.job.skills, missing.shape)
        added = np.take_along_axis(np.where(missing, wanted, np.uint16(NO_SKILL)), order, axis=1)
        skills = np.broadcast_to(pairs.person.skills, (len(added), pairs.person.skills.shape[1])).copy()
        first_free = skills.shape[1] - SEVERAL_SKILLS
        skills[:, first_free : first_free + added.shape[1]] = added
        return {"skills": skills}

    return done


def _with_licences(pairs: JobPairs) -> Columns:
    return {"licences": pairs.person.licences | pairs.job.licences_required | pairs.job.licences_wished}


def _with_languages(pairs: JobPairs) -> Columns:
    return {"languages": pairs.person.languages | pairs.job.languages_required}


def _with_experience(count: int) -> Callable[[JobPairs], Columns]:
    return lambda pairs: {"experience_months": pairs.person.experience_months + np.float32(count)}


def _with_level(pairs: JobPairs) -> Columns:
    asked = np.maximum(pairs.job.education_required, pairs.job.education_wished)
    return {"education_level": np.maximum(pairs.person.education_level, asked)}


def wider_km(reach_km: Floats | float) -> Floats:
    """The next reach of `REACHES_KM` above each; the same beyond the last."""
    steps = np.array([*REACHES_KM, np.inf], dtype=np.float32)
    found = steps[np.searchsorted(steps, reach_km, side="right").clip(max=len(REACHES_KM))]
    return np.where(np.isinf(found), reach_km, found).astype(np.float32)


def lower_floor(pay_floor: Floats | float) -> Floats:
    """Each pay floor a step lower, in whole tens of euros."""
    return (np.floor(pay_floor * (1 - PAY_STEP) / 10) * 10).astype(np.float32)


def _one_skill(facts: JobFacts) -> str:
    return f"Avec la compétence {quoted(facts.missing_skills[0])} (à montrer si vous l'avez, sinon à acquérir)"


def _one_skill_to_employer(facts: JobFacts) -> str:
    return f"Avec la compétence {quoted(facts.missing_skills[0])} (à vérifier en entretien, ou à acquérir en formation)"


def _skills(facts: JobFacts) -> str:
    return enumeration([quoted(label) for label in facts.missing_skills[:SEVERAL_SKILLS]])


def _licences(facts: JobFacts) -> str:
    return f"Avec le permis {enumeration([licence.value for licence in facts.missing_licences])}"


def _languages(facts: JobFacts) -> str:
    return f"Avec {enumeration([language(code) for code in facts.missing_languages])} parmi les langues déclarées"


def _level(facts: JobFacts) -> str:
    return f"Avec un diplôme de niveau {education(facts.asked_education)}"


def _wider(facts: JobFacts) -> str:
    return f"Avec un rayon de {kilometres(float(wider_km(facts.reach_km)))} au lieu de {kilometres(facts.reach_km)}"


def _lower(facts: JobFacts) -> str:
    lower = euros(float(lower_floor(facts.pay_floor)))
    return f"Avec un salaire minimum de {lower} au lieu de {euros(facts.pay_floor)}"


def _less(facts: JobFacts, count: int) -> str:
    left = max(facts.required_experience_months - count, 0)
    asked = months(facts.required_experience_months)
    if left < 1:
        return f"Sans demander d'expérience ({asked} aujourd'hui)"
    return f"En demandant {months(left)} d'expérience au lieu de {asked}"


_OF_SKILLS: Final = frozenset({"skills", "skills_core", "skills_required", "skills_missing"})
_OF_EXPERIENCE: Final = frozenset({"experience", "experience_held"})

ACTIONS: Final[tuple[Action, ...]] = (
    Action(
        "competence",
        "skills",
        lambda share: share < 1,
        _with_skills(1),
        _OF_SKILLS,
        {Reader.PERSON: _one_skill, Reader.EMPLOYER: _one_skill_to_employer},
    ),
    Action(
        "rayon",
        "distance",
        lambda share: share > WITHIN_REACH,
        lambda pairs: {"reach_km": wider_km(pairs.person.reach_km)},
        frozenset({"distance"}),
        {Reader.PERSON: _wider},
    ),
    Action(
        "competences",
        "skills",
        lambda share: share < 1,
        _with_skills(SEVERAL_SKILLS),
        _OF_SKILLS,
        {
            Reader.PERSON: lambda facts: f"Avec les compétences {_skills(facts)}",
            Reader.EMPLOYER: lambda facts: (
                f"Avec les compétences {_skills(facts)} (une formation avant l'embauche est possible)"
            ),
        },
    ),
    Action(
        "permis",
        "licence",
        lambda flag: flag < 1,
        _with_licences,
        frozenset({"licence"}),
        {Reader.PERSON: _licences, Reader.EMPLOYER: _licences},
    ),
    Action(
        "experience6Mois",
        "experience",
        lambda beyond: beyond < 0,
        _with_experience(6),
        _OF_EXPERIENCE,
        {
            Reader.PERSON: lambda _: "Avec 6 mois d'expérience de plus dans le métier",
            Reader.EMPLOYER: lambda facts: _less(facts, 6),
        },
        of_the_person=False,
    ),
    Action(
        "langue",
        "languages",
        lambda flag: flag < 1,
        _with_languages,
        frozenset({"languages"}),
        {Reader.PERSON: _languages, Reader.EMPLOYER: _languages},
    ),
    Action(
        "salaire",
        "pay",
        lambda above: above < 1,
        lambda pairs: {"pay_floor": lower_floor(pairs.person.pay_floor)},
        frozenset({"pay"}),
        {Reader.PERSON: _lower},
    ),
    Action(
        "experience12Mois",
        "experience",
        lambda beyond: beyond < 0,
        _with_experience(12),
        _OF_EXPERIENCE,
        {
            Reader.PERSON: lambda _: "Avec un an d'expérience de plus dans le métier",
            Reader.EMPLOYER: lambda facts: _less(facts, 12),
        },
        of_the_person=False,
    ),
    Action(
        "diplome",
        "education",
        lambda above: above < 0,
        _with_level,
        frozenset({"education"}),
        {
            Reader.PERSON: _level,
            Reader.EMPLOYER: lambda facts: f"Sans demander le niveau {education(facts.asked_education)}",
        },
        of_the_person=False,
    ),
)
"""What takes least from a person first: a skill to show or learn, a longer way, a few skills, a licence, half a year, a
language, less pay, a year, a diploma."""


def towards(facts: JobFacts) -> frozenset[str]:
    """Kinds of action that make sense for this result.

    Where something bars the way, only what removes a bar is worth telling. Nothing here gives the title that a
    regulated occupation asks for, and no employer may do without it.
    """
    return _sensible(
        bool(facts.barring_licences),
        facts.values["languages"] == 0,
        0 < facts.person_education < facts.required_education,
        facts.regulated,
        facts.reader is EMPLOYER and facts.title_needed,
    )


@lru_cache(maxsize=32)
def _sensible(licence: bool, language: bool, diploma: bool, regulated: bool, diploma_stays: bool) -> frozenset[str]:
    """`towards`, by what bars the way; `diploma_stays`: no employer may do without it."""
    bars = {"permis": licence, "langue": language, "diplome": diploma}
    barred = regulated or any(bars.values())
    kinds = frozenset([kind for kind, bars_way in bars.items() if bars_way]) if barred else ALL_KINDS
    return kinds - {"diplome"} if diploma_stays else kinds


ALL_KINDS: Final = frozenset(action.kind for action in ACTIONS)
