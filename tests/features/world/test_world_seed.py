"""Same seed, same bytes, in whatever portions; and what happens at the edges."""

import dataclasses
import datetime as dt
from pathlib import Path

import msgspec
import pytest

from features.records import Experience, Inference, Profile, Project
from features.reference import Reference
from features.store import RECORD_TYPES, Kind, Store, WriteCounts
from features.world import ORDER, Sizes, World, WorldFacts, WorldNotPossible, from_reference, generate
from features.world.draws import BLOCK
from features.world.market import Market
from features.world.small import facts_for, sample_world_facts
from features.world.table import ParquetTable, read_parquet
from features.world.write import to_parquet, to_store
from tests.keys import KEYRING

TODAY = dt.date(2026, 11, 23)
TINY = Sizes(profiles=80, offers=60, trainings=20, establishments=60, events=120)


def text(world: World, kind: Kind) -> bytes:
    return msgspec.json.Encoder().encode_lines(list(world.records(kind)))


def test_the_same_seed_gives_the_same_bytes_in_any_order_of_asking(facts: WorldFacts) -> None:
    first, second = (World(facts, TINY, seed=5, today=TODAY) for _ in range(2))
    assert [text(first, kind) for kind in ORDER] == [text(second, kind) for kind in reversed(ORDER)][::-1]


def test_facts_made_again_are_the_same_facts(facts: WorldFacts) -> None:
    again = World(sample_world_facts(), TINY, seed=5, today=TODAY)
    world = World(facts, TINY, seed=5, today=TODAY)
    assert [text(world, kind) for kind in ORDER] == [text(again, kind) for kind in ORDER]


def test_another_seed_gives_another_world(facts: WorldFacts) -> None:
    first, second = (World(facts, TINY, seed=seed, today=TODAY) for seed in (5, 6))
    assert all(text(first, kind) != text(second, kind) for kind in ORDER)


@pytest.mark.parametrize("kind", [Kind.OFFER, Kind.TRAINING, Kind.ESTABLISHMENT, Kind.IDENTITY])
def test_a_longer_world_begins_like_the_shorter_one(facts: WorldFacts, kind: Kind) -> None:
    sizes = dataclasses.replace(TINY, establishments=300)
    longer = dataclasses.replace(
        sizes, profiles=BLOCK + 7, offers=BLOCK + 7, trainings=BLOCK + 7,
        establishments=BLOCK + 7 if kind is Kind.ESTABLISHMENT else 300,
    )  # fmt: skip
    short = list(World(facts, sizes, 9, TODAY).records(kind))
    long = list(World(facts, longer, 9, TODAY).records(kind))
    assert long[: len(short)] == short
    assert len(long) == BLOCK + 7


def test_blocks_left_out_are_those_that_others_draw(facts: WorldFacts) -> None:
    sizes = Sizes(profiles=9, offers=2 * BLOCK + 7, trainings=BLOCK + 7, establishments=2 * BLOCK + 7, events=9)
    for kind in ORDER:
        whole = list(World(facts, sizes, 9, TODAY).blocks(kind))
        parts = [list(World(facts, sizes, 9, TODAY).blocks(kind, first, 2)) for first in (0, 1, 9)]
        assert parts == [whole[::2], whole[1::2], []], kind


@pytest.mark.parametrize(("first", "step"), [(-1, 1), (0, 0)])
def test_blocks_that_cannot_be_are_refused(facts: WorldFacts, first: int, step: int) -> None:
    with pytest.raises(ValueError, match="first >= 0 and step >= 1"):
        next(World(facts, TINY, 5, TODAY).blocks(Kind.OFFER, first, step))


def test_generate_gives_one_kind(facts: WorldFacts) -> None:
    assert list(generate(facts, TINY, 5, TODAY, Kind.OFFER)) == list(World(facts, TINY, 5, TODAY).records(Kind.OFFER))


def test_an_empty_world_has_nothing(facts: WorldFacts) -> None:
    empty = World(facts, Sizes(profiles=0, offers=0, trainings=0, establishments=0), 1, TODAY)
    assert all(list(empty.records(kind)) == [] for kind in ORDER)


def test_a_world_without_firms_has_offers_without_a_firm(facts: WorldFacts) -> None:
    sizes = Sizes(profiles=0, offers=40, trainings=0, establishments=0)
    offers = list(World(facts, sizes, 1, TODAY).records(Kind.OFFER))
    assert len(offers) == 40
    assert all(offer.siret is None for offer in offers)


def test_wrong_sizes_and_seeds_are_named(facts: WorldFacts) -> None:
    with pytest.raises(ValueError, match="offers is -1"):
        Sizes(profiles=1, offers=-1, trainings=1, establishments=1)
    with pytest.raises(ValueError, match="seed is -2"):
        World(facts, TINY, -2, TODAY)


def test_parquet_gives_the_records_back_and_the_same_bytes_again(facts: WorldFacts, tmp_path: Path) -> None:
    world = World(facts, TINY, 5, TODAY)
    counts = to_parquet(world, tmp_path / "a")
    to_parquet(world, tmp_path / "b")
    for kind in ORDER:
        name = f"{kind.value}.parquet"
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        back = list(read_parquet(tmp_path / "a" / name, RECORD_TYPES[kind]))
        assert back == list(world.records(kind))
        assert len(back) == counts[kind]


def test_parquet_keeps_what_was_inferred_and_that_nothing_was(tmp_path: Path) -> None:
    read = Inference(rome_code="K1303", score=0.9, model="m")
    named = Inference(rome_code="J1102", appellation_code="1", score=0.5, model="m")
    people = [
        Profile(id="P-1", projects=(Project(label="nounou", inferred=read), Project(label="bidule"))),
        Profile(id="P-2", projects=(), experiences=(Experience(months=1), Experience(months=2, inferred=named))),
        Profile(id="P-3", projects=(Project(rome_code="D1101"),)),
    ]
    with ParquetTable(tmp_path / "people.parquet", Kind.PROFILE) as table:
        table.append(people[:1])
        table.append(people[1:])
    assert list(read_parquet(tmp_path / "people.parquet", Profile)) == people


def test_the_store_holds_the_world_and_a_second_writing_changes_nothing(facts: WorldFacts, tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/world.db", KEYRING)
    world = World(facts, TINY, 5, TODAY)
    first = to_store(world, store)
    mark = store.watermark()
    assert first[Kind.PROFILE] == WriteCounts(inserted=TINY.profiles)
    second = to_store(world, store)
    assert all(counts.changed == 0 for counts in second.values())
    assert store.watermark() == mark
    for kind in ORDER:
        kept = [record for batch in store.scan(RECORD_TYPES[kind]) for record in batch]
        assert sorted(kept, key=lambda record: record.id) == sorted(  # type: ignore[attr-defined]
            world.records(kind),
            key=lambda record: record.id,  # type: ignore[attr-defined]
        )
    store.close()


def test_a_smaller_world_takes_the_place_of_a_larger_one_and_leaves_imports_alone(
    facts: WorldFacts, tmp_path: Path
) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/world.db", KEYRING)
    imported = next(iter(World(facts, TINY, 8, TODAY).records(Kind.OFFER)))
    store.upsert([msgspec.structs.replace(imported, id="ailleurs-1")], "partenaire")
    to_store(World(facts, TINY, 5, TODAY), store)
    smaller = dataclasses.replace(TINY, profiles=30, offers=10)
    counts = to_store(World(facts, smaller, 5, TODAY), store)
    assert counts[Kind.OFFER].deleted == 50
    assert store.count(Kind.OFFER) == 11
    assert store.count(Kind.PROFILE) == store.count(Kind.IDENTITY) == 30
    store.close()


def test_an_interrupted_writing_is_completed_by_the_next(facts: WorldFacts, tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/world.db", KEYRING)
    world = World(facts, TINY, 5, TODAY)

    def stop(_: int) -> None:
        if store.count(Kind.OFFER):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        to_store(world, store, progress=stop)
    assert store.count(Kind.OFFER) == TINY.offers
    assert store.count(Kind.PROFILE) == 0
    counts = to_store(world, store)
    assert counts[Kind.OFFER] == WriteCounts(unchanged=TINY.offers)
    assert counts[Kind.PROFILE] == WriteCounts(inserted=TINY.profiles)
    store.close()


def test_an_interrupted_parquet_file_does_not_take_its_name(facts: WorldFacts, tmp_path: Path) -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        to_parquet(World(facts, TINY, 5, TODAY), tmp_path, [Kind.OFFER], stop)
    assert list(tmp_path.iterdir()) == []


def test_without_hirings_the_remedy_is_named(facts: WorldFacts) -> None:
    bare = Reference.of(facts.reference.rome, facts.reference.communes)
    with pytest.raises(WorldNotPossible, match="vivier world sample"):
        from_reference(bare)


def test_what_is_not_known_is_said(facts: WorldFacts, tmp_path: Path) -> None:
    parts = facts.reference
    known = Reference.of(parts.rome, parts.communes, naf=parts.naf)
    guessed = from_reference(known)
    assert any("equally wanted" in note for note in guessed.notes)
    assert any("no active certification" in note for note in guessed.notes)
    world = World(guessed, TINY, 1, TODAY)
    assert all(training.rncp is None for training in world.records(Kind.TRAINING))  # type: ignore[attr-defined]
    assert len(Market.read(tmp_path).notes) == 5
    with pytest.raises(NotADirectoryError, match="nowhere"):
        Market.read(tmp_path / "nowhere")
    assert facts_for(parts, None).notes == ()
