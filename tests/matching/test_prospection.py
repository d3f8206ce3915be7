"""Firms to prospect in the small world, each checked against the records; and cases by hand."""

import datetime as dt

import msgspec
import pytest

from features.records import Consents, Contact, Establishment, MonthlyHirings, Profile, Project
from matching.answer import Window
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.errors import BadParameter, NotFound, UnknownParameter
from matching.presenting import PRESENTED
from matching.prospection import Target, targets
from tests.matching.conftest import TODAY, House, every, km
from tests.matching.made import BAKER, CARER, GUERET, SIRET, contact, firm, profile, write
from tests.matching.test_subscriptions import ROUNDING_KM, reach

HOSPITAL, BAKERY = "8610Z", "1071C"


def ask(engine: Engine, window: Window | None = None, **fields: object) -> list[Target]:
    return list(targets(engine, ProspectionDemand(**fields), window or Window(0, 149)).targets)  # type: ignore[arg-type]


def test_no_firm_is_shown_against_its_word_and_nobody_presented_against_theirs(engine: Engine, town: House) -> None:
    firms, people = every(town.store, Establishment), every(town.store, Profile)
    last: dict[str, dt.date] = {}
    for item in every(town.store, Contact).values():
        last[item.siret] = max(last.get(item.siret, dt.date.min), item.at.date())
    shown = presented = 0
    for counsellor in sorted({person.counsellor_id for person in people.values() if person.counsellor_id}):
        demand = ProspectionDemand(counsellor_id=counsellor, radius_km=25, not_contacted_days=60)
        try:
            answer = targets(engine, demand, Window(0, 149))
        except BadParameter as error:  # nobody of the portfolio says where they live
            assert error.name == "commune"  # noqa: PT017
            continue
        assert len({target.id for target in answer.targets}) == len(answer.targets)
        for target in answer.targets:
            found = firms[target.id]
            shown += 1
            assert target.record == found
            assert not found.opt_out
            assert km(town.reference, answer.commune_insee, found.commune_insee) <= 25 + ROUNDING_KM
            assert (TODAY - last.get(found.id, dt.date.min)).days > 60
            assert len(target.present) <= PRESENTED
            assert len({each.profile_id for each in target.present}) == len(target.present)
            for each in target.present:
                presented += 1
                person = people[each.profile_id]
                assert person.counsellor_id == counsellor
                assert person.consents.visible_to_employers
                assert any(
                    km(town.reference, project.commune_insee or person.commune_insee, found.commune_insee)
                    <= reach(person, project) + ROUNDING_KM
                    for project in person.projects
                )
    assert shown > 100
    assert presented > 30


@pytest.fixture
def hospital(local: Engine) -> Engine:
    write(local, firm(naf=HOSPITAL), profile(counsellor_id="k1"))
    return local


def test_a_portfolio_chosen_people_and_occupations_ask_for_the_same_firm(hospital: Engine) -> None:
    for asked in (
        {"counsellor_id": "k1"},
        {"profile_ids": ("p1",)},
        {"rome_codes": (CARER,), "commune_insee": GUERET},
    ):
        (target,) = ask(hospital, **asked)
        assert target.id == SIRET
        assert [each.profile_id for each in target.present] == ["p1"]
        assert target.distance_km == pytest.approx(0, abs=0.01)


def test_a_firm_whose_sector_does_not_hire_the_occupation_is_not_shown(local: Engine) -> None:
    write(local, firm(naf=BAKERY), firm("22222222222222", naf=HOSPITAL), firm("33333333333333", naf="0000Z"))
    assert [target.id for target in ask(local, rome_codes=(BAKER,), commune_insee=GUERET)] == [SIRET]
    assert [target.id for target in ask(local, rome_codes=(CARER,), commune_insee=GUERET)] == ["22222222222222"]


def test_a_firm_that_opts_out_disappears(hospital: Engine) -> None:
    write(hospital, firm(naf=HOSPITAL, opt_out=True))
    assert ask(hospital, counsellor_id="k1") == []


def test_a_person_whom_employers_may_not_see_is_not_presented(hospital: Engine) -> None:
    write(hospital, msgspec.structs.replace(profile(counsellor_id="k1"), consents=Consents(profiling=True)))
    (target,) = ask(hospital, counsellor_id="k1", commune_insee=GUERET)
    assert target.present == ()
    assert any("Personne à présenter" in gap for gap in target.gaps)
    with pytest.raises(BadParameter, match="commune"):
        ask(hospital, counsellor_id="k1")


def test_a_firm_contacted_lately_can_be_left_out(hospital: Engine) -> None:
    write(hospital, contact(at="2026-08-22"))
    asked = {"counsellor_id": "k1", "not_contacted_days": 11}
    assert [target.id for target in ask(hospital, **asked)] == []
    assert len(ask(hospital, **{**asked, "not_contacted_days": 10})) == 1
    (target,) = ask(hospital, counsellor_id="k1")
    reasons = {reason.feature: reason.text for reason in target.reasons}
    assert reasons["firm_contact"] == "Dernier contact il y a 10 jours"


def test_a_person_is_counted_once_however_many_projects(local: Engine) -> None:
    two = (Project(rome_code=CARER), Project(rome_code="J1506"))
    write(local, firm(naf=HOSPITAL), profile(counsellor_id="k1", projects=two), profile("p2", counsellor_id="k1"))
    (target,) = ask(local, counsellor_id="k1")
    reasons = {reason.feature: reason.text for reason in target.reasons}
    assert reasons["firm_take"].startswith("2 personnes à présenter : ")
    assert sorted(each.profile_id for each in target.present) == ["p1", "p2"]


def test_a_person_out_of_reach_is_not_presented(local: Engine) -> None:
    stays = profile(counsellor_id="k1", commune_insee="75056", projects=(Project(rome_code=CARER, radius_km=5),))
    write(local, firm(naf=HOSPITAL), stays)
    (target,) = ask(local, counsellor_id="k1", commune_insee=GUERET)
    assert target.present == ()


def test_the_search_is_centred_where_most_of_the_portfolio_lives(local: Engine) -> None:
    people = [profile(f"p{number}", counsellor_id="k1") for number in range(2)]
    write(local, *people, profile("p9", counsellor_id="k1", commune_insee="75056"), firm(naf=HOSPITAL))
    answer = targets(local, ProspectionDemand(counsellor_id="k1"), Window())
    assert answer.commune_insee == GUERET


def test_firms_that_hire_come_first(local: Engine) -> None:
    hiring = tuple(MonthlyHirings(month=f"2026-{month:02d}", count=4) for month in range(1, 9))
    idle = tuple(MonthlyHirings(month=f"2026-{month:02d}", count=0) for month in range(1, 9))
    write(
        local,
        firm("00000000000001", naf=HOSPITAL, hirings=idle),
        firm("00000000000002", naf=HOSPITAL),
        firm("00000000000003", naf=HOSPITAL, hirings=hiring),
        firm("00000000000004", naf=HOSPITAL, headcount_min=0, headcount_max=0),
    )
    found = ask(local, rome_codes=(CARER,), commune_insee=GUERET)
    assert found[0].id == "00000000000003"
    expected = {target.id: target.expected_hirings for target in found}
    assert 18 < expected["00000000000003"] < 34
    assert expected["00000000000001"] < expected["00000000000002"]
    assert expected["00000000000004"] < 1


def test_filters_on_firms_narrow(local: Engine) -> None:
    write(
        local,
        firm(naf=HOSPITAL, headcount_min=10, headcount_max=19, engaged=True),
        firm("22222222222222", naf=HOSPITAL),
    )
    for parameters in ({"engagee": "true"}, {"effectifMin": "5"}, {"effectifMax": "10"}):
        found = ask(local, rome_codes=(CARER,), commune_insee=GUERET, parameters=parameters)
        assert [target.id for target in found] == [SIRET]


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({}, BadParameter, "au moins un de"),
        ({"profile_ids": ("nobody",)}, NotFound, "« nobody »"),
        ({"counsellor_id": "k404"}, NotFound, "« k404 »"),
        ({"rome_codes": ("Z9999",), "commune_insee": GUERET}, BadParameter, "« Z9999 »"),
        ({"rome_codes": (CARER,)}, BadParameter, "commune"),
        ({"rome_codes": (CARER,), "commune_insee": "99999"}, BadParameter, "« 99999 »"),
        ({"rome_codes": (CARER,), "commune_insee": GUERET, "parameters": {"nafs": "10"}}, UnknownParameter, "« naf »"),
    ],
)
def test_errors(engine: Engine, fields: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        ask(engine, **fields)


def test_nobody_is_placed_nearer_than_five_kilometres(hospital: Engine) -> None:
    (target,) = ask(hospital, counsellor_id="k1")
    assert target.present[0].why == "Vise ce métier, sans expérience déclarée, à moins de 5 km"
