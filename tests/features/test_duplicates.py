"""Groups of near-duplicate offers in the store follow each write, in its transaction."""

import datetime as dt
from collections.abc import Iterator

import pytest

from features import duplicates
from features.records import Offer, OfferSource
from features.store import Kind, Operation, Store

TEXT = " ".join(f"mot{n}" for n in range(60))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store.open(store_url)
    yield opened
    opened.close()


def offer(key: str, board: str, day: int = 1, title: str = "Boulanger") -> Offer:
    return Offer(
        id=key,
        title=title,
        description=TEXT,
        source=OfferSource(name=board, id=key),
        commune_insee="33063",
        published_on=dt.date(2025, 4, day),
    )


def write(store: Store, *offers: Offer) -> int:
    with store.writing() as writer, duplicates.following(writer) as groups:
        writer.upsert(offers, "feed")
    return groups.grouped


def delete(store: Store, *ids: str) -> None:
    with store.writing() as writer, duplicates.following(writer):
        writer.delete(Kind.OFFER, ids)


def standing(store: Store) -> dict[str, str]:
    return store.canonical_offers(["a", "b", "c", "d"])


def logged(store: Store, after: int) -> dict[str, Operation]:
    return {change.record_id: change.operation for change in store.changes(after)}


def test_an_offer_alone_stands_for_itself(store: Store) -> None:
    assert write(store, offer("a", "x")) == 0
    assert standing(store) == {"a": "a"}


def test_a_duplicate_is_hidden_and_the_canonical_one_is_told(store: Store) -> None:
    write(store, offer("a", "x"))
    mark = store.watermark()
    assert write(store, offer("b", "y", day=2)) == 1
    assert standing(store) == {"a": "a", "b": "a"}
    assert store.duplicates_of(["a"]) == {"a": ["a", "b"]}
    assert logged(store, mark) == {"a": Operation.UPSERT, "b": Operation.UPSERT}


def test_an_earlier_publication_takes_the_place(store: Store) -> None:
    write(store, offer("b", "y", day=5), offer("c", "z", day=6))
    mark = store.watermark()
    write(store, offer("a", "x", day=1))
    assert standing(store) == {"a": "a", "b": "a", "c": "a"}
    assert logged(store, mark).keys() == {"a", "b", "c"}


def test_deleting_the_canonical_offer_promotes_another(store: Store) -> None:
    write(store, offer("a", "x"), offer("b", "y", day=2), offer("c", "z", day=3))
    mark = store.watermark()
    delete(store, "a")
    assert standing(store) == {"b": "b", "c": "b"}
    assert logged(store, mark) == {"a": Operation.DELETE, "b": Operation.UPSERT, "c": Operation.UPSERT}
    delete(store, "b", "c")
    assert standing(store) == {}


def test_deleting_a_hidden_offer_changes_no_standing(store: Store) -> None:
    write(store, offer("a", "x"), offer("b", "y", day=2))
    delete(store, "b")
    assert standing(store) == {"a": "a"}


def test_an_offer_that_changes_title_leaves_its_group(store: Store) -> None:
    write(store, offer("a", "x"), offer("b", "y", day=2))
    write(store, offer("a", "x", title="Pâtissier"))
    assert standing(store) == {"a": "a", "b": "b"}
    write(store, offer("a", "x"))
    assert standing(store) == {"a": "a", "b": "a"}


def test_writing_the_same_again_logs_nothing(store: Store) -> None:
    write(store, offer("a", "x"), offer("b", "y", day=2))
    mark = store.watermark()
    assert write(store, offer("a", "x"), offer("b", "y", day=2)) == 0
    assert store.watermark() == mark


def test_a_failed_write_leaves_no_group(store: Store) -> None:
    def fail() -> None:
        with store.writing() as writer, duplicates.following(writer):
            writer.upsert([offer("a", "x")], "feed")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert standing(store) == {}
    assert store.watermark() == 0


def test_deleting_the_canonical_offer_then_a_hidden_one_promotes_the_survivor(store: Store) -> None:
    write(store, offer("a", "x"), offer("b", "y", day=2), offer("c", "z", day=3))
    assert standing(store) == {"a": "a", "b": "a", "c": "a"}
    with store.writing() as writer, duplicates.following(writer):
        writer.delete(Kind.OFFER, ["a"])
        writer.delete(Kind.OFFER, ["b"])
    assert standing(store) == {"c": "c"}
