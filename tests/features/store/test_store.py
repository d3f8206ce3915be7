"""The store: what goes in comes out, and the log tells every change once, in the same transaction."""

import datetime as dt
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from features.records import (
    Event,
    EventKind,
    Identity,
    Offer,
    OfferSource,
    PoolMove,
    Profile,
    Project,
    ProtectedStatus,
    TalentPool,
    TalentPoolState,
)
from features.store import Change, Kind, Operation, Store, WriteCounts
from features.store.batches import CHUNK
from features.store.engine import open_engine
from tests.databases import on_server


def an_offer(key: str, title: str = "Soudeur") -> Offer:
    return Offer(id=key, title=title, source=OfferSource(name="essai", id=key), published_on=dt.date(2026, 1, 2))


def a_profile(key: str) -> Profile:
    return Profile(id=key, projects=(Project(rome_code="J1501"),))


def test_a_record_comes_back_as_it_went_in(store: Store) -> None:
    offer = an_offer("1")
    assert store.upsert([offer], "essai") == WriteCounts(inserted=1)
    assert store.get(Offer, "1") == offer
    assert store.get(Offer, "2") is None
    assert store.source_of(Kind.OFFER, "1") == "essai"
    assert store.source_of(Kind.OFFER, "2") is None


def test_the_same_bytes_again_change_nothing_and_are_not_logged(store: Store) -> None:
    store.upsert([an_offer("1")], "essai")
    before = store.watermark()
    assert store.upsert([an_offer("1")], "essai") == WriteCounts(unchanged=1)
    assert store.watermark() == before


def test_another_source_for_the_same_bytes_is_a_change(store: Store) -> None:
    store.upsert([an_offer("1")], "essai")
    assert store.upsert([an_offer("1")], "autre") == WriteCounts(updated=1)
    assert store.source_of(Kind.OFFER, "1") == "autre"


def test_of_two_records_with_one_id_the_last_wins(store: Store) -> None:
    assert store.upsert([an_offer("1", "Soudeur"), an_offer("1", "Maçon")], "essai") == WriteCounts(inserted=1)
    found = store.get(Offer, "1")
    assert found is not None
    assert found.title == "Maçon"


def test_nothing_to_write_writes_nothing(store: Store) -> None:
    assert store.upsert([], "essai") == WriteCounts()
    assert store.delete(Kind.OFFER, []) == 0
    assert store.watermark() == 0
    assert store.changes(after=0) == []


def test_two_kinds_in_one_call_are_refused_and_nothing_is_written(store: Store) -> None:
    with pytest.raises(TypeError, match="one kind a call: got Profile among offer"):
        store.upsert([an_offer("1"), a_profile("2")], "essai")
    assert store.count(Kind.OFFER) == 0


def test_the_log_tells_each_change_in_order(store: Store) -> None:
    store.upsert([an_offer("1"), an_offer("2")], "essai")
    store.upsert([an_offer("2", "Maçon")], "essai")
    store.delete(Kind.OFFER, ["1", "absent"])
    assert store.changes(after=0) == [
        Change(1, Kind.OFFER, "1", Operation.UPSERT),
        Change(2, Kind.OFFER, "2", Operation.UPSERT),
        Change(3, Kind.OFFER, "2", Operation.UPSERT),
        Change(4, Kind.OFFER, "1", Operation.DELETE),
    ]
    assert store.watermark() == 4
    assert [change.seq for change in store.changes(after=1, limit=2)] == [2, 3]
    assert store.changes(after=4) == []


def test_a_write_and_its_log_lines_are_kept_or_lost_together(store: Store) -> None:
    def fail_half_way() -> None:
        with store.writing() as writer:
            writer.upsert([an_offer("1")], "essai")
            assert writer.connection.scalar(sa.text("select count(*) from change_log")) == 1
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        fail_half_way()
    assert store.count(Kind.OFFER) == 0
    assert store.watermark() == 0


def test_an_open_write_is_invisible_to_readers_log_included(store: Store) -> None:
    with store.writing() as writer:
        writer.upsert([an_offer("1")], "essai")
        assert store.get(Offer, "1") is None
        assert store.watermark() == 0
    assert store.watermark() == 1


def test_deleting_a_profile_takes_its_identity_and_rqth_with_it(store: Store) -> None:
    store.upsert([a_profile("p")], "essai")
    store.upsert([Identity(id="p", last_name="Martin")], "essai")
    store.upsert([ProtectedStatus(id="p", rqth=True)], "essai")
    assert store.delete(Kind.PROFILE, ["p"]) == 1
    assert store.get(Identity, "p") is None
    assert store.get(ProtectedStatus, "p") is None
    assert {(change.kind, change.operation) for change in store.changes(after=3)} == {
        (Kind.PROFILE, Operation.DELETE),
        (Kind.IDENTITY, Operation.DELETE),
        (Kind.PROTECTED, Operation.DELETE),
    }


def test_deleting_a_profile_takes_it_out_of_talent_pools(store: Store) -> None:
    now = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    moves = tuple(PoolMove(profile_id=key, at=now, entered=True) for key in ("p", "q"))
    store.upsert([a_profile("p"), a_profile("q")], "essai")
    store.upsert([TalentPool(id="v", name="Soins", owner_id="o", profile_ids=("p", "q"))], "essai")
    store.upsert([TalentPoolState(id="v", refreshed_at=now, present_ids=("p", "q"), moves=moves)], "essai")
    before = store.watermark()
    store.delete(Kind.PROFILE, ["p"])
    pool, state = store.get(TalentPool, "v"), store.get(TalentPoolState, "v")
    assert pool is not None
    assert state is not None
    assert (pool.profile_ids, state.present_ids, state.moves) == (("q",), ("q",), moves[1:])
    assert {change.kind for change in store.changes(before)} == {Kind.PROFILE, Kind.TALENT_POOL, Kind.TALENT_POOL_STATE}


def test_a_prefix_is_that_of_the_characters(store: Store) -> None:
    keys = ["12!a", "12-B", "12-a", "12-é", "12.a", "12a", "120-a", "1-2a", "13-a"]
    store.upsert([a_profile(key) for key in keys], "essai")
    assert [found.id for found in store.of_prefix(Profile, "12-")] == ["12-B", "12-a", "12-é"]


def test_a_complete_feed_deletes_what_it_no_longer_gives_and_nothing_of_others(store: Store) -> None:
    store.upsert([an_offer("1"), an_offer("2")], "flux")
    store.upsert([an_offer("3")], "autre")
    with store.writing() as writer:
        assert writer.delete_absent(Kind.OFFER, "flux", keep={"2"}) == 1
    assert set(store.get_many(Offer, ["1", "2", "3"])) == {"2", "3"}


def test_scan_gives_every_record_once_in_order_whatever_the_batch(store: Store) -> None:
    ids = [f"{number:05d}" for number in range(CHUNK + 7)]
    store.upsert((an_offer(key) for key in reversed(ids)), "essai")
    for batch_size in (7, CHUNK, CHUNK + 7, 5000):
        assert [offer.id for batch in store.scan(Offer, batch_size=batch_size) for offer in batch] == ids
    assert [offer.id for batch in store.scan(Offer, after=ids[-3]) for offer in batch] == ids[-2:]
    assert list(store.scan(Profile)) == []


def test_more_ids_than_one_statement_holds(store: Store) -> None:
    ids = [f"{number:05d}" for number in range(2 * CHUNK + 1)]
    assert store.upsert((an_offer(key) for key in ids), "essai").inserted == len(ids)
    assert len(store.get_many(Offer, ids)) == len(ids)
    assert store.delete(Kind.OFFER, ids) == len(ids)
    assert store.watermark() == 2 * len(ids)


def test_threads_that_write_take_turns_and_lose_nothing(store: Store) -> None:
    def write(name: str) -> None:
        for number in range(20):
            store.upsert([an_offer(f"{name}-{number}")], name)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.count(Kind.OFFER) == 80
    assert [change.seq for change in store.changes(after=0)] == list(range(1, 81))


def test_another_database_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'mysql' is not supported: use sqlite"):
        Store.open("mysql://localhost/vivier")


KEYS = st.sampled_from("abcde")
WRITES = st.lists(st.tuples(KEYS, st.one_of(st.none(), st.sampled_from(["Soudeur", "Maçon"]))), max_size=12)


@settings(max_examples=25)
@given(WRITES)
def test_replaying_the_log_gives_the_content_of_the_store(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[str, str | None]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("replay")
    store = Store.open(f"sqlite:///{folder / 'vivier.db'}")
    expected: dict[str, str] = {}
    for key, title in writes:
        if title is None:
            store.delete(Kind.OFFER, [key])
            expected.pop(key, None)
        else:
            store.upsert([an_offer(key, title)], "essai")
            expected[key] = title
    replayed: set[str] = set()
    for change in store.changes(after=0):
        if change.operation is Operation.UPSERT:
            replayed.add(change.record_id)
        else:
            replayed.remove(change.record_id)
    assert replayed == set(expected)
    assert {key: offer.title for key, offer in store.get_many(Offer, replayed).items()} == expected
    store.close()


def test_pages_follow_the_order_of_ids(store: Store) -> None:
    store.upsert((an_offer(key) for key in "dbac"), "essai")
    assert [offer.id for offer in store.page(Offer, 1, 2)] == ["b", "c"]
    assert [offer.id for offer in store.page(Offer, 3, 5)] == ["d"]
    assert store.page(Offer, 4, 5) == []


def test_a_transaction_sees_its_own_writes(store: Store) -> None:
    with store.writing() as writer:
        assert not writer.exists(Kind.OFFER, "1")
        writer.upsert([an_offer("1")], "essai")
        assert writer.exists(Kind.OFFER, "1")
        writer.delete(Kind.OFFER, ["1"])
        assert not writer.exists(Kind.OFFER, "1")


def an_event(key: str, rank: int = 0) -> Event:
    return Event(id=key, kind=EventKind.SHOWN, at=dt.datetime(2026, 9, 1, tzinfo=dt.UTC), profile_id="p", rank=rank)


def test_events_come_once_in_the_order_of_their_last_change_as_they_stood_at_it(store: Store) -> None:
    store.upsert([an_event("b", 1)], "essai")
    store.upsert([a_profile("p")], "essai")
    store.upsert([an_event("a", 2), an_event("c", 3)], "essai")
    store.delete(Kind.EVENT, ["c"])
    early = store.watermark()
    store.upsert([an_event("b", 4)], "essai")
    upto = store.watermark()
    store.upsert([an_event("late", 5), an_event("a", 6)], "essai")
    store.upsert([an_event("b", 7)], "essai")
    for size in (1, 2, 1000):
        batches = list(store.events_logged(upto, size))
        assert all(0 < len(batch) <= size for batch in batches)
        assert [(event.id, event.rank) for batch in batches for event in batch] == [("a", 2), ("b", 4)]
        (told,) = [[(event.id, event.rank) for batch in store.events_logged(early, size) for event in batch]]
        assert told == [("b", 1), ("a", 2)]
    assert list(store.events_logged(0)) == []


def test_what_a_corrected_event_said_is_kept_as_long_as_the_event(store: Store) -> None:
    for rank in (1, 2, 2, 3):
        store.upsert([an_event("a", rank), an_event(f"b{rank}")], "essai")
    before = store.events_before(["a", "b1", "nowhere"])
    assert list(before) == ["a"]
    assert [said.rank for _, said in before["a"]] == [1, 2]
    logged = [change.seq for change in store.changes(0) if change.record_id == "a"]
    assert [seq for seq, _ in before["a"]] == logged[1:]
    store.delete(Kind.EVENT, ["a"])
    assert store.events_before(["a"]) == {}


def test_ids_come_in_the_order_of_their_bytes_whatever_the_language(postgres_server: sa.URL) -> None:
    keys = ["a", "B", "é", "Z", "z", "a-1", "a_1", "A1", "ab", "10", "9"]
    french = "template0 encoding 'UTF8' locale_provider icu icu_locale 'fr' locale 'C'"
    try:
        with on_server(postgres_server, french) as url:
            store = Store.open(url)
            store.upsert([an_offer(key) for key in keys], "essai")
            assert [each.id for each in store.page(Offer, 0, 20)] == sorted(keys)
            assert [each.id for batch in store.scan(Offer, batch_size=3) for each in batch] == sorted(keys)
            assert [each.id for each in store.of_prefix(Offer, "a")] == ["a", "a-1", "a_1", "ab"]
            with store.engine.connect() as connection:
                told = connection.scalars(sa.text("select x from (values ('B'), ('a')) as v(x) order by x")).all()
            assert told == ["a", "B"], "the database itself sorts by bytes: the test proves nothing"
            store.close()
    except sa.exc.ProgrammingError:
        pytest.skip("this PostgreSQL has no ICU, or is older than 15: it sorts by bytes here")


@pytest.mark.parametrize("patience_s", [None, 5.0])
def test_postgresql_notices_soon_that_a_writer_is_cut_off(postgres_server: sa.URL, patience_s: float | None) -> None:
    engine = open_engine(postgres_server.render_as_string(hide_password=False), patience_s)
    with engine.connect() as connection:
        told = [connection.scalar(sa.text(f"show tcp_keepalives_{name}")) for name in ("idle", "interval", "count")]
    engine.dispose()
    assert told == ["2", "1", "3"]
