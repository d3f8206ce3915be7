"""Orders: subscriptions as arrays, ready to be served together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.records import Channel, DigestContent, Subscription
from features.rome.referential import UnknownRomeCode
from matching.digests.due import NEW_DAYS
from matching.engine import Engine
from matching.errors import VivierError
from matching.explain.wording import enumeration, quoted
from matching.filters.base import Condition, Context, parse_decimal
from matching.filters.place import MOST_KM, PLACE_PARAMETERS
from matching.filters.registry import parse
from matching.keys import key_number
from matching.lookups import day_number
from matching.schema import Collection
from matching.set_aside import SetAside
from matching.subscriptions import set_aside_by

_FIRST: Final = {Channel.EMAIL: 0, Channel.WEBHOOK: 1, Channel.ATOM: 2, Channel.PAGE: 3}
"""Of several subscriptions of a person, what is pushed is served before what is fetched."""


@dataclass(frozen=True)
class Refused:
    """A subscription that cannot be served, and why, in French."""

    subscription: Subscription
    why: str


@dataclass(frozen=True, eq=False)
class Orders:
    """n subscriptions, those of one person together, in the order in which they are served."""

    subscriptions: tuple[Subscription, ...]
    starts: NDArray[np.int64]
    """(n + 1,) where the projects of each begin in `rows`."""
    rows: NDArray[np.int64]
    """Rows of the profiles: the projects that each is about."""
    all_starts: NDArray[np.int64]
    all_rows: NDArray[np.int64]
    """The same for all projects of its person."""
    since: NDArray[np.int64]
    """(n,) first day (since 1970) whose offers are new for it."""
    window_days: NDArray[np.int64]
    """(n,) for how many days an offer is new for it, that of its publication included."""
    turn: NDArray[np.int64]
    """(n,) 0 for the first subscription of a person, 1 for the next, ..."""
    people: NDArray[np.int64]
    """(n,) number of each person (`key_number`)."""
    anywhere: NDArray[np.bool_]
    """(n,) those for which the place of the person does not say which offers come: the criteria name a place of their
    own, or nobody knows where the person lives."""
    elsewhere: NDArray[np.bool_]
    """(n,) those whose criteria name a place of their own."""
    conditions: tuple[tuple[Condition, ...], ...]
    """n times: the criteria, and what the person put aside."""
    aside: tuple[SetAside, ...]
    least_reach_km: NDArray[np.float64]
    """(n,) reaches under it are stretched to it: 0 but for what is tried out."""
    most_reach_km: NDArray[np.float64]
    """(n,) no further from home than that; infinite where the criteria do not say."""

    def __len__(self) -> int:
        return len(self.subscriptions)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(n,) the most offers of each digest; 0 for those of trainings alone."""
        return np.array(
            [0 if each.content is DigestContent.TRAININGS else each.size for each in self.subscriptions],
            dtype=np.int64,
        )

    def projects(self, order: int) -> NDArray[np.int64]:
        return self.rows[self.starts[order] : self.starts[order + 1]]


def orders_of(engine: Engine, subscriptions: Iterable[Subscription]) -> tuple[Orders, list[Refused]]:
    """The orders that subscriptions, in any order, make on the engine's day, and those that cannot be served."""
    profiles = engine.catalogue(Collection.PROFILES)
    today = engine.today()
    context = Context(Collection.OFFERS, engine.lookups, today)
    served: list[Subscription] = []
    refused: list[Refused] = []
    rows: list[NDArray[np.int64]] = []
    everything: list[NDArray[np.int64]] = []
    conditions: list[tuple[Condition, ...]] = []
    aside: list[SetAside] = []
    most_reach_km: list[float] = []
    windows: list[int] = []
    for subscription in sorted(subscriptions, key=lambda each: (each.profile_id, _FIRST[each.channel], each.id)):
        projects = profiles.rows_of(subscription.profile_id)
        if len(projects) == 0:
            refused.append(Refused(subscription, "Aucun métier n'est reconnu dans vos projets : précisez-en un"))
            continue
        chosen = chosen_projects(engine, projects, subscription.project_codes)
        if len(chosen) == 0:
            named = enumeration([quoted(code) for code in subscription.project_codes], 5)
            refused.append(Refused(subscription, f"Aucun de vos projets n'est du métier {named} : changez « projets »"))
            continue
        try:
            asked = criteria_of(subscription.criteria, context)
        except VivierError as error:
            refused.append(Refused(subscription, f"Un critère n'est plus compris. {error}"))
            continue
        put_aside = set_aside_by(engine, subscription.profile_id, projects)
        served.append(subscription)
        most_reach_km.append(asked.most_reach_km)
        window = NEW_DAYS[subscription.frequency]
        windows.append(window if asked.most_age_days is None else min(window, asked.most_age_days + 1))
        rows.append(chosen)
        everything.append(projects)
        aside.append(put_aside)
        conditions.append((*asked.conditions, *(put_aside.conditions() if put_aside else ())))
    names = [set(dict(each.criteria)) for each in served]
    elsewhere = np.array([not PLACE_PARAMETERS.isdisjoint(each) for each in names], dtype=np.bool_)
    day = day_number(today)
    starts, all_rows = _joined(rows)
    communes = profiles.take("commune", all_rows)
    homeless = np.zeros(len(served), dtype=np.bool_)
    np.logical_or.at(homeless, np.repeat(np.arange(len(served)), np.diff(starts)), communes < 0)
    all_starts, of_people = _joined(everything)
    orders = Orders(
        tuple(served),
        starts,
        all_rows,
        all_starts,
        of_people,
        day + 1 - np.array(windows, dtype=np.int64),
        np.array(windows, dtype=np.int64),
        _turns([each.profile_id for each in served]),
        np.array([key_number(each.profile_id) for each in served], dtype=np.int64),
        elsewhere | homeless,
        elsewhere,
        tuple(conditions),
        tuple(aside),
        np.zeros(len(served)),
        np.array(most_reach_km, dtype=np.float64),
    )
    return orders, refused


@dataclass(frozen=True)
class Criteria:
    """What a subscription's criteria ask of an offer."""

    conditions: tuple[Condition, ...]
    most_reach_km: float
    """No further from home than that; infinite where they do not say."""
    most_age_days: int | None
    """Published so many days before at most; None where they do not say."""


def criteria_of(criteria: Iterable[tuple[str, str]], context: Context) -> Criteria:
    """What a subscription's criteria, parameters of the search of offers, ask.

    Two are read in another way than by a search: `distance` without `commune` counts from home, within the person's own
    reach; `publieeDepuis` counts from the day of each digest. Raises UnknownParameter, BadParameter.
    """
    given = dict(criteria)
    most_km, most_age = float("inf"), None
    if "distance" in given and "commune" not in given:
        most_km = parse_decimal("distance", given.pop("distance"), 0, MOST_KM)
    if "publieeDepuis" in given:
        parse({"publieeDepuis": given["publieeDepuis"]}, context)
        most_age = int(given.pop("publieeDepuis"))
    return Criteria(tuple(parse(given, context)), most_km, most_age)


def chosen_projects(engine: Engine, projects: NDArray[np.int64], codes: Sequence[str]) -> NDArray[np.int64]:
    """Those of a person's projects (rows) that are of one of these ROME codes; all for no code."""
    if not codes:
        return projects
    rome = engine.lookups.reference.rome
    wanted: set[int] = set()
    for code in codes:
        try:
            wanted.update(rome.rows_named(code))
        except UnknownRomeCode:
            continue
    occupations = engine.catalogue(Collection.PROFILES).take("occupation", projects)
    return projects[np.isin(occupations, sorted(wanted))]


def _turns(owners: Sequence[str]) -> NDArray[np.int64]:
    turns: list[int] = []
    for place, owner in enumerate(owners):
        turns.append(turns[-1] + 1 if place and owners[place - 1] == owner else 0)
    return np.array(turns, dtype=np.int64)


def _joined(parts: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each part begins, and the parts one after the other."""
    starts = np.cumsum([0, *map(len, parts)]).astype(np.int64)
    return starts, np.concatenate([np.empty(0, dtype=np.int64), *parts])
