"""The criteria of a demand, each with what would loosen it, in the words of the employer who reads them.

A criterion is loosened by going without it or, where it is a matter of degree (a radius, a pay, months), by asking
less; amounts are taken to a coarse step first (`steps`).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from math import isnan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.bits import CONTRACT_BIT, languages_of, licences_of
from features.pairs.base import NO_SKILL
from features.pairs.experience import UNSPECIFIED_MONTHS
from features.pairs.skills_required import REQUIRED_WEIGHT
from features.records import Contract
from features.text import normalise
from matching.catalogue import View
from matching.counting import MOST_CRITERIA
from matching.diagnosis.criterion import Asked, Criterion
from matching.diagnosis.filter_criteria import filter_criteria, months_criteria, zone_criteria
from matching.diagnosis.steps import coarse, offered_pay, raised_pay
from matching.explain.wording import education, enumeration, euros, kilometres, language, quoted
from matching.facets import CONTRACT_LABELS
from matching.filters import consent, contract, licence, pay, place, working_time
from matching.filters import education as levels
from matching.filters import language as languages
from matching.filters.base import Condition, Context, Placed, either
from matching.filters.departement import in_departements
from matching.filters.occupation import in_occupations
from matching.filters.registry import parse
from matching.lookups import Lookups
from matching.retrieve import domain_of, kinship_to
from matching.schema import WORKING_TIME_FULL, Collection
from matching.sides import ColumnReader

COMMUTE_KM: Final = 30.0
"""People who live so near the workplace are counted as within reach of a lift, a shuttle or some days at home."""
DESK_WORK: Final = ("C", "D1401", "D1402", "D1408", "E11", "F11", "H12", "K19", "K24", "M")
"""Beginnings of the ROME codes of work at a desk, which may be done from home: bank, insurance and property, sales at a
distance, writing and publishing, design offices, law, research, and what supports a firm."""
MOST_SKILLS: Final = 4
"""Required skills that are told apart, in the order of the demand's importance."""


def asked_of(
    lookups: Lookups,
    job: ColumnReader,
    parameters: Mapping[str, str],
    today: dt.date,
    pay_median: float,
    open_domain: bool = False,
) -> Asked:
    """The criteria of the one job that `job` reads and of filters on people, at most what one pass can count.

    `open_domain` as `Demand.open_domain`. `pay_median`: gross euros a month that such jobs pay around there, NaN
    unknown. What does not fit is kept.
    Raises UnknownParameter, BadParameter, also for parameters that pick people.
    """
    given = coarse(parameters)
    context = Context(Collection.PROFILES, lookups, today)
    parse(given, context)
    kept: list[Condition] = [consent.visible_to_employers]
    criteria: list[Criterion] = []
    criteria += _occupation(lookups, job, kept, open_domain)
    criteria += _reach(lookups, job, kept)
    criteria += zone_criteria(lookups, given, context, kept)
    criteria += _licences(job)
    criteria += _contract(job)
    criteria += _working_time(job)
    criteria += _pay(job, pay_median)
    criteria += _experience(job)
    criteria += _background(job)
    criteria += filter_criteria(given, context)
    criteria += _skills(lookups, job)
    occupation, workplace = int(job("occupation")[0]), int(job("commune")[0])
    told = sorted(given.items()), open_domain, [(item.name, item.asked, item.loosened) for item in criteria]
    question = repr((occupation, workplace, int(job("departement")[0]), told))
    domain = lookups.reference.rome.codes[occupation][:3] if occupation >= 0 else ""
    subject = f"{domain} {int(job('departement')[0])}"
    return _fitting(criteria, kept, question, subject)


def _occupation(lookups: Lookups, job: ColumnReader, kept: list[Condition], open_domain: bool) -> list[Criterion]:
    occupation = int(job("occupation")[0])
    if occupation < 0:
        return []
    rome = lookups.reference.rome
    near = kinship_to(lookups, occupation).near
    domain = rome.codes[occupation][:3]
    wider = in_occupations(near | domain_of(lookups, occupation))
    kept.append(wider)
    if open_domain:
        return []
    return [
        Criterion(
            "metier",
            f"viser {quoted(rome.labels[occupation])} ou un métier proche",
            f"en ouvrant à tout le domaine {quoted(rome.domains.get(domain, domain))}",
            in_occupations(near),
            wider,
        )
    ]


def _reach(lookups: Lookups, job: ColumnReader, kept: list[Condition]) -> list[Criterion]:
    workplace, area = int(job("commune")[0]), int(job("departement")[0])
    if workplace < 0:
        if area >= 0:
            kept.append(in_departements(lookups, {area}))
        return []
    near = place.in_own_reach(lookups, workplace)
    occupation = int(job("occupation")[0])
    at_a_desk = occupation >= 0 and lookups.reference.rome.codes[occupation].startswith(DESK_WORK)
    helped = "au déplacement, ou par du télétravail" if at_a_desk else "au déplacement (covoiturage, navette)"
    wider = either(near, place.within(lookups, [workplace], COMMUTE_KM))
    kept.append(wider)
    return [
        Criterion(
            "trajet",
            f"accepter de venir travailler à {lookups.reference.communes.names[workplace]}",
            f"en aidant {helped}, jusqu'à {kilometres(COMMUTE_KM)}",
            near,
            wider,
        )
    ]


def _licences(job: ColumnReader) -> list[Criterion]:
    bits = int(job("licences_required")[0])
    if not bits:
        return []
    names = _licence_names(bits)
    return [Criterion("permis", f"avoir le permis {names}", f"sans le permis {names}", licence.holding(bits))]


def _licence_names(bits: int) -> str:
    return enumeration([item.value for item in licences_of(bits)])


def _contract(job: ColumnReader) -> list[Criterion]:
    bits = int(job("contract")[0])
    if not bits:
        return []
    permanent = CONTRACT_BIT[Contract.CDI]
    label = next(CONTRACT_LABELS[member] for member, bit in CONTRACT_BIT.items() if bits & bit)
    asked = f"accepter ce contrat ({label.lower() if label[:3] != 'CDI' and label[:3] != 'CDD' else label})"
    if bits & permanent:
        return [Criterion("typeContrat", asked, "en ouvrant à d'autres contrats", contract.of_contracts(bits))]
    return [
        Criterion(
            "typeContrat",
            asked,
            "en proposant aussi un CDI",
            contract.of_contracts(bits),
            contract.of_contracts(bits | permanent),
        )
    ]


def _working_time(job: ColumnReader) -> list[Criterion]:
    code = int(job("working_time")[0])
    if not code:
        return []
    full = code == WORKING_TIME_FULL
    return [
        Criterion(
            "tempsPlein",
            "accepter un temps plein" if full else "accepter un temps partiel",
            "en ouvrant aussi à temps partiel" if full else "en ouvrant aussi à temps plein",
            working_time.not_against(code),
        )
    ]


def _pay(job: ColumnReader, median: float) -> list[Criterion]:
    offered = offered_pay(job)
    if isnan(offered):
        return []
    more = raised_pay(offered, median)
    return [
        Criterion(
            "salaire",
            f"accepter {euros(offered)} brut par mois",
            f"à {euros(more)} brut par mois",
            pay.floor_at_most(offered),
            pay.floor_at_most(more),
        )
    ]


def _experience(job: ColumnReader) -> list[Criterion]:
    if int(job("experience_demand")[0]) != 3:
        return []
    told = float(job("experience_months")[0])
    return months_criteria(told if not isnan(told) else UNSPECIFIED_MONTHS, known_alone=True)


def _background(job: ColumnReader) -> list[Criterion]:
    found: list[Criterion] = []
    level = int(job("education_required")[0])
    if level:
        name = education(level)
        found.append(Criterion("diplome", f"avoir le niveau {name}", "sans exiger le diplôme", levels.held(level)))
    bits = int(job("languages_required")[0])
    if bits:
        names = [language(code) for code in languages_of(bits)]
        asked, loosened = enumeration(names), enumeration([_the(name) for name in names])
        found.append(Criterion("langue", f"parler {asked}", f"sans exiger {loosened}", languages.speaking(bits)))
    return found


def _the(name: str) -> str:
    """« l'anglais », « le russe », « une autre langue »."""
    if name.startswith("une "):
        return name
    return f"l'{name}" if normalise(name)[0] in "aeiouh" else f"le {name}"


def _skills(lookups: Lookups, job: ColumnReader) -> list[Criterion]:
    """The skills that the job requires (exigence E), those that weigh most first."""
    rows = job("skills")[0][job("skill_weights")[0].astype(np.float32) == REQUIRED_WEIGHT]
    labels = lookups.reference.rome.skill_labels
    return [
        Criterion(
            "competence",
            f"déclarer la compétence {quoted(labels[row])}",
            f"sans exiger {quoted(labels[row])}",
            declaring(row),
            skill=row,
        )
        for row in rows[rows != NO_SKILL][:MOST_SKILLS].tolist()
    ]


def declaring(skill: int) -> Condition:
    """Profiles that declare a skill (a row), of people who agreed that their background be used."""

    def condition(view: View) -> NDArray[np.bool_]:
        held: NDArray[np.bool_] = (view.column("skills") == skill).any(axis=1) & view.column("profiling")
        return held

    return condition


def _fitting(criteria: Sequence[Criterion], kept: Sequence[Condition], question: str, subject: str) -> Asked:
    """As many criteria as one pass tells apart, the first ones; the others are kept."""
    used, taken = 0, 0
    for item in criteria:
        used += 1 + (item.looser is not None)
        if used > MOST_CRITERIA:
            break
        taken += 1
    beyond = [item.condition for item in criteria[taken:]]
    return Asked(tuple(criteria[:taken]), (*_placed_first(kept), *beyond), question, subject)


def _placed_first(kept: Sequence[Condition]) -> list[Condition]:
    return sorted(kept, key=lambda item: not isinstance(item, Placed))
