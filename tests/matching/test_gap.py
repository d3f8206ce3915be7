"""Gaps, by hand: every state of a skill, the conditions besides skills, and the verdict that is read."""

import pytest
from msgspec.structs import replace

from features.records import (
    Consents,
    Education,
    EducationDemand,
    Exigence,
    Experience,
    ExperienceDemand,
    LanguageDemand,
    Licence,
    LicenceDemand,
    Profile,
    SkillClaim,
    SkillDemand,
)
from matching.answer import Window
from matching.engine import Engine
from matching.errors import BadParameter, NotFound
from matching.explain.conditions import Asking, Condition, Met, conditions
from matching.explain.verdict import WITHOUT_PROFILING, verdict
from matching.gap import State, gap
from matching.jobs import profile_at
from matching.schema import Collection
from matching.sourcing import profiles_for_offer
from matching.subscriptions import offers_for_profile
from tests.matching.conftest import House, every
from tests.matching.made import BAKER, CARER, NURSE, offer, profile, write


def core_of(engine: Engine, rome_code: str) -> list[str]:
    rome = engine.lookups.reference.rome
    rows, core = rome.skills_of(rome.row_of(rome_code))
    return [rome.skill_codes[row] for row in rows[core]]


def states(engine: Engine, key: str, rome_code: str | None = None, offer_id: str | None = None) -> dict[str, State]:
    rome = engine.lookups.reference.rome
    return {rome.skill_codes[item.skill]: item.state for item in gap(engine, key, rome_code, offer_id).skills}


def test_skills_are_declared_practised_or_missing(local: Engine) -> None:
    core = core_of(local, CARER)
    worked = Experience(months=18, rome_code=CARER)
    write(local, profile("plain", skills=(SkillClaim(code=core[0]),)))
    write(local, profile("worked", skills=(SkillClaim(code=core[0]),), experiences=(worked,)))
    plain, after = states(local, "plain"), states(local, "worked")
    counted = [code for code in core if code in plain]
    assert plain[counted[0]] is State.DECLARED
    assert State.PRACTISED not in plain.values()
    assert [after[code] for code in counted[1:]] == [State.PRACTISED] * (len(counted) - 1)
    practised = [item for item in gap(local, "worked").skills if item.state is State.PRACTISED]
    rome = local.lookups.reference.rome
    assert {(item.learned_as, item.learned_months) for item in practised} == {(rome.row_of(CARER), 18)}
    assert (gap(local, "worked").share or 0) > (gap(local, "plain").share or 0) > 0


def test_lists_count_the_skills_that_the_gap_counts(local: Engine) -> None:
    rome = local.lookups.reference.rome
    labels = dict(zip(rome.skill_codes, rome.skill_labels, strict=True))
    asked = [
        SkillDemand(label=labels[code], code=code) for code in (*core_of(local, CARER)[:6], *core_of(local, BAKER)[:4])
    ]
    worked = Experience(months=18, rome_code=CARER)
    write(local, profile(skills=(SkillClaim(code=core_of(local, BAKER)[0]),), experiences=(worked,)))
    write(local, offer("a", skills=tuple(asked)))
    had = [each for each in gap(local, "p1", offer_id="a").skills if each.state in (State.DECLARED, State.PRACTISED)]
    (mine,) = offers_for_profile(local, "p1", {}, Window()).matches
    (theirs,) = profiles_for_offer(local, "a", {}, Window()).matches
    told = {match.id: {r.feature: r.text for r in match.reasons}["skills"] for match in (mine, theirs)}
    core = [each for each in had if each.core]
    assert told["a"].startswith(f"Vous maîtrisez les {len(core)} compétences cœur de métier")
    assert told["p1"].startswith(f"La personne maîtrise les {len(core)} compétences cœur de métier")


def test_the_most_important_come_first_and_soft_skills_do_not_count(local: Engine) -> None:
    write(local, profile())
    found = gap(local, "p1")
    cores = [item.core for item in found.skills]
    assert cores == sorted(cores, reverse=True)
    rome = local.lookups.reference.rome
    assert all(rome.skill_kinds[row].value == "savoir-être" for row in found.soft_skills)
    everything = {item.skill for item in found.skills} | set(found.soft_skills) | set(found.titles)
    assert everything == set(rome.skills_of(rome.row_of(CARER))[0].tolist())


def test_a_close_skill_names_the_one_it_is_close_to(engine: Engine, town: House) -> None:
    """On the generated town: whatever is close shares a kind and is not held, and what it is close to is."""
    rome = engine.lookups.reference.rome
    n_close = 0
    for key in list(every(town.store, Profile))[:120]:
        found = gap(engine, key)
        for item in found.skills:
            assert (item.close_to is not None) == (item.state is State.CLOSE)
            if item.close_to is not None:
                n_close += 1
                assert found.background.skills[item.close_to]
                assert not found.background.skills[item.skill]
                assert rome.skill_kinds[item.close_to] is rome.skill_kinds[item.skill]
    assert n_close > 10


def test_an_offer_is_compared_by_what_it_asks(local: Engine) -> None:
    core = core_of(local, BAKER)
    required = SkillDemand(label="a", code=core[0], exigence=Exigence.REQUIRED)
    wished = SkillDemand(label="b", code=core[1])
    asked = offer(
        "o",
        title="Boulanger",
        rome_code=BAKER,
        skills=(wished, required),
        education=(EducationDemand(level=3, exigence=Exigence.REQUIRED),),
        licences=(LicenceDemand(licence=Licence.B),),
        languages=(LanguageDemand(language="en", exigence=Exigence.REQUIRED),),
        experience=ExperienceDemand.REQUIRED,
        experience_months=12,
    )
    person = profile("p", rome_code=BAKER, skills=(SkillClaim(code=core[1]),), education=(Education(level=4),))
    write(local, asked, person)
    found = gap(local, "p", None, "o")
    rome = local.lookups.reference.rome
    assert [(rome.skill_codes[item.skill], item.required, item.state) for item in found.skills] == [
        (core[0], True, State.MISSING),
        (core[1], False, State.DECLARED),
    ]
    told = {(item.about, item.asking): item.met for item in conditions(found, local.lookups)}
    assert told == {
        (Condition.EDUCATION, Asking.REQUIRED): Met.YES,
        (Condition.LICENCE, Asking.WISHED): Met.NO,
        (Condition.LANGUAGE, Asking.REQUIRED): Met.UNKNOWN,
        (Condition.EXPERIENCE, Asking.REQUIRED): Met.NO,
    }
    assert "Expérience exigée dans ce métier : 1 an (aucune déclarée)" in verdict(found, local.lookups)


def test_a_regulated_occupation_says_so_first(local: Engine) -> None:
    write(local, profile("p", rome_code=NURSE))
    found = gap(local, "p")
    first = conditions(found, local.lookups)[0]
    assert (first.about, first.asking, first.met) == (Condition.TITLE, Asking.REQUIRED, Met.NO)
    assert "métier réglementé" in verdict(found, local.lookups)


def test_the_verdict_counts_the_offers_that_are_open(local: Engine) -> None:
    worked = Experience(months=24, rome_code=BAKER)
    write(local, profile("p", rome_code=BAKER, experiences=(worked,)))
    assert "Aucune offre de ce métier n'est en ligne" in verdict(gap(local, "p"), local.lookups)
    closed = ExperienceDemand.REQUIRED
    write(local, *[offer(f"o{number}", rome_code=BAKER, title="Boulanger") for number in range(4)])
    write(local, offer("far", rome_code=BAKER, title="Boulanger", commune_insee="75056"))
    write(local, offer("long", rome_code=BAKER, title="Boulanger", experience=closed, experience_months=60))
    text = verdict(gap(local, "p"), local.lookups)
    assert "4 des 5 offres de ce métier autour de chez vous vous sont déjà accessibles." in text
    assert text.startswith("Vous connaissez le métier « Boulanger / Boulangère », exercé 2 ans")
    assert ", toutes exercées comme « Boulanger / Boulangère » sans être déclarées." in text


def test_few_offers_around_are_read_over_the_country(local: Engine) -> None:
    write(local, profile("p"), *[offer(f"o{n}", commune_insee="75056") for n in range(6)], offer("here"))
    found = gap(local, "p")
    assert (found.around, len(found.asked)) == (False, 7)


def test_who_refused_profiling_is_not_compared(local: Engine) -> None:
    person = profile("p", skills=tuple(SkillClaim(code=code) for code in core_of(local, CARER)))
    write(local, replace(person, consents=Consents()))
    found = gap(local, "p")
    assert verdict(found, local.lookups) == WITHOUT_PROFILING
    assert {item.state for item in found.skills} == {State.NOT_COMPARED}


def test_errors_name_the_value(local: Engine) -> None:
    write(local, profile("p"))
    with pytest.raises(NotFound, match="« nobody »"):
        gap(local, "nobody")
    with pytest.raises(NotFound, match="« rien »"):
        gap(local, "p", None, "rien")
    with pytest.raises(BadParameter, match="« J9999 »"):
        gap(local, "p", "J9999")
    with pytest.raises(BadParameter, match="« offre »"):
        gap(local, "p", CARER, "o")


def test_every_verdict_of_the_town_reads_well(engine: Engine, town: House) -> None:
    profiles = engine.catalogue(Collection.PROFILES)
    for key in list(every(town.store, Profile))[:150]:
        text = verdict(gap(engine, key), engine.lookups)
        assert text.endswith((".", "!"))
        assert "None" not in text
        assert "nan" not in text.split()
        assert "  " not in text
        assert profile_at(engine, int(profiles.rows_of(key)[0])).id == key
