"""An employer's need as the address of a page holds it: words, what was struck, what was corrected, what was loosened.

Everything that a search is made of stands in the address: a page can be kept, shared and gone back to, and no chip
needs a script.
"""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any, Final
from urllib.parse import urlencode

from api.reading_shapes import FIELDS
from matching.diagnosis.filter_criteria import WIDER_KM
from matching.diagnosis.steps import MONTHS_STEP, raised_pay
from matching.errors import BadParameter
from matching.explain.wording import euros, kilometres, months
from matching.lookups import Lookups
from matching.reading.items import Item
from matching.reading.need import NeedReading, need_of, read_need

TEXT, STRUCK, CORRECTED, LOOSENED, LIKE, JOB = "texte", "sans", "choix", "assouplir", "comme", "metier"
MOST: Final = 200
Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What an address asks for."""

    text: str
    struck: frozenset[int] = frozenset()
    """Places of the items that were taken off."""
    corrected: Mapping[int, str] = dataclasses.field(default_factory=dict)
    """Other values of items, among those that they offer."""
    loosened: tuple[str, ...] = ()
    """Criteria that were loosened, in order; one may come twice."""
    like: tuple[str, ...] = ()
    job: str = ""
    """The ROME code that was chosen, where the words left it open."""

    def address(self, number: int = 1) -> str:
        given = {
            TEXT: self.text,
            STRUCK: ",".join(map(str, sorted(self.struck))),
            CORRECTED: ",".join(f"{place}:{value}" for place, value in sorted(self.corrected.items())),
            LOOSENED: ",".join(self.loosened),
            LIKE: ",".join(self.like),
            JOB: self.job,
            "page": "" if number == 1 else str(number),
        }
        return "/recruter?" + urlencode({name: value for name, value in given.items() if value})


@dataclass(frozen=True)
class Chip:
    """A part of the need in words, with the ways to take it off or to mean something else."""

    name: str
    label: str
    without: str
    others: tuple[tuple[str, str], ...]
    """(label, address)"""
    note: str | None


@dataclass(frozen=True)
class Read:
    """A need that was read."""

    reading: NeedReading
    need: Json
    chips: tuple[Chip, ...]
    loosened: tuple[tuple[str, str], ...]
    """What was loosened, in words, and the address without it."""
    unread: tuple[tuple[str, str | None], ...]
    """Words that were not understood, and why where that is known."""


def asked_of(given: Mapping[str, str]) -> Asked:
    """Raises BadParameter for places that are no numbers."""
    corrected = {}
    for part in _parts(given, CORRECTED):
        place, _, value = part.partition(":")
        corrected[_place(CORRECTED, place)] = value
    return Asked(
        given.get(TEXT, "").strip(),
        frozenset(_place(STRUCK, part) for part in _parts(given, STRUCK)),
        corrected,
        tuple(_parts(given, LOOSENED)),
        tuple(_parts(given, LIKE)),
        given.get(JOB, ""),
    )


def _parts(given: Mapping[str, str], name: str) -> list[str]:
    return [part for part in given.get(name, "").split(",")[:MOST] if part]


def _place(name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text):
        raise BadParameter(name, text, "le rang d'un élément lu")
    return int(text)


def read(asked: Asked, lookups: Lookups, today: Any) -> Read:
    """What an address asks for, read. For a worker thread."""
    reading = read_need(lookups, asked.text, today)
    items = {place: _corrected(item, asked.corrected.get(place)) for place, item in enumerate(reading.items)}
    left = {place: item for place, item in items.items() if place not in asked.struck}
    need = need_of(tuple(left.values()))
    chips = _chips(left, asked)
    rome = lookups.reference.rome
    if asked.job and rome.contains(asked.job):
        label = rome.labels[rome.row_of(asked.job)]
        need = {"intitule": label, **need, "romeCode": asked.job}
        chips.append(Chip("Métier", label, dataclasses.replace(asked, job="").address(), (), None))
    told = []
    for place, name in enumerate(asked.loosened):
        words = loosen(need, name)
        if words is not None:
            others = asked.loosened[:place] + asked.loosened[place + 1 :]
            told.append((words, dataclasses.replace(asked, loosened=others).address()))
    unread = [(asked.text[start:end], reading.reasons.get((start, end))) for start, end in reading.unread]
    return Read(reading, need, tuple(chips), tuple(told), tuple(unread))


def _corrected(item: Item, value: str | None) -> Item:
    """An item that means what it was corrected to, of the values that it offers."""
    for choice in item.choices:
        if choice.value == value:
            rest = [each for each in item.choices if each is not choice]
            own = type(choice)(str(item.value), item.label)
            return dataclasses.replace(item, value=choice.value, label=choice.label, choices=(own, *rest))
    return item


def _chips(items: Mapping[int, Item], asked: Asked) -> list[Chip]:
    """One for all items that the same words gave with the same label."""
    groups: dict[tuple[int, int, str], list[int]] = {}
    for place, item in items.items():
        groups.setdefault((item.start, item.end, item.label), []).append(place)
    chips = []
    for places in groups.values():
        first = items[places[0]]
        name = "Salaire" if first.field.startswith("salaire") else FIELDS[first.field]
        others = [
            (
                choice.label,
                dataclasses.replace(
                    asked,
                    corrected={**asked.corrected, **{place: choice.value for place in places if items[place].choices}},
                ).address(),
            )
            for choice in first.choices
        ]
        chips.append(
            Chip(
                name,
                first.label,
                dataclasses.replace(asked, struck=asked.struck | set(places)).address(),
                tuple(others),
                first.note,
            )
        )
    return chips


def loosen(need: Json, name: str) -> str | None:
    """Ask less of one criterion of `need`, in place; what was done, or None where it has no such criterion."""
    criteria = need.get("criteres", {})
    match name:
        case "metier" if need.get("romeCode") and not need.get("ouvrirAuDomaine"):
            need["ouvrirAuDomaine"] = True
            return "Tout le domaine de métiers"
        case "permis" if need.pop("permis", None):
            return "Sans condition de permis"
        case "typeContrat" if need.pop("typeContrat", None):
            need.pop("dureeContratMois", None)
            return "Tout contrat"
        case "tempsPlein" if need.pop("tempsPlein", None) is not None:
            need.pop("dureeHebdomadaireHeures", None)
            return "Temps plein ou partiel"
        case "diplome" if need.pop("formations", None):
            return "Sans diplôme exigé"
        case "langue" if need.pop("langues", None):
            return "Sans langue exigée"
        case "competence" if need.pop("competences", None):
            return "Sans compétence exigée"
        case "disponibleAvant" if criteria.pop("disponibleAvant", None):
            return "Sans date limite de disponibilité"
        case "departement" if criteria.pop("departement", None):
            return "Sans limite de département"
        case "region" if criteria.pop("region", None):
            return "Sans limite de région"
        case "experience" if need.get("experienceExige") == "E":
            return _less_experience(need)
        case "distance" if "distance" in criteria or "tempsTrajet" in criteria:
            return _further(criteria)
        case "salaire" if need.get("salaire", {}).get("maxMensuel"):
            offered = float(need["salaire"]["maxMensuel"])
            more = raised_pay(offered, float("nan"))
            need["salaire"] = {"minMensuel": more, "maxMensuel": more}
            return f"{euros(more)} brut par mois"
    return None


def _less_experience(need: Json) -> str:
    asked = float(need.get("experienceMois") or "nan")
    less = 0.0 if isnan(asked) else MONTHS_STEP * (asked / 2 // MONTHS_STEP)
    if less >= MONTHS_STEP:
        need["experienceMois"] = int(less)
        return f"{months(less)} d'expérience suffisent"
    need.pop("experienceMois", None)
    need["experienceExige"] = "D"
    return "Débutants acceptés"


def _further(criteria: Json) -> str:
    if "tempsTrajet" in criteria:
        minutes = min(240, 2 * int(criteria["tempsTrajet"]))
        criteria["tempsTrajet"] = str(minutes)
        return f"À {minutes} minutes de trajet"
    km = float(str(criteria["distance"]).replace(",", "."))
    further = next((step for step in WIDER_KM if step > km), round(2 * km))
    criteria["distance"] = f"{further:g}"
    return f"À {kilometres(further)}"
