"""What a search for people is for: noted on the request, for the quota and for what watches it."""

from collections.abc import Mapping
from typing import Final

from fastapi import Request

from matching.demand import Demand

PLACES: Final = ("commune", "departement", "region", "bassin")
"""Parameters that say where."""


def note_sought(request: Request, what: str, *, published: bool) -> None:
    """The list to come is for `what` (an offer's id, an occupation and a place); `published`: for an offer that is."""
    request.state.sought = (what, published)


def place_of(demand: Demand) -> str:
    """The occupation and the place of a demand, as one text: what a sweep goes through."""
    offer = demand.offer
    return within("|".join([offer.rome_code or offer.title, offer.commune_insee or ""]), demand.parameters)


def within(what: str, parameters: Mapping[str, str]) -> str:
    """`what` in the places that parameters name, as one text."""
    return "|".join([what, *[parameters.get(name, "") for name in PLACES]])
