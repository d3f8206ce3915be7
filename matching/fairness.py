"""Placements: whom the lists of each service place where, for an audit of them. Groups are not read here.

Every list is asked for by the function that answers it, with the ranker in force, and what was scored on the way is
kept (`scoring.heard`): all candidates, those that would be shown first, and what they were ranked by.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.records import Event, EventKind, Offer, Profile
from matching.answer import Window
from matching.catalogue import Catalogue
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.errors import BadParameter, NotFound
from matching.prospection import targets
from matching.schema import Collection
from matching.shelves import Brought, brought
from matching.sourcing import profiles_for_offer
from matching.subscriptions import offers_for_profile
from matching.trainings import sessions_for_profile
from models.fairness.placements import Hired, People, Placements, ranks_within
from models.ranked import Ranked

FIRST: Final = 10
"""Results of a list that count: the first screen."""
_ONE: Final = Window(0, 0)
_SCREEN: Final = Window(0, FIRST - 1)

Progress = Callable[[int], None]


def _silent(_: int) -> None:
    return None


def people_of(engine: Engine, ids: Sequence[str]) -> People:
    """People of the index, in this order. Raises NotFound for one who is not."""
    profiles = engine.catalogue(Collection.PROFILES)
    firsts = []
    for key in ids:
        rows = profiles.rows_of(key)
        if len(rows) == 0:
            raise NotFound("Le profil", key)
        firsts.append(int(rows[0]))
    rows = np.array(firsts, dtype=np.int64)
    occupation = profiles.take("occupation", rows).astype(np.int64)
    trade = engine.lookups.reference.rome.family_of[occupation].astype(np.int64)
    return People(tuple(ids), trade, occupation, profiles.index.vectors(rows))


def every_placement(
    engine: Engine, people: People, offer_ids: Sequence[str], progress: Progress = _silent
) -> list[Placements]:
    """The placements of the four services; `progress` is told of each list."""
    return [
        offers_placed(engine, people, progress),
        trainings_placed(engine, people, progress),
        profiles_placed(engine, people, offer_ids, progress),
        firms_placed(engine, people, progress),
    ]


def offers_placed(engine: Engine, people: People, progress: Progress = _silent) -> Placements:
    """The offers of each person."""
    offers = engine.catalogue(Collection.OFFERS)
    return _of_each(
        engine,
        people,
        Ranked.OFFERS,
        offers,
        lambda key: brought(lambda: offers_for_profile(engine, key, {}, _ONE), offers.keys),
        lambda rows: _pay(offers, rows),
        progress,
    )


def trainings_placed(engine: Engine, people: People, progress: Progress = _silent) -> Placements:
    """The training sessions of each person."""
    sessions = engine.catalogue(Collection.SESSIONS)

    def trainings(rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return sessions.take("training", rows)

    return _of_each(
        engine,
        people,
        Ranked.SESSIONS,
        sessions,
        lambda key: brought(lambda: sessions_for_profile(engine, key, {}, _ONE), trainings),
        lambda rows: np.full(len(rows), np.nan, dtype=np.float32),
        progress,
    )


def _of_each(
    engine: Engine,
    people: People,
    ranked: Ranked,
    items: Catalogue,
    list_of: Callable[[str], Brought],
    pay_of: Callable[[NDArray[np.int64]], NDArray[np.float32]],
    progress: Progress,
) -> Placements:
    """One list a person, of rows of `items`."""
    lists = []
    for key in people.ids:
        lists.append(list_of(key))
        progress(1)
    rows = np.concatenate([each.rows for each in lists])
    asker = np.repeat(np.arange(len(lists)), [len(each.rows) for each in lists])
    return _placed(
        engine,
        ranked,
        people,
        lists,
        asker,
        asker,
        pay=pay_of(rows),
        distance_km=_km(engine, people, asker, items.take("commune", rows)),
        asked=np.ones(len(people.ids), dtype=np.bool_),
    )


def profiles_placed(
    engine: Engine, people: People, offer_ids: Sequence[str], progress: Progress = _silent
) -> Placements:
    """The people whom each offer finds, of those of the audit."""
    profiles, offers = engine.catalogue(Collection.PROFILES), engine.catalogue(Collection.OFFERS)
    firsts = np.array([profiles.rows_of(key)[0] for key in people.ids], dtype=np.int64)
    place = {key: at for at, key in enumerate(profiles.keys(firsts).tolist())}
    lists, persons, jobs = [], [], []
    for key in offer_ids:
        found = brought(lambda key=key: profiles_for_offer(engine, key, {}, _ONE), profiles.keys)  # type: ignore[misc]
        at = np.array([place.get(each, -1) for each in profiles.keys(found.rows).tolist()], dtype=np.int64)
        known = at >= 0
        lists.append(Brought(found.rows[known], found.features[known], found.scores[known]))
        persons.append(at[known])
        jobs.append(np.repeat(offers.rows_of(engine.links.canonical.get(key, key))[:1], int(known.sum())))
        progress(1)
    person = np.concatenate([np.empty(0, np.int64), *persons])
    job = np.concatenate([np.empty(0, np.int64), *jobs])
    return _placed(
        engine,
        Ranked.PROFILES,
        people,
        lists,
        person,
        np.repeat(np.arange(len(lists)), [len(each.rows) for each in lists]),
        pay=_pay(offers, job),
        distance_km=_km(engine, people, person, offers.take("commune", job)),
        asked=profiles.take("visible", firsts).astype(np.bool_),
    )


def firms_placed(engine: Engine, people: People, progress: Progress = _silent) -> Placements:
    """Whom the firms of each counsellor's first screen would be proposed, among those of their people whom employers
    may see."""
    at = {key: place for place, key in enumerate(people.ids)}
    portfolios: dict[str, list[str]] = {}
    for profile in engine.store.get_many(Profile, people.ids).values():
        if profile.counsellor_id is not None and profile.consents.visible_to_employers:
            portfolios.setdefault(profile.counsellor_id, []).append(profile.id)
    person: list[int] = []
    selected: list[bool] = []
    list_id: list[int] = []
    for number, mine in enumerate(portfolios[counsellor] for counsellor in sorted(portfolios)):
        progress(1)
        try:
            found = targets(engine, ProspectionDemand(profile_ids=tuple(mine)), _SCREEN)
        except BadParameter:  # nobody's home is known: there is nowhere to look around
            continue
        presented = {each.profile_id for target in found.targets for each in target.present}
        person += [at[key] for key in mine]
        selected += [key in presented for key in mine]
        list_id += [number] * len(mine)
    asked = np.zeros(len(people.ids), dtype=np.bool_)
    asked[person] = True
    nothing = np.full(len(person), np.nan, dtype=np.float32)
    return Placements(
        ranked=Ranked.FIRMS,
        model=engine.rankers[Ranked.FIRMS].model,
        person=np.array(person, dtype=np.int64),
        list_id=np.array(list_id, dtype=np.int64),
        rank=np.zeros(len(person), dtype=np.int64),
        selected=np.array(selected, dtype=np.bool_),
        score=nothing,
        pay=nothing,
        distance_km=nothing,
        means=np.empty((len(people.ids), 0), dtype=np.float32),
        names=(),
        asked=asked,
    )


def hired(engine: Engine, people: People) -> Hired:
    """The hires that the store's events tell, of offers that it still has."""
    at = {key: place for place, key in enumerate(people.ids)}
    pairs = [
        (at[event.profile_id], event.offer_id)
        for batch in engine.store.scan(Event)
        for event in batch
        if event.kind is EventKind.HIRED and event.profile_id in at and event.offer_id is not None
    ]
    offers = engine.store.get_many(Offer, sorted({offer for _, offer in pairs}))
    known = [(person, offers[offer]) for person, offer in pairs if offer in offers]
    person = np.array([each for each, _ in known], dtype=np.int64)
    communes = [_commune_row(engine, offer) for _, offer in known]
    pay = np.array([_mean_pay(offer) for _, offer in known], dtype=np.float32)
    return Hired(person, pay, _km(engine, people, person, np.array(communes, dtype=np.int64)))


def _commune_row(engine: Engine, offer: Offer) -> int:
    row = None if offer.commune_insee is None else engine.lookups.reference.communes.get_row(offer.commune_insee)
    return -1 if row is None else row


def _mean_pay(offer: Offer) -> float:
    told = [each for each in (offer.pay.min_monthly, offer.pay.max_monthly) if each is not None]
    return sum(told) / len(told) if told else float("nan")


def _pay(offers: Catalogue, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    pay: NDArray[np.float32] = ((offers.take("pay_min", rows) + offers.take("pay_max", rows)) / 2).astype(np.float32)
    return pay


def _km(
    engine: Engine, people: People, person: NDArray[np.int64], communes: NDArray[np.integer]
) -> NDArray[np.float32]:
    """(n,) from each person's home, or where their first project looks from, to a commune's row."""
    profiles = engine.catalogue(Collection.PROFILES)
    firsts = np.array([profiles.rows_of(key)[0] for key in people.ids], dtype=np.int64)
    return engine.lookups.distances_along(profiles.take("commune", firsts)[person], communes)


def _placed(
    engine: Engine,
    ranked: Ranked,
    people: People,
    lists: Sequence[Brought],
    person: NDArray[np.int64],
    list_id: NDArray[np.int64],
    *,
    pay: NDArray[np.float32],
    distance_km: NDArray[np.float32],
    asked: NDArray[np.bool_],
) -> Placements:
    width = len(ranked.features)
    features = np.concatenate([np.empty((0, width), np.float32), *(each.features for each in lists)])
    scores = np.concatenate([np.empty(0, np.float32), *(each.scores for each in lists)])
    rank = ranks_within(list_id, scores)
    means = np.full((len(people.ids), width), np.nan, dtype=np.float32)
    for column, values in enumerate(features.T):
        known = np.isfinite(values)
        counts = np.bincount(person[known], minlength=len(people.ids))
        sums = np.bincount(person[known], weights=values[known], minlength=len(people.ids))
        means[counts > 0, column] = sums[counts > 0] / counts[counts > 0]
    return Placements(
        ranked=ranked,
        model=engine.rankers[ranked].model,
        person=person,
        list_id=list_id,
        rank=rank,
        selected=rank <= FIRST,
        score=scores,
        pay=pay,
        distance_km=distance_km,
        means=means,
        names=ranked.features,
        asked=asked,
    )
