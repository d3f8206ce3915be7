"""Driving licences."""

from collections.abc import Mapping

import numpy as np

from features.bits import licence_bits
from features.records import Licence
from matching.filters.base import AnyOf, Condition, Context, Filter, Parameter, parse_choices
from matching.schema import Collection


def not_lacking(held: int) -> Condition:
    """Offers that require no licence outside `held`: the law's word, never traded for score."""
    lacking = np.uint32(~held & 0xFFFFFFFF)
    return lambda view: (view.column("licences_required") & lacking) == 0


def holding(bits: int) -> Condition:
    """Profiles that hold all of those licences."""
    return lambda view: (view.column("licences") & np.uint32(bits)) == np.uint32(bits)


def asking(bits: int) -> Condition:
    """Offers that ask for one of those licences."""
    wanted = np.uint32(bits)
    return AnyOf(
        (
            lambda view: (view.column("licences_required") & wanted) != 0,
            lambda view: (view.column("licences_wished") & wanted) != 0,
        )
    )


def _parse(given: Mapping[str, str], context: Context) -> Condition:
    bits = licence_bits(parse_choices("permis", given["permis"], Licence))
    return holding(bits) if context.collection is Collection.PROFILES else asking(bits)


FILTER = Filter(
    {
        Collection.OFFERS: (Parameter("permis", "Permis demandé par l'offre (l'un de la liste).", "C,CE"),),
        Collection.PROFILES: (Parameter("permis", "Permis détenus (tous ceux de la liste).", "B"),),
    },
    _parse,
)
