"""Training sessions for people of the small world, each checked against the records; and cases by hand."""

import datetime as dt

import msgspec
import pytest

from features.records import (
    Attendance,
    Consents,
    Contract,
    Education,
    Experience,
    ExperienceDemand,
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
from matching.openings import Opening
from matching.trainings import sessions_for_profile
from tests.matching.conftest import TODAY, House, every, km, whole
from tests.matching.made import BAKER, CARER, GUERET, offer, profile, session, training, write
from tests.matching.test_subscriptions import ROUNDING_KM, reach


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


def carer_codes(engine: Engine) -> list[str]:
    """The *cœur de métier* of an *aide-soignant*."""
    rome = engine.lookups.reference.rome
    rows, core = rome.skills_of(rome.row_of(CARER))
    return [rome.skill_codes[row] for row in rows[core]]


def reasons_of(engine: Engine, key: str = "p1", **parameters: str) -> dict[str, dict[str, str]]:
    """The sentences of each match."""
    found = sessions_for_profile(engine, key, parameters, Window()).matches
    return {match.id: {reason.feature: reason.text for reason in match.reasons} for match in found}


def test_a_session_that_brings_nothing_is_left_out(local: Engine) -> None:
    codes = carer_codes(local)
    half = len(codes) // 2
    write(
        local,
        profile(skills=tuple(SkillClaim(code=code) for code in codes[:half])),
        training("known", skills=tuple(codes[:half])),
        training("missing", skills=tuple(codes[half:])),
        session("s-known", "known"),
        session("s-missing", "missing"),
    )
    assert asked(local) == ["s-missing"], "what teaches nothing that is missing and opens nothing is left out"
    assert reasons_of(local)["s-missing"]["gap_covered"].startswith("Apporte ")
    write(local, offer(), training("known", skills=tuple(codes[:half]), rncp="RNCP40692", level=4))
    assert set(asked(local)) == {"s-known", "s-missing"}, "the title opens what the law keeps for its holders"
    told = reasons_of(local)
    assert told["s-known"]["opened"] == (
        "+1 offre accessible autour de chez vous, surtout comme « Aide-soignant / Aide-soignante »"
    )
    assert "N'enseigne aucune" in told["s-known"]["gap_covered"]
    assert told["s-missing"]["opened"] == "N'ouvre pour l'instant aucune offre de plus autour de chez vous"


def opened_by(engine: Engine, key: str = "p1") -> dict[str, int]:
    found = sessions_for_profile(engine, key, {}, Window()).matches
    return {match.id: match.more.offers for match in found if isinstance(match.more, Opening)}


def test_what_opens_is_what_the_person_would_take_and_does_not_have_yet(local: Engine) -> None:
    write(
        local,
        profile(projects=(Project(rome_code=CARER, radius_km=20, contracts=(Contract.CDI,)),)),
        training(rncp="RNCP40692", level=4),
        session(),
        offer("here", contract=Contract.CDI, posts=3),
        offer("wished", contract=Contract.CDI, experience=ExperienceDemand.WISHED, experience_months=60),
        offer("experienced", contract=Contract.CDI, experience=ExperienceDemand.REQUIRED, experience_months=12),
        offer("fixed term", contract=Contract.CDD),
        offer("far", contract=Contract.CDI, commune_insee="75056"),
        offer("other", contract=Contract.CDI, rome_code=BAKER, title="Boulanger"),
        offer("over", contract=Contract.CDI, expires_on=TODAY - dt.timedelta(days=1)),
    )
    assert opened_by(local) == {"s1": 2}
    (match,) = sessions_for_profile(local, "p1", {}, Window()).matches
    assert isinstance(match.more, Opening)
    assert set(match.more.examples) == {"here", "wished"}
    assert [count for _, count in match.more.occupations] == [2]
    worked = Experience(months=24, rome_code=CARER)
    write(local, profile("worker", experiences=(worked,)))
    assert opened_by(local, "worker") == {}, "what is open already is no door, and nothing else is left to learn"


def test_an_offer_in_reach_of_two_projects_counts_once(local: Engine) -> None:
    projects = (Project(rome_code=CARER, radius_km=20), Project(rome_code="K1302", radius_km=40))
    write(local, profile(projects=projects), training(rncp="RNCP40692", level=4), session(), offer("a"), offer("b"))
    assert opened_by(local) == {"s1": 2}


def test_experience_stands_for_a_level_where_the_provider_takes_it(local: Engine) -> None:
    asked_for = training(
        level=5, entry_level=4, entry_requirements="Bac ou expérience dans le métier", rncp="RNCP40692"
    )
    worked = (Experience(months=12, rome_code=CARER),)
    write(local, asked_for, session(), profile(education=(Education(level=3),)))
    write(local, profile("p2", education=(Education(level=3),), experiences=worked))
    first = sessions_for_profile(local, "p1", {}, Window()).matches[0]
    second = sessions_for_profile(local, "p2", {}, Window()).matches[0]
    assert first.obstacles == ("Niveau d'entrée demandé : bac ou équivalent (déclaré : CAP ou équivalent)",)
    assert second.obstacles == ()


def test_basics_that_nothing_shows_are_to_be_checked(local: Engine) -> None:
    basics = training(entry_requirements="Savoir lire, écrire et compter.")
    write(local, basics, session(), profile(), profile("p2", education=(Education(level=3),)))
    (first,) = sessions_for_profile(local, "p1", {}, Window()).matches
    assert first.gaps == ("À vérifier avant d'entrer : lire, écrire et compter",)
    (second,) = sessions_for_profile(local, "p2", {}, Window()).matches
    assert second.gaps == ()


def test_who_refused_profiling_is_told_what_the_training_opens_by_itself(local: Engine) -> None:
    worked = Experience(months=60, rome_code=CARER)
    refusing = msgspec.structs.replace(profile(experiences=(worked,)), consents=Consents())
    write(local, refusing, training(rncp="RNCP40692", level=4), session(), offer())
    assert reasons_of(local)["s1"]["opened"].startswith(
        "1 offre accessible autour de chez vous avec cette seule formation"
    )


def test_an_empty_list_says_what_would_fill_it(local: Engine) -> None:
    write(local, profile(projects=(Project(rome_code=CARER, radius_km=10),)))
    empty = sessions_for_profile(local, "p1", {}, Window())
    assert empty.notice is not None
    assert empty.notice.startswith("Aucune formation à venir qui vous apporte quelque chose de plus")
    write(local, training(), training("t2"), session(), session("s2", "t2", fundings=(Funding.CPF,)))
    narrowed = sessions_for_profile(local, "p1", {"debutAvant": "2026-09-02", "financement": "CPF"}, Window())
    assert (
        narrowed.notice == "Aucune formation avec ces filtres. Sans le filtre « début au plus tard », il y en aurait 1."
    )
    both = {"debutAvant": "2026-09-02", "financement": "REGION"}
    assert sessions_for_profile(local, "p1", both, Window()).notice == (
        "Aucune formation avec ces filtres, et en retirer un seul n'y suffit pas : sans aucun filtre, il y en aurait 2."
    )
    place = {"commune": "75056", "distance": "5"}
    assert "Sans le filtre « commune », il y en aurait 2." in (
        sessions_for_profile(local, "p1", place, Window()).notice or ""
    )
    far = Project(rome_code=CARER, commune_insee="23193", radius_km=1)
    write(local, profile("p3", projects=(far,)))
    notice = sessions_for_profile(local, "p3", {}, Window()).notice or ""
    assert notice.endswith(" dans votre rayon de 1 km ; 2 formations à moins de 20 km."), notice


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
