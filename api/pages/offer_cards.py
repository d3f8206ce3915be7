"""Offers as a jobseeker reads them."""

import re
from collections.abc import Collection as Ids
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from api.pages.told import Told, told_of
from features.records import Contract, Offer, WorkingTime
from matching.answer import Match
from matching.digests.items import pay_of
from matching.engine import Engine
from matching.explain.wording import kilometres
from matching.facets import CONTRACT_LABELS
from matching.rows.offer import OfferCard
from models.ranked import Ranked

_TIMES: Final = {WorkingTime.FULL: "temps plein", WorkingTime.PART: "temps partiel"}
CONTRACTS: Final = {
    **CONTRACT_LABELS,
    Contract.CDI: "CDI",
    Contract.CDD: "CDD",
    Contract.INTERIM: "Intérim",
    Contract.SEASONAL: "Saisonnier",
}
"""As people say them."""
_WEB: Final = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True)
class ShownOffer:
    """One card."""

    id: str
    number: int
    """Its rank in the list, from 1."""
    title: str
    href: str
    facts: str
    description: str
    age_days: int
    told: Told
    kept: bool
    where: tuple[float, float] | None


def shown_offer(engine: Engine, match: Match[OfferCard], number: int, kept: Ids[str] = ()) -> ShownOffer:
    """The card of a match; `kept` are the ids of offers that the person keeps."""
    offer = match.record.offer
    known = offer.lat is not None and offer.lon is not None
    return ShownOffer(
        offer.id,
        number,
        offer.title,
        f"/espace/offres/{quote(offer.id, safe='')}",
        facts_of(engine, offer, match.distance_km),
        offer.description,
        max(0, (engine.today() - offer.published_on).days),
        told_of(match, engine.rankers[Ranked.OFFERS].ranker),
        offer.id in kept,
        (float(offer.lat or 0), float(offer.lon or 0)) if known else None,
    )


def facts_of(engine: Engine, offer: Offer, distance_km: float | None) -> str:
    """One line: whose, where, how far, what contract and hours, what pay."""
    place = place_of(engine, offer.commune_insee, offer.departement)
    if place is not None and distance_km is not None and distance_km >= 0.1:
        place = f"{place}, à {kilometres(distance_km)}"
    hours = None if offer.weekly_hours is None else f"{offer.weekly_hours:g}".replace(".", ",") + " h par semaine"
    parts = (
        offer.firm_name,
        place,
        None if offer.contract is None else CONTRACTS[offer.contract],
        None if offer.working_time is None else _TIMES[offer.working_time],
        hours,
        pay_of(offer.pay),
    )
    return " · ".join(part for part in parts if part)


def place_of(engine: Engine, commune_insee: str | None, departement: str | None) -> str | None:
    communes = engine.lookups.reference.communes
    row = None if commune_insee is None else communes.get_row(commune_insee)
    if row is not None:
        return communes.label(row)
    return None if departement is None else f"Département {departement}"


def outside_link(*addresses: str | None) -> str | None:
    """The first that is a web address and may stand in a page."""
    return next((each for each in addresses if each is not None and _WEB.fullmatch(each)), None)
