"""Small closed sets as bits of one integer, so that a million rows are compared in one array operation."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from features.records import Attendance, Contract, Funding, Licence

CONTRACT_BIT: Final = {contract: 1 << position for position, contract in enumerate(Contract)}
FUNDING_BIT: Final = {funding: 1 << position for position, funding in enumerate(Funding)}
ATTENDANCE_BIT: Final = {attendance: 1 << position for position, attendance in enumerate(Attendance)}
LICENCE_BIT: Final = {licence: 1 << position for position, licence in enumerate(Licence)}

ALSO_HOLDS: Final[dict[Licence, tuple[Licence, ...]]] = {
    Licence.A1: (Licence.AM,),
    Licence.A2: (Licence.A1, Licence.AM),
    Licence.A: (Licence.A2, Licence.A1, Licence.AM),
    Licence.B1: (Licence.AM,),
    Licence.B: (Licence.B1, Licence.AM),
    Licence.BE: (Licence.B, Licence.B1, Licence.AM),
    Licence.C1: (Licence.B, Licence.B1, Licence.AM),
    Licence.C1E: (Licence.C1, Licence.BE, Licence.B, Licence.B1, Licence.AM),
    Licence.C: (Licence.C1, Licence.B, Licence.B1, Licence.AM),
    Licence.CE: (Licence.C, Licence.C1, Licence.C1E, Licence.BE, Licence.B, Licence.B1, Licence.AM),
    Licence.D1: (Licence.B, Licence.B1, Licence.AM),
    Licence.D1E: (Licence.D1, Licence.BE, Licence.B, Licence.B1, Licence.AM),
    Licence.D: (Licence.D1, Licence.B, Licence.B1, Licence.AM),
    Licence.DE: (Licence.D, Licence.D1, Licence.D1E, Licence.BE, Licence.B, Licence.B1, Licence.AM),
}
"""Categories that a category implies or presupposes (Code de la route, art. R221-4 to R221-8)."""

LANGUAGES: Final[tuple[str, ...]] = (
    "fr", "en", "de", "es", "it", "pt", "nl", "ar", "zh", "ja", "ru", "tr", "pl", "ro", "uk", "el", "he", "hi", "ko",
    "vi", "sv", "da", "no", "fi", "cs", "sk", "hu", "bg", "hr", "sr", "sl", "sq", "lt", "lv", "et", "ca", "eu", "br",
    "co", "oc", "ln", "wo", "sw", "am", "fa", "ur", "bn", "ta", "th", "id", "ms", "km", "lo", "mg", "ht", "hy", "ka",
    "mn", "kk", "az", "bs", "ff",
)  # fmt: skip
"""ISO 639-1 codes in bit order; a language outside the list shares `OTHER_LANGUAGE`."""
OTHER_LANGUAGE: Final = 1 << 63
OTHER_LANGUAGE_CODE: Final = "und"
"""ISO 639-2 for a language that is not told."""


def contract_bits(contracts: Iterable[Contract]) -> int:
    return _union(CONTRACT_BIT[contract] for contract in contracts)


def funding_bits(fundings: Iterable[Funding]) -> int:
    return _union(FUNDING_BIT[funding] for funding in fundings)


def attendance_bits(attendances: Iterable[Attendance]) -> int:
    return _union(ATTENDANCE_BIT[attendance] for attendance in attendances)


def licence_bits(licences: Iterable[Licence]) -> int:
    """The categories named, and no others: what an offer asks for."""
    return _union(LICENCE_BIT[licence] for licence in licences)


def held_licence_bits(licences: Iterable[Licence]) -> int:
    """The categories named and those they imply: what a person may drive."""
    named = tuple(licences)
    return licence_bits(named) | _union(licence_bits(ALSO_HOLDS.get(licence, ())) for licence in named)


def language_bits(languages: Iterable[str]) -> int:
    return _union(1 << LANGUAGES.index(language) if language in LANGUAGES else OTHER_LANGUAGE for language in languages)


@lru_cache(maxsize=4096)
def licences_of(bits: int) -> tuple[Licence, ...]:
    return tuple(licence for licence, bit in LICENCE_BIT.items() if bits & bit)


@lru_cache(maxsize=4096)
def languages_of(bits: int) -> tuple[str, ...]:
    """Language codes in bit order; `OTHER_LANGUAGE_CODE` stands for those outside `LANGUAGES`."""
    named = tuple(language for position, language in enumerate(LANGUAGES) if bits >> position & 1)
    return (*named, OTHER_LANGUAGE_CODE) if bits & OTHER_LANGUAGE else named


def _union(bits: Iterable[int]) -> int:
    total = 0
    for bit in bits:
        total |= bit
    return total
