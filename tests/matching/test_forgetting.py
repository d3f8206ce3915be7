"""A person who is erased leaves the live rows, what was noted of them and the words that were kept."""

from features.key_numbers import key_number
from features.records import Event, EventKind, Experience, Project
from features.store.erasure import erase
from features.store.erasure_log import BLANK, blank
from matching.answer import Window
from matching.engine import Engine
from matching.schema import Collection
from matching.sourcing import profiles_for_offer
from matching.word_caches import CACHES
from tests.matching.conftest import NOW, House
from tests.matching.made import CARER, ids_of, offer, profile, write


def test_an_erased_person_is_buried_by_number_and_their_asides_and_words_go(local: Engine) -> None:
    words = {
        "projects": (Project(rome_code=CARER, label="Zq aide-soignante"),),
        "experiences": (Experience(months=9, title="Zq"),),
    }
    write(local, offer(), profile("p1", **words), profile("p2"))
    aside = Event(id="e1", kind=EventKind.DISMISSED, at=NOW, profile_id="p1", offer_id="o1")
    write(local, aside)
    assert local.links.dismissals.keys() == {"p1"}
    seen = [match.id for match in profiles_for_offer(local, "o1", {}, Window()).matches]
    assert sorted(seen) == ["p1", "p2"]
    erase(local.store, "p1")
    local.catch_up()
    assert [match.id for match in profiles_for_offer(local, "o1", {}, Window()).matches] == ["p2"]
    assert local.links.dismissals == {}
    assert local.links.dismissed_by == {}
    assert "p1" not in local.catalogue(Collection.PROFILES)
    assert local.erased_upto == local.store.watermark()


def test_words_are_forgotten(local: Engine) -> None:
    write(local, profile("p1"))
    erase(local.store, "p1")
    local.catch_up()
    assert [cache.cache_info().currsize for cache in CACHES] == [0] * len(CACHES)


def test_of_who_has_no_rows_the_asides_go_too(local: Engine) -> None:
    """Their words tell no occupation: nothing is found of them, but what they put aside is kept."""
    write(local, offer(), Event(id="e1", kind=EventKind.DISMISSED, at=NOW, profile_id="p9", offer_id="o1"))
    assert "p9" in local.links.dismissals
    erase(local.store, "p9")
    local.catch_up()
    assert local.links.dismissals == {}


def test_a_generation_has_them_until_it_is_written_anew(house: House) -> None:
    house.store.upsert([profile("p1"), profile("p2")], "test")
    house.build()
    engine = house.open()
    assert not engine.holds_erased
    number = key_number("p1")
    assert engine.catalogue(Collection.PROFILES).written is not None
    seq = erase(house.store, "p1").seq
    engine.catch_up()
    assert engine.holds_erased
    assert ids_of(engine.catalogue(Collection.PROFILES)).count("p1") == 1  # its files still have the id
    engine.merge(NOW)
    fresh = house.open()
    assert not fresh.holds_erased
    assert ids_of(fresh.catalogue(Collection.PROFILES)) == ["p2"]
    assert fresh.catalogue(Collection.PROFILES).bury_number(number) is None
    blank(house.store, [seq])
    assert house.store.changes(seq - 1)[0].record_id == BLANK
    assert house.open().catch_up() == 0
