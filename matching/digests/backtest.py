"""Back-test: what a setting would have sent over the last days, before it is saved, and what would change that.

Each of the last days is played again with the rules of a digest: what was new and open on that day, scored at the age
that it then had, best first, two a firm, nothing twice. Counts are exact for the offers that are still known; those
that were withdrawn since are not counted, and neither is how crowded each one was. The person is as they are today.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.records import Channel, Contract, DigestContent, Frequency, Subscription
from matching.answer import Window
from matching.digests.candidates import Candidates, by_people
from matching.digests.choice import Choosing, best_projects, chosen
from matching.digests.digest import Item
from matching.digests.due import weekday_of
from matching.digests.items import offer_items
from matching.digests.orders import Orders, orders_of
from matching.digests.prepare import Rules
from matching.digests.prices import DigestPrices
from matching.digests.scores import on_days, pairs_of, scores_of
from matching.engine import Engine
from matching.errors import BadParameter, NotFound
from matching.explain.filter_names import filters
from matching.explain.wording import counted, kilometres, quoted
from matching.jobs import profile_at
from matching.lookups import EPOCH, day_number
from matching.relaxing import WIDER_KM
from matching.schema import NO_DAY, Collection
from matching.sides import columns_of
from matching.trainings import sessions_for_profile
from models.ranked import Ranked

DAYS: Final = 30
EXAMPLES: Final = 5
MOST_VARIANTS: Final = 8


@dataclass(frozen=True)
class Variant:
    """Another setting, and exactly how many offers it would have sent."""

    text: str
    """In French, with the count."""
    offers: int
    changes: Mapping[str, object]
    """What to change in the subscription, in the names of the public API; empty where the change is the profile's."""


@dataclass(frozen=True)
class Backtest:
    """What a setting would have sent."""

    days: int
    offers: int
    digests: int
    trainings: int
    """Trainings that the list has now, where the setting has any: nobody knows when each was published."""
    text: str
    """In French."""
    examples: tuple[Item, ...]
    """The best ones, at most `EXAMPLES`."""
    wider: tuple[Variant, ...]
    narrower: tuple[Variant, ...]


@dataclass(frozen=True, eq=False)
class _Sent:
    """What a setting would have sent: candidates at positions, with the score that each had."""

    orders: Orders
    candidates: Candidates
    positions: NDArray[np.int64]
    scores: NDArray[np.float32]
    n_digests: int

    def __len__(self) -> int:
        return len(self.positions)


def backtest(engine: Engine, subscription: Subscription, rules: Rules, days: int = DAYS) -> Backtest:
    """The back-test of a setting over the `days` that end on the engine's. Raises NotFound for an unknown person, and
    BadParameter for criteria or projects that mean nothing."""
    order = _one_order(engine, subscription)
    trainings = 0 if subscription.content is DigestContent.OFFERS else _trainings(engine, subscription)
    if subscription.content is DigestContent.TRAININGS:
        text = f"Ce réglage n'envoie que des formations : votre liste en compte {trainings} aujourd'hui"
        return Backtest(days, 0, 0, trainings, text, (), (), ())
    sent = _played(engine, order, rules, days)
    if subscription.channel is Channel.EMAIL and not _agrees_to_email(engine, subscription.profile_id):
        return _unsent(sent, trainings, days)
    examples = offer_items(engine, sent.orders, *_best(sent, EXAMPLES))
    variants = list(_variants(engine, subscription, rules, days, len(sent)))
    return Backtest(
        days,
        len(sent),
        sent.n_digests,
        trainings,
        _said(len(sent), sent.n_digests, days),
        tuple(examples),
        tuple([each for each in variants if each.offers > len(sent)][:MOST_VARIANTS]),
        tuple([each for each in variants if 0 < each.offers < len(sent)][:MOST_VARIANTS]),
    )


def _agrees_to_email(engine: Engine, profile_id: str) -> bool:
    row = int(engine.catalogue(Collection.PROFILES).rows_of(profile_id)[0])
    return profile_at(engine, row).consents.contact_by_email


def _unsent(sent: _Sent, trainings: int, days: int) -> Backtest:
    """Of a setting by e-mail of who did not agree to it: nothing leaves, and what the person's page would have."""
    count = counted(len(sent), "offre", "offres")
    text = (
        "Ce réglage ne vous enverrait rien : vous n'avez pas accepté d'être joint par courriel. Donnez votre accord "
        "dans votre profil, ou choisissez un autre canal"
    )
    page = Variant(f"Sur votre page, au lieu du courriel : {count} en {days} jours", len(sent), {"canal": "page"})
    return Backtest(days, 0, 0, trainings, text, (), (page,) if len(sent) else (), ())


def _said(offers: int, digests: int, days: int) -> str:
    if offers == 0:
        return f"Ce réglage ne vous aurait envoyé aucune offre en {counted(days, 'jour', 'jours')}"
    return (
        f"Ce réglage vous aurait envoyé {counted(offers, 'offre', 'offres')} en {counted(days, 'jour', 'jours')}, en "
        f"{counted(digests, 'envoi', 'envois')}"
    )


def _one_order(engine: Engine, subscription: Subscription, least_reach_km: float = 0.0) -> Orders:
    orders, refused = orders_of(engine, [subscription])
    if refused:
        if len(engine.catalogue(Collection.PROFILES).rows_of(subscription.profile_id)) == 0:
            raise NotFound("Le profil", subscription.profile_id)
        raise BadParameter("projets", ", ".join(subscription.project_codes), refused[0].why)
    return replace(orders, least_reach_km=np.full(1, least_reach_km))


def _played(engine: Engine, orders: Orders, rules: Rules, days: int) -> _Sent:
    """Each of the last days, in order."""
    (subscription,) = orders.subscriptions
    today = day_number(engine.today())
    first_day = today - days + 1
    window = int(orders.window_days[0])
    wide = replace(orders, since=np.array([first_day + 1 - window]))
    candidates = by_people(engine, wide, open_since=first_day)
    offers = engine.catalogue(Collection.OFFERS)
    columns = columns_of(offers, candidates.offers)
    published, expires = columns("published_day").astype(np.int64), columns("expires_day").astype(np.int64)
    ages = np.arange(window)
    pair, age = (each.ravel() for each in np.meshgrid(np.arange(len(candidates)), ages, indexing="ij"))
    day = published[pair] + age
    seen = (day >= first_day) & (day <= today) & ((expires[pair] == NO_DAY) | (expires[pair] >= day))
    pair, age, day = pair[seen], age[seen], day[seen]
    ranker = engine.rankers[Ranked.OFFERS].ranker
    pairs = on_days(pairs_of(engine, wide, candidates, ranker).at(pair), age.astype(np.float32))
    score, quality = scores_of(pairs, ranker)
    set_back = np.zeros(len(pair), dtype=np.float32)
    if wide.aside[0]:
        homes = engine.catalogue(Collection.PROFILES).take("commune", candidates.projects[pair])
        set_back = wide.aside[0].charges(pairs.distance_km, homes)
    keys, firms = offers.keys(candidates.offers), columns("firm")
    sent: list[NDArray[np.int64]] = []
    gone = np.empty(0, dtype=np.int64)
    n_digests = 0
    for each_day in range(first_day, today + 1):
        if not _runs_on(subscription, each_day):
            continue
        at = np.flatnonzero(day == each_day)
        at = at[best_projects(np.zeros(len(at), np.int64), candidates.offers[pair[at]], (score - set_back)[at])]
        found = Choosing(
            np.zeros(len(at), dtype=np.int64),
            candidates.offers[pair[at]],
            keys[pair[at]],
            np.full(len(at), wide.people[0]),
            firms[pair[at]],
            score[at],
            quality[at],
            set_back[at],
        )
        allowed = (found.quality >= rules.least_quality) & ~np.isin(found.keys, gone)
        picked = chosen(found, allowed, found.worth(DigestPrices()), wide.sizes)
        gone = np.concatenate([gone, found.keys[picked]])
        sent.append(at[picked])
        n_digests += len(picked) > 0
    positions = np.concatenate([np.empty(0, dtype=np.int64), *sent])
    return _Sent(wide, candidates, pair[positions], (score - set_back)[positions], n_digests)


def _runs_on(subscription: Subscription, day: int) -> bool:
    """Whether a digest is due on a day; an instant one is looked for once a day."""
    if subscription.frequency is not Frequency.WEEKLY:
        return True
    return (EPOCH + dt.timedelta(days=day)).weekday() == weekday_of(subscription.id)


def _best(sent: _Sent, most: int) -> tuple[Candidates, NDArray[np.float32]]:
    order = np.argsort(-sent.scores, kind="stable")[:most]
    return sent.candidates.at(sent.positions[order]), sent.scores[order]


def _count(
    engine: Engine, subscription: Subscription, rules: Rules, days: int, least_reach_km: float = 0.0
) -> int | None:
    """How many offers a setting would have sent; None where it means nothing."""
    try:
        return len(_played(engine, _one_order(engine, subscription, least_reach_km), rules, days))
    except BadParameter:
        return None


def _variants(engine: Engine, subscription: Subscription, rules: Rules, days: int, now: int) -> Iterator[Variant]:
    """Other settings near this one, each with its count; what would bring as many is left out."""
    for words, changed, changes, reach_km in _settings_near(engine, subscription):
        offers = _count(engine, changed, rules, days, reach_km)
        if offers is not None and offers != now:
            yield Variant(f"{words} : {counted(offers, 'offre', 'offres')} en {days} jours", offers, changes)


_Near = tuple[str, Subscription, Mapping[str, object], float]


def _settings_near(engine: Engine, subscription: Subscription) -> Iterator[_Near]:
    yield from _without_criteria(subscription)
    yield from _other_reach(engine, subscription)
    yield from _other_projects(engine, subscription)
    yield from _other_criteria(subscription)
    for size in (subscription.size * 2, subscription.size // 2):
        if 1 <= size <= 150:
            changed = msgspec.structs.replace(subscription, size=size)
            yield f"Avec {counted(size, 'offre', 'offres')} par envoi au plus", changed, {"taille": size}, 0.0


def _without_criteria(subscription: Subscription) -> Iterator[_Near]:
    criteria = dict(subscription.criteria)
    places = {"distance", "tempsTrajet", "mode"}
    for name in criteria:
        if name in places and (name != "distance" or "commune" in criteria):
            continue
        left = {key: value for key, value in criteria.items() if key != name}
        if name == "commune":
            left = {key: value for key, value in left.items() if key not in places}
        if name == "salaireMin":
            left.pop("periodeSalaire", None)
        if name != "periodeSalaire":
            yield f"Sans {filters([name])}", _with(subscription, left), {"criteres": left}, 0.0


def _other_reach(engine: Engine, subscription: Subscription) -> Iterator[_Near]:
    """Further and less far: by the criterion where there is one, else by the reach of the profile."""
    criteria = dict(subscription.criteria)
    if "distance" in criteria or ("commune" in criteria and "tempsTrajet" not in criteria):
        km = float(criteria.get("distance", "10").replace(",", "."))
        for other in (*[wider for wider in WIDER_KM if wider > km][:2], km / 2):
            left = {**criteria, "distance": f"{other:g}"}
            yield f"À {kilometres(other)} au plus", _with(subscription, left), {"criteres": left}, 0.0
    elif not {"commune", "departement", "region", "bassin"} & criteria.keys():
        (orders, _) = orders_of(engine, [subscription])
        reach_km = float(engine.catalogue(Collection.PROFILES).take("radius_km", orders.rows).max())
        for other in [wider for wider in WIDER_KM if wider > reach_km][:2]:
            yield f"En allant jusqu'à {kilometres(other)} (à changer dans votre profil)", subscription, {}, other


def _other_projects(engine: Engine, subscription: Subscription) -> Iterator[_Near]:
    if subscription.project_codes:
        yield "Avec tous vos projets", msgspec.structs.replace(subscription, project_codes=()), {"projets": []}, 0.0
        return
    profiles, rome = engine.catalogue(Collection.PROFILES), engine.lookups.reference.rome
    occupations = dict.fromkeys(profiles.take("occupation", profiles.rows_of(subscription.profile_id)).tolist())
    if len(occupations) > 1:
        for row in occupations:
            codes = (rome.codes[row],)
            changed = msgspec.structs.replace(subscription, project_codes=codes)
            yield f"Avec le seul projet {quoted(rome.labels[row])}", changed, {"projets": list(codes)}, 0.0


def _other_criteria(subscription: Subscription) -> Iterator[_Near]:
    """Criteria that are not set yet: what they would leave."""
    criteria = dict(subscription.criteria)
    if "typeContrat" not in criteria:
        for contract in (Contract.CDI, Contract.CDD, Contract.INTERIM):
            left = {**criteria, "typeContrat": contract.value}
            short = "intérim" if contract is Contract.INTERIM else contract.value
            yield f"Seulement en {short}", _with(subscription, left), {"criteres": left}, 0.0
    if "tempsPlein" not in criteria:
        for value, words in (("true", "à temps plein"), ("false", "à temps partiel")):
            left = {**criteria, "tempsPlein": value}
            yield f"Seulement {words}", _with(subscription, left), {"criteres": left}, 0.0


def _with(subscription: Subscription, criteria: Mapping[str, str]) -> Subscription:
    return msgspec.structs.replace(subscription, criteria=tuple(sorted(criteria.items())))


def _trainings(engine: Engine, subscription: Subscription) -> int:
    return sessions_for_profile(engine, subscription.profile_id, {}, Window(0, 0)).total
