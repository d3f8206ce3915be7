"""Numbers, durations and lists as one writes them in French."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from features.bits import OTHER_LANGUAGE_CODE

EDUCATION = {
    3: "CAP ou équivalent",
    4: "bac ou équivalent",
    5: "bac + 2",
    6: "bac + 3 ou 4",
    7: "bac + 5",
    8: "doctorat",
}

LANGUAGE_NAMES = {
    "fr": "français", "en": "anglais", "de": "allemand", "es": "espagnol", "it": "italien", "pt": "portugais",
    "nl": "néerlandais", "ar": "arabe", "zh": "chinois", "ja": "japonais", "ru": "russe", "tr": "turc",
    "pl": "polonais", "ro": "roumain", "uk": "ukrainien", "el": "grec", "he": "hébreu", "hi": "hindi",
    "ko": "coréen", "vi": "vietnamien", "sv": "suédois", "da": "danois", "no": "norvégien", "fi": "finnois",
    "cs": "tchèque", "sk": "slovaque", "hu": "hongrois", "bg": "bulgare", "hr": "croate", "sr": "serbe",
    "sl": "slovène", "sq": "albanais", "lt": "lituanien", "lv": "letton", "et": "estonien", "ca": "catalan",
    "eu": "basque", "br": "breton", "co": "corse", "oc": "occitan", "ln": "lingala", "wo": "wolof",
    "sw": "swahili", "am": "amharique", "fa": "persan", "ur": "ourdou", "bn": "bengali", "ta": "tamoul",
    "th": "thaï", "id": "indonésien", "ms": "malais", "km": "khmer", "lo": "lao", "mg": "malgache",
    "ht": "créole", "hy": "arménien", "ka": "géorgien", "mn": "mongol", "kk": "kazakh", "az": "azerbaïdjanais",
    "bs": "bosniaque", "ff": "peul", OTHER_LANGUAGE_CODE: "une autre langue",
}  # fmt: skip
"""Every code of `features.bits.LANGUAGES`, and the rest."""


MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip

WITHOUT_PROFILING = (
    "Liste établie sur vos seuls projets : vous n'avez pas accepté que vos compétences et votre parcours servent aux "
    "recommandations."
)

REFUSED_PROFILING = "vous avez refusé le profilage"
"""Why what a person declares is not compared."""


def french_date(day: dt.date) -> str:
    """« 3 septembre 2026 »."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


@lru_cache(maxsize=16)
def education(level: int) -> str:
    return EDUCATION.get(level, f"niveau {level}")


def language(code: str) -> str:
    return LANGUAGE_NAMES.get(code, code)


@lru_cache(maxsize=4096)
def months(count: float) -> str:
    """A duration: « 6 mois », « 2 ans », « 1 an et 3 mois »."""
    whole = round(count)
    years, rest = divmod(whole, 12)
    if years == 0:
        return f"{rest} mois"
    text = "1 an" if years == 1 else f"{years} ans"
    return text if rest == 0 or years >= 3 else f"{text} et {rest} mois"


@lru_cache(maxsize=4096)
def euros(amount: float) -> str:
    return f"{round(amount):,} €".replace(",", "\u202f")


@lru_cache(maxsize=4096)
def kilometres(distance: float) -> str:
    if distance >= 10:
        return f"{distance:.0f} km"
    return f"{distance:.1f}".removesuffix(".0").replace(".", ",") + " km"


@lru_cache(maxsize=4096)
def percent(share: float) -> str:
    return f"{round(share * 100)} %"


@lru_cache(maxsize=4096)
def counted(number: float, singular: str, plural: str) -> str:
    """« 1 offre », « 12 offres »; zero is singular, as French has it."""
    whole = round(number)
    return f"{whole} {singular if whole < 2 else plural}"


def enumeration(items: Sequence[str], most: int = 3) -> str:
    """« a, b et c »; what is beyond `most` is counted."""
    shown = list(items[:most])
    more = len(items) - len(shown)
    if more > 0:
        return f"{', '.join(shown)} et {more} autre{'s' if more > 1 else ''}"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} et {shown[-1]}"


def quoted(label: str) -> str:
    return f"« {label} »"


def ordinal(rank: int) -> str:
    """« 1er », « 12e »."""
    return "1er" if rank == 1 else f"{rank}e"


def points(gain: float) -> str:
    """A part of the score, in points out of a hundred: « 1 point sur 100 », « 4 points sur 100 »."""
    return f"{counted(gain * 100, 'point', 'points')} sur 100"
