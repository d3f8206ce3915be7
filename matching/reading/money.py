"""Pay: an amount or a range, by the hour, month or year, gross or net."""

from collections.abc import Iterator
from typing import Final

import re2

from features.pay import MONTHLY_HOURS, plausible
from matching.explain.wording import euros
from matching.reading.items import Item, Match, Text

GROSS_OF_NET: Final = 1 / 0.78
"""Usual ratio of gross to net pay of an employee of the private sector who is no executive (about 22 % of
contributions)."""

_AMOUNT: Final = r"(\d{1,3}(?:[ .]\d{3})|\d{1,6}(?:[.,]\d{1,2})?) ?(k€|k ?euros|k\b|€|euros?|eur)?(\d{2}\b)?"
_GROSS: Final = r"(?: ?(bruts?|nets?))?"
_PERIOD: Final = (
    r"(?: ?(?:/|par|de l.|l.|du|le|x)? ?(heures?|h|horaires?|mois|mensuel(?:s|le|les)?|mensuellement"
    r"|ans?|annuel(?:s|le|les)?|annee|jours?)\b)?"
)
_PAY: Final = re2.compile(
    rf"(?:\b(?:salaire|paye?e?s?|remuneration|remuneree?s?|remunere a|taux(?: horaire)?)(?: de base| propose| brut"
    rf"| net| mensuel| horaire| annuel)*"
    rf" ?:?(?: (?:de|a|entre|autour de|environ|jusqu.a|a partir de|d.environ))* ?)?"
    rf"\b{_AMOUNT}{_GROSS}{_PERIOD}{_GROSS}{_PERIOD}(?: ?(?:a|-|et|/) ?{_AMOUNT}{_GROSS}{_PERIOD}{_GROSS}{_PERIOD})?"
)
_MOST_BEFORE: Final = re2.compile(
    r"\b((?:salaire |budget |paye |remuneration )?(?:max(?:i|imum)?|jusqu.a|au plus|pas plus de"
    r"|plafond(?: de)?)) ?:? ?$"
)
_MOST_AFTER: Final = re2.compile(r"^ ?(?:max(?:i|imum)?|au plus)\b")
_MOST_WITHIN: Final = re2.compile(r"jusqu.a \d")
_LEAST_BEFORE: Final = re2.compile(
    r"\b((?:salaire |paye |remuneration )?(?:min(?:i|imum)?|au moins|a partir de)) ?:? ?$"
)
_LEAST_WITHIN: Final = re2.compile(r"a partir de \d")
_CUE: Final = re2.compile(r"^(?:salaire|pay|remuner|taux)")
_SMIC: Final = re2.compile(r"\b(?:(?:salaire|payee?s?|remuneree?s?) ?:?(?: au| a)? )?(?:au )?smic(?: ?\+ ?\d+ ?%?)?\b")
_AGREED: Final = re2.compile(
    r"\b(?:salaire|remuneration) (?:selon (?:profil|experience|convention|competences)|a (?:negocier|definir)"
    r"|attracti(?:f|ve))\b|\bsalaire \?"
)


def pay(text: Text) -> Iterator[Item]:
    """Gross euros a month for full time, as the offer takes them; what cannot be read says what to write."""
    for match in text.find(_PAY):
        start, end = match.span()
        read = _monthly(match)
        if read is None:
            continue
        low, high, net = read
        text.take(start, end)
        note = (
            "Le montant était net : il a été converti en brut (environ 22 % de cotisations). Vérifiez-le."
            if net
            else None
        )
        most, most_end = _MOST_AFTER.search(text.plain[end:]), end
        least = _LEAST_BEFORE.search(text.plain[: match.start()])
        capped = _MOST_BEFORE.search(text.plain[: match.start()])
        if low == high and (capped or most or _MOST_WITHIN.search(match[0])):
            start = capped.start(1) if capped else start
            end = most_end + most.end() if most else end
            text.take(start, end)
            label = f"au plus {euros(high)} brut par mois"
            yield Item("salaire.maxMensuel", high, label, start, end, note=note)
            return
        if low == high and (least or _LEAST_WITHIN.search(match[0])):
            start = least.start(1) if least else start
            text.take(start, end)
            label = f"au moins {euros(low)} brut par mois"
            yield Item("salaire.minMensuel", low, label, start, end, note=note)
            return
        label = f"{euros(low)} brut par mois" if low == high else f"de {euros(low)} à {euros(high)} brut par mois"
        yield Item("salaire.minMensuel", low, label, start, end, note=note)
        yield Item("salaire.maxMensuel", high, label, start, end)
        return
    for match in text.find(_SMIC):
        text.take(*match.span())
        note = "Écrivez le montant en euros : le SMIC change, et le vôtre se lit mieux chiffré."
        yield Item("salaire", None, "Au SMIC", *match.span(), note=note, used=False)
        return
    for match in text.find(_AGREED):
        text.take(*match.span())
        note = "Une fourchette en euros élargit le vivier : donnez-la si vous le pouvez."
        yield Item("salaire", None, "Salaire non chiffré", *match.span(), note=note, used=False)
        return


def _monthly(match: Match) -> tuple[float, float, bool] | None:
    """Least and most gross euros a month, and whether they were net; None for what is no pay."""
    groups = list(match.groups())
    first, second = groups[:7], groups[7:14]
    words = match[0]
    units = [unit for unit in (first[1], second[1]) if unit]
    period = next((each for part in (second, first) for each in (part[4], part[6]) if each), None)
    gross = next((each for part in (first, second) for each in (part[3], part[5]) if each), None)
    thousands = any(unit.startswith("k") for unit in units)
    if not units and not _CUE.search(words) and gross is None:
        return None
    amounts = [
        value * (1000 if thousands and value < 1000 else 1)
        for part in (first, second)
        if part[0] and (value := _figure(part[0], part[2])) > 0
    ]
    if not amounts:
        return None
    per_month = _per_month(period, max(amounts))
    if per_month is None:
        return None
    net = gross is not None and gross.startswith("net")
    factor = per_month * (GROSS_OF_NET if net else 1)
    low, high = (round(plausible(round(amount * factor, 2)) or 0) for amount in (min(amounts), max(amounts)))
    return (float(low), float(high), net) if low > 0 and high > 0 else None


def _figure(written: str, cents: str | None) -> float:
    words = written.replace(" ", "")
    if "." in words and len(words.split(".")[1]) == 3:
        words = words.replace(".", "")
    return float(words.replace(",", ".")) + (int(cents) / 100 if cents else 0)


def _per_month(period: str | None, amount: float) -> float | None:
    """What turns an amount into one by the month; where no period is told, the size tells it. None: by the day."""
    if period is None:
        return MONTHLY_HOURS if amount < 60 else 1.0 if amount < 12_000 else 1 / 12
    if period.startswith("j"):
        return None
    return MONTHLY_HOURS if period.startswith("h") else 1.0 if period.startswith("m") else 1 / 12
