"""Merging: what is live is written as a new generation, and engines that serve take it without losing a change."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from features import artifacts
from features.artifacts import MANIFEST, SEAL
from features.records import Project, Record
from features.reference import Reference
from features.store import Kind, Store
from features.world import Sizes, World
from features.world.small import sample_world_facts
from features.world.write import to_store
from matching import build as build_module
from matching import engine as module
from matching.answer import Answer, Window
from matching.engine import INDEX_ROOT, Engine
from matching.keys import key_number
from matching.lookups import Lookups
from matching.prospection import ProspectionDemand, targets
from matching.schema import BANDS, NO_DAY, Collection
from matching.sourcing import profiles_for_offer
from matching.subscriptions import offers_for_profile
from matching.trainings import sessions_for_profile
from tests.keys import KEYRING
from tests.matching.conftest import NOW, TODAY, House
from tests.matching.made import BAKER, CARER, NURSE, SIRET, contact, firm, offer, profile, session, training, write
from tests.matching.test_engine import damage, live_rows, shown, value
from tests.matching.unpacked import contents

FIRMS = [f"{number:014d}" for number in range(10)]


SIZES = Sizes(profiles=80, offers=150, trainings=30, establishments=80, events=0)


@pytest.fixture(autouse=True)
def _ready(lookups: Lookups, monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines are opened and built with the tables that are there, and files are left to the system to flush: tests
    open some dozens."""
    monkeypatch.setattr(artifacts, "_flush", lambda _: None)
    for place in (module, build_module):
        monkeypatch.setattr(place, "Lookups", lambda *_: lookups)


def put(house: House, *records: Record) -> None:
    """Records into the store, for engines to follow."""
    for record in records:
        house.store.upsert([record], "test")


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory, lookups: Lookups, reference: Reference) -> Path:
    """A data folder: a small world and some records by hand, indexed; since then updates, removals, records anew."""
    folder = tmp_path_factory.mktemp("stock")
    store = Store.open(f"sqlite:///{folder / 'vivier.db'}", KEYRING)
    to_store(World(sample_world_facts(), SIZES, 7, TODAY), store, completed=lookups.completion.completed)
    house = House(store, folder, reference)
    put(house, profile(), profile("gone"), offer(), firm(), training(), session())
    house.build()
    put(house, contact(), offer("o2", title="Boulanger", rome_code=BAKER), profile(rome_code=NURSE))
    put(house, profile("p2", projects=(Project(rome_code=CARER), Project(rome_code=BAKER))))
    house.store.delete(Kind.PROFILE, ["gone"])
    store.close()
    return folder


@pytest.fixture
def stocked(stock: Path, tmp_path: Path, reference: Reference) -> Iterator[House]:
    """The stock, to write into."""
    folder = Path(shutil.copytree(stock, tmp_path / "stocked"))
    store = Store.open(f"sqlite:///{folder / 'vivier.db'}", KEYRING)
    yield House(store, folder, reference)
    store.close()


def folder_of(house: House, generation: str) -> Path:
    return house.data_dir / INDEX_ROOT / generation


def follow(engine: Engine) -> list[int]:
    """Everything there is to follow, a step at a time; what each step brought."""
    brought = []
    while (step := engine.read_changes()) is not None:
        brought.append(engine.apply(step))
    return brought


def answers(engine: Engine) -> list[Answer[Any]]:
    """What services say, as people see it."""
    window = Window(0, 40)
    return [
        *(offers_for_profile(engine, key, {}, window) for key in ("p1", "p2")),
        offers_for_profile(engine, "p1", {"commune": "23096", "distance": "60"}, window),
        *(profiles_for_offer(engine, key, {}, window) for key in ("o1", "o2")),
        sessions_for_profile(engine, "p2", {}, window),
        targets(engine, ProspectionDemand(profile_ids=("p1",), radius_km=200), window).answer,
    ]


def assert_in_order(engine: Engine) -> None:
    """All rows are written ones, by band and place, and none is buried."""
    for collection, catalogue in engine.catalogues.items():
        assert catalogue.n_written == len(catalogue)
        assert catalogue.alive.all()
        bands = BANDS[collection].of(catalogue.column).astype(int)
        order = engine.lookups.place_order
        rank = np.append(np.argsort(order), len(order))[catalogue.column("commune")]
        places = list(zip(bands.tolist(), rank.tolist(), strict=True))
        assert places == sorted(places)


# ---------------------------------------------------------------- adoption


def test_an_engine_that_serves_takes_what_another_merged(stocked: House) -> None:
    serving, merging = stocked.open(), stocked.open()
    assert serving.n_changed == merging.n_changed > 0
    rows, told, seen = live_rows(serving), answers(serving), serving.watermark
    assert all(answer.total > 0 for answer in told)
    meta = merging.merge(NOW)
    assert meta["watermark"] == seen
    assert meta["records"] == {name.value: item.n_records for name, item in serving.catalogues.items()}
    step = serving.read_changes()
    assert isinstance(step, Engine)
    assert live_rows(serving) == rows
    assert serving.apply(step) == 0
    assert (serving.n_changed, serving.watermark) == (0, seen)
    assert serving.status()["generation"] == "000002"
    assert serving.status()["refused_generation"] is None
    assert serving.status()["built_at"] == NOW.isoformat(timespec="seconds")
    assert_in_order(serving)
    assert live_rows(serving) == rows
    assert answers(serving) == told
    assert serving.links.canonical == merging.links.canonical
    assert serving.read_changes() is None


def test_the_engine_that_merged_goes_on_and_takes_its_own_generation(stocked: House) -> None:
    engine = stocked.open()
    rows, n_changed = live_rows(engine), engine.n_changed
    engine.merge(NOW)
    assert (engine.n_changed, engine.status()["generation"]) == (n_changed, "000001")
    assert live_rows(engine) == rows
    assert follow(engine) == [0]
    assert (engine.n_changed, engine.status()["generation"]) == (0, "000002")
    assert live_rows(engine) == rows


def test_a_merged_generation_is_what_a_rebuild_gives(stocked: House) -> None:
    stocked.open().merge(NOW)
    merged = stocked.open()
    assert (merged.status()["generation"], merged.n_changed) == ("000002", 0)
    stocked.build()
    rebuilt = stocked.open()
    assert live_rows(merged) == live_rows(rebuilt)
    assert merged.links.all_contact_days() == rebuilt.links.all_contact_days()
    assert answers(merged) == answers(rebuilt)


def test_changes_of_meanwhile_are_neither_lost_nor_taken_twice(stocked: House) -> None:
    """Before the merge reads, while it writes, after it is in force, and between the reading and the adoption."""
    serving, merging = stocked.open(), stocked.open()
    put(stocked, profile("before", rome_code=BAKER), firm(engaged=True))
    stocked.store.delete(Kind.OFFER, ["o2"])
    serving.catch_up()
    assert serving.watermark == merging.watermark + 3
    merging.merge(NOW)
    put(stocked, profile("after"), contact("c2", at="2026-08-20"))
    stocked.store.delete(Kind.PROFILE, ["p2"])
    seen = serving.watermark
    step = serving.read_changes()
    assert isinstance(step, Engine)
    put(stocked, profile("late"), profile("before", rome_code=NURSE))
    assert serving.apply(step) == 3
    assert serving.watermark == seen + 3
    assert {"before", "after"} <= shown(serving, Collection.PROFILES)
    assert not {"p2", "late"} & shown(serving, Collection.PROFILES)
    assert follow(serving) == [2]
    assert serving.watermark == stocked.store.watermark()
    followed = live_rows(serving)
    stocked.build()
    rebuilt = stocked.open()
    assert followed == live_rows(rebuilt)
    assert serving.links.all_contact_days() == rebuilt.links.all_contact_days()
    assert value(serving, Collection.ESTABLISHMENTS, SIRET, "last_contact_day") > NO_DAY


def test_reading_a_generation_touches_nothing_that_is_live(stocked: House) -> None:
    serving = stocked.open()
    stocked.open().merge(NOW)
    put(stocked, profile("after"))
    before = live_rows(serving), serving.watermark, serving.status(), serving.links.training_of_session.copy()
    assert isinstance(serving.read_changes(), Engine)
    assert (live_rows(serving), serving.watermark, serving.status(), serving.links.training_of_session) == before


def test_several_generations_one_after_the_other(stocked: House) -> None:
    """Merge, follow, merge again: an old one that was skipped is never taken."""
    serving, merging = stocked.open(), stocked.open()
    for round_ in range(3):
        put(stocked, profile(f"round{round_}"), profile("changing", rome_code=[NURSE, BAKER][round_ % 2]))
        follow(merging)
        merging.merge(NOW)
    assert follow(serving) == [6]
    assert serving.status()["generation"] == "000004"
    follow(merging)
    assert live_rows(serving) == live_rows(merging)
    assert serving.n_changed == merging.n_changed == 0


# ---------------------------------------------------------------- generations that cannot be used


def of_another_store(folder: Path) -> None:
    told = json.loads((folder / MANIFEST).read_text())
    told["meta"]["store"] = "another"
    (folder / SEAL).unlink()
    (folder / MANIFEST).write_text(json.dumps(told))


def ahead_of_the_store(folder: Path) -> None:
    told = json.loads((folder / MANIFEST).read_text())
    told["meta"]["watermark"] += 1_000_000
    (folder / SEAL).unlink()
    (folder / MANIFEST).write_text(json.dumps(told))


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Notes every look at the files of a generation."""
    seen: list[Path] = []
    load = module.load_current

    def noting(root: Path, *rest: Any) -> Any:
        seen.append(root)
        return load(root, *rest)

    monkeypatch.setattr(module, "load_current", noting)
    return seen


SPOILS = [
    of_another_store,
    ahead_of_the_store,
    lambda folder: damage(folder, "vectors.npy"),
    lambda folder: damage(folder, "radius_km.npy"),
    lambda folder: (folder / "profils" / "payloads.bin").write_bytes(b""),
    lambda folder: (folder / "links.json").unlink(),
]


@pytest.mark.parametrize("spoil", SPOILS, ids=["other store", "ahead", "vectors", "column", "payloads", "links"])
def test_a_generation_that_cannot_be_used_is_refused_once(
    stocked: House, loads: list[Path], spoil: Callable[[Path], None]
) -> None:
    serving, merging = stocked.open(), stocked.open()
    rows = live_rows(serving)
    merging.merge(NOW)
    spoil(folder_of(stocked, "000002"))
    loads.clear()
    assert serving.read_changes() is None
    assert len(loads) == 1
    assert serving.status()["generation"] == "000001"
    assert serving.status()["refused_generation"] == "000002"
    assert live_rows(serving) == rows
    put(stocked, profile("after"))
    assert follow(serving) == [1]
    assert "after" in shown(serving, Collection.PROFILES)
    assert serving.read_changes() is None
    assert len(loads) == 1
    follow(merging)
    merging.merge(NOW)
    assert follow(serving) == [0]
    assert serving.status()["generation"] == "000003"
    assert "after" in shown(serving, Collection.PROFILES)


def test_a_refused_generation_is_forgotten_once_a_newer_one_serves(stocked: House) -> None:
    serving, merging = stocked.open(), stocked.open()
    merging.merge(NOW)
    damage(folder_of(stocked, "000002"), "vectors.npy")
    assert serving.read_changes() is None
    merging.merge(NOW)
    follow(serving)
    assert serving.status()["generation"] == "000003"
    assert serving.status()["refused_generation"] is None


# ---------------------------------------------------------------- what is written


def test_what_was_changed_in_place_is_written(stocked: House) -> None:
    """The day of a firm's last contact is no part of its record."""
    engine = stocked.open()
    write(engine, *(firm(siret) for siret in FIRMS))
    engine.merge(NOW)
    follow(engine)
    write(engine, contact("c7", FIRMS[7], at="2026-08-15"), contact("c8", FIRMS[8], at="2026-08-16"))
    days = {siret: value(engine, Collection.ESTABLISHMENTS, siret, "last_contact_day") for siret in [*FIRMS, SIRET]}
    assert sum(day > NO_DAY for day in days.values()) == 3
    engine.merge(NOW)
    fresh = stocked.open()
    assert fresh.catalogue(Collection.ESTABLISHMENTS).n_changed == 0
    for siret, day in days.items():
        assert value(fresh, Collection.ESTABLISHMENTS, siret, "last_contact_day") == day


def test_changing_in_place_leaves_the_files_of_the_generation_alone(stocked: House) -> None:
    before = contents(folder_of(stocked, "000001"))
    engine = stocked.open()
    write(engine, contact("c9", SIRET, at="2026-08-30"), offer(commune_insee="75056"))
    assert contents(folder_of(stocked, "000001")) == before


@pytest.mark.parametrize("merged_before", [False, True])
def test_nothing_of_a_deleted_record_is_in_the_files(stocked: House, merged_before: bool) -> None:
    """Whether it was written or only added: neither its id, nor its number, nor what was shown of it."""
    engine = stocked.open()
    secrets = {
        Collection.PROFILES: (Kind.PROFILE, profile("personne-qui-part")),
        Collection.OFFERS: (Kind.OFFER, offer("offre-qui-part", title="Souffleuse de verre zibou")),
        Collection.ESTABLISHMENTS: (Kind.ESTABLISHMENT, firm("98765432109876", name="Atelier Tralou")),
    }
    write(engine, *(record for _, record in secrets.values()))
    if merged_before:
        engine.merge(NOW)
        follow(engine)
    traces: list[bytes] = [b"zibou", b"Tralou", b"qui-part"]
    for collection, (_, record) in secrets.items():
        catalogue = engine.catalogue(collection)
        traces += [record.id.encode(), catalogue.payload_of(int(catalogue.rows_of(record.id)[0]))]
        traces.append(np.int64(key_number(record.id)).tobytes())
    if merged_before:
        written = contents(folder_of(stocked, "000002")).values()
        assert all(any(trace in content for content in written) for trace in traces)
    for kind, record in secrets.values():
        engine.store.delete(kind, [record.id])
    engine.catch_up()
    engine.merge(NOW)
    for name, content in contents(folder_of(stocked, "000003" if merged_before else "000002")).items():
        for trace in traces:
            assert trace not in content, name


def test_merging_twice_gives_the_same_files(stocked: House) -> None:
    """From what was added and buried, and then from what was written."""
    engine = stocked.open()
    metas = [engine.merge(NOW), engine.merge(NOW)]
    assert metas[0] == metas[1]
    first = contents(folder_of(stocked, "000002"))
    assert contents(folder_of(stocked, "000003")) == first
    follow(engine)
    assert engine.n_changed == 0
    engine.merge(NOW)
    assert contents(folder_of(stocked, "000004")) == first


def test_a_merge_that_fails_leaves_the_generation_in_force(stocked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = stocked.open()

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(type(engine.links), "save", fail)
    with pytest.raises(OSError, match="no space left"):
        engine.merge(NOW)
    assert engine.read_changes() is None
    assert sorted(path.name for path in (stocked.data_dir / INDEX_ROOT).iterdir()) == ["000001", "CURRENT"]


def test_an_empty_engine_merges(house: House) -> None:
    engine = house.open()
    assert engine.merge(NOW)["records"] == dict.fromkeys((item.value for item in Collection), 0)
    assert follow(engine) == [0]
    assert engine.status()["generation"] == "000002"
    write(engine, profile(), offer())
    assert answers_of_one(engine) == ["o1"]


def answers_of_one(engine: Engine) -> list[str]:
    return [match.id for match in offers_for_profile(engine, "p1", {}, Window()).matches]


def test_an_engine_emptied_of_all_its_records_merges(house: House) -> None:
    records: list[tuple[Kind, Record]] = [
        (Kind.PROFILE, profile()),
        (Kind.OFFER, offer()),
        (Kind.ESTABLISHMENT, firm()),
        (Kind.CONTACT, contact()),
    ]
    put(house, profile())
    house.build()
    engine = house.open()
    write(engine, *(record for _, record in records))
    for kind, record in records:
        house.store.delete(kind, [msgspec.to_builtins(record)["id"]])
    follow(engine)
    engine.merge(NOW)
    follow(engine)
    assert engine.n_changed == 0
    assert live_rows(engine) == {}
    assert all(len(catalogue) == 0 for catalogue in engine.catalogues.values())
    write(engine, profile(), offer(), firm())
    assert answers_of_one(engine) == ["o1"]
    assert value(engine, Collection.ESTABLISHMENTS, SIRET, "last_contact_day") == NO_DAY
