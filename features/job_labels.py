"""Labels of job offers, as boards write them, read as the records' closed choices.

Each function gives None for a blank label; `None` for a label that says nothing it can read, unless it says otherwise.
"""

import re
from dataclasses import dataclass
from typing import Final

from features.records import Contract, ExperienceDemand, Licence, WorkingTime
from features.text import normalise, without_accents

_CONTRACT_WORDS: Final[tuple[tuple[str, Contract], ...]] = (
    (r"\bcdi interimaire\b|\bcdii\b", Contract.CDI_INTERIM),
    (r"\btemporaire d?\s?insertion\b", Contract.INSERTION_INTERIM),
    (r"\bcdd tremplin\b", Contract.TREMPLIN_CDD),
    (r"\bcddi\b|\bcdd (?:d )?insertion\b|\bduree determinee (?:d )?insertion\b", Contract.INSERTION_CDD),
    (r"\bcdi\b|\bduree indeterminee\b|\bcontrat a duree indeterminee\b", Contract.CDI),
    (r"\bsaisonn?i?er\b|\bsaison\b", Contract.SEASONAL),
    (r"\binterim\b|\binterimaire\b|\btravail temporaire\b", Contract.INTERIM),
    (r"\bcdd\b|\bduree determinee\b", Contract.CDD),
    (r"\bprofession liberale\b|\bliberal\b|\bindependant\b|\bfreelance\b", Contract.SELF_EMPLOYED),
    (r"\bprofession commerciale\b|\bagent commercial\b", Contract.COMMERCIAL),
    (r"\bfranchise\b", Contract.FRANCHISE),
    (r"\breprise d entreprise\b", Contract.TAKEOVER),
)
_CONTRACTS: Final = tuple((re.compile(pattern), contract) for pattern, contract in _CONTRACT_WORDS)
MOST_MONTHS: Final = 600
"""Months of the longest contract, or experience, that is taken as such."""

_DURATION: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*(an|annee|mois|semaine|jour)", re.IGNORECASE)
_MONTHS_IN: Final = {"an": 12.0, "annee": 12.0, "mois": 1.0, "semaine": 12 / 52, "jour": 12 / 365}
_HOURS: Final = re.compile(r"(?<!\d)(\d{1,2})\s*h\s*(\d{2})?(?!\w)", re.IGNORECASE)
_RANGE: Final = re.compile(r"(\d+)\s*(?:a|à|-)\s*\d+\s*(an|mois)", re.IGNORECASE)

FULL_TIME_HOURS: Final = 35.0
"""Legal weekly hours (Code du travail, art. L. 3121-27)."""


@dataclass(frozen=True, slots=True)
class ContractRead:
    """A contract type and, when the label says it, its length."""

    contract: Contract
    months: float | None = None


def read_contract(label: str | None) -> ContractRead | None:
    """A code of *typesContrats* or a label: "MIS", "CDD - 12 Mois", "Intérim - 15 Jour(s)"."""
    text = (label or "").strip()
    if not text:
        return None
    if text.upper() in Contract.__members__.values():
        return ContractRead(Contract(text.upper()))
    words = normalise(text)
    for pattern, contract in _CONTRACTS:
        if pattern.search(words):
            return ContractRead(contract, None if contract is Contract.CDI else read_months(text))
    return None


def read_months(label: str) -> float | None:
    """The first duration that a label says, in months; one that no contract or career has stays unknown."""
    match = _DURATION.search(without_accents(label))
    if match is None:
        return None
    return _plausible(round(float(match[1].replace(",", ".")) * _MONTHS_IN[match[2].lower()], 2))


def _plausible(months: float) -> float | None:
    return months if months <= MOST_MONTHS else None


@dataclass(frozen=True, slots=True)
class ExperienceRead:
    demand: ExperienceDemand | None
    months: int | None = None


def read_experience(label: str | None) -> ExperienceRead:
    """What an experience label asks: "Débutant accepté", "2 ans", "Expérience exigée de 3 à 5 An(s)".

    A range gives its lower bound, since that is what is asked. A bare duration is a requirement; "souhaitée" or
    "appréciée" makes it a wish. A blank or unreadable label gives (None, None).
    """
    words = normalise(label or "")
    if not words:
        return ExperienceRead(None)
    if "debutant" in words:
        return ExperienceRead(ExperienceDemand.BEGINNER)
    within = _RANGE.search(words)
    months = _plausible(float(within[1]) * _MONTHS_IN[within[2]]) if within else read_months(words)
    whole = None if months is None else round(months)
    if whole == 0:
        return ExperienceRead(ExperienceDemand.BEGINNER)
    if "souhait" in words or "appreci" in words:
        return ExperienceRead(ExperienceDemand.WISHED, whole)
    if "exige" in words or whole is not None:
        return ExperienceRead(ExperienceDemand.REQUIRED, whole)
    return ExperienceRead(None)


@dataclass(frozen=True, slots=True)
class WorkingTimeRead:
    time: WorkingTime | None
    weekly_hours: float | None = None


def read_working_time(label: str | None) -> WorkingTimeRead:
    """What a hours label says: "35H Autre", "temps partiel - 17H50 Autre" (17.83 hours), "Temps plein"."""
    words = without_accents(label or "").lower()
    match = _HOURS.search(words)
    hours = None if match is None else round(float(match[1]) + float(match[2] or 0) / 60, 2)
    if hours is not None and not 1 <= hours <= 70:
        hours = None
    if "partiel" in words:
        return WorkingTimeRead(WorkingTime.PART, hours)
    if "plein" in words or "complet" in words:
        return WorkingTimeRead(WorkingTime.FULL, hours)
    if hours is None:
        return WorkingTimeRead(None)
    return WorkingTimeRead(WorkingTime.FULL if hours >= FULL_TIME_HOURS else WorkingTime.PART, hours)


def read_licence(label: str) -> Licence | None:
    """A category or a label that starts with one: "B", "B - Véhicule léger", "EC - Poids lourd + remorque" (old CE)."""
    word = re.split(r"[\s\-–(]", label.strip(), maxsplit=1)[0].upper()
    former = {"EB": "BE", "EC": "CE", "ED": "DE"}.get(word, word)
    return Licence(former) if former in Licence.__members__.values() else None


_EDUCATION: Final[tuple[tuple[str, int], ...]] = (
    (r"bac ?\+ ?8|doctorat", 8),
    (r"bac ?\+ ?5|master|ingenieur", 7),
    (r"bac ?\+ ?[34]|licence|\bbut\b", 6),
    (r"bac ?\+ ?2|\bbts\b|\bdut\b|\bdeug\b", 5),
    (r"\bbac\b|baccalaureat", 4),
    (r"\bcap\b|\bbep\b", 3),
)
_LEVELS: Final = tuple((re.compile(pattern), level) for pattern, level in _EDUCATION)


def read_education_level(label: str | None) -> int | None:
    """The level of a diploma label in the French national framework: "Bac+2 ou équivalents" is 5."""
    words = without_accents(label or "").lower()
    return next((level for pattern, level in _LEVELS if pattern.search(words)), None)


LANGUAGES: Final[dict[str, str]] = {
    "afrikaans": "af", "albanais": "sq", "allemand": "de", "amharique": "am", "anglais": "en", "arabe": "ar",
    "armenien": "hy", "bambara": "bm", "basque": "eu", "bengali": "bn", "berbere": "ber", "bosniaque": "bs",
    "breton": "br", "bulgare": "bg", "catalan": "ca", "chinois": "zh", "coreen": "ko", "corse": "co", "creole": "ht",
    "croate": "hr", "danois": "da", "espagnol": "es", "estonien": "et", "finnois": "fi", "finlandais": "fi",
    "flamand": "nl", "francais": "fr", "galicien": "gl", "gallois": "cy", "georgien": "ka", "grec": "el",
    "hebreu": "he", "hindi": "hi", "hongrois": "hu", "indonesien": "id", "irlandais": "ga", "islandais": "is",
    "italien": "it", "japonais": "ja", "kabyle": "kab", "khmer": "km", "kurde": "ku", "laotien": "lo", "lao": "lo",
    "latin": "la", "letton": "lv", "lingala": "ln", "lituanien": "lt", "luxembourgeois": "lb", "macedonien": "mk",
    "malais": "ms", "malgache": "mg", "maltais": "mt", "mandarin": "zh", "mongol": "mn", "neerlandais": "nl",
    "nepalais": "ne", "norvegien": "no", "occitan": "oc", "ourdou": "ur", "pachto": "ps", "persan": "fa", "peul": "ff",
    "polonais": "pl", "portugais": "pt", "roumain": "ro", "russe": "ru", "sango": "sg", "serbe": "sr", "signes": "sgn",
    "slovaque": "sk", "slovene": "sl", "somali": "so", "soninke": "snk", "suedois": "sv", "swahili": "sw",
    "tagalog": "tl", "tamoul": "ta", "tcheque": "cs", "thai": "th", "tibetain": "bo", "turc": "tr", "ukrainien": "uk",
    "vietnamien": "vi", "wolof": "wo",
}  # fmt: skip
"""French names of languages, normalised ("signes": langue des signes), to ISO 639-1, or 639-3 where 639-1 has none."""

LANGUAGE_NAMES: Final[dict[str, str]] = {code: name.capitalize() for name, code in reversed(LANGUAGES.items())}


def read_language(label: str) -> str | None:
    """The ISO 639-1 code of a language's French name, or of a code: "Anglais", "en"."""
    words = normalise(label)
    if words in LANGUAGE_NAMES:
        return words
    return next((LANGUAGES[word] for word in words.split() if word in LANGUAGES), None)
