"""What must never count does not: identity, disability, refused profiling, withdrawn consent, opt-outs."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from features.records import (
    Consents,
    Education,
    Establishment,
    Exigence,
    Experience,
    Identity,
    LanguageDemand,
    LanguageSkill,
    Offer,
    Profile,
    ProtectedStatus,
    SkillClaim,
    SkillLevel,
)
from features.store import Kind
from matching.answer import Answer, Match, Window
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.prospection import targets
from matching.schema import SCHEMAS, Collection
from matching.sourcing import profiles_for_offer
from matching.subscriptions import WITHOUT_PROFILING, offers_for_profile
from matching.trainings import sessions_for_profile
from tests.matching.conftest import House
from tests.matching.made import CARER, GUERET, firm, ids_of, offer, profile, session, training, write

EVERYTHING = Window(0, 149)


@pytest.fixture
def furnished(new_house: Callable[[str], House], town: House) -> Callable[[str], House]:
    """Makes houses that hold a part of the small world, the same each time."""

    def make(name: str) -> House:
        house = new_house(name)
        for record_type, most in ((Profile, 100), (Offer, 700), (Establishment, 100)):
            house.store.upsert(next(town.store.scan(record_type, batch_size=1000))[:most], "test")
        return house

    return make


def every_answer(engine: Engine) -> list[Any]:
    """Everything that the house answers, to everybody."""
    people = ids_of(engine.catalogue(Collection.PROFILES))
    offers = ids_of(engine.catalogue(Collection.OFFERS))
    found: list[Any] = [offers_for_profile(engine, key, {}, EVERYTHING) for key in people]
    found += [sessions_for_profile(engine, key, {}, EVERYTHING) for key in people]
    found += [profiles_for_offer(engine, key, {}, EVERYTHING) for key in offers[:100]]
    demands = [ProspectionDemand(profile_ids=(key,), commune_insee=GUERET) for key in people[:40]]
    found += [targets(engine, demand, Window()) for demand in demands]
    return found


def test_name_sex_birth_and_disability_change_no_answer(furnished: Callable[[str], House]) -> None:
    """Two houses that differ in nothing else, from the build to the last answer."""
    answers = []
    for name in ("women", "men"):
        house = furnished(name)
        women = name == "women"
        people = next(house.store.scan(Profile, batch_size=1000))
        house.store.upsert(
            [
                Identity(
                    id=person.id,
                    first_name="Awa" if women else "Jean",
                    last_name="Diallo" if women else "Martin",
                    sex="F" if women else "M",
                    birth_date=dt.date(1961, 1, 1) if women else dt.date(2004, 1, 1),
                    address="1 rue du Port" if women else None,
                )
                for person in people
            ],
            "test",
        )
        statuses = [ProtectedStatus(id=person.id, rqth=women, use_in_filters=women) for person in people]
        house.store.upsert(statuses, "test")
        house.build()
        answers.append(every_answer(house.open()))
    assert sum(len(answer.matches) for answer in answers[0] if isinstance(answer, Answer)) > 100
    assert answers[0] == answers[1]


def test_nothing_that_is_indexed_has_a_place_for_them() -> None:
    forbidden = {"name", "sex", "gender", "birth", "age", "nationality", "family", "rqth", "address", "email", "phone"}
    for columns in SCHEMAS.values():
        for column in columns:
            assert forbidden.isdisjoint(column.name.split("_")) or column.name == "open_to_rqth"


def test_what_is_told_of_an_identity_later_changes_nothing(furnished: Callable[[str], House]) -> None:
    house = furnished("one")
    house.build()
    engine = house.open()
    before = every_answer(engine)
    keys = ids_of(engine.catalogue(Collection.PROFILES))
    house.store.upsert([Identity(id=key, sex="F", first_name="Zoé") for key in keys], "test")
    house.store.upsert([ProtectedStatus(id=key, rqth=True, use_in_filters=True) for key in keys], "test")
    house.store.delete(Kind.PROTECTED, keys[:10])
    engine.catch_up()
    assert engine.watermark == house.store.watermark()
    assert every_answer(engine) == before


# ---------------------------------------------------------------- consents


def consenting(person: Profile, **consents: bool) -> Profile:
    return msgspec.structs.replace(person, consents=Consents(**consents))


def ids(matches: tuple[Match[Any], ...]) -> list[str]:
    return [match.id for match in matches]


def test_a_person_who_withdraws_is_no_longer_seen(local: Engine) -> None:
    write(local, offer(), profile(), profile("p2"), firm(naf="8610Z"))
    assert sorted(ids(profiles_for_offer(local, "o1", {}, Window()).matches)) == ["p1", "p2"]
    write(local, consenting(profile(), profiling=True, contact_by_email=True))
    assert ids(profiles_for_offer(local, "o1", {}, Window()).matches) == ["p2"]
    (target,) = targets(local, ProspectionDemand(rome_codes=(CARER,), commune_insee=GUERET), Window()).targets
    assert [each.profile_id for each in target.present] == ["p2"]
    local.store.delete(Kind.PROFILE, ["p2"])
    local.catch_up()
    assert profiles_for_offer(local, "o1", {}, Window()).total == 0


def test_nobody_is_seen_who_did_not_say_yes(local: Engine) -> None:
    write(local, offer(), consenting(profile()))
    assert profiles_for_offer(local, "o1", {}, Window()).total == 0
    assert offers_for_profile(local, "p1", {}, Window()).total == 1


RICH: dict[str, Any] = {
    "skills": tuple(SkillClaim(code=code, level=SkillLevel.EXPERT) for code in ("103455", "104329", "100007")),
    "experiences": (Experience(months=240, rome_code=CARER, title="Aide-soignante"),),
    "education": (Education(level=5, rncp="RNCP40692"),),
    "languages": (LanguageSkill(language="en"), LanguageSkill(language="de")),
    "summary": "Vingt ans d'expérience en gériatrie",
}


def test_twins_of_whom_one_has_a_past_get_the_same_when_profiling_is_refused(house: House, town: House) -> None:
    """They ask for the same; what they lived and learned is not read, nor guessed, nor told."""
    house.store.upsert(next(town.store.scan(Offer, batch_size=900)), "test")
    english = (LanguageDemand(language="en", exigence=Exigence.REQUIRED),)
    wanted = [offer("english", languages=english, experience="E", experience_months=24), offer("plain")]
    house.store.upsert(wanted, "test")
    house.store.upsert([training(rncp="RNCP40692"), training("t2", entry_level=4, level=5)], "test")
    house.store.upsert([session(), session("s2", "t2")], "test")
    rich = consenting(profile("rich", **RICH), visible_to_employers=True)
    poor = consenting(profile("poor"), visible_to_employers=True)
    engine = house.open()
    write(engine, rich, poor)
    for question in (offers_for_profile, sessions_for_profile):
        one, other = (question(engine, key, {}, EVERYTHING) for key in ("rich", "poor"))
        assert one.total >= 2
        assert one == other
    assert offers_for_profile(engine, "rich", {}, Window()).notice == WITHOUT_PROFILING
    write(engine, consenting(rich, profiling=True), consenting(poor, profiling=True))
    assert offers_for_profile(engine, "rich", {}, EVERYTHING) != offers_for_profile(engine, "poor", {}, EVERYTHING)


@pytest.mark.parametrize("parameters", [{"langue": "en"}, {"niveauFormation": "3"}])
def test_no_filter_reads_the_past_of_who_refused_profiling(local: Engine, parameters: dict[str, str]) -> None:
    write(local, offer(), profile(**RICH), consenting(profile("p2", **RICH), visible_to_employers=True))
    assert sorted(ids(profiles_for_offer(local, "o1", {}, Window()).matches)) == ["p1", "p2"]
    assert ids(profiles_for_offer(local, "o1", parameters, Window()).matches) == ["p1"]


def test_what_is_not_read_is_not_said_to_be_missing(local: Engine) -> None:
    """Of a person who refused profiling nothing is told that their profile contradicts."""
    english = (LanguageDemand(language="en", exigence=Exigence.REQUIRED),)
    write(
        local,
        offer(languages=english, experience="E", experience_months=24),
        consenting(profile(**RICH)),
    )
    (match,) = offers_for_profile(local, "p1", {}, Window()).matches
    texts = {reason.feature: reason.text for reason in match.reasons}
    assert texts["languages"] == "Langue exigée : anglais (pas de comparaison possible)"
    assert texts["experience"] == "Expérience demandée : 2 ans (pas de comparaison possible)"
    assert match.gaps == ()


def test_a_record_that_is_shown_is_the_one_that_was_given(local: Engine) -> None:
    """A match carries the profile as it stands in the store, and no other record of the person."""
    write(local, offer(), profile(**RICH), Identity(id="p1", last_name="Diallo"), ProtectedStatus(id="p1", rqth=True))
    (match,) = profiles_for_offer(local, "o1", {}, Window()).matches
    assert match.record == profile(**RICH)
    parts = [getattr(match, name) for name in match.__struct_fields__]
    assert not any(isinstance(part, Identity | ProtectedStatus) for part in parts)
    assert "Diallo" not in str(parts)
    assert "rqth" not in str(parts)


def test_a_firm_that_opts_out_is_in_no_answer(house: House) -> None:
    engine = house.open()
    write(engine, firm(naf="8610Z", opt_out=True), profile(counsellor_id="k1"))
    assert targets(engine, ProspectionDemand(counsellor_id="k1"), Window()).answer.total == 0
    house.build()
    assert targets(house.open(), ProspectionDemand(counsellor_id="k1"), Window()).answer.total == 0
