"""Sessions that could be followed before a hiring: counted as one selection would, whatever has just changed."""

import datetime as dt

import numpy as np

from features.records import Attendance, TrainingSession
from features.store import Kind
from matching.engine import Engine
from matching.filters import place, session_dates
from matching.hooks import SESSIONS_AHEAD_DAYS, sessions_by_occupation
from matching.lookups import day_number
from matching.schema import Collection
from matching.selection import select
from tests.matching.conftest import TODAY
from tests.matching.made import BAKER, CARER, session, training, write


def counted_at_once(engine: Engine, centre: int, radius_km: float) -> np.ndarray:
    sessions = engine.catalogue(Collection.SESSIONS)
    today = day_number(engine.today())
    rows = select(
        sessions,
        [
            place.within_or_remote(engine.lookups, centre, radius_km),
            session_dates.has_seats(),
            session_dates.starts_between(today, today + SESSIONS_AHEAD_DAYS),
        ],
    ).rows
    led_to = sessions.take("occupations", rows)
    return np.bincount(led_to[led_to >= 0], minlength=engine.lookups.reference.rome.n_occupations)


def test_sessions_around_and_at_a_distance_are_those_of_one_selection(engine: Engine) -> None:
    known = np.flatnonzero(~np.isnan(engine.lookups.reference.communes.lat))
    totals = set()
    for centre in known[:: len(known) // 12].tolist():
        for radius_km in (0.0, 30.0, 300.0):
            found = sessions_by_occupation(engine, centre, radius_km)
            np.testing.assert_array_equal(found, counted_at_once(engine, centre, radius_km))
            totals.add(int(found.sum()))
    assert len(totals) > 5


def soon(key: str, **fields: object) -> TrainingSession:
    return session(key, starts_on=TODAY + dt.timedelta(days=20), **fields)


def test_a_session_at_a_distance_counts_from_when_it_is_there_until_it_goes(local: Engine) -> None:
    row_of = local.lookups.reference.rome.row_of
    far, carer, baker = 0, row_of(CARER), row_of(BAKER)

    def counts() -> tuple[int, int]:
        found = sessions_by_occupation(local, far, 1.0)
        return int(found[carer]), int(found[baker])

    assert counts() == (0, 0)
    write(local, training(), soon("s1", attendance=Attendance.REMOTE))
    assert counts() == (1, 0)
    write(local, soon("s2", attendance=Attendance.REMOTE), soon("s3", attendance=Attendance.ON_SITE))
    assert counts() == (2, 0)
    write(local, training("t2", rome_codes=(BAKER,)), soon("s2", training_id="t2", attendance=Attendance.REMOTE))
    assert counts() == (1, 1)
    local.store.delete(Kind.SESSION, ["s2"])
    local.catch_up()
    assert counts() == (1, 0)
    local.clock = lambda: TODAY + dt.timedelta(days=30)
    assert counts() == (0, 0)
