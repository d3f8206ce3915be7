"""The families that criteria are told in: a reader adds up a few sums before reading every line."""

from enum import StrEnum
from typing import Final


class Family(StrEnum):
    """What a criterion is about, as the reader sorts it; the value is the code that the API gives."""

    OCCUPATION = "metier"
    SKILLS = "competences"
    BACKGROUND = "parcours"
    PLACE = "lieu"
    CONDITIONS = "conditions"
    MARKET = "marche"
    ACTIVITY = "activite"
    TRAINING = "formation"
    FIRM = "entreprise"
    ACCEPTED = "accord"


LABELS: Final[dict[Family, str]] = {
    Family.OCCUPATION: "Métier",
    Family.SKILLS: "Compétences",
    Family.BACKGROUND: "Expérience et diplôme",
    Family.PLACE: "Lieu",
    Family.CONDITIONS: "Contrat, temps et salaire",
    Family.MARKET: "Marché du travail et concurrence",
    Family.ACTIVITY: "Votre activité",
    Family.TRAINING: "Formation",
    Family.FIRM: "Entreprise",
    Family.ACCEPTED: "Ce que la personne accepte",
}

JOB_FAMILIES: Final[dict[str, Family]] = {
    "closeness": Family.OCCUPATION,
    "relation": Family.OCCUPATION,
    "affinity": Family.OCCUPATION,
    "skills": Family.SKILLS,
    "experience": Family.BACKGROUND,
    "education": Family.BACKGROUND,
    "licence": Family.BACKGROUND,
    "languages": Family.SKILLS,
    "pay": Family.CONDITIONS,
    "distance": Family.PLACE,
    "freshness": Family.MARKET,
    "tension": Family.MARKET,
    "closeness_best": Family.OCCUPATION,
    "closeness_mean": Family.OCCUPATION,
    "appellation": Family.OCCUPATION,
    "skills_core": Family.SKILLS,
    "skills_required": Family.SKILLS,
    "skills_missing": Family.SKILLS,
    "contract": Family.CONDITIONS,
    "working_time": Family.CONDITIONS,
    "hours": Family.CONDITIONS,
    "pay_market": Family.CONDITIONS,
    "minutes": Family.PLACE,
    "posts": Family.MARKET,
    "interest": Family.ACTIVITY,
    "responsiveness": Family.MARKET,
    "crowding": Family.MARKET,
    "collaborative": Family.ACTIVITY,
    "experience_held": Family.BACKGROUND,
    "experience_asked": Family.BACKGROUND,
}
"""The family of each of `JOB_FEATURES`."""

TOLD_TO_EMPLOYERS: Final = frozenset(
    {
        "closeness",
        "relation",
        "affinity",
        "appellation",
        "skills",
        "skills_core",
        "skills_required",
        "skills_missing",
        "experience",
        "experience_asked",
        "education",
        "licence",
        "languages",
    }
)
"""The job features that an employer may be told one by one. Each reads of the person only what `ProfilVu` shows of the
project at hand; a feature that is not listed here (new ones included) is summed with the others into
`Family.ACCEPTED`: what they would be paid, how far they go, what they do on the site, what their other projects are."""

SESSION_FAMILIES: Final[dict[str, Family]] = {
    "relation": Family.OCCUPATION,
    "gap_covered": Family.SKILLS,
    "entry": Family.BACKGROUND,
    "progress": Family.BACKGROUND,
    "outcome": Family.TRAINING,
    "start": Family.TRAINING,
    "doors": Family.MARKET,
    "distance": Family.PLACE,
    "funded": Family.TRAINING,
    "price": Family.TRAINING,
    "opened": Family.MARKET,
    "opened_tension": Family.MARKET,
    "training_hours": Family.TRAINING,
    "to_pay": Family.TRAINING,
    "seats": Family.TRAINING,
    "from_home": Family.PLACE,
}
"""The family of each of `SESSION_FEATURES`."""

FIRM_FAMILIES: Final[dict[str, Family]] = {
    "firm_fit": Family.OCCUPATION,
    "firm_people": Family.OCCUPATION,
    "firm_hirings": Family.MARKET,
    "firm_tension": Family.MARKET,
    "firm_contact": Family.FIRM,
    "firm_engaged": Family.FIRM,
    "distance": Family.PLACE,
    "firm_openings": Family.MARKET,
    "firm_take": Family.OCCUPATION,
    "firm_answer": Family.FIRM,
}
"""The family of each of `FIRM_FEATURES`."""
