"""A training before a hiring, the POEI (*préparation opérationnelle à l'emploi individuelle*).

Code du travail, art. L6326-1 and L6326-2: at most `POEI_HOURS` of training paid for by France Travail before a hiring.
Since décret n° 2024-561 of 18 June 2024, which took in the former AFPR: for a CDI, also *intérimaire*, a CDD of six
months or more, a seasonal one of four months or more, or temporary work of six months. Told for live offers that are
closed today and that a short training opens.
"""

from typing import Final

import msgspec
import numpy as np

from features.bits import CONTRACT_BIT
from features.records import Contract, Offer
from matching.paths.path import Path, Way
from matching.paths.steps import EACH, Steps
from matching.payload import record_part
from matching.rows.offer import OfferCard
from matching.schema import Collection
from matching.sides import columns_of

POEI_HOURS: Final = 400

_CONTRACTS: Final = np.uint16(
    CONTRACT_BIT[Contract.CDI]
    | CONTRACT_BIT[Contract.CDI_INTERIM]
    | CONTRACT_BIT[Contract.CDD]
    | CONTRACT_BIT[Contract.SEASONAL]
    | CONTRACT_BIT[Contract.INTERIM]
)
_LEAST_MONTHS: Final = {Contract.CDD: 6.0, Contract.SEASONAL: 4.0, Contract.INTERIM: 6.0}
_OFFER: Final = msgspec.json.Decoder(OfferCard)


def before_hiring(steps: Steps) -> list[Path]:
    """Live offers that a training of at most `POEI_HOURS` opens, under a contract that the measure takes, at a firm
    that is named; those of a project first, then those whose trade is hardest to recruit."""
    doors = steps.doors
    short = np.flatnonzero(
        (steps.hours <= POEI_HOURS) & ~steps.short_of_level & (steps.lacks == 0) & (steps.counts > 0)
    )
    if len(short) == 0:
        return []
    offers = steps.search.engine.catalogue(Collection.OFFERS)
    read = columns_of(offers, doors.rows)
    eligible = ((read("contract") & _CONTRACTS) != 0) & (read("firm") >= 0)
    opened = doors.opened[steps.training[short]] & eligible
    reached = np.flatnonzero(np.logical_or.reduce(opened, axis=0))
    occupation = doors.standing.asked.occupation
    own = steps.aim.is_own(occupation[reached])
    order = reached[np.lexsort((-np.nan_to_num(doors.tension[reached]), ~own))]
    found: list[Path] = []
    firms: set[int] = set()
    for offer_at in order.tolist():
        firm = int(read("firm")[offer_at])
        if firm in firms:
            continue
        offer = _OFFER.decode(record_part(offers.payload_of(int(doors.rows[offer_at])))).offer
        if not taken_by_poei(offer):
            continue
        openers = short[opened[:, offer_at]]
        shortest = int(openers[np.lexsort((steps.start[openers], steps.hours[openers]))[0]])
        one = np.zeros(len(doors.rows), dtype=np.bool_)
        one[offer_at] = True
        served = steps.aim.served(occupation[[offer_at]])
        found.append(Path(Way.BEFORE_HIRING, steps.opening(one), served, steps.cards(shortest), offer=offer))
        firms.add(firm)
        if len(found) == EACH:
            break
    return found


def taken_by_poei(offer: Offer) -> bool:
    """Whether the contract of an offer is one that the POEI may prepare for; a fixed term that is not told is not."""
    if offer.contract in (Contract.CDI, Contract.CDI_INTERIM):
        return True
    least = None if offer.contract is None else _LEAST_MONTHS.get(offer.contract)
    return least is not None and offer.contract_months is not None and offer.contract_months >= least
