"""The criteria of a demand, each with what would loosen it, in the words of the employer who reads them.

A criterion is loosened by going without it or, where it is a matter of degree (a radius, a pay, months), by asking
less. Amounts are taken to a coarse step first, so that nobody finds the exact word of a person by asking euro by euro.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isnan
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
from matching.errors import BadParameter
from matching.explain.wording import education, enumeration, euros, kilometres, language, months, quoted
from matching.facets import CONTRACT_LABELS
from matching.filters import availability, consent, contract, experience, licence, pay, place, working_time
from matching.filters import education as levels
from matching.filters import language as languages
from matching.filters.base import Condition, Context, Placed, either, parse_date, parse_decimal, parse_integer
from matching.filters.departement import in_departements
from matching.filters.occupation import in_occupations
from matching.filters.registry import parse
from matching.lookups import Lookups, day_number
from matching.retrieve import kinship_to
from matching.schema import WORKING_TIME_FULL, Collection
from matching.sides import ColumnReader

PAY_STEP: Final = 50
"""Euros a month to which an offered pay is taken down before people are counted."""
DISTANCE_STEP: Final = 10
"""Kilometres to which a radius is taken."""
MONTHS_STEP: Final = 6
WIDER_KM: Final = (20, 30, 50, 70, 100, 150)
COMMUTE_KM: Final = 30.0
"""People who live so near the workplace are counted as within reach of a lift, a shuttle or some days at home."""
DESK_WORK: Final = ("C", "D1401", "D1402", "D1408", "E11", "F11", "H12", "K19", "K24", "M")
"""Beginnings of the ROME codes of work at a desk, which may be done from home: bank, insurance and property, sales at a
distance, writing and publishing, design offices, law, research, and what supports a firm."""
MOST_SKILLS: Final = 4
"""Required skills that are told apart, in the order of the demand's importance."""
SOONEST_RAISE: Final = 0.05
WIDEST_RAISE: Final = 0.15
"""Shares of the pay offered by which a raise is looked into, at least and at most."""

ALONE: Final = frozenset({"exclure"})
"""Parameters that pick people one by one: a diagnosis is of a demand, not of a list."""


@dataclass(frozen=True, eq=False)
class Criterion:
    """One thing that the demand asks for."""

    name: str
    """As the API gives it."""
    asked: str
    loosened: str
    """What would be done instead, as the end of "… : + 40 profils"."""
    condition: Condition
    looser: Condition | None = None
    """What is still asked of those who come in; None: nothing."""
    skill: int = -1
    """Row of the skill that is required, -1 for another criterion."""


@dataclass(frozen=True, eq=False)
class Asked:
    """A demand as it is counted."""

    criteria: tuple[Criterion, ...]
    kept: tuple[Condition, ...]
    """Asked whatever is loosened: consent first."""
    question: str
    """What tells this demand from others that count people otherwise."""
    subject: str
    """The domain of work and the département: what demands on the same people have in common."""

    def conditions(self) -> tuple[Condition, ...]:
        """Those of the criteria in order, then what is still asked where one of them is loosened."""
        return (
            *(item.condition for item in self.criteria),
            *(item.looser for item in self.criteria if item.looser is not None),
        )


def asked_of(
    lookups: Lookups, job: ColumnReader, parameters: Mapping[str, str], today: dt.date, pay_median: float
) -> Asked:
    """The criteria of the one job that `job` reads and of filters on people, at most what one pass can count.

    `pay_median`: gross euros a month that such jobs pay around there, NaN unknown. What does not fit is kept.
    Raises UnknownParameter, BadParameter, also for parameters that pick people.
    """
    given = coarse(parameters)
    context = Context(Collection.PROFILES, lookups, today)
    parse(given, context)
    kept: list[Condition] = [consent.visible_to_employers]
    criteria: list[Criterion] = []
    criteria += _occupation(lookups, job, kept)
    criteria += _reach(lookups, job, kept)
    criteria += _zone(lookups, given, context, kept)
    criteria += _licences(job)
    criteria += _contract(job)
    criteria += _working_time(job)
    criteria += _pay(job, pay_median)
    criteria += _experience(job)
    criteria += _background(job)
    criteria += _filters(given, context)
    criteria += _skills(lookups, job)
    occupation, workplace = int(job("occupation")[0]), int(job("commune")[0])
    told = sorted(given.items()), [(item.name, item.asked, item.loosened) for item in criteria]
    question = repr((occupation, workplace, int(job("departement")[0]), told))
    domain = lookups.reference.rome.codes[occupation][:3] if occupation >= 0 else ""
    subject = f"{domain} {int(job('departement')[0])}"
    return _fitting(criteria, kept, question, subject)


def coarse(parameters: Mapping[str, str]) -> dict[str, str]:
    """Filters on people in the steps of this page. Raises BadParameter for one that picks people one by one."""
    found = dict(parameters)
    for name in ALONE & found.keys():
        raise BadParameter(name, found[name], "à retirer : un diagnostic porte sur une demande, pas sur des personnes")
    if "commune" in found and "," in found["commune"]:
        raise BadParameter("commune", found["commune"], "une seule commune pour un diagnostic")
    if "distance" in found:
        km = parse_decimal("distance", found["distance"], DISTANCE_STEP, place.MOST_KM)
        found["distance"] = str(min(DISTANCE_STEP * ceil(km / DISTANCE_STEP), int(place.MOST_KM)))
    if "experienceMois" in found:
        asked = parse_integer("experienceMois", found["experienceMois"], 0, 600)
        found["experienceMois"] = str(MONTHS_STEP * (asked // MONTHS_STEP))
    if "disponibleAvant" in found:
        day = parse_date("disponibleAvant", found["disponibleAvant"])
        found["disponibleAvant"] = _month_end(day).isoformat()
    return found


def offered_pay(job: ColumnReader) -> float:
    """The pay that people are counted for: the most that is offered, in whole steps; NaN where none is told."""
    amount = float(job("pay_max")[0])
    return amount if isnan(amount) else PAY_STEP * (amount // PAY_STEP)


def raised_pay(offered: float, median: float) -> float:
    """The next pay worth a look: the market's where that is a little above what is offered, else a small raise."""
    least = PAY_STEP * ceil(round(offered * (1 + SOONEST_RAISE) / PAY_STEP, 6))
    market = PAY_STEP * ceil(median / PAY_STEP) if not isnan(median) else 0.0
    return market if least < market <= offered * (1 + WIDEST_RAISE) else float(least)


def _month_end(day: dt.date) -> dt.date:
    following = (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    return following - dt.timedelta(days=1)


def _occupation(lookups: Lookups, job: ColumnReader, kept: list[Condition]) -> list[Criterion]:
    occupation = int(job("occupation")[0])
    if occupation < 0:
        return []
    rome = lookups.reference.rome
    near = kinship_to(lookups, occupation).near
    domain = rome.codes[occupation][:3]
    alike = np.append(np.array([code[:3] == domain for code in rome.codes]), False)
    wider = in_occupations(near | alike)
    kept.append(wider)
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


def _zone(lookups: Lookups, given: Mapping[str, str], context: Context, kept: list[Condition]) -> list[Criterion]:
    found: list[Criterion] = []
    circle = {name: given[name] for name in ("commune", "distance", "tempsTrajet", "mode") if name in given}
    if circle:
        condition = _one(circle, context)
        name = lookups.reference.communes.names[place.commune_rows(lookups, "commune", given["commune"])[0]]
        if "tempsTrajet" in circle:
            minutes = int(circle["tempsTrajet"])
            wider_minutes = min(minutes * 2, place.MOST_MINUTES)
            wider = either(condition, _one({**circle, "tempsTrajet": str(wider_minutes)}, context))
            asked, loosened = f"habiter à {minutes} min de {name}", f"à {wider_minutes} minutes de trajet"
        else:
            km = float(circle.get("distance", place.DEFAULT_KM))
            further = next((step for step in WIDER_KM if step > km), round(2 * km))
            wider = _one({**circle, "distance": str(min(further, int(place.MOST_KM)))}, context)
            asked, loosened = f"habiter à {kilometres(km)} de {name}", f"à {further} km"
        kept.append(wider)
        found.append(Criterion("distance", asked, loosened, condition, wider))
    areas = {name: given[name] for name in ("departement", "region") if name in given}
    if areas:
        condition = _one(areas, context)
        rows = [lookups.departement_rows[code.strip()] for code in areas.get("departement", "").split(",") if code]
        regions = {lookups.region_of_departement[lookups.departements[row]] for row in rows}
        if "region" not in areas and regions:
            wider = _one({"departement": areas["departement"], "region": ",".join(sorted(regions))}, context)
            found.append(Criterion("departement", "habiter le département", "dans toute la région", condition, wider))
            kept.append(wider)
        else:
            found.append(Criterion("region", "habiter la région", "sans limite de région", condition))
    if "bassin" in given:
        condition = _one({"bassin": given["bassin"]}, context)
        found.append(Criterion("bassin", "habiter le bassin d'emploi", "hors de ce bassin d'emploi", condition))
    return found


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
    return _months_of(told if not isnan(told) else UNSPECIFIED_MONTHS, known_alone=True)


def _months_of(asked: float, known_alone: bool) -> list[Criterion]:
    """At least so many months in the job; `known_alone`: only people whose background may be read."""
    if asked <= 0:
        return []

    def having(least: float) -> Condition:
        enough = experience.at_least(int(least))
        return (lambda view: enough(view) & view.column("profiling")) if known_alone else enough

    less = MONTHS_STEP * (asked / 2 // MONTHS_STEP)
    looser = having(less) if less >= MONTHS_STEP else None
    shorter = f"avec {months(less)} d'expérience au lieu de {months(asked)}"
    loosened = "débutants acceptés" if looser is None else shorter
    return [Criterion("experience", f"avoir {months(asked)} d'expérience", loosened, having(asked), looser)]


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


_OCCUPATIONS: Final = ("codeROME", "appellation", "grandDomaine", "domaine")
_PLAIN_FILTERS: Final[tuple[tuple[tuple[str, ...], str, str, str], ...]] = (
    (_OCCUPATIONS, "metierVise", "viser ces métiers", "sans filtre de métier"),
    (("typeContrat",), "contratAccepte", "accepter ces contrats", "en ouvrant à d'autres contrats"),
    (("niveauFormation",), "niveauFormation", "avoir ce niveau de formation", "sans condition de diplôme"),
    (("langue",), "langueParlee", "parler ces langues", "sans condition de langue"),
    (("permis",), "permisDetenu", "avoir ces permis", "sans condition de permis"),
    (("tempsPlein",), "tempsAccepte", "accepter ce temps de travail", "à temps plein comme à temps partiel"),
)  # fmt: skip


def _filters(given: Mapping[str, str], context: Context) -> list[Criterion]:
    """Criteria that came as parameters of the search."""
    found: list[Criterion] = []
    for names, name, asked, loosened in _PLAIN_FILTERS:
        own = {each: given[each] for each in names if each in given}
        if own:
            found.append(Criterion(name, asked, loosened, _one(own, context)))
    if "experienceMois" in given:
        found += _months_of(float(given["experienceMois"]), known_alone=False)
    if "disponibleAvant" in given:
        day = dt.date.fromisoformat(given["disponibleAvant"])
        later = day + dt.timedelta(days=31)
        found.append(
            Criterion(
                "disponibleAvant",
                f"être disponible au plus tard le {day:%d/%m/%Y}",
                "en attendant un mois de plus",
                availability.available_by(day_number(day)),
                availability.available_by(day_number(_month_end(later))),
            )
        )
    return found


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


def _one(own: Mapping[str, str], context: Context) -> Condition:
    return parse(own, context)[0]


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
