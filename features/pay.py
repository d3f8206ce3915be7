"""Pay labels of job offers, read as gross euros a month for full time."""

import re
from typing import Final

from features.records import Pay
from features.text import normalise

MONTHLY_HOURS: Final = 151.67
"""Hours a month at 35 hours a week (Code du travail, art. L. 3121-27: 35 x 52 / 12)."""

PLAUSIBLE_MONTHLY: Final = (300.0, 20_000.0)
"""Outside of these gross euros a month an amount is a mistake, or a yearly one labelled monthly: it is left unknown."""

_AMOUNT: Final = re.compile(
    r"(?<![\w.,%])(\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:[.,](\d{1,2}))?(?![\d%])\s*(k(?![a-z]))?", re.IGNORECASE
)
_SPREAD: Final = re.compile(r"\bsur\s+\d+(?:[.,]\d+)?\s*mois", re.IGNORECASE)
_NET: Final = re.compile(r"\bnets?\b")
_PERIODS: Final = (
    ("hour", re.compile(r"\b(?:horaire|heure|h)\b")),
    ("month", re.compile(r"\b(?:mensuel|mensuelle|mois)\b")),
    ("year", re.compile(r"\b(?:annuel|annuelle|an|annee)\b")),
)
_OTHER_PERIOD: Final = re.compile(r"\b(?:jour|journee|semaine|tjm|autre|cachet|tache)\b")
_PER_MONTH: Final = {"hour": MONTHLY_HOURS, "month": 1.0, "year": 1 / 12}


def parse_pay(label: str | None) -> Pay:
    """The pay that a label says ("Mensuel de 1800.0 Euros à 2100.0 Euros sur 12 mois"), the label kept as published.

    An annual amount is spread over 12 months; a monthly one is taken as it is, whatever the number of months it is
    paid for. Net amounts, amounts by the day, amounts without a period and implausible ones stay unknown: a pay
    that is guessed would filter people out. None or blank gives an empty Pay.
    """
    text = (label or "").strip()
    if not text:
        return Pay()
    amounts = _monthly_amounts(text)
    if not amounts:
        return Pay(label=text)
    low, high = min(amounts), max(amounts)
    return Pay(min_monthly=low, max_monthly=high if len(amounts) > 1 else low, label=text)


def plausible(monthly: float | None) -> float | None:
    """`monthly` if it may be a gross monthly pay, else None."""
    low, high = PLAUSIBLE_MONTHLY
    return monthly if monthly is not None and low <= monthly <= high else None


def _monthly_amounts(text: str) -> list[float]:
    """At most two plausible amounts; empty when any of the first two is not plausible."""
    bare = _SPREAD.sub(" ", text)
    words = normalise(bare)
    period = next((name for name, pattern in _PERIODS if pattern.search(words)), None)
    if period is None or _NET.search(words) or _OTHER_PERIOD.search(words):
        return []
    amounts = [_number(match) for match in _AMOUNT.finditer(bare)][:2]
    if len(amounts) == 2 and _in_thousands(bare) and amounts[0] < 1000:
        amounts = [amount * 1000 if amount < 1000 else amount for amount in amounts]
    monthly = [round(amount * _PER_MONTH[period], 2) for amount in amounts]
    return monthly if all(plausible(amount) is not None for amount in monthly) else []


def _in_thousands(text: str) -> bool:
    """Whether a range says its thousands once, at its end: "45 - 55 k€"."""
    return re.search(r"\d\s*k\s*(?:€|eur|\b)", text, re.IGNORECASE) is not None


def _number(match: re.Match[str]) -> float:
    whole, cents, thousands = match.groups()
    value = float(re.sub(r"\D", "", whole)) + (float(f"0.{cents}") if cents else 0.0)
    return value * 1000 if thousands else value
