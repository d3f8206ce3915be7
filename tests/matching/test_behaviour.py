"""What people did is read by the next query, and a build, a merge and live updating agree on it."""

import datetime as dt
import random
from dataclasses import replace
from itertools import count
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from features.behaviour import INTEREST_HALF_LIFE, SHOWN_HALF_LIFE, decayed
from features.records import Consents, DismissReason, Event, EventKind, Offer, Profile, Project
from features.store import Kind
from matching import build as build_module
from matching import engine as engine_module
from matching.engine import Engine
from matching.keys import key_number
from matching.lookups import Lookups, day_number
from matching.rankers import Rankers
from matching.schema import BEHAVIOUR, Collection
from matching.subscriptions import search_of
from models.ranked import Ranked
from tests.matching.conftest import NOW, TODAY, House
from tests.matching.made import BAKER, CARER, NURSE, SIRET, offer, profile, write

DAY = dt.timedelta(days=1)
OTHER_SIRET = "22222222222222"
NUMBERS = count(1)


def event(
    kind: EventKind, offer_id: str | None = "o1", profile_id: str = "p1", days_ago: int = 0, **more: Any
) -> Event:
    """A fact of its own, `days_ago` before now."""
    at = NOW - days_ago * DAY
    return Event(id=f"e{next(NUMBERS)}", kind=kind, at=at, profile_id=profile_id, offer_id=offer_id, **more)


def asked(engine: Engine, profile_id: str = "p1") -> dict[str, dict[str, float]]:
    """Feature values by name of each offer that the next query of a person ranks, were nothing put aside."""
    search = search_of(engine, profile_id, {})
    _, scored = replace(search, aside=replace(search.aside, dismissals={})).ranked()
    ids = [engine.catalogue(Collection.OFFERS).id_of(row) for row in scored.rows.tolist()]
    return dict(zip(ids, scored.values_at(np.arange(len(ids))), strict=True))


def column(engine: Engine, collection: Collection, key: str, name: str) -> Any:
    catalogue = engine.catalogue(collection)
    return catalogue.take(name, catalogue.rows_of(key)[:1])[0].tolist()


def consenting(person: Profile, profiling: bool) -> Profile:
    return Profile(
        id=person.id,
        projects=person.projects,
        commune_insee=person.commune_insee,
        consents=Consents(visible_to_employers=True, profiling=profiling),
    )


def test_an_impression_crowds_the_offer_for_the_next_query(local: Engine) -> None:
    write(local, profile(), offer(posts=2), offer("o2"))
    assert asked(local)["o1"]["crowding"] == 0
    write(local, event(EventKind.SHOWN), event(EventKind.SHOWN, profile_id="p2"))
    assert asked(local)["o1"]["crowding"] == 1
    assert asked(local)["o2"]["crowding"] == 0
    write(local, event(EventKind.SHOWN, days_ago=14), event(EventKind.OPENED))
    assert asked(local)["o1"]["crowding"] == pytest.approx(1.25)
    local.clock = lambda: TODAY + 14 * DAY
    assert asked(local)["o1"]["crowding"] == pytest.approx(0.625)


def test_what_a_person_does_tells_of_their_interest(local: Engine) -> None:
    write(local, profile(), offer(), offer("o2", title="Infirmier", rome_code=NURSE))
    assert np.isnan(asked(local)["o1"]["interest"])
    write(local, event(EventKind.OPENED), event(EventKind.APPLIED, days_ago=28))
    found = asked(local)
    assert found["o1"]["interest"] == pytest.approx(1 + 4 / 2)
    assert found["o2"]["interest"] == 0
    write(
        local,
        event(EventKind.DISMISSED, "o2", reason=DismissReason.NOT_MY_JOB),
        event(EventKind.DISMISSED, reason=DismissReason.TOO_FAR),
    )
    found = asked(local)
    assert (found["o1"]["interest"], found["o2"]["interest"]) == (pytest.approx(3), -4)


def test_every_project_of_a_person_knows(local: Engine) -> None:
    write(
        local, profile(projects=(Project(rome_code=NURSE), Project(rome_code=CARER))), offer(), event(EventKind.SAVED)
    )
    catalogue = local.catalogue(Collection.PROFILES)
    assert catalogue.take("interest_points", catalogue.rows_of("p1"))[:, 0].tolist() == [2, 2]


def test_interest_is_lent_through_what_was_learned(local: Engine) -> None:
    write(local, profile(), offer(), offer("o2", title="Infirmier", rome_code=NURSE), event(EventKind.OPENED))
    assert np.isnan(asked(local)["o2"]["collaborative"])
    rome = local.lookups.reference.rome
    n = len(rome.families)
    learned = np.zeros((n, n), np.float32)
    carer, nurse = (rome.family_of[rome.row_of(code)] for code in (CARER, NURSE))
    learned[carer, nurse] = 0.5
    serving = dict(local.rankers.serving)
    serving[Ranked.OFFERS] = replace(serving[Ranked.OFFERS], collaboration=learned)
    local.rankers = Rankers(serving)
    found = asked(local)
    assert (found["o1"]["collaborative"], found["o2"]["collaborative"]) == (0, 0.5)


def test_a_firm_that_answers_is_known_by_all_its_offers(local: Engine) -> None:
    write(local, profile(), offer(siret=SIRET), offer("o2", siret=SIRET), offer("o3", siret=OTHER_SIRET))
    assert np.isnan([values["responsiveness"] for values in asked(local).values()]).all()
    write(local, event(EventKind.APPLIED), event(EventKind.INTERVIEWED), event(EventKind.APPLIED, None, siret=SIRET))
    found = asked(local)
    assert found["o1"]["responsiveness"] == found["o2"]["responsiveness"] == pytest.approx(2 / 6)
    assert np.isnan(found["o3"]["responsiveness"])
    write(local, offer("o4", siret=SIRET), offer("o2", siret=OTHER_SIRET))
    found = asked(local)
    assert found["o4"]["responsiveness"] == pytest.approx(2 / 6)
    assert np.isnan(found["o2"]["responsiveness"])


def test_an_offer_behind_another_counts_as_the_one_that_is_shown(local: Engine) -> None:
    write(local, profile(), offer())
    local.links.put_canonical("hidden", "o1")
    write(local, event(EventKind.SHOWN, "hidden"), event(EventKind.OPENED, "hidden"))
    assert (asked(local)["o1"]["crowding"], asked(local)["o1"]["interest"]) == (1, 1)


def test_events_about_what_is_not_there_are_passed_over(local: Engine) -> None:
    write(local, profile(), offer(rome_code=None, title="zzz qqq"))
    write(
        local,
        event(EventKind.SHOWN, "nowhere"),
        event(EventKind.OPENED, "nowhere"),
        event(EventKind.OPENED, profile_id="nobody"),
        event(EventKind.OPENED),
        event(EventKind.APPLIED),
        event(EventKind.TRAINING_ENTERED, None, session_id="s1"),
    )
    assert local.watermark == local.store.watermark()
    assert column(local, Collection.PROFILES, "p1", "interest_families") == [-1] * 4
    assert column(local, Collection.OFFERS, "o1", "shown") == 0


# ---------------------------------------------------------------- changes of what it is about


def test_a_changed_offer_stays_as_crowded_and_a_changed_profile_as_interested(local: Engine) -> None:
    write(local, profile(), offer(), event(EventKind.SHOWN), event(EventKind.SAVED))
    write(local, offer(posts=4), profile(projects=(Project(rome_code=CARER), Project(rome_code=BAKER))))
    found = asked(local)["o1"]
    assert (found["crowding"], found["interest"]) == (0.25, 2)
    catalogue = local.catalogue(Collection.PROFILES)
    assert catalogue.take("interest_points", catalogue.rows_of("p1"))[:, 0].tolist() == [2, 2]


def test_who_withdraws_from_profiling_leaves_their_interest_behind(local: Engine) -> None:
    write(local, profile(), offer(), event(EventKind.SAVED))
    write(local, consenting(profile(), profiling=False))
    assert np.isnan(asked(local)["o1"]["interest"])
    assert column(local, Collection.PROFILES, "p1", "interest_families") == [-1] * 4
    write(local, consenting(profile(), profiling=True))
    assert np.isnan(asked(local)["o1"]["interest"])


def test_an_erased_profile_takes_its_interest_with_it(local: Engine) -> None:
    write(local, profile(), offer(), event(EventKind.SAVED))
    local.store.delete(Kind.PROFILE, ["p1"])
    local.catch_up()
    write(local, profile())
    assert np.isnan(asked(local)["o1"]["interest"])


def test_twins_who_refused_profiling_are_the_same_whatever_they_did(local: Engine) -> None:
    """What they did crowds the offer all the same, for everybody."""
    write(local, consenting(profile("busy"), False), consenting(profile("idle"), False), offer(), offer("o2"))
    write(
        local,
        event(EventKind.SHOWN, profile_id="busy"),
        event(EventKind.APPLIED, profile_id="busy"),
        event(EventKind.DISMISSED, "o2", profile_id="busy"),
    )
    local.collaboration = np.ones((len(local.lookups.reference.rome.families),) * 2, np.float32)
    one, other = asked(local, "busy"), asked(local, "idle")
    assert one["o1"]["crowding"] == 1
    assert np.isnan([values[name] for values in one.values() for name in ("interest", "collaborative")]).all()
    assert [list(map(str, values.values())) for values in one.values()] == [
        list(map(str, values.values())) for values in other.values()
    ]


# ---------------------------------------------------------------- builds and merges


@pytest.fixture
def _ready(lookups: Lookups, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (engine_module, build_module):
        monkeypatch.setattr(place, "Lookups", lambda *_: lookups)


def behaviour(engine: Engine) -> dict[str, list[Any]]:
    """Every column that events change, by id and row."""
    found: dict[str, list[Any]] = {}
    for collection, names in BEHAVIOUR.items():
        catalogue = engine.catalogue(collection)
        for row in np.flatnonzero(catalogue.alive).tolist():
            rows = np.array([row])
            found.setdefault(catalogue.id_of(row), []).extend(catalogue.take(name, rows).tolist() for name in names)
    return dict(sorted(found.items()))


def random_events(n: int) -> list[Event]:
    draw = random.Random(3)
    return [
        event(
            draw.choice(list(EventKind)),
            draw.choice(["o1", "o2", "o3", "o4", "o5", "o6", None]),
            draw.choice(["p1", "p2", "p3"]),
            draw.randrange(60),
            siret=draw.choice([None, None, SIRET]),
        )
        for _ in range(n)
    ]


@pytest.mark.usefixtures("_ready")
def test_a_build_and_a_merge_have_what_live_updating_has(house: House) -> None:
    """More families than places, more batches than one, a person who refused, an offer that came later."""
    codes = (CARER, NURSE, BAKER, "G1602", "K2204", "N1103")
    offers = [offer(f"o{n}", title=code, rome_code=code, siret=SIRET) for n, code in enumerate(codes, 1)]
    engine = house.open()
    people = [profile(), profile("p2", projects=(Project(rome_code=CARER), Project(rome_code=BAKER)))]
    for records in (people, [consenting(profile("p3"), False)], offers):
        house.store.upsert(records, "test")
    engine.catch_up()
    events = random_events(300)
    for start in range(0, len(events), 70):
        house.store.upsert(events[start : start + 70], "test")
        engine.catch_up()
    live = behaviour(engine)
    assert (np.array(live["p1"][0]) >= 0).all()
    assert_array_equal(live["p3"][0], [[-1] * 4])
    assert live["o1"][0][0] > 1

    engine.merge(NOW)
    merged = house.open()
    assert merged.catalogue(Collection.OFFERS).n_written == len(offers)
    assert behaviour(merged) == live
    house.build()
    built = house.open()
    assert behaviour(built) == live
    assert built.links.applications == engine.links.applications != {}
    assert asked(built)["o1"]["interest"] == asked(engine)["o1"]["interest"]

    for each in (merged, built):
        write(each, event(EventKind.SHOWN), event(EventKind.APPLIED))
        merged.catch_up()
    assert behaviour(merged) == behaviour(built) != live


@pytest.mark.usefixtures("_ready")
def test_events_that_come_while_a_build_runs_are_counted_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for records in ([profile()], [offer()], [event(EventKind.SHOWN)]):
        house.store.upsert(records, "test")
    during = build_module.project_offers

    def project_offers(records: list[Offer], *others: Any) -> Any:
        house.store.upsert([event(EventKind.SHOWN)], "test")
        return during(records, *others)

    monkeypatch.setattr(build_module, "project_offers", project_offers)
    house.build()
    assert column(house.open(), Collection.OFFERS, "o1", "shown") == 2


# ---------------------------------------------------------------- corrections


def corrected(first: Event, **changed: Any) -> Event:
    return msgspec.structs.replace(first, **changed)


def test_an_event_that_is_corrected_counts_once_as_it_says_now(local: Engine) -> None:
    write(local, profile(), offer(), offer("o2", title="Infirmier", rome_code=NURSE, siret=SIRET))
    shown, applied = event(EventKind.SHOWN), event(EventKind.APPLIED)
    write(local, shown, applied, event(EventKind.SHOWN), event(EventKind.OPENED))
    write(local, corrected(shown, offer_id="o2"), corrected(applied, offer_id="o2"))
    found = asked(local)
    assert (found["o1"]["crowding"], found["o2"]["crowding"]) == (1, 1)
    assert (found["o1"]["interest"], found["o2"]["interest"]) == (1, 4)
    assert found["o2"]["responsiveness"] == pytest.approx(1 / 5)
    write(local, corrected(applied, kind=EventKind.OPENED))
    found = asked(local)
    assert (found["o1"]["interest"], found["o2"]["interest"]) == (2, 0)
    assert np.isnan(found["o2"]["responsiveness"])


def test_what_was_never_so_leaves_no_trace(local: Engine) -> None:
    write(local, profile(), offer())
    first = event(EventKind.SAVED)
    write(local, first, corrected(first, profile_id="nobody"))
    assert column(local, Collection.PROFILES, "p1", "interest_families") == [-1] * 4
    assert np.isnan(asked(local)["o1"]["interest"])


def known(engine: Engine) -> dict[str, dict[int, float]]:
    """What events tell today: points by family of people, times shown of offers, whatever the places they stand in."""
    people, offers = engine.catalogue(Collection.PROFILES), engine.catalogue(Collection.OFFERS)
    today = day_number(TODAY)
    found: dict[str, dict[int, float]] = {}
    for row in np.flatnonzero(people.alive).tolist():
        families, points, day = (people.take(name, np.array([row]))[0] for name in BEHAVIOUR[Collection.PROFILES])
        values = decayed(points, np.array([day]), today, INTEREST_HALF_LIFE)
        told = zip(families.tolist(), values.tolist(), strict=True)
        found[people.id_of(row)] = {family: round(value, 2) for family, value in told if family >= 0}
    for row in np.flatnonzero(offers.alive).tolist():
        shown, day = (offers.take(name, np.array([row])) for name in ("shown", "shown_day"))
        found[offers.id_of(row)] = {0: round(float(decayed(shown, day, today, SHOWN_HALF_LIFE)[0]), 2)}
    return found


def alike(one: Engine, other: Engine) -> bool:
    """A family of which 0 points are left may have its place or not."""
    first, second = known(one), known(other)
    return first.keys() == second.keys() and all(
        abs(first[key].get(place, 0) - second[key].get(place, 0)) < 0.02
        for key in first
        for place in {*first[key], *second[key]}
    )


@pytest.mark.usefixtures("_ready")
@pytest.mark.parametrize("seed", range(4))
def test_live_rows_and_a_build_agree_on_corrected_events(house: House, seed: int) -> None:
    """Events written, corrected and corrected again, in any cut into batches."""
    draw = random.Random(seed)
    codes = (CARER, NURSE, BAKER)
    engine = house.open()
    for records in (
        [profile(), profile("p2")],
        [offer(f"o{n}", title=code, rome_code=code, siret=SIRET) for n, code in enumerate(codes, 1)],
    ):
        house.store.upsert(records, "test")
    engine.catch_up()
    live: dict[str, Event] = {}
    for _ in range(60):
        again = draw.choice(list(live.values())) if live and draw.random() < 0.5 else None
        told = event(
            draw.choice(list(EventKind)), draw.choice(["o1", "o2", "o3"]), draw.choice(["p1", "p2"]), draw.randrange(40)
        )
        told = told if again is None else corrected(told, id=again.id)
        live[told.id] = told
        house.store.upsert([told], "test")
        if draw.random() < 0.3:
            engine.catch_up()
    engine.catch_up()
    late = house.open()
    house.build()
    built = house.open()
    assert any(value for told in known(built).values() for value in told.values())
    for each in (late, built):
        assert alike(each, engine)
        assert each.links.applications == engine.links.applications
    house.store.upsert([corrected(one, kind=EventKind.SHOWN, at=NOW) for one in list(live.values())[:9]], "test")
    for each in (engine, late, built):
        each.catch_up()
    assert alike(late, engine)
    assert alike(built, engine)


def test_days_and_firms_are_kept_as_numbers(local: Engine) -> None:
    write(local, offer(siret=SIRET), event(EventKind.SHOWN, days_ago=3))
    assert column(local, Collection.OFFERS, "o1", "shown_day") == day_number(TODAY) - 3
    assert column(local, Collection.OFFERS, "o1", "firm") == key_number(SIRET)
