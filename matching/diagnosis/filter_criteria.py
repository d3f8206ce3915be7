"""Criteria that come as parameters of the search: where people live, and what else is asked of them."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from matching.diagnosis.criterion import Criterion
from matching.diagnosis.steps import MONTHS_STEP, month_end
from matching.explain.wording import kilometres, months
from matching.filters import availability, experience, place
from matching.filters.base import Condition, Context, either
from matching.filters.registry import parse
from matching.lookups import Lookups, day_number

WIDER_KM: Final = (20, 30, 50, 70, 100, 150)


def zone_criteria(
    lookups: Lookups, given: Mapping[str, str], context: Context, kept: list[Condition]
) -> list[Criterion]:
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


def months_criteria(asked: float, known_alone: bool) -> list[Criterion]:
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


_OCCUPATIONS: Final = ("codeROME", "appellation", "grandDomaine", "domaine")


_PLAIN_FILTERS: Final[tuple[tuple[tuple[str, ...], str, str, str], ...]] = (
    (_OCCUPATIONS, "metierVise", "viser ces métiers", "sans filtre de métier"),
    (("typeContrat",), "contratAccepte", "accepter ces contrats", "en ouvrant à d'autres contrats"),
    (("niveauFormation",), "niveauFormation", "avoir ce niveau de formation", "sans condition de diplôme"),
    (("langue",), "langueParlee", "parler ces langues", "sans condition de langue"),
    (("permis",), "permisDetenu", "avoir ces permis", "sans condition de permis"),
    (("tempsPlein",), "tempsAccepte", "accepter ce temps de travail", "à temps plein comme à temps partiel"),
)  # fmt: skip


def filter_criteria(given: Mapping[str, str], context: Context) -> list[Criterion]:
    """Criteria that came as parameters of the search."""
    found: list[Criterion] = []
    for names, name, asked, loosened in _PLAIN_FILTERS:
        own = {each: given[each] for each in names if each in given}
        if own:
            found.append(Criterion(name, asked, loosened, _one(own, context)))
    if "experienceMois" in given:
        found += months_criteria(float(given["experienceMois"]), known_alone=False)
    if "disponibleAvant" in given:
        day = dt.date.fromisoformat(given["disponibleAvant"])
        later = day + dt.timedelta(days=31)
        found.append(
            Criterion(
                "disponibleAvant",
                f"être disponible au plus tard le {day:%d/%m/%Y}",
                "en attendant un mois de plus",
                availability.available_by(day_number(day)),
                availability.available_by(day_number(month_end(later))),
            )
        )
    return found


def _one(own: Mapping[str, str], context: Context) -> Condition:
    return parse(own, context)[0]
