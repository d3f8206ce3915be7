"""The engine follows the store's log, record by record, and refuses generations that do not fit."""

import datetime as dt
import queue
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import sqlalchemy as sa

from features import duplicates
from features.records import (
    Contact,
    Contract,
    Establishment,
    Event,
    EventKind,
    Identity,
    MonthlyHirings,
    Offer,
    Profile,
    Project,
    ProtectedStatus,
    Record,
    Training,
    TrainingSession,
)
from features.reference import Reference
from features.store import KIND_OF, Kind, Store, record_id
from features.store.tables import change_log
from matching.answer import Window
from matching.arrays import Blob
from matching.build import build
from matching.engine import INDEX_ROOT, Engine
from matching.errors import NotFound, NotReady
from matching.lookups import day_number
from matching.payload import record_part
from matching.rows.offer import OfferCard
from matching.schema import NO_DAY, SCHEMAS, WITHOUT_VECTORS, Collection
from matching.sourcing import profiles_for_offer
from models.encoder import Encoder
from models.published import published_models
from tests.matching.conftest import NOW, House
from tests.matching.made import BAKER, GUERET, NURSE, SIRET, contact, firm, offer, profile, session, training, write


@pytest.fixture
def engine(local: Engine) -> Engine:
    """An engine over an empty store."""
    return local


def delete(engine: Engine, kind: Kind, key: str) -> None:
    engine.store.delete(kind, [key])
    engine.catch_up()


def shown(engine: Engine, collection: Collection) -> set[str]:
    catalogue = engine.catalogue(collection)
    return {catalogue.id_of(row) for row in np.flatnonzero(catalogue.alive).tolist()}


def value(engine: Engine, collection: Collection, key: str, column: str) -> float:
    catalogue = engine.catalogue(collection)
    return catalogue.column(column)[catalogue.rows_of(key)[0]].item()  # type: ignore[no-any-return]


# ---------------------------------------------------------------- one kind at a time


def test_nothing_new_is_nothing_to_do(engine: Engine) -> None:
    assert engine.read_changes() is None
    assert engine.catch_up() == 0
    assert engine.watermark == engine.store.watermark()


def test_a_profile_comes_changes_and_goes(engine: Engine) -> None:
    write(engine, profile())
    assert shown(engine, Collection.PROFILES) == {"p1"}
    assert value(engine, Collection.PROFILES, "p1", "visible")
    write(engine, profile(projects=(Project(rome_code=NURSE), Project(rome_code=BAKER))))
    assert len(engine.catalogue(Collection.PROFILES).rows_of("p1")) == 2
    delete(engine, Kind.PROFILE, "p1")
    assert shown(engine, Collection.PROFILES) == set()
    assert engine.catalogue(Collection.PROFILES).n_records == 0


def test_a_profile_without_a_known_occupation_is_not_searched(engine: Engine) -> None:
    write(engine, profile(rome_code="Z9999"), profile("p2"))
    assert shown(engine, Collection.PROFILES) == {"p2"}
    write(engine, profile(), profile("p2", rome_code="Z9999"))
    assert shown(engine, Collection.PROFILES) == {"p1"}


def test_an_offer_comes_changes_and_goes(engine: Engine) -> None:
    write(engine, offer(contract=Contract.CDI))
    before = value(engine, Collection.OFFERS, "o1", "contract")
    write(engine, offer(contract=Contract.CDD))
    assert value(engine, Collection.OFFERS, "o1", "contract") != before
    delete(engine, Kind.OFFER, "o1")
    assert shown(engine, Collection.OFFERS) == set()
    with pytest.raises(NotFound, match="o1"):
        profiles_for_offer(engine, "o1", {}, Window())


def test_an_establishment_comes_changes_and_goes(engine: Engine) -> None:
    write(engine, firm(), firm("22222222222222", naf="unknown"))
    assert shown(engine, Collection.ESTABLISHMENTS) == {SIRET, "22222222222222"}
    before = value(engine, Collection.ESTABLISHMENTS, SIRET, "expected_hirings")
    write(engine, firm(hirings=(MonthlyHirings(month="2026-08", count=30),), opt_out=True))
    assert value(engine, Collection.ESTABLISHMENTS, SIRET, "expected_hirings") > before + 10
    assert value(engine, Collection.ESTABLISHMENTS, SIRET, "opt_out")
    delete(engine, Kind.ESTABLISHMENT, SIRET)
    assert shown(engine, Collection.ESTABLISHMENTS) == {"22222222222222"}


def test_what_serves_no_index_only_moves_the_watermark(engine: Engine) -> None:
    write(engine, profile())
    rows = {collection: len(catalogue) for collection, catalogue in engine.catalogues.items()}
    write(
        engine,
        Identity(id="p1", last_name="Martin", sex="F"),
        ProtectedStatus(id="p1", rqth=True),
        Event(id="e1", kind=EventKind.SHOWN, at=NOW, profile_id="p1"),
    )
    assert engine.watermark == engine.store.watermark() == 4
    assert {collection: len(catalogue) for collection, catalogue in engine.catalogues.items()} == rows


# ---------------------------------------------------------------- records that hang together


def test_a_session_waits_for_its_training(engine: Engine) -> None:
    write(engine, session())
    assert shown(engine, Collection.SESSIONS) == set()
    write(engine, training(level=3))
    assert shown(engine, Collection.SESSIONS) == {"s1"}
    assert value(engine, Collection.SESSIONS, "s1", "level") == 3


def test_a_training_that_changes_changes_its_sessions(engine: Engine) -> None:
    write(engine, training(), training("t2", rome_codes=(BAKER,)), session(), session("s2"), session("s3", "t2"))
    write(engine, training(level=5))
    levels = {key: value(engine, Collection.SESSIONS, key, "level") for key in ("s1", "s2", "s3")}
    assert levels == {"s1": 5, "s2": 5, "s3": 0}


def test_a_training_that_goes_hides_its_sessions_until_it_is_back(engine: Engine) -> None:
    write(engine, training(), session(), session("s2"))
    delete(engine, Kind.TRAINING, "t1")
    assert shown(engine, Collection.SESSIONS) == set()
    write(engine, training())
    assert shown(engine, Collection.SESSIONS) == {"s1", "s2"}


def test_a_session_that_moves_follows_its_new_training(engine: Engine) -> None:
    write(engine, training(), training("t2"), session())
    write(engine, session(training_id="t2"))
    write(engine, training(level=7), training("t2", level=4))
    assert value(engine, Collection.SESSIONS, "s1", "level") == 4
    delete(engine, Kind.SESSION, "s1")
    write(engine, training("t2", level=6))
    assert shown(engine, Collection.SESSIONS) == set()


def test_contacts_give_a_firm_its_last_contact(engine: Engine) -> None:
    def last(siret: str = SIRET) -> float:
        return value(engine, Collection.ESTABLISHMENTS, siret, "last_contact_day")

    write(engine, firm(), firm("22222222222222"))
    assert last() == NO_DAY
    write(engine, contact(at="2026-08-01"), contact("c2", at="2026-07-01"))
    assert last() == day_number(dt.date(2026, 8, 1))
    delete(engine, Kind.CONTACT, "c1")
    assert last() == day_number(dt.date(2026, 7, 1))
    write(engine, contact("c2", siret="22222222222222", at="2026-07-05"))
    assert (last(), last("22222222222222")) == (NO_DAY, day_number(dt.date(2026, 7, 5)))
    delete(engine, Kind.CONTACT, "c2")
    assert last("22222222222222") == NO_DAY


def test_a_contact_waits_for_its_firm_and_survives_its_changes(engine: Engine) -> None:
    write(engine, contact(at="2026-08-01"), firm())
    assert value(engine, Collection.ESTABLISHMENTS, SIRET, "last_contact_day") == day_number(dt.date(2026, 8, 1))
    write(engine, firm(engaged=True))
    assert value(engine, Collection.ESTABLISHMENTS, SIRET, "last_contact_day") == day_number(dt.date(2026, 8, 1))


TEXT = (
    "Au sein d'un établissement de 80 lits, vous accompagnez les résidents dans les gestes de la vie quotidienne, "
    "vous participez aux soins d'hygiène et de confort et transmettez vos observations à l'équipe."
)


def grouped(engine: Engine, *offers: Offer, deleted: tuple[str, ...] = ()) -> None:
    """Writes as importers do: near-duplicates are grouped in the same transaction."""
    with engine.store.writing() as writer, duplicates.following(writer):
        if offers:
            writer.upsert(offers, "test")
        writer.delete(Kind.OFFER, deleted)
    engine.catch_up()


def card(engine: Engine, key: str) -> OfferCard:
    offers = engine.catalogue(Collection.OFFERS)
    return msgspec.json.decode(record_part(offers.payload_of(int(offers.rows_of(key)[0]))), type=OfferCard)


def test_the_same_job_from_two_boards_is_shown_once(engine: Engine) -> None:
    write(engine, profile())
    grouped(engine, offer("a", source="board A", description=TEXT), offer("b", source="board B", description=TEXT))
    (canonical,) = shown(engine, Collection.OFFERS)
    (behind,) = {"a", "b"} - {canonical}
    assert [source.id for source in card(engine, canonical).also] == [behind]
    asked = [profiles_for_offer(engine, key, {}, Window()) for key in ("a", "b")]
    assert asked[0] == asked[1]
    assert [match.id for match in asked[0].matches] == ["p1"]


def test_the_offer_behind_comes_forward_when_the_first_goes(engine: Engine) -> None:
    grouped(engine, offer("a", source="board A", description=TEXT), offer("b", source="board B", description=TEXT))
    (canonical,) = shown(engine, Collection.OFFERS)
    (behind,) = {"a", "b"} - {canonical}
    grouped(engine, deleted=(canonical,))
    assert shown(engine, Collection.OFFERS) == {behind}
    assert card(engine, behind).also == ()
    assert engine.links.canonical == {}


def test_the_offer_behind_takes_its_source_away_when_it_goes(engine: Engine) -> None:
    grouped(engine, offer("a", source="board A", description=TEXT), offer("b", source="board B", description=TEXT))
    (canonical,) = shown(engine, Collection.OFFERS)
    (behind,) = {"a", "b"} - {canonical}
    grouped(engine, deleted=(behind,))
    assert shown(engine, Collection.OFFERS) == {canonical}
    assert card(engine, canonical).also == ()


def test_an_offer_that_becomes_another_job_stands_for_itself(engine: Engine) -> None:
    grouped(engine, offer("a", source="board A", description=TEXT), offer("b", source="board B", description=TEXT))
    grouped(engine, offer("b", title="Boulanger de nuit", source="board B", rome_code=BAKER, commune_insee="75056"))
    assert shown(engine, Collection.OFFERS) == {"a", "b"}
    assert card(engine, "a").also == card(engine, "b").also == ()


# ---------------------------------------------------------------- following is rebuilding


def live_rows(engine: Engine) -> dict[tuple[str, str], list[tuple[object, ...]]]:
    """Everything that a question may read, by collection and id."""
    found: dict[tuple[str, str], list[tuple[object, ...]]] = {}
    for collection, catalogue in engine.catalogues.items():
        living = {catalogue.id_of(row): None for row in np.flatnonzero(catalogue.alive).tolist()}
        for row in (row for key in living for row in catalogue.rows_of(key).tolist()):
            columns = tuple(catalogue.column(column.name)[row].tobytes() for column in SCHEMAS[collection])
            vector = (
                b"" if collection in WITHOUT_VECTORS else catalogue.index.vectors(np.array([row])).round(2).tobytes()
            )
            found.setdefault((collection.value, catalogue.id_of(row)), []).append(
                (columns, vector, catalogue.payload_of(row))
            )
    return found


@pytest.mark.parametrize("seed", [0, 1])
def test_following_the_log_ends_where_a_rebuild_ends(house: House, town: House, seed: int) -> None:
    """Random writes and deletions of every kind, followed in random portions."""
    chance = random.Random(seed)
    pool: list[Record] = []
    for record_type in (Profile, Offer, Training, TrainingSession, Establishment, Contact):
        first = next(town.store.scan(record_type, batch_size=400))
        pool.extend(first[:60])
    engine: Engine = house.open()
    alive: dict[tuple[Kind, str], Record] = {}
    for _ in range(25):
        with house.store.writing() as writer, duplicates.following(writer):
            for record in chance.sample(pool, 12):
                key = (KIND_OF[type(record)], record_id(record))
                if key in alive and chance.random() < 0.5:
                    writer.delete(key[0], [key[1]])
                    del alive[key]
                else:
                    writer.upsert([_touched(record, chance)], "test")
                    alive[key] = record
        if chance.random() < 0.6:
            prepared = engine.read_changes(limit=chance.choice([1, 5, 500]))
            if prepared is not None:
                engine.apply(prepared)
    engine.catch_up()
    followed = live_rows(engine)
    house.build("exact")
    rebuilt: Engine = house.open()
    assert engine.watermark == rebuilt.watermark == house.store.watermark()
    assert followed.keys() == live_rows(rebuilt).keys()
    assert followed == live_rows(rebuilt)
    assert engine.links.canonical == rebuilt.links.canonical
    assert engine.links.all_contact_days() == rebuilt.links.all_contact_days()


def _touched(record: Record, chance: random.Random) -> Record:
    """The record, now and then with something changed."""
    if chance.random() < 0.5:
        return record
    match record:
        case Contact():
            return msgspec.structs.replace(record, at=record.at - dt.timedelta(days=chance.randrange(40)))
        case Profile() | Offer():
            return msgspec.structs.replace(record, commune_insee=GUERET)
        case Training():
            return msgspec.structs.replace(record, level=chance.randrange(3, 8))
        case TrainingSession():
            return msgspec.structs.replace(record, seats_left=chance.randrange(4))
        case Establishment():
            return msgspec.structs.replace(record, engaged=not record.engaged)
        case _:
            return record


def test_reading_changes_touches_nothing_that_is_live(engine: Engine) -> None:
    write(engine, training(), session(), profile(), firm())
    before, links = live_rows(engine), dict(engine.links.training_of_session)
    engine.store.upsert([profile(rome_code=NURSE)], "test")
    engine.store.delete(Kind.TRAINING, ["t1"])
    engine.store.upsert([contact()], "test")
    prepared = engine.read_changes()
    assert prepared is not None
    assert live_rows(engine) == before
    assert engine.links.training_of_session == links
    assert engine.links.contacts == {}
    assert engine.apply(prepared) == 3
    assert live_rows(engine) != before


def test_changes_come_in_portions_and_in_order(engine: Engine) -> None:
    engine.store.upsert([profile(f"p{number}") for number in range(5)], "test")
    seen = []
    while (prepared := engine.read_changes(limit=2)) is not None:
        engine.apply(prepared)
        seen.append((engine.watermark, len(shown(engine, Collection.PROFILES))))
    assert seen == [(2, 2), (4, 4), (5, 5)]


# ---------------------------------------------------------------- opening


def test_changes_written_after_the_build_are_there_when_it_opens(house: House) -> None:
    house.store.upsert([profile()], "test")
    house.build()
    house.store.upsert([profile("p2"), profile("p3")], "test")
    house.store.delete(Kind.PROFILE, ["p1"])
    opened = house.open()
    assert shown(opened, Collection.PROFILES) == {"p2", "p3"}
    assert opened.watermark == house.store.watermark()


def test_the_status_says_where_it_stands(house: House) -> None:
    house.store.upsert([profile(), profile("p2")], "test")
    house.build("exact")
    opened = house.open()
    write(opened, profile("p2", rome_code=NURSE))
    status = opened.status()
    assert status["backend"] == "exact"
    assert status["generation"] == "000002"
    assert status["refused_generation"] is None
    assert status["built_at"] == "2026-09-01T08:00:00+00:00"
    assert status["watermark"] == 3
    assert status["collections"]["profils"] == {"records": 2, "rows": 3}
    assert set(status["collections"]) == {collection.value for collection in Collection}


def test_an_engine_that_opens_has_its_records_read_beside_the_requests(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every collection's, by another thread."""
    house.build()
    readers: queue.Queue[int] = queue.Queue()
    monkeypatch.setattr(Blob, "read_ahead", lambda _: readers.put(threading.get_ident()))
    opened = house.open()
    threads = {readers.get(timeout=60) for _ in opened.catalogues}
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_nothing_built_says_what_to_run(new_house: Callable[[str], House]) -> None:
    with pytest.raises(NotReady, match="vivier index build"):
        new_house("bare").open()


def damage(folder: Path, pattern: str) -> None:
    """One byte of the first file found is turned over."""
    path = next(path for path in sorted(folder.rglob(pattern)) if path.stat().st_size > 0)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("pattern", ["radius_km.npy", "vectors.npy", "lists.npy", "links.json", "manifest.json"])
def test_a_damaged_generation_is_refused_and_the_one_before_serves(house: House, pattern: str) -> None:
    house.store.upsert([profile()], "test")
    house.build()
    house.store.upsert([profile("p2")], "test")
    house.build()
    damage(house.data_dir / INDEX_ROOT / "000003", pattern)
    opened = house.open()
    assert opened.status()["generation"] == "000002"
    assert opened.status()["refused_generation"] == "000003"
    assert shown(opened, Collection.PROFILES) == {"p1", "p2"}
    damage(house.data_dir / INDEX_ROOT / "000002", pattern)
    with pytest.raises(NotReady, match="vivier index build"):
        house.open()


def test_an_index_of_another_encoder_is_refused(house: House) -> None:
    shipped = published_models()
    other = replace(shipped, encoder=Encoder.of(np.eye(8, dtype=np.float32)))
    with pytest.raises(NotReady, match=r"another encoder.*vivier index build"):
        Engine.open(house.store, house.reference, other, house.data_dir)


def test_an_index_of_other_reference_data_is_refused(house: House) -> None:
    from features.communes import CommuneRow, Communes

    reference = house.reference
    moved = Communes.build([CommuneRow("01001", "Ailleurs", "01", "84", lat=46.0, lon=5.0)])
    other = Reference(reference.rome, moved, reference.certifications, reference.tension, reference.naf)
    with pytest.raises(NotReady, match=r"other reference data.*vivier index build"):
        Engine.open(house.store, other, published_models(), house.data_dir)


def test_an_index_of_another_schema_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    import matching.generations

    changed = {**SCHEMAS, Collection.OFFERS: SCHEMAS[Collection.OFFERS][:-1]}
    monkeypatch.setattr(matching.generations, "SCHEMAS", changed)
    with pytest.raises(NotReady, match=r"another version.*vivier index build"):
        house.open()


def test_a_store_older_than_the_index_is_refused(house: House) -> None:
    house.store.upsert([profile()], "test")
    house.build()
    with house.store.writing() as writer:  # a restored backup: the same store, some changes earlier
        writer.connection.execute(sa.delete(change_log))
    with pytest.raises(NotReady, match=r"ahead of the store \(1 > 0\).*vivier index build"):
        house.open()


# ---------------------------------------------------------------- building


def test_a_build_tells_its_progress_and_its_counts(house: House) -> None:
    house.store.upsert([profile(), profile("p2", rome_code="Z9999")], "test")
    house.store.upsert([session("waiting", "nowhere")], "test")
    told: dict[Collection, list[int]] = {}

    def progress(collection: Collection, total: int) -> Callable[[int], None]:
        told[collection] = [total]
        return told[collection].append

    meta = build(house.store, house.reference, published_models(), house.data_dir, now=NOW, progress=progress)
    assert meta["records"] == {"profils": 1, "offres": 0, "formations": 0, "etablissements": 0}
    assert told == {
        Collection.PROFILES: [2, 2],
        Collection.OFFERS: [0],
        Collection.SESSIONS: [1, 1],
        Collection.ESTABLISHMENTS: [0],
    }


def test_a_build_with_an_unknown_backend_publishes_nothing(house: House) -> None:
    with pytest.raises(ValueError, match="no index backend is called 'hnsw'"):
        house.build("hnsw")
    assert house.open().status()["generation"] == "000001"


def test_an_index_built_from_another_store_is_refused(house: House, tmp_path: Path) -> None:
    house.store.upsert([profile()], "test")
    house.build()
    other = Store.open(f"sqlite:///{tmp_path / 'other.db'}")
    other.upsert([profile("p1"), profile("p2"), profile("p3")], "test")
    with pytest.raises(NotReady, match=r"another store.*vivier index build"):
        Engine.open(other, house.reference, published_models(), house.data_dir)
    other.close()
