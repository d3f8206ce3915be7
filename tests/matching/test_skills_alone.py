"""People found by what they can do, and orders that diplomas do not change."""

import msgspec
import pytest

from features.records import (
    Consents,
    Education,
    EducationDemand,
    Exigence,
    Experience,
    Offer,
    SkillClaim,
    SkillDemand,
)
from matching.answer import Window
from matching.demand import Demand
from matching.engine import Engine
from matching.errors import BadParameter
from matching.skills_alone import for_skills
from matching.sourcing import profiles_for_demand
from tests.matching.made import BAKER, offer, profile, write

CARE, TEAM, BREAD = "107740", "489902", "107747"


def need(**fields: object) -> Offer:
    skills = (SkillDemand(label="soins", code=CARE, exigence=Exigence.REQUIRED), SkillDemand(label="x", code=TEAM))
    return msgspec.structs.replace(offer("need", ""), rome_code=None, skills=skills, **fields)


def claims(*codes: str) -> tuple[SkillClaim, ...]:
    return tuple(SkillClaim(code=code) for code in codes)


def test_those_who_hold_most_come_first_whatever_their_trade(local: Engine) -> None:
    write(local, profile("all", BAKER, skills=claims(CARE, TEAM)))
    write(local, profile("half", skills=claims(CARE)))
    write(local, profile("none", skills=claims(BREAD)))
    write(local, profile("silent"))
    answer = profiles_for_demand(local, Demand(need(), by_skills=True), Window())
    assert [match.id for match in answer.matches] == ["all", "half"]
    assert answer.model == "transparent"
    for match in answer.matches:
        assert {reason.feature for reason in match.reasons} <= {"skills", "languages", "licence", "accord"}
        assert match.base + sum(reason.contribution for reason in match.reasons) == pytest.approx(match.score, abs=1e-5)


def test_neither_diploma_nor_past_changes_a_score(local: Engine) -> None:
    write(local, profile("plain", skills=claims(CARE)))
    lived = {"education": (Education(level=7),), "experiences": (Experience(months=200, rome_code="J1501"),)}
    write(local, profile("lived", skills=claims(CARE), **lived))
    wanted = need(education=(EducationDemand(level=5, exigence=Exigence.REQUIRED),))
    answer = profiles_for_demand(local, Demand(wanted, by_skills=True), Window())
    assert len({round(match.score, 6) for match in answer.matches}) == 1
    for match in answer.matches:
        told = " ".join([*match.gaps, *match.obstacles, *(reason.text for reason in match.reasons)])
        assert "iplôme" not in told
        assert "xpérience" not in told


def test_people_whose_background_may_not_be_used_are_not_found(local: Engine) -> None:
    refusing = msgspec.structs.replace(
        profile("p", skills=claims(CARE)), consents=Consents(visible_to_employers=True, profiling=False)
    )
    write(local, refusing)
    assert profiles_for_demand(local, Demand(need(), by_skills=True), Window()).total == 0


def test_a_demand_without_skills_or_without_a_place_is_refused(local: Engine) -> None:
    with pytest.raises(BadParameter, match="compétences"):
        profiles_for_demand(local, Demand(msgspec.structs.replace(need(), skills=()), by_skills=True), Window())
    with pytest.raises(BadParameter, match="lieu de travail"):
        profiles_for_demand(local, Demand(need(commune_insee=None), by_skills=True), Window())
    answer = profiles_for_demand(
        local, Demand(need(commune_insee=None), {"departement": "23"}, by_skills=True), Window()
    )
    assert answer.total == 0


def test_qualities_in_words_are_read_and_others_are_told(local: Engine) -> None:
    rome = local.lookups.reference.rome
    label = rome.skill_labels[rome.skill_row_of(CARE)]
    wanted = msgspec.structs.replace(need(), skills=(SkillDemand(label=label), SkillDemand(label="zorglub")))
    reduced, unread = for_skills(local.lookups, wanted)
    assert [skill.code for skill in reduced.skills] == [CARE]
    assert unread == "Non reconnu, et laissé de côté : « zorglub »."
    assert (reduced.title, reduced.education, reduced.experience) == ("", (), None)


def test_an_order_without_diplomas_is_that_of_twins_without_them(local: Engine) -> None:
    write(local, profile("bare"))
    write(local, profile("graduate", education=(Education(level=7),)))
    wanted = msgspec.structs.replace(offer("need"), education=(EducationDemand(level=7, exigence=Exigence.REQUIRED),))
    usual = {match.id: match.score for match in profiles_for_demand(local, Demand(wanted), Window()).matches}
    assert usual["graduate"] > usual["bare"]
    answer = profiles_for_demand(local, Demand(wanted, without_diploma=True), Window())
    assert len({round(match.score, 6) for match in answer.matches}) == 1
    for match in answer.matches:
        assert all(reason.feature != "education" for reason in match.reasons)
        assert not any("iplôme" in text for text in (*match.gaps, *match.obstacles))
