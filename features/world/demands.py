"""What an occupation usually asks for: a diploma, a licence, a pay. Orders of magnitude, read from ROME's own text.

ROME's access texts name the diplomas ("CAP", "Bac", "Bac+2", "Master"…) and licences of an occupation in plain words.
The pay scale is an order of magnitude by level of diploma, from the minimum wage up; it is not a statistic.
"""

import re
from dataclasses import dataclass, replace

from features.records import Licence

MINIMUM_WAGE = 1801.80
"""Gross euros a month for 35 h (décret n° 2024-951 of 23 October 2024)."""

_LEVELS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (3, re.compile(r"\b(?:CAP|CAPA|BEP|BEPA|BPA|niveau 3|titre professionnel de niveau V)\b")),
    (4, re.compile(r"\b(?:[Bb]ac(?:calauréat)?(?:\s+pro\w*)?|BP|[Bb]revet professionnel|niveau 4)\b(?!\s*\+)")),
    (5, re.compile(r"\b(?:[Bb]ac\s*\+\s*2|BTSA?|DUT|DEUST|niveau 5)\b")),
    (6, re.compile(r"\b(?:[Bb]ac\s*\+\s*[34]|[Ll]icence|BUT|niveau 6|[Mm]aîtrise)\b")),
    (7, re.compile(r"\b(?:[Bb]ac\s*\+\s*[567]|[Mm]aster|[Ii]ngénieur|DEA|DESS|niveau 7|CAPES|[Aa]grégation)\b")),
    (8, re.compile(r"\b(?:[Dd]octorat|[Bb]ac\s*\+\s*(?:8|9|1\d)|niveau 8)\b")),
)
_STATE_DIPLOMAS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"aide.soignant|auxiliaire de puériculture", re.IGNORECASE), 4),
    (re.compile(r"accompagnant", re.IGNORECASE), 3),
    (re.compile(r"docteur|médecine|pharmac|dentaire|vétérinaire", re.IGNORECASE), 8),
    (re.compile(r"sage-femme|maïeuti|kinésithérap|orthophon", re.IGNORECASE), 7),
    (re.compile(r"infirmi|éducat|assistant de service social|ergothérap|psychomotri", re.IGNORECASE), 6),
)
_STATE_DIPLOMA = re.compile(r"[Dd]iplôme d.[EÉ]tat")
_COMPULSORY = re.compile(r"obligatoire pour exercer|est obligatoire pour|indispensable pour exercer")
_OPEN = re.compile(r"sans (?:aucun )?diplôme|sans qualification|sans formation", re.IGNORECASE)
_LICENCE = re.compile(
    r"[Pp]ermis(?:\s+de conduire)?(?:\s+(?:de\s+)?(?:catégorie|type))?\s*:?\s*\"?"
    r"(AM|A1|A2|A|BE|B1|B|CE|C1|C|EC|DE|D1|D)\b"
)

PAY_BY_LEVEL: dict[int, tuple[float, float]] = {
    0: (MINIMUM_WAGE, 2000.0),
    3: (MINIMUM_WAGE, 2200.0),
    4: (1850.0, 2400.0),
    5: (1980.0, 2800.0),
    6: (2200.0, 3200.0),
    7: (2700.0, 4300.0),
    8: (3300.0, 5600.0),
}


@dataclass(frozen=True)
class Asks:
    """One occupation's usual demands."""

    level: int
    """Lowest diploma level that opens it, 0 when it is open without."""
    needs_diploma: bool
    """A regulated occupation: the diploma is required, not wished."""
    licence: Licence | None
    pay_low: float
    pay_high: float

    def corrected(self, level: int | None, licence: str | None, pay: tuple[float, float] | None) -> "Asks":
        """These demands with what is known for certain; None leaves a demand as it was read."""
        return replace(
            self,
            level=self.level if level is None else level,
            licence=self.licence if licence is None else Licence(licence),
            pay_low=self.pay_low if pay is None else max(pay[0], MINIMUM_WAGE),
            pay_high=self.pay_high if pay is None else max(pay[1], MINIMUM_WAGE),
        )


def asks_of(access: str, regulated: bool, executive: bool, code: str) -> Asks:
    """Demands read from an occupation's access text and flags; an empty text gives an occupation open to all."""
    levels = [level for level, pattern in _LEVELS if pattern.search(access)]
    level = 0 if _OPEN.search(access) or not levels else min(levels)
    if level == 0 and _STATE_DIPLOMA.search(access):
        level = next((known for pattern, known in _STATE_DIPLOMAS if pattern.search(access)), 0)
    compulsory = regulated or _COMPULSORY.search(access) is not None
    if executive:
        level = max(level, 6)
    low, high = PAY_BY_LEVEL[level]
    if executive:
        low, high = low * 1.12, high * 1.15
    return Asks(level, compulsory and level > 0, _licence(access, code), low, high)


def _licence(access: str, code: str) -> Licence | None:
    found = _LICENCE.search(access)
    if found is not None:
        name = "CE" if found.group(1) == "EC" else found.group(1)
        return Licence(name)
    if code.startswith("N41") and re.search(r"poids lourd|super lourd", access, re.IGNORECASE):
        return Licence.C
    return None
