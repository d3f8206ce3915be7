"""All filters in order. A new one is a file beside this and a line here."""

import difflib
from collections.abc import Iterable, Mapping
from functools import cache

from matching.errors import UnknownParameter
from matching.filters import (
    accessibility,
    availability,
    contract,
    departement,
    education,
    employment_area,
    exclusion,
    experience,
    firm,
    freshness,
    hours,
    language,
    licence,
    occupation,
    pay,
    place,
    session_dates,
    training_effort,
    training_terms,
    words,
    working_time,
)
from matching.filters.base import Condition, Context, Filter, Parameter
from matching.schema import Collection

FILTERS: tuple[Filter, ...] = (
    words.FILTER,
    place.FILTER,
    departement.FILTER,
    employment_area.FILTER,
    occupation.FILTER,
    contract.FILTER,
    contract.WORK_STUDY,
    experience.FILTER,
    education.FILTER,
    language.FILTER,
    licence.FILTER,
    working_time.FILTER,
    hours.FILTER,
    pay.FILTER,
    freshness.FILTER,
    accessibility.FILTER,
    availability.FILTER,
    session_dates.FILTER,
    training_terms.FUNDING,
    training_terms.ATTENDANCE,
    training_effort.DURATION,
    training_effort.TO_PAY,
    training_effort.CERTIFYING,
    firm.SECTOR,
    firm.SIZE,
    firm.ENGAGED,
    exclusion.FILTER,
)


@cache
def filters_for(collection: Collection) -> tuple[Filter, ...]:
    return tuple(item for item in FILTERS if collection in item.parameters)


@cache
def parameters_for(collection: Collection) -> tuple[Parameter, ...]:
    """The public parameters of a collection's search, in order."""
    return tuple(parameter for item in filters_for(collection) for parameter in item.parameters[collection])


def parse(given: Mapping[str, str], context: Context) -> list[Condition]:
    """The conditions that public parameters ask for.

    Raises UnknownParameter, with the nearest known name, and BadParameter.
    """
    if not given:
        return []
    known = [parameter.name for parameter in parameters_for(context.collection)]
    for name in given:
        if name not in known:
            raise UnknownParameter(name, nearest_name(name, known))
    conditions: list[Condition] = []
    for item in filters_for(context.collection):
        own = {p.name: given[p.name] for p in item.parameters[context.collection] if p.name in given}
        if own:
            conditions.append(item.parse(own, context))
    return conditions


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, None when none is close."""
    names = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    return names[found[0]] if found else None
