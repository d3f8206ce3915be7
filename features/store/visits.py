"""The plan of visits that counsellors keep, week by week: who goes to which firm, on which day, and in what order.

A firm is visited once a week, whoever goes. Each visit has a version, that changes with it: who changes a visit says
which version they saw, and is told (`Changed`) where somebody else was quicker. Weeks are named by their Monday.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import sqlalchemy as sa

from features.store.batches import batches
from features.store.store import Store
from features.store.tables import planned_visit, planned_week


class State(StrEnum):
    PROPOSED = "proposee"
    """By the planner, which may move it."""
    FIXED = "fixee"
    """By somebody: it stays with its counsellor and its day."""
    STRUCK = "rayee"
    """Nobody goes there that week."""


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit."""

    week: dt.date
    siret: str
    counsellor_id: str
    day: dt.date | None
    """None: no day has room for it."""
    place: int
    """Its rank in the day."""
    state: State
    why: str
    """Why this counsellor, in French; names nobody."""
    version: int = 1
    changed_by: str = ""
    changed_at: str = ""
    """ISO 8601, UTC."""


@dataclass(frozen=True, slots=True)
class PlannedWeek:
    """What a counsellor's week was planned with."""

    week: dt.date
    counsellor_id: str
    base_insee: str
    absent: frozenset[dt.date]
    a_day: int
    visit_minutes: int
    radius_km: int


Step = Callable[[PlannedVisit, list[PlannedVisit]], Iterable[PlannedVisit]]
"""(a visit, all visits of its counsellors in the week, itself included) -> those that change, as they are then."""


class Changed(Exception):
    """A visit is no longer what was seen: `now` is what it is, None where it is in the plan no more."""

    def __init__(self, now: PlannedVisit | None) -> None:
        super().__init__("the visit was changed meanwhile")
        self.now = now


_SAME: Final = ("counsellor_id", "day", "place", "state", "why")


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def of_week(store: Store, week: dt.date, counsellors: Collection[str]) -> list[PlannedVisit]:
    """The visits of some counsellors, struck ones too, by counsellor, day (none last) and place."""
    with store.engine.connect() as connection:
        return _of_week(connection, week, counsellors)


def weeks_of(store: Store, week: dt.date, counsellors: Collection[str]) -> dict[str, PlannedWeek]:
    """What the weeks of some counsellors were planned with, those that were."""
    table = planned_week
    wanted = sa.select(table).where(table.c.week == week.isoformat(), table.c.counsellor_id.in_(list(counsellors)))
    with store.engine.connect() as connection:
        return {row.counsellor_id: _week(row) for row in connection.execute(wanted)}


def taken(store: Store, week: dt.date) -> dict[str, str]:
    """By SIRET, the counsellor of each visit of a week, struck ones too."""
    wanted = sa.select(planned_visit.c.siret, planned_visit.c.counsellor_id).where(
        planned_visit.c.week == week.isoformat()
    )
    with store.engine.connect() as connection:
        return {row.siret: row.counsellor_id for row in connection.execute(wanted)}


def change(
    store: Store,
    seen: tuple[dt.date, str, int],
    counsellors: Collection[str],
    step: Step,
    by: str,
    now: dt.datetime,
) -> None:
    """Change a visit of some counsellors, where it is still what was `seen` (week, SIRET, version): write what `step`
    makes of it and of all their visits of the week. Raises Changed."""
    week, siret, version = seen
    with store.writing() as writer:
        held = {each.siret: each for each in _of_week(writer.connection, week, counsellors)}
        found = held.get(siret)
        if found is None or found.version != version:
            raise Changed(found)
        _write(writer.connection, held, step(found, list(held.values())), by, now)


def renew(
    store: Store,
    week: dt.date,
    seen: Collection[PlannedVisit],
    after: Iterable[PlannedVisit],
    weeks: Iterable[PlannedWeek],
    by: str,
    now: dt.datetime,
) -> None:
    """Write a plan made anew in place of the visits `seen`; a firm that another team took meanwhile is left to them.
    Raises Changed where one of those seen is no longer what it was, or another of the same counsellors has come."""
    there = {each.siret: each for each in seen}
    weeks = list(weeks)
    team = {each.counsellor_id for each in seen} | {each.counsellor_id for each in weeks}
    with store.writing() as writer:
        held = {each.siret: each for each in _of_week(writer.connection, week, team)}
        for key in held.keys() | there.keys():
            if key not in held or key not in there or held[key].version != there[key].version:
                raise Changed(held.get(key))
        elsewhere = set(
            writer.connection.scalars(
                sa.select(planned_visit.c.siret).where(
                    planned_visit.c.week == week.isoformat(), planned_visit.c.counsellor_id.not_in(sorted(team))
                )
            )
        )
        kept = [each for each in after if each.siret not in elsewhere]
        gone = held.keys() - {each.siret for each in kept}
        for batch in batches(sorted(gone)):
            writer.connection.execute(
                sa.delete(planned_visit).where(
                    planned_visit.c.week == week.isoformat(), planned_visit.c.siret.in_(batch)
                )
            )
        _write(writer.connection, held, kept, by, now)
        for terms in weeks:
            writer.connection.execute(
                sa.delete(planned_week).where(
                    planned_week.c.week == week.isoformat(), planned_week.c.counsellor_id == terms.counsellor_id
                )
            )
            writer.connection.execute(
                sa.insert(planned_week).values(
                    week=week.isoformat(),
                    counsellor_id=terms.counsellor_id,
                    base_insee=terms.base_insee,
                    absent=",".join(sorted(each.isoformat() for each in terms.absent)),
                    a_day=terms.a_day,
                    visit_minutes=terms.visit_minutes,
                    radius_km=terms.radius_km,
                )
            )


def weeks_before(store: Store, day: dt.date) -> list[str]:
    """The weeks that ended before `day`, in order."""
    first_kept = monday_of(day).isoformat()
    found: set[str] = set()
    with store.engine.connect() as connection:
        for table in (planned_visit, planned_week):
            found.update(connection.scalars(sa.select(table.c.week).where(table.c.week < first_kept).distinct()))
    return sorted(found)


def delete_weeks(store: Store, weeks: Collection[str]) -> None:
    with store.writing() as writer:
        for table in (planned_visit, planned_week):
            writer.connection.execute(sa.delete(table).where(table.c.week.in_(sorted(weeks))))


def _of_week(connection: sa.Connection, week: dt.date, counsellors: Collection[str]) -> list[PlannedVisit]:
    table = planned_visit
    wanted = sa.select(table).where(table.c.week == week.isoformat(), table.c.counsellor_id.in_(list(counsellors)))
    visits = [_visit(row) for row in connection.execute(wanted)]
    return sorted(visits, key=lambda each: (each.counsellor_id, each.day or dt.date.max, each.place, each.siret))


def _write(
    connection: sa.Connection,
    held: Mapping[str, PlannedVisit],
    after: Iterable[PlannedVisit],
    by: str,
    now: dt.datetime,
) -> None:
    """Visits that say what they said already keep their version, and who changed them last."""
    table = planned_visit
    for each in after:
        before = held.get(each.siret)
        if before is not None and all(getattr(before, name) == getattr(each, name) for name in _SAME):
            continue
        version = 1 if before is None else before.version + (not _only_later(before, each))
        values = {
            "counsellor_id": each.counsellor_id,
            "day": None if each.day is None else each.day.isoformat(),
            "place": each.place,
            "state": each.state.value,
            "why": each.why,
            "version": version,
            "changed_by": by,
            "changed_at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        }
        key = {"week": each.week.isoformat(), "siret": each.siret}
        if before is None:
            connection.execute(sa.insert(table).values(**key, **values))
        else:
            same = sa.and_(table.c.week == key["week"], table.c.siret == key["siret"])
            if _only_later(before, each):
                values = {"place": each.place, "why": each.why}
            connection.execute(sa.update(table).where(same).values(**values))


def _only_later(before: PlannedVisit, after: PlannedVisit) -> bool:
    """Whether nothing but its rank in the day changes: nobody who wants to move it need be told."""
    return replace(after, place=before.place, why=before.why, version=0, changed_by="", changed_at="") == replace(
        before, version=0, changed_by="", changed_at=""
    )


def _visit(row: "sa.Row[tuple[object, ...]]") -> PlannedVisit:
    return PlannedVisit(
        dt.date.fromisoformat(row.week),
        row.siret,
        row.counsellor_id,
        None if row.day is None else dt.date.fromisoformat(row.day),
        row.place,
        State(row.state),
        row.why,
        row.version,
        row.changed_by,
        row.changed_at,
    )


def _week(row: "sa.Row[tuple[object, ...]]") -> PlannedWeek:
    absent = frozenset(dt.date.fromisoformat(each) for each in row.absent.split(",") if each)
    return PlannedWeek(
        dt.date.fromisoformat(row.week),
        row.counsellor_id,
        row.base_insee,
        absent,
        row.a_day,
        row.visit_minutes,
        row.radius_km,
    )
