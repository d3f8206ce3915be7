"""Offers for people of the small world, each checked against what the person said."""

import datetime as dt
from functools import partial

import pytest

from features.bits import held_licence_bits, licence_bits
from features.geo import radius_km
from features.records import Exigence, Offer, Profile, Project
from features.reference import Reference
from matching.answer import Match, Window
from matching.engine import Engine
from matching.errors import BadParameter, NotFound, UnknownParameter
from matching.rows.offer import OfferCard
from matching.rows.profile import DEFAULT_RADIUS_KM
from matching.subscriptions import WITHOUT_PROFILING, offer_for_profile, offers_for_profile
from tests.matching.conftest import TODAY, House, km, whole
from tests.matching.made import offer as offer_of_gueret
from tests.matching.made import profile as person_of_gueret
from tests.matching.made import write

ROUNDING_KM = 0.01

Lists = dict[str, list[Match[OfferCard]]]


@pytest.fixture(scope="module")
def lists(engine: Engine, profiles: dict[str, Profile]) -> Lists:
    """The whole list of every person."""
    return {key: whole(partial(offers_for_profile, engine, key, {})) for key in profiles}


def reach(profile: Profile, project: Project) -> float:
    if project.radius_km is not None:
        return project.radius_km
    declared = radius_km(profile.mobility)
    return DEFAULT_RADIUS_KM if declared is None else declared


def departement_of(reference: Reference, insee: str) -> str:
    return reference.communes.departements[reference.communes.row_of(insee)]


def accepts(profile: Profile, project: Project, offer: Offer, house: House, slack_km: float) -> bool:
    """Whether an offer meets a person's own conditions; what an offer leaves unsaid is not held against it."""
    home = project.commune_insee or profile.commune_insee
    paid = offer.pay.max_monthly if offer.pay.max_monthly is not None else offer.pay.min_monthly
    required = licence_bits(item.licence for item in offer.licences if item.exigence is Exigence.REQUIRED)
    return (
        (
            home is None
            or (offer.commune_insee is None and offer.departement == departement_of(house.reference, home))
            or km(house.reference, home, offer.commune_insee) <= reach(profile, project) + slack_km
        )
        and (not project.contracts or offer.contract is None or offer.contract in project.contracts)
        and (project.working_time is None or offer.working_time in (None, project.working_time))
        and (project.pay_floor_monthly is None or paid is None or paid >= project.pay_floor_monthly)
        and not required & ~held_licence_bits(profile.licences)
        and (offer.expires_on is None or offer.expires_on >= TODAY)
    )


def test_no_offer_is_shown_against_the_persons_word(
    lists: Lists, town: House, profiles: dict[str, Profile], offers: dict[str, Offer]
) -> None:
    shown = 0
    hidden = {key for key, canonical in town.store.canonical_offers(list(offers)).items() if key != canonical}
    for key, profile in profiles.items():
        found = lists[key]
        shown += len(found)
        assert len({match.id for match in found}) == len(found)
        for match in found:
            assert match.id not in hidden
            assert any(
                accepts(profile, project, offers[match.id], town, ROUNDING_KM) for project in profile.projects
            ), (profile, offers[match.id])
    assert shown > 1000


def test_no_offer_of_the_persons_own_occupation_is_missed(
    lists: Lists, town: House, profiles: dict[str, Profile], offers: dict[str, Offer]
) -> None:
    canonical = town.store.canonical_offers(list(offers))
    by_code: dict[str | None, list[Offer]] = {}
    for offer in offers.values():
        if canonical.get(offer.id, offer.id) == offer.id:
            by_code.setdefault(offer.rome_code, []).append(offer)
    n_expected = 0
    for key, profile in profiles.items():
        found = {match.id for match in lists[key]}
        expected = {
            offer.id
            for project in profile.projects
            for offer in by_code.get(project.rome_code, [])
            if accepts(profile, project, offer, town, -ROUNDING_KM)
        }
        assert expected <= found
        n_expected += len(expected)
    assert n_expected > 200


def test_the_distance_is_that_from_home(
    engine: Engine, town: House, profiles: dict[str, Profile], offers: dict[str, Offer]
) -> None:
    for key, profile in list(profiles.items())[:150]:
        homes = {project.commune_insee or profile.commune_insee for project in profile.projects}
        for match in offers_for_profile(engine, key, {}, Window()).matches:
            if match.distance_km is not None:
                away = [km(town.reference, home, offers[match.id].commune_insee) for home in homes]
                assert min(abs(match.distance_km - each) for each in away) < ROUNDING_KM


def test_parameters_narrow(
    engine: Engine, lists: Lists, profiles: dict[str, Profile], offers: dict[str, Offer]
) -> None:
    narrowed = 0
    for key in list(profiles)[:150]:
        free = {match.id for match in lists[key]}
        asked = {"typeContrat": "CDI", "publieeDepuis": "20"}
        kept = {match.id for match in whole(lambda window: offers_for_profile(engine, key, asked, window))}  # noqa: B023
        assert kept == {
            found
            for found in free
            if offers[found].contract == "CDI" and (TODAY - offers[found].published_on).days <= 20
        }
        narrowed += len(free) - len(kept)
    assert narrowed > 0


def test_a_place_that_is_asked_takes_the_place_of_home(
    engine: Engine, town: House, profiles: dict[str, Profile], offers: dict[str, Offer]
) -> None:
    elsewhere = {"commune": "97105", "distance": "20"}
    assert town.reference.communes.get_row("97105") is not None
    seen = 0
    for key in list(profiles)[:300]:
        for match in offers_for_profile(engine, key, elsewhere, Window()).matches:
            assert km(town.reference, "97105", offers[match.id].commune_insee) <= 20 + ROUNDING_KM
            seen += 1
    assert seen > 20


def test_an_empty_list_says_how_far_one_would_have_to_go(engine: Engine, profiles: dict[str, Profile]) -> None:
    notices = []
    for key in profiles:
        answer = offers_for_profile(engine, key, {}, Window())
        if answer.total == 0:
            assert answer.matches == ()
            assert answer.notice is not None
            notices.append(answer.notice)
        elif profiles[key].consents.profiling:
            assert answer.notice is None
        else:
            assert answer.notice == WITHOUT_PROFILING
    assert any("à moins de" in notice for notice in notices)


def test_an_offer_is_open_through_its_last_day(local: Engine) -> None:
    write(local, person_of_gueret(), offer_of_gueret(expires_on=TODAY))
    assert offers_for_profile(local, "p1", {}, Window()).total == 1
    local.clock = lambda: TODAY + dt.timedelta(days=1)
    assert offers_for_profile(local, "p1", {}, Window()).total == 0


def test_one_offer_is_told_as_the_whole_list_tells_it(engine: Engine, lists: Lists, offers: dict[str, Offer]) -> None:
    compared = 0
    for key, listed in list(lists.items())[:60]:
        for match in listed[:: max(1, len(listed) // 2)]:
            assert offer_for_profile(engine, key, match.id) == match
            compared += 1
        absent = next(each for each in offers if each not in {match.id for match in listed})
        assert offer_for_profile(engine, key, absent) is None
    assert compared > 80
    with pytest.raises(NotFound):
        offer_for_profile(engine, "nobody", "nulle-part")


def test_errors(engine: Engine, profiles: dict[str, Profile]) -> None:
    known = next(iter(profiles))
    with pytest.raises(NotFound, match="« nobody »"):
        offers_for_profile(engine, "nobody", {}, Window())
    with pytest.raises(UnknownParameter, match="typeContrat"):
        offers_for_profile(engine, known, {"typeContract": "CDI"}, Window())
    with pytest.raises(BadParameter, match="« XXX »"):
        offers_for_profile(engine, known, {"typeContrat": "XXX"}, Window())
