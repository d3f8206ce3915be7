"""The contract and how long it lasts."""

from collections.abc import Iterator
from typing import Final

import re2

from features.records import Contract
from matching.explain.wording import months as in_months
from matching.facets import CONTRACT_LABELS
from matching.reading.items import FIGURE, MOST_MONTHS, Item, Text, number_of

_CONTRACTS: Final = tuple(
    (re2.compile(pattern), code)
    for pattern, code in (
        (r"\b(?:cdi interimaire|cdii)\b", Contract.CDI_INTERIM),
        (r"\b(?:cddi|cdd d.?insertion|contrat d.?insertion)\b", Contract.INSERTION_CDD),
        (
            r"\b(?:c\.?d\.?i\.?|duree indeterminee|contrat a duree indeterminee|poste perenne"
            r"|embauche definitive)(?:\b|$)",
            Contract.CDI,
        ),
        (
            r"\b(?:saisonnie?re?s?|(?:contrat |pour la |la )?saison(?: (?:d.ete|d.hiver|estivale|hivernale))?)\b",
            Contract.SEASONAL,
        ),
        (
            r"\b(?:c\.?d\.?d\.?|duree determinee|contrat court|remplacement(?: (?:de )?conge (?:maternite|parental"
            r"|maladie))?)(?:\b|$)",
            Contract.CDD,
        ),
        (r"\b(?:en |mission(?:s)? (?:d.)?)?interim(?:aire)?s?\b|\bmission (?:courte|longue)\b", Contract.INTERIM),
        (r"\b(?:en )?(?:freelance|free-lance|independant|liberal|auto-?entrepreneur)e?s?\b", Contract.SELF_EMPLOYED),
    )
)
_NOT_WANTED: Final = re2.compile(r"(?:pas (?:de |d.|en )?|sans |ni |sauf |hors )$")
_ABSTAIN: Final = re2.compile(
    r"^ (?:s.abstenir|exclue?s?|refusee?s?|non accepte(?:e|s|es)?|(?:ne sont )?pas acceptee?s?)\b"
)
_WORK_STUDY: Final = re2.compile(
    r"\b(?:en |contrat (?:en |d.)?)?(?:alternance|alternante?s?|apprentissage|apprentie?s?"
    r"|contrat (?:de )?pro(?:fessionnalisation)?)\b"
)
_LENGTH: Final = re2.compile(
    rf"(?:\bpour |\bde |\bd.une duree de |\bpendant |\b){FIGURE} ?(?:mois|semaines?|ans?|jours?)\b"
)
_LENGTH_PARTS: Final = re2.compile(rf"({FIGURE}) ?(mois|semaine|an|jour)")
_UNIT_MONTHS: Final = {"mois": 1.0, "semaine": 12 / 52, "an": 12.0, "jour": 12 / 365}
_ONE_CONTRACT: Final = "Dites plutôt le contrat que vous proposez : c'est lui qui est cherché."
_SEVERAL: Final = "Un seul contrat est cherché à la fois : le premier qui est dit."


def contracts(text: Text) -> Iterator[Item]:
    """The contract and how long it lasts; what is refused ("pas d'intérim") is read as such and asks for nothing."""
    for match in text.find(_WORK_STUDY):
        span = _refused(text, *match.span())
        if span is not None:
            text.take(*span)
            yield Item("alternance", None, "Pas d'alternance", *span, used=False)
            continue
        text.take(*match.span())
        yield Item("alternance", True, "En alternance", *match.span())
    found = False
    for pattern, contract in _CONTRACTS:
        for match in text.find(pattern):
            start, end = match.span()
            refused = _refused(text, start, end)
            if refused is not None:
                text.take(*refused)
                label = f"Pas de {CONTRACT_LABELS[contract].lower()}"
                yield Item("typeContrat", None, label, *refused, used=False, note=_ONE_CONTRACT)
                continue
            text.take(start, end)
            if found:
                yield Item(
                    "typeContrat", contract.value, CONTRACT_LABELS[contract], start, end, used=False, note=_SEVERAL
                )
                continue
            found = True
            yield Item("typeContrat", contract.value, CONTRACT_LABELS[contract], start, end)
            yield from _length(text, contract, end)


def _refused(text: Text, start: int, end: int) -> tuple[int, int] | None:
    """Where words are refused, with what refuses them before or after ("pas de", "s'abstenir"); None: they are not."""
    before = _NOT_WANTED.search(text.plain[:start])
    after = _ABSTAIN.search(text.plain[end:])
    if before is None and after is None:
        return None
    return start if before is None else before.start(), end if after is None else end + after.end()


def _length(text: Text, contract: Contract, after: int) -> Iterator[Item]:
    """How long a contract that ends lasts: the length that follows it, or comes before within a few words."""
    if contract in (Contract.CDI, Contract.CDI_INTERIM, Contract.SELF_EMPLOYED):
        return
    for match in text.find(_LENGTH):
        start, end = match.span()
        far = start - after > 15 or after - end > 25
        if far or text.plain[end : end + 12].strip().startswith(("d'exp", "de exp", "exp", "d exp")):
            continue
        parts = _LENGTH_PARTS.search(text.plain[start:end])
        months = round(number_of(parts[1]) * _UNIT_MONTHS[parts[2]], 2)
        if months > MOST_MONTHS:
            continue
        text.take(start, end)
        yield Item("dureeContratMois", months, in_months(months) if months >= 1 else "moins d'un mois", start, end)
        return
