"""Training sessions for people of the small world, each checked against the records; and cases by hand."""

import datetime as dt

import msgspec
import pytest

from features.records import (
    Attendance,
    Consents,
    Education,
    Funding,
    Profile,
    Project,
    SkillClaim,
    Training,
    TrainingSession,
)
from matching.answer import Window
from matching.engine import Engine
from matching.errors import BadParameter, NotFound, UnknownParameter
from matching.trainings import sessions_for_profile
from tests.matching.conftest import TODAY, House, every, km, whole
from tests.matching.made import BAKER, CARER, GUERET, offer, profile, session, training, write
from tests.matching.test_subscriptions import ROUNDING_KM, reach


@pytest.fixture(scope="module")
def profiles(town: House) -> dict[str, Profile]:
    return every(town.store, Profile)


def test_no_session_is_shown_against_the_persons_word(
    engine: Engine, town: House, profiles: dict[str, Profile]
) -> None:
    sessions, trainings = every(town.store, TrainingSession), every(town.store, Training)
    shown = 0
    for key, person in profiles.items():
        held = {item.rncp for item in person.education if item.rncp} if person.consents.profiling else set()
        found = whole(lambda window: sessions_for_profile(engine, key, {}, window))  # noqa: B023
        shown += len(found)
        assert len({match.record.training.id for match in found}) == len(found)
        for match in found:
            item = sessions[match.id]
            assert match.record.session == item
            assert match.record.training.id == trainings[item.training_id].id
            assert TODAY <= item.starts_on <= TODAY + dt.timedelta(days=730)
            assert item.seats_left != 0
            assert match.record.training.rncp not in held
            if item.attendance is not Attendance.REMOTE:
                assert any(
                    (home := project.commune_insee or person.commune_insee) is None
                    or km(town.reference, home, item.commune_insee) <= reach(person, project) + ROUNDING_KM
                    for project in person.projects
                )
    assert shown > 100


def test_parameters_narrow(engine: Engine, profiles: dict[str, Profile]) -> None:
    kept = 0
    for key in list(profiles)[:250]:
        asked = {"financement": "CPF", "modalite": "presentiel,mixte", "debutAvant": "2027-01-01"}
        for match in sessions_for_profile(engine, key, asked, Window(0, 149)).matches:
            kept += 1
            assert Funding.CPF in match.record.session.fundings
            assert match.record.session.attendance is not Attendance.REMOTE
            assert match.record.session.starts_on <= dt.date(2027, 1, 1)
    assert kept > 10


def asked(engine: Engine, key: str = "p1", **parameters: str) -> list[str]:
    return [match.id for match in sessions_for_profile(engine, key, parameters, Window()).matches]


def test_the_best_session_stands_for_its_training(local: Engine) -> None:
    write(
        local,
        profile(),
        training(),
        session("near"),
        session("far", commune_insee="23193"),
        session("late", starts_on=dt.date(2027, 8, 1)),
    )
    assert asked(local) == ["near"]
    assert asked(local, debutApres="2027-01-01") == ["late"]


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, True),
        ({"starts_on": TODAY}, True),
        ({"starts_on": TODAY - dt.timedelta(days=1)}, False),
        ({"starts_on": TODAY + dt.timedelta(days=731)}, False),
        ({"seats_left": 0}, False),
        ({"seats_left": 3}, True),
        ({"commune_insee": "75056"}, False),
        ({"commune_insee": "75056", "attendance": Attendance.REMOTE}, True),
        ({"commune_insee": None, "attendance": Attendance.REMOTE}, True),
        ({"commune_insee": None}, False),
    ],
)
def test_sessions_to_come_with_seats_in_reach_or_remote(local: Engine, fields: dict[str, object], shown: bool) -> None:
    write(local, profile(), training(), session(**fields))
    assert asked(local) == (["s1"] if shown else [])


def test_what_one_holds_already_is_left_out(local: Engine) -> None:
    held = Education(rncp="RNCP40692", level=3)
    write(local, training(rncp="RNCP40692"), session(), profile(education=(held,)), profile("p2"))
    assert asked(local) == []
    assert asked(local, "p2") == ["s1"]
    refusing = msgspec.structs.replace(profile(education=(held,)), consents=Consents())
    write(local, refusing)
    assert asked(local) == ["s1"]


def test_a_session_that_teaches_what_is_missing_comes_first(local: Engine) -> None:
    rome = local.lookups.reference.rome
    rows, core = rome.skills_of(rome.row_of(CARER))
    codes = [rome.skill_codes[row] for row in rows[core]]
    write(
        local,
        profile(skills=tuple(SkillClaim(code=code) for code in codes[: len(codes) // 2])),
        training("known", skills=tuple(codes[: len(codes) // 2])),
        training("missing", skills=tuple(codes[len(codes) // 2 :])),
        session("s-known", "known"),
        session("s-missing", "missing"),
    )
    assert asked(local) == ["s-missing"], "a session that teaches nothing missing and opens no door is left out"
    write(local, offer())
    assert asked(local) == ["s-missing", "s-known"], "both open a door now"
    (first, second) = sessions_for_profile(local, "p1", {}, Window()).matches
    reasons = {reason.feature: reason.text for reason in first.reasons}
    assert reasons["gap_covered"].startswith("Apporte ")
    assert "N'enseigne aucune" in {reason.feature: reason.text for reason in second.reasons}["gap_covered"]


def test_doors_count_the_posts_that_the_person_would_take(local: Engine) -> None:
    write(
        local,
        profile(projects=(Project(rome_code=CARER, radius_km=20),)),
        training(),
        session(),
        offer("here", posts=3),
        offer("far", commune_insee="75056", posts=50),
        offer("other", rome_code=BAKER, title="Boulanger", posts=7),
        offer("over", expires_on=TODAY - dt.timedelta(days=1), posts=9),
    )
    (match,) = sessions_for_profile(local, "p1", {}, Window()).matches
    doors = next(reason.text for reason in match.reasons if reason.feature == "doors")
    assert doors == "Ouvre sur 3 postes offerts en ce moment à votre portée"


def test_a_remote_session_says_so_and_has_no_distance(local: Engine) -> None:
    write(local, profile(), training(), session(attendance=Attendance.REMOTE))
    (match,) = sessions_for_profile(local, "p1", {}, Window()).matches
    assert match.distance_km is None
    assert next(reason.text for reason in match.reasons if reason.feature == "distance") == "À distance"


def test_a_place_that_is_asked_takes_the_place_of_home(local: Engine) -> None:
    write(local, profile(), training(), session(commune_insee="75056"), session("home"))
    assert asked(local, commune="75056", distance="5") == ["s1"]
    assert asked(local, commune="75056", tempsTrajet="20", mode="marche") == ["s1"]
    assert asked(local, bassin="1107") == ["s1"]
    assert asked(local, commune=GUERET, distance="5") == ["home"]


def test_errors(engine: Engine, profiles: dict[str, Profile]) -> None:
    known = next(iter(profiles))
    with pytest.raises(NotFound, match="« nobody »"):
        sessions_for_profile(engine, "nobody", {}, Window())
    with pytest.raises(UnknownParameter, match="financement"):
        sessions_for_profile(engine, known, {"financements": "CPF"}, Window())
    with pytest.raises(BadParameter, match="« lune »"):
        sessions_for_profile(engine, known, {"modalite": "lune"}, Window())
