"""What people did with what they were shown: opened, kept, put aside with a reason, applied, met, hired, trained."""

import datetime as dt
from collections.abc import Iterator

import numpy as np

from features.records import DismissReason, Event, EventKind
from features.world.courses import session_id
from features.world.draws import BLOCK, Stream, block_generator
from features.world.facts import WorldFacts
from features.world.names import siret
from features.world.people import People
from features.world.stock import Stock

ACTIVE_SHARE = 0.3
"""Share of people who use the service at all."""
TRAINING_SHARE = 0.12
WINDOW_DAYS = 50

NEAR_REASONS = (DismissReason.ALREADY_SEEN, DismissReason.PAY, DismissReason.HOURS, DismissReason.CONTRACT)
FAR_REASONS = (DismissReason.TOO_FAR, DismissReason.TOO_FAR, DismissReason.NOT_MY_JOB, DismissReason.OTHER)

Step = tuple[EventKind, dt.datetime, DismissReason | None]


def write_events(
    facts: WorldFacts,
    stock: Stock,
    people: People,
    n_people: int,
    seed: int,
    today: dt.date,
    block: int,
    people_block: int,
) -> Iterator[Event]:
    """The events of one block, `BLOCK` of them unless there is nothing to show; `n_people` rows of `people` exist.

    Each item shown to a person makes a chain of one to five events in order of time, none after today.
    """
    generator = block_generator(seed, Stream.EVENT, block)
    active = np.flatnonzero(generator.random(n_people) < ACTIVE_SHARE)
    if active.size == 0:
        active = np.arange(n_people)
    person = active[generator.integers(0, active.size, BLOCK)]
    project = generator.integers(0, people.n_projects[person])
    occupation, area = people.target[person, project], people.area[person]
    u = generator.random((BLOCK, 3))
    here = stock.offers_here.draw(occupation * facts.places.n_areas + area, u[:, 0])
    offer = np.where(here >= 0, here, stock.offers_anywhere.draw(occupation, u[:, 1]))
    training = stock.trainings.draw(occupation, u[:, 2])
    wants_training = (generator.random(BLOCK) < TRAINING_SHARE) | (offer < 0)
    rank = np.floor(generator.exponential(5.0, BLOCK)).astype(np.int64)
    chances = generator.random((BLOCK, 8)).tolist()
    number = block * BLOCK
    last = number + BLOCK
    for i in range(BLOCK):
        profile_id = f"profil-{people_block * BLOCK + int(person[i]) + 1:06d}"
        offer_id = session = firm = None
        chance = chances[i]
        if wants_training[i] and training[i] >= 0:
            row = int(training[i])
            position = int(chance[7] * int(stock.n_sessions[row]))
            session = session_id(row + 1, position)
            steps = _training_steps(int(stock.starts[row, position]), int(stock.ends[row, position]), today, chance)
        elif offer[i] >= 0:
            row = int(offer[i])
            offer_id = f"offre-{row + 1:06d}"
            firm = siret(int(stock.firm[row])) if stock.firm[row] >= 0 else None
            steps = _offer_steps(int(stock.days_old[row]), today, chance, near=bool(here[i] >= 0), rank=int(rank[i]))
        else:
            continue
        for kind, at, reason in steps:
            if number == last:
                return
            number += 1
            yield Event(
                id=f"evenement-{number:07d}",
                kind=kind,
                at=at,
                profile_id=profile_id,
                offer_id=offer_id,
                session_id=session,
                siret=firm,
                rank=int(rank[i]) if kind is EventKind.SHOWN else None,
                reason=reason,
            )


def _moment(day: dt.date, u: float) -> dt.datetime:
    """A time of that day between 7 and 22 h, UTC."""
    seconds = int(7 * 3600 + u * 15 * 3600)
    return dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)


def _offer_steps(days_old: int, today: dt.date, chance: list[float], *, near: bool, rank: int) -> Iterator[Step]:
    """Shown since its publication, then what the person made of it; near offers at the top do better."""
    end = dt.datetime.combine(today, dt.time(23, 59, 59), tzinfo=dt.UTC)
    shown = _moment(today - dt.timedelta(days=int(chance[0] * min(days_old + 1, WINDOW_DAYS))), chance[1])
    yield EventKind.SHOWN, shown, None
    interest = (0.62 if near else 0.34) / (1 + 0.06 * rank)
    if chance[2] >= interest:
        if chance[2] > 0.88:
            reasons = NEAR_REASONS if near else FAR_REASONS
            yield EventKind.DISMISSED, shown + dt.timedelta(seconds=9), reasons[int(chance[3] * 4)]
        return
    opened = shown + dt.timedelta(seconds=20 + int(chance[3] * 300))
    yield EventKind.OPENED, opened, None
    if chance[4] < 0.25:
        yield EventKind.SAVED, opened + dt.timedelta(seconds=40), None
    applied = opened + dt.timedelta(minutes=3 + int(chance[5] * 2000))
    if chance[6] > (0.42 if near else 0.2) or applied > end:
        return
    yield EventKind.APPLIED, applied, None
    met = applied + dt.timedelta(days=2 + int(chance[7] * 9))
    if chance[5] > 0.4 or met > end:
        return
    yield EventKind.INTERVIEWED, met, None
    hired = met + dt.timedelta(days=1 + int(chance[4] * 8))
    if chance[7] < 0.45 and hired <= end:
        yield EventKind.HIRED, hired, None


def _training_steps(starts: int, ends: int, today: dt.date, chance: list[float]) -> Iterator[Step]:
    """Shown before it begins; entered and finished when that day has come."""
    day = min(starts - 10, today.toordinal()) - int(chance[0] * 30)
    shown = _moment(dt.date.fromordinal(day), chance[1])
    yield EventKind.SHOWN, shown, None
    if chance[2] > 0.5:
        return
    opened = shown + dt.timedelta(seconds=30 + int(chance[3] * 300))
    yield EventKind.OPENED, opened, None
    if chance[4] < 0.3:
        yield EventKind.SAVED, opened + dt.timedelta(seconds=30), None
    if starts > today.toordinal() or chance[5] > 0.6:
        return
    yield EventKind.TRAINING_ENTERED, _moment(dt.date.fromordinal(starts), 0.1), None
    if ends <= today.toordinal() and chance[6] < 0.85:
        yield EventKind.TRAINING_FINISHED, _moment(dt.date.fromordinal(ends), 0.6), None
