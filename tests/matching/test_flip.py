"""Nothing that the law forbids to look at moves a list: not a score, whatever a person's file says of it."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
import pytest

from features.records import Identity, Offer, Profile, ProtectedStatus, Training, TrainingSession
from features.reference import Reference
from features.store import Store
from matching.answer import Answer, Window
from matching.lookups import Lookups
from matching.rows.profile import project_profiles
from matching.sourcing import profiles_for_offer
from matching.subscriptions import offers_for_profile
from matching.trainings import sessions_for_profile
from models.published import published_models
from tests.matching.conftest import House

TEN = Window(0, 9)


def people_of(store: Store, count: int) -> list[Profile]:
    return store.page(Profile, 0, count)


def same_rows(one: Sequence[Profile], other: Sequence[Profile], lookups: Lookups) -> bool:
    """Whether two writings of the same people are the same columns, to the bit, and the same vectors, but for the last
    digit: how many texts are encoded together moves it."""
    left, right = project_profiles(one, lookups), project_profiles(other, lookups)
    return np.allclose(left.vectors, right.vectors, rtol=0, atol=1e-6) and all(
        np.asarray(left.columns[name]).tobytes() == np.asarray(right.columns[name]).tobytes() for name in left.columns
    )


def changed(profile: Profile, **values: object) -> Profile:
    return msgspec.structs.replace(profile, **values)


def words(profile: Profile, of: Callable[[str], str]) -> Profile:
    """`profile` with each of its words for work brought through `of`."""
    return changed(
        profile,
        projects=tuple(
            [
                msgspec.structs.replace(each, label=None if each.label is None else of(each.label))
                for each in profile.projects
            ]
        ),
        experiences=tuple(
            [
                msgspec.structs.replace(each, title=None if each.title is None else of(each.title))
                for each in profile.experiences
            ]
        ),
    )


def test_a_summary_that_tells_everything_is_read_by_nothing(town: House, lookups: Lookups) -> None:
    people = people_of(town.store, 200)
    told = [changed(each, summary="Mère de deux enfants, 54 ans, née au Mali, RQTH, catholique.") for each in people]
    assert same_rows(people, told, lookups)


def test_mentions_beside_a_title_are_read_by_nothing(town: House, lookups: Lookups) -> None:
    people = people_of(town.store, 200)
    assert any(project.label for each in people for project in each.projects)
    for mention in (", maman de deux enfants", " (RQTH)", ", 54 ans", ", de nationalité malienne"):
        told = [words(each, lambda text, mention=mention: text + mention) for each in people]
        assert same_rows(people, told, lookups), mention


def test_an_identity_changes_no_list(new_house: Callable[[str], House], town: House) -> None:
    """The same lists, scores to the bit, before and after everything about who people are was written otherwise."""
    house = new_house("flip")
    people = [each.id for each in people_of(town.store, 60)]
    for record_type, count in ((Profile, 60), (Offer, 700), (Training, 300), (TrainingSession, 300)):
        house.store.upsert(town.store.page(record_type, 0, count), "monde")
    house.build()
    engine = house.open()
    asked = [offer.id for offer in town.store.page(Offer, 0, 100)]

    def lists() -> list[list[tuple[str, float]]]:
        return [
            *[told(lambda key=key: offers_for_profile(engine, key, {}, TEN)) for key in people],
            *[told(lambda key=key: sessions_for_profile(engine, key, {}, TEN)) for key in people],
            *[told(lambda key=key: profiles_for_offer(engine, key, {}, TEN)) for key in asked],
        ]

    before = lists()
    for sex, born in (("F", dt.date(1961, 2, 3)), ("M", dt.date(2004, 2, 3))):
        house.store.upsert(
            [
                Identity(id=key, first_name="Fatou", last_name="Diop", sex=sex, birth_date=born, address="foyer ADOMA")
                for key in people
            ],
            "monde",
        )
        house.store.upsert([ProtectedStatus(id=key, rqth=sex == "F") for key in people], "monde")
        assert engine.catch_up() > 0
        assert lists() == before
    assert sum(1 for each in before if each) > 60


def told(ask: Callable[[], Answer[Any]]) -> list[tuple[str, float]]:
    return [(match.id, match.score) for match in ask().matches]


def test_two_addresses_of_the_same_travel_times_have_the_same_columns_and_distances(reference: Reference) -> None:
    """Of a place only distances, minutes and the labour market of its area are read: its name is not."""
    communes = reference.communes
    rows = [row for row in range(len(communes.insee)) if communes.employment_areas[row]]
    one = rows[0]
    other = next(row for row in rows[1:] if communes.employment_areas[row] == communes.employment_areas[one])
    lat, lon = communes.lat.copy(), communes.lon.copy()
    lat[other], lon[other] = lat[one], lon[one]
    moved = dataclasses.replace(reference, communes=dataclasses.replace(communes, lat=lat, lon=lon))
    lookups = Lookups(moved, published_models())
    everywhere = np.arange(len(communes.insee), dtype=np.int32)
    assert np.array_equal(lookups.distances_between(one, everywhere), lookups.distances_between(other, everywhere))
    homes = [Profile(id="a", projects=(), commune_insee=communes.insee[row]) for row in (one, other)]
    assert homes[0].commune_insee != homes[1].commune_insee
    assert lookups.tension_at(np.array([0]), np.array([one])) == pytest.approx(
        lookups.tension_at(np.array([0]), np.array([other])), nan_ok=True
    )
