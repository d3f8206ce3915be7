"""Contract types: what an offer proposes, what a person accepts; and work-study contracts."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from features.bits import contract_bits
from features.records import Contract
from matching.filters.base import Condition, Context, Filter, Parameter, for_all, parse_choices, parse_flag
from matching.schema import Collection

_NAME = {Collection.OFFERS: "contract", Collection.PROFILES: "contracts"}


def of_contracts(bits: int) -> Condition:
    """Offers of one of those contracts and profiles that accept one of them; what is not said is let through."""
    return lambda view: _of_one(view.column(_NAME[view.collection]), np.uint16(bits))


def _of_one(values: NDArray[np.uint16], bits: np.uint16) -> NDArray[np.bool_]:
    accepted: NDArray[np.bool_] = (values == 0) | ((values & bits) != 0)
    return accepted


def of_stated_contracts(bits: int) -> Condition:
    """Offers that say one of those contracts."""
    return lambda view: (view.column("contract") & np.uint16(bits)) != 0


def work_study(wanted: bool) -> Condition:
    """Offers that are, or are not, work-study contracts."""
    return lambda view: view.column("apprenticeship") == wanted


def _parse(given: Mapping[str, str], context: Context) -> Condition:
    bits = contract_bits(parse_choices("typeContrat", given["typeContrat"], Contract))
    return of_stated_contracts(bits) if context.collection is Collection.OFFERS else of_contracts(bits)


def _parse_work_study(given: Mapping[str, str], _context: Context) -> Condition:
    return work_study(parse_flag("alternance", given["alternance"]))


FILTER = Filter(
    for_all(
        (Collection.OFFERS, Collection.PROFILES),
        Parameter("typeContrat", "Types de contrat, séparés par des virgules.", "CDI,CDD"),
    ),
    _parse,
)

WORK_STUDY = Filter(
    for_all(
        (Collection.OFFERS,), Parameter("alternance", "true : alternance seulement ; false : sans alternance.", "false")
    ),
    _parse_work_study,
)
