"""Erasing takes every row of a person, leaves others' rows, and says in the log only that it happened."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from features.key_numbers import key_number
from features.privacy.tombstones import Tombstones
from features.records import (
    Contact,
    ContactChannel,
    Event,
    EventKind,
    Identity,
    PoolMove,
    Profile,
    Project,
    Subscription,
    TalentPool,
    TalentPoolState,
)
from features.store import Kind, Operation, PersonErased, Store
from features.store.erasure import erase
from features.store.erasure_log import (
    BLANK,
    blank,
    drop_lines_of_the_gone,
    last_seq,
    note_rewritten,
    number_of,
    to_rewrite,
)
from features.store.people_tables import (
    BESIDE,
    IN_PASSING,
    OF_NOBODY,
    PSEUDONYMOUS,
    SPEAKS_OF_PEOPLE,
    held_of,
)
from features.store.tables import metadata
from tests.keys import KEYRING


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(store_url, KEYRING, Tombstones(tmp_path / "apart" / "tombstones", KEYRING))
    for key in ("p1", "p10", "x-p1"):
        opened.upsert([Profile(id=key, projects=(Project(rome_code="J1501"),))], "essai")
        opened.upsert([Identity(id=key, last_name=key)], "essai")
        opened.upsert([Subscription(id=f"defaut-{key}", profile_id=key)], "essai")
        event = Event(id=f"e-{key}", kind=EventKind.OPENED, at=MOMENT, profile_id=key)
        opened.upsert([event], "essai")
    yield opened
    opened.close()


ALONE = re.compile(r"(?<![A-Za-z0-9+/_-])p1(?![A-Za-z0-9+/_-])")
"""The id, and not a piece of a longer one or of a sealed text."""

MOMENT = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)


def everything(store: Store) -> dict[str, str]:
    with store.engine.connect() as connection:
        return {
            name: " ".join(repr(tuple(row)) for row in connection.execute(sa.select(table)))
            for name, table in metadata.tables.items()
        }


def test_every_table_is_accounted_for() -> None:
    """Whoever adds a table says here how a person leaves it."""
    assert set(metadata.tables) == {*SPEAKS_OF_PEOPLE, *IN_PASSING, *BESIDE, *OF_NOBODY, *PSEUDONYMOUS}


def test_one_person_goes_and_those_of_like_names_stay(store: Store) -> None:
    mark = store.watermark()
    erased = erase(store, "p1")
    assert erased.held.rows == {"event": 1, "profile": 1, "identity": 1, "subscription": 1}
    assert "p1" in erased.held.names
    assert held_of(store, "p1").rows == {}
    for key in ("p10", "x-p1"):
        assert held_of(store, key).rows == {"event": 1, "profile": 1, "identity": 1, "subscription": 1}
    assert drop_lines_of_the_gone(store, store.watermark()) == 4
    told = store.changes(0)
    assert {change.record_id for change in told if "p1" in change.record_id} == {
        "p10", "x-p1", "defaut-p10", "defaut-x-p1", "e-p10", "e-x-p1",
    }  # fmt: skip
    assert erased.seq == store.watermark() > mark
    assert number_of(told[-1]) == key_number("p1")
    assert told[-1].operation is Operation.ERASE
    assert ALONE.search(repr(everything(store))) is None


def test_others_rows_stay_without_the_name(store: Store) -> None:
    pool = TalentPool(
        id="v",
        name="Pour p1, et p10",
        owner_id="moi",
        profile_ids=("p1", "p10"),
        criteria=(("exclure", "p1"), ("codeROME", "J1501")),
    )
    contact = Contact(
        id="c",
        counsellor_id="c",
        siret="1",
        at=MOMENT,
        channel=ContactChannel.VISIT,
        note="p1 conviendrait ; p10 aussi",
        needs=("comme p1",),
    )
    store.upsert([pool], "essai")
    store.upsert([contact], "essai")
    erase(store, "p1")
    kept = store.get(TalentPool, "v")
    assert kept is not None
    assert (kept.profile_ids, kept.criteria) == (("p10",), (("codeROME", "J1501"),))
    assert kept.name == "Pour (personne effacée), et p10"
    noted = store.get(Contact, "c")
    assert noted is not None
    assert (noted.note, noted.needs) == ("(personne effacée) conviendrait ; p10 aussi", ("comme (personne effacée)",))


def test_lines_of_what_was_deleted_before_go_too(store: Store) -> None:
    store.delete(Kind.EVENT, ["e-p1"])
    store.upsert([Event(id="sans-nom", kind=EventKind.OPENED, at=MOMENT, profile_id="p1")], "essai")
    store.delete(Kind.EVENT, ["sans-nom"])
    erase(store, "p1")
    upto = store.watermark()
    assert drop_lines_of_the_gone(store, 3) == 3  # what no index may lack is dropped, and no more
    assert drop_lines_of_the_gone(store, upto) == 4
    assert {"e-p1", "sans-nom", "p1"}.isdisjoint({change.record_id for change in store.changes(0)})
    assert {change.record_id for change in store.changes(0)} >= {"p10", "e-p10"}
    assert drop_lines_of_the_gone(store, store.watermark()) == 0


def test_an_erased_id_does_not_come_back(store: Store) -> None:
    erase(store, "p1")
    for record in (
        Profile(id="p1", projects=()),
        Identity(id="p1"),
        Subscription(id="s", profile_id="p1"),
        Event(id="e", kind=EventKind.OPENED, at=MOMENT, profile_id="p1"),
    ):
        assert store.is_about_erased(record)
        with pytest.raises(PersonErased) as refused:
            store.upsert([record], "essai")
        assert "p1" not in str(refused.value)
    store.upsert([Profile(id="p11", projects=())], "essai")


def test_a_pool_that_still_names_an_erased_person_is_kept_without_them(store: Store) -> None:
    erase(store, "p1")
    pool = TalentPool(id="v", name="v", owner_id="moi", profile_ids=("p10", "p1"))
    moves = tuple([PoolMove(profile_id=key, at=MOMENT, entered=True) for key in ("p1", "p10")])
    state = TalentPoolState(id="v", refreshed_at=MOMENT, present_ids=("p1", "p10"), moves=moves)
    for record in (pool, state):
        assert not store.is_about_erased(record)
        store.upsert([record], "essai")
    assert store.get(TalentPool, "v") == msgspec.structs.replace(pool, profile_ids=("p10",))
    assert store.get(TalentPoolState, "v") == msgspec.structs.replace(state, present_ids=("p10",), moves=moves[1:])


def test_the_register_of_erasures(store: Store) -> None:
    assert (last_seq(store), to_rewrite(store)) == (0, 0)
    first = erase(store, "p1").seq
    second = erase(store, "p10").seq
    assert (last_seq(store), to_rewrite(store), last_seq(store, blank=True)) == (second, 2, 0)
    note_rewritten(store, first)
    assert to_rewrite(store) == 1
    blank(store, [first])
    assert last_seq(store, blank=True) == first
    assert [number_of(change) for change in store.changes(first - 1) if change.operation is Operation.ERASE] == [
        None,
        key_number("p10"),
    ]
    assert store.changes(first - 1)[0].record_id == BLANK


def test_of_an_id_without_a_profile_what_else_speaks_of_it_goes(store: Store) -> None:
    store.delete(Kind.PROFILE, ["p1"])
    assert held_of(store, "p1").rows == {"event": 1}
    assert erase(store, "p1").held.rows == {"event": 1}
    assert held_of(store, "p1").rows == {}
    assert erase(store, "personne").held.rows == {}
