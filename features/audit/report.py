"""What each actor did on each day, the unusual first: what a human should look at."""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa

from features.audit.actions import Action
from features.audit.line import read
from features.audit.reading import Question
from features.store import Store
from features.store.batches import batches
from features.store.tables import account_flag, audit_line, audit_person

MEASURES: Final = ("people", "searches", "exports", "refusals")
LEAST: Final = {"people": 50, "searches": 50, "exports": 3, "refusals": 10}
"""A figure below is not unusual, however still the others are."""
TIMES: Final = 5.0
"""How many times the usual figure of their role is unusual."""
ALWAYS: Final = 20
"""How many times `LEAST` is unusual whatever the others do: the only one of a role has nobody to be compared with."""
NIGHT: Final = ("22", "23", "00", "01", "02", "03", "04")
"""Hours, in universal time, in which few people work."""
NIGHT_LEAST: Final = 20
"""Lines at night below which nothing is said of them."""


@dataclass(frozen=True)
class ActorDay:
    """One actor on one day."""

    day: str
    actor: str | None
    """None: all who did not say who they are."""
    role: str | None
    lines: int
    people: int
    """Different people shown or touched; not those who were asked for and refused."""
    searches: int
    exports: int
    changes: int
    refusals: int
    at_night: int
    unusual: tuple[str, ...] = ()
    """In what, in English: empty for a day like others."""
    score: float = 0.0
    """How many times the usual figure, at most; 0 for a day like others."""


def report(store: Store, question: Question) -> list[ActorDay]:
    """The days of all actors within a question, the most unusual first, then those that saw most people."""
    days = _days(store, question)
    by_role: dict[str | None, list[ActorDay]] = defaultdict(list)
    for each in days:
        by_role[each.role].append(each)
    usual = {
        role: {name: statistics.median([getattr(each, name) for each in of_role]) for name in MEASURES}
        for role, of_role in by_role.items()
    }
    flagged = _flags(store)
    judged = [_judged(each, usual[each.role], flagged.get((each.day, each.actor), [])) for each in days]
    return sorted(judged, key=lambda each: (-each.score, -each.people, -each.lines, each.day, each.actor or ""))


def _days(store: Store, question: Question) -> list[ActorDay]:
    day, hour = sa.func.substr(audit_line.c.at, 1, 10), sa.func.substr(audit_line.c.at, 12, 2)

    def counting(*actions: Action) -> "sa.ColumnElement[int]":
        chosen = audit_line.c.action.in_([each.value for each in actions])
        return sa.func.coalesce(sa.func.sum(sa.case((chosen, 1), else_=0)), 0)

    figures = question.narrowed(
        sa.select(
            day.label("day"),
            audit_line.c.actor,
            sa.func.count().label("lines"),
            counting(Action.SEARCHED).label("searches"),
            counting(Action.EXPORTED).label("exports"),
            counting(Action.CREATED, Action.CHANGED, Action.DELETED, Action.CONTACTED, Action.ANSWERED).label(
                "changes"
            ),
            counting(Action.REFUSED).label("refusals"),
            sa.func.coalesce(sa.func.sum(sa.case((hour.in_(NIGHT), 1), else_=0)), 0).label("at_night"),
            sa.func.max(audit_line.c.seq).label("last"),
        )
    ).group_by(day, audit_line.c.actor)
    seen = question.narrowed(
        sa.select(
            day.label("day"), audit_line.c.actor, sa.func.count(audit_person.c.person.distinct()).label("people")
        ).join(audit_person, audit_person.c.seq == audit_line.c.seq)
    )
    got = audit_line.c.action.not_in([Action.REFUSED.value, Action.FAILED.value])
    seen = seen.where(got).group_by(day, audit_line.c.actor)
    with store.engine.connect() as connection:
        people = {(row.day, row.actor): row.people for row in connection.execute(seen)}
        rows = connection.execute(figures).all()
        roles = _roles(connection, [row.last for row in rows])
    return [
        ActorDay(
            row.day,
            row.actor,
            roles[row.last],
            row.lines,
            people.get((row.day, row.actor), 0),
            row.searches,
            row.exports,
            row.changes,
            row.refusals,
            row.at_night,
        )
        for row in rows
    ]


def _roles(connection: sa.Connection, seqs: Sequence[int]) -> dict[int, str | None]:
    """The role that lines tell."""
    found: dict[int, str | None] = {}
    for batch in batches(seqs):
        rows = connection.execute(sa.select(audit_line.c.seq, audit_line.c.body).where(audit_line.c.seq.in_(batch)))
        found |= {row.seq: read(row.body).role for row in rows}
    return found


def _flags(store: Store) -> dict[tuple[str, str | None], list[str]]:
    """How accounts were remarked while they looked at people, by day and account (`features.store.flags`)."""
    found: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    with store.engine.connect() as connection:
        for row in connection.execute(sa.select(account_flag.c.at, account_flag.c.account, account_flag.c.pattern)):
            found[row.at[:10], row.account].append(row.pattern)
    return found


def _judged(day: ActorDay, usual: dict[str, float], flagged: Sequence[str]) -> ActorDay:
    """The day, with what is unusual of it."""
    told = [f"flagged while it happened: {pattern}" for pattern in sorted(flagged)]
    score = 10 * TIMES * len(told)
    for name in MEASURES:
        value, middle = getattr(day, name), max(usual[name], 1.0)
        if value >= LEAST[name] and value >= TIMES * middle:
            told.append(f"{value} {name}, {value / middle:.0f} times the usual {middle:.0f} of the role")
            score = max(score, value / middle)
        elif value >= ALWAYS * LEAST[name]:
            told.append(f"{value} {name}: more than {ALWAYS * LEAST[name]} in a day, whatever the role does")
            score = max(score, TIMES * value / (ALWAYS * LEAST[name]))
    if day.at_night >= NIGHT_LEAST and day.at_night > day.lines / 2:
        told.append(f"{day.at_night} of {day.lines} lines at night")
        score = max(score, 1.0)
    return replace(day, unusual=tuple(told), score=round(score, 1))
