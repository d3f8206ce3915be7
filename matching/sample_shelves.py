"""Shelves over the sample world: trainings, people and firms as the service brings them, with their hidden truth."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.records import Offer, Profile
from features.store import Kind
from features.world import Sizes
from matching.candidates import candidates_market
from matching.engine import Engine
from matching.sample_market import OFFERS_A_FIRM, profiles_of, sample_engine
from matching.shelves import firm_shelf, profile_shelf, session_shelf
from models.ranked import Ranked
from models.simulation.hidden import HiddenTruth
from models.simulation.hidden_firms import hidden_firms
from models.simulation.hidden_list import HiddenList
from models.simulation.hidden_profiles import hidden_profiles
from models.simulation.hidden_sessions import hidden_sessions
from models.simulation.shelf import Shelf

KINDS: Final = (Kind.ESTABLISHMENT, Kind.OFFER, Kind.PROFILE, Kind.TRAINING, Kind.SESSION, Kind.CONTACT)
GROUP: Final = 20


@dataclass(frozen=True, kw_only=True)
class ShelfSizes:
    """How large the world is, and how many offers ask for people."""

    persons: int
    offers: int
    trainings: int
    asking_offers: int
    firms: int | None = None
    """None: one for every `OFFERS_A_FIRM` offers."""
    weeks: int = 20


def sample_shelves(
    sizes: ShelfSizes, seed: int, progress: Callable[[str], None] = lambda _: None
) -> dict[Ranked, tuple[Shelf, HiddenList]]:
    """The shelf of sessions, of profiles and of firms of one world, each with its truth. The same arguments give the
    same shelves."""
    world = Sizes(
        profiles=sizes.persons,
        offers=sizes.offers,
        trainings=sizes.trainings,
        establishments=sizes.firms or max(sizes.offers // OFFERS_A_FIRM, 1),
    )
    with sample_engine(world, KINDS, seed) as engine:
        market = candidates_market(engine, profiles_of(engine), sizes.weeks, seed)
        progress(f"{len(market.persons)} people, {len(market.offers)} offers")
        truth = HiddenTruth(market, seed + 1)
        sessions, session_facts = session_shelf(engine, market.persons)
        progress(f"{sessions.n_candidates} candidates of {len(sessions.items)} sessions")
        profiles, sourced, place = profile_shelf(engine, market, _asking(engine, sizes, seed), sizes.weeks, seed)
        progress(f"{profiles.n_candidates} candidates of {len(profiles.askers)} offers")
        firms, firm_facts, portfolios = firm_shelf(engine, market, _portfolios(engine))
        progress(f"{firms.n_candidates} candidates of {len(firms.items)} firms, {len(firms.askers)} portfolios")
    return {
        Ranked.SESSIONS: (sessions, hidden_sessions(sessions, session_facts, truth, seed + 2)),
        Ranked.PROFILES: (
            profiles,
            hidden_profiles(profiles, HiddenTruth(sourced, seed + 1), place, seed + 3),
        ),
        Ranked.FIRMS: (firms, hidden_firms(firms, firm_facts, portfolios, truth, seed + 4)),
    }


def _asking(engine: Engine, sizes: ShelfSizes, seed: int) -> list[str]:
    ids = [offer.id for batch in engine.store.scan(Offer) for offer in batch]
    drawn = np.random.default_rng([seed, 61]).choice(len(ids), min(sizes.asking_offers, len(ids)), replace=False)
    return [ids[at] for at in np.sort(drawn).tolist()]


def _portfolios(engine: Engine) -> dict[str, list[str]]:
    """Each counsellor's people, in groups of `GROUP`: who is called for on one day."""
    followed: dict[str, list[str]] = {}
    for batch in engine.store.scan(Profile):
        for each in batch:
            if each.counsellor_id is not None:
                followed.setdefault(each.counsellor_id, []).append(each.id)
    return {
        f"{counsellor}/{start // GROUP + 1}": people[start : start + GROUP]
        for counsellor, people in sorted(followed.items())
        for start in range(0, len(people), GROUP)
    }
