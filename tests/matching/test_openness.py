"""The rule of open doors, array by array, against the same rule read out one offer at a time."""

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from features.bits import held_licence_bits, licence_bits
from features.pairs.base import NO_SKILL
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
    Offer,
    Profile,
    SkillClaim,
    SkillDemand,
)
from matching.background import Background, background_of
from matching.engine import Engine
from matching.jobs import profile_at
from matching.lookups import Lookups
from matching.openness import TRADE_KNOWN, UNTOLD_MONTHS, WORKED_MONTHS, Asked, Standing, Taught
from matching.schema import Collection
from matching.sides import columns_of
from tests.matching.made import BAKER, CARER, NURSE, offer, profile, session, training, write


def columns(engine: Engine, collection: Collection, key: str) -> Any:
    catalogue = engine.catalogue(collection)
    return columns_of(catalogue, catalogue.rows_of(key))


def standing_of(engine: Engine, person: Profile, *offers: Offer) -> Standing:
    write(engine, person, *offers)
    catalogue = engine.catalogue(Collection.OFFERS)
    rows = np.concatenate([catalogue.rows_of(item.id) for item in offers])
    background = background_of(person, columns(engine, Collection.PROFILES, person.id), engine.lookups)
    return Standing(background, Asked.reading(columns_of(catalogue, rows)), engine.lookups)


def skill_codes(engine: Engine, rome_code: str) -> list[str]:
    """The *cœur de métier* of an occupation."""
    rome = engine.lookups.reference.rome
    rows, core = rome.skills_of(rome.row_of(rome_code))
    return [rome.skill_codes[row] for row in rows[core]]


def demands(codes: list[str], exigence: Exigence = Exigence.REQUIRED) -> tuple[SkillDemand, ...]:
    return tuple(SkillDemand(label=code, code=code, exigence=exigence) for code in codes)


def claims(codes: list[str]) -> tuple[SkillClaim, ...]:
    return tuple(SkillClaim(code=code) for code in codes)


# ---------------------------------------------------------------- by hand


def test_skills_that_are_required_make_the_trade_known_at_three_fifths(local: Engine) -> None:
    codes = skill_codes(local, BAKER)[:5]
    asked = offer("o", title="Boulanger", rome_code=BAKER, skills=demands(codes))
    assert TRADE_KNOWN == 0.6
    for held, is_open in ((0, False), (2, False), (3, True), (5, True)):
        standing = standing_of(local, profile("p", rome_code=BAKER, skills=claims(codes[:held])), asked)
        assert standing.share_held[0] == pytest.approx(held / 5)
        assert standing.open.tolist() == [is_open], held


def test_what_is_wished_counts_only_where_nothing_is_required(local: Engine) -> None:
    codes = skill_codes(local, BAKER)[:4]
    wished = demands(codes[1:], Exigence.WISHED)
    person = profile("p", rome_code=BAKER, skills=claims(codes[:1]))
    both = offer("both", rome_code=BAKER, skills=demands(codes[:1]) + wished)
    only = offer("only", rome_code=BAKER, skills=wished)
    assert standing_of(local, person, both, only).open.tolist() == [True, False]


def test_work_in_the_family_or_a_title_makes_the_trade_known(local: Engine) -> None:
    asked = offer("o", rome_code=BAKER)
    months = Experience(months=WORKED_MONTHS, rome_code=BAKER)
    few = Experience(months=WORKED_MONTHS - 1, rome_code=BAKER)
    rncp = next(
        code
        for code, romes in zip(
            local.lookups.reference.certifications.codes, local.lookups.reference.certifications.rome_codes, strict=True
        )
        if BAKER in romes
    )
    for number, (fields, is_open) in enumerate(
        (
            ({}, False),
            ({"experiences": (few,)}, False),
            ({"experiences": (months,)}, True),
            ({"experiences": (few, few)}, True),
            ({"education": (Education(rncp=rncp, level=3),)}, True),
        )
    ):
        assert standing_of(local, profile(f"p{number}", rome_code=BAKER, **fields), asked).open.tolist() == [is_open]


def test_a_year_of_work_makes_its_core_skills_known_elsewhere(local: Engine) -> None:
    rome = local.lookups.reference.rome
    carer = set(skill_codes(local, CARER))
    shared = [code for code in skill_codes(local, "K1302") if code in carer] if rome.contains("K1302") else []
    codes = shared or list(carer)[:2]
    asked = offer("o", title="Auxiliaire de vie", rome_code="K1302", skills=demands(codes))
    worked = profile("p", experiences=(Experience(months=12, rome_code=CARER),))
    beginner = profile("q", experiences=(Experience(months=11, rome_code=CARER),))
    assert standing_of(local, worked, asked).share_held[0] == pytest.approx(1)
    assert standing_of(local, beginner, asked).share_held[0] == 0


@pytest.mark.parametrize(
    ("demand", "person", "is_open"),
    [
        ({"education": (EducationDemand(level=4, exigence=Exigence.REQUIRED),)}, {}, False),
        ({"education": (EducationDemand(level=4, exigence=Exigence.REQUIRED),)}, {"level": 3}, False),
        ({"education": (EducationDemand(level=4, exigence=Exigence.REQUIRED),)}, {"level": 4}, True),
        ({"education": (EducationDemand(level=4),)}, {}, True),
        ({"licences": (LicenceDemand(licence=Licence.B, exigence=Exigence.REQUIRED),)}, {}, False),
        (
            {"licences": (LicenceDemand(licence=Licence.B, exigence=Exigence.REQUIRED),)},
            {"licences": (Licence.C,)},
            True,
        ),
        ({"languages": (LanguageDemand(language="en", exigence=Exigence.REQUIRED),)}, {}, False),
        ({"languages": (LanguageDemand(language="fr", exigence=Exigence.REQUIRED),)}, {}, True),
        ({"experience": ExperienceDemand.REQUIRED, "experience_months": 24}, {}, True),
        ({"experience": ExperienceDemand.REQUIRED, "experience_months": 25}, {}, False),
        ({"experience": ExperienceDemand.REQUIRED}, {}, True),
        ({"experience": ExperienceDemand.WISHED, "experience_months": 60}, {}, True),
    ],
)
def test_each_condition_alone(local: Engine, demand: dict[str, Any], person: dict[str, Any], is_open: bool) -> None:
    level = person.pop("level", None)
    education = () if level is None else (Education(level=level),)
    worker = profile("p", experiences=(Experience(months=24, rome_code=CARER),), education=education, **person)
    assert standing_of(local, worker, offer("o", **demand)).open.tolist() == [is_open]


def test_nothing_of_the_career_of_who_refused_profiling_is_read(local: Engine) -> None:
    worker = profile("p", experiences=(Experience(months=99, rome_code=CARER),), licences=(Licence.B,))
    refusing = replace(worker, consents=Consents())
    asked = offer("o", licences=(LicenceDemand(licence=Licence.B, exigence=Exigence.REQUIRED),))
    assert standing_of(local, worker, asked).open.tolist() == [True]
    standing = standing_of(local, refusing, asked)
    assert standing.open.tolist() == [False]
    assert standing.has_level.tolist() == [True]
    assert standing.licences_lacking.tolist() == [0]


def test_a_title_opens_its_occupation_even_where_the_law_wants_one(local: Engine) -> None:
    rome = local.lookups.reference.rome
    assert rome.regulated[rome.row_of(NURSE)]
    codes = skill_codes(local, NURSE)
    asked = (offer("skilled", rome_code=NURSE, skills=demands(codes[:2])), offer("baker", rome_code=BAKER))
    standing = standing_of(local, profile("p", rome_code=NURSE), *asked)
    write(
        local,
        training("title", title="Diplôme d'État d'infirmier", rncp="RNCP39923", rome_codes=(NURSE,), level=6),
        training("course", rome_codes=(NURSE,), skills=tuple(codes)),
        session("s-title", "title"),
        session("s-course", "course"),
    )
    for key, opened in (("s-title", [True, False]), ("s-course", [False, False])):
        taught = Taught.reading(columns(local, Collection.SESSIONS, key))
        assert standing.opened_by(taught).tolist() == [opened]


def test_a_licence_that_is_taught_opens_what_asks_for_it(local: Engine) -> None:
    driver = "N4101"  # a regulated occupation: skills alone do not open it
    codes = skill_codes(local, driver)
    asked = offer(
        "o",
        title="Chauffeur",
        rome_code=driver,
        skills=demands(codes[:2]),
        licences=(LicenceDemand(licence=Licence.C, exigence=Exigence.REQUIRED),),
    )
    worked = Experience(months=WORKED_MONTHS, rome_code=driver)
    driving = profile("p", rome_code=driver, skills=claims(codes), licences=(Licence.B,), experiences=(worked,))
    standing = standing_of(local, driving, asked)
    assert standing.open.tolist() == [False]
    write(
        local,
        training("c", title="Permis C", rome_codes=(driver,), skills=tuple(codes[:1])),
        training("fimo", title="FIMO marchandises", rome_codes=(driver,), skills=tuple(codes[:1])),
        session("s-c", "c"),
        session("s-fimo", "fimo"),
    )
    for key, opened in (("s-c", True), ("s-fimo", False)):
        assert standing.opened_by(Taught.reading(columns(local, Collection.SESSIONS, key))).tolist() == [[opened]]


# ---------------------------------------------------------------- against the rule read out


def in_words(background: Background, asked: Asked, taught: Taught | None, s: int, o: int, lookups: Lookups) -> bool:
    """Whether offer `o` is open, after training `s` or before any."""
    rome = lookups.reference.rome
    occupation = int(asked.occupation[o])
    held = set(np.flatnonzero(background.skills).tolist())
    level, licences, certified = background.level, background.licences, bool(background.certified[occupation])
    if taught is not None:
        led_to = [row for row in taught.occupations[s].tolist() if row >= 0]
        if occupation < 0 or not any(row == occupation or lookups.akin[row, occupation] for row in led_to):
            return False
        held |= {row for row in taught.skills[s].tolist() if row != NO_SKILL}
        level, licences = max(level, int(taught.level[s])), licences | int(taught.licences[s])
        certified |= occupation in taught.titles[s].tolist()
    months = float(background.family_months[rome.family_of[occupation]])
    share = sum(
        weight
        for row, weight in zip(asked.skills[o].tolist(), asked.weights[o].tolist(), strict=True)
        if row != NO_SKILL and row in held
    )
    regulated = occupation >= 0 and bool(rome.regulated[occupation])
    trade = months >= WORKED_MONTHS or certified or (not regulated and share >= TRADE_KNOWN - 1e-4)
    return (
        trade
        and level >= asked.level[o]
        and int(asked.licences[o]) & ~licences == 0
        and int(asked.languages[o]) & ~background.languages == 0
        and months >= asked.months[o]
    )


def test_the_arrays_say_what_the_rule_says(engine: Engine) -> None:
    profiles, offers = engine.catalogue(Collection.PROFILES), engine.catalogue(Collection.OFFERS)
    sessions, lookups = engine.catalogue(Collection.SESSIONS), engine.lookups
    draw = np.random.default_rng(5)
    n_open = n_opened = 0
    for row in draw.choice(len(profiles), 12, replace=False).tolist():
        read = columns_of(profiles, np.array([row]))
        background = background_of(profile_at(engine, row), read, lookups)
        kin = np.append(lookups.akin[int(read("occupation")[0])], np.False_)
        near = np.flatnonzero(kin[offers.column("occupation")])
        others = draw.choice(len(offers), 40)
        asked = Asked.reading(columns_of(offers, np.concatenate([near, others])))
        led = np.flatnonzero(kin[sessions.column("occupations")].any(axis=1))[:25]
        taught = Taught.reading(columns_of(sessions, np.concatenate([led, draw.choice(len(sessions), 15)])))
        standing = Standing(background, asked, lookups)
        opened = standing.opened_by(taught)
        for o in range(len(asked)):
            before = in_words(background, asked, None, 0, o, lookups)
            assert bool(standing.open[o]) == before
            n_open += before
            for s in range(len(taught)):
                after = not before and in_words(background, asked, taught, s, o, lookups)
                assert bool(opened[s, o]) == after
                n_opened += after
    assert n_open > 20
    assert n_opened > 100


def test_what_an_offer_asks_is_read_as_it_says(local: Engine) -> None:
    codes = skill_codes(local, BAKER)[:3]
    write(
        local,
        offer(
            "o",
            rome_code=BAKER,
            skills=demands(codes[:1]) + demands(codes[1:], Exigence.WISHED),
            experience=ExperienceDemand.REQUIRED,
            languages=(LanguageDemand(language="fr", exigence=Exigence.REQUIRED),),
            licences=(LicenceDemand(licence=Licence.B, exigence=Exigence.REQUIRED),),
        ),
    )
    asked = Asked.reading(columns(local, Collection.OFFERS, "o"))
    rome = local.lookups.reference.rome
    assert [row for row in asked.skills[0].tolist() if row != NO_SKILL] == [rome.skill_row_of(codes[0])]
    assert asked.weights[0].sum() == pytest.approx(1)
    assert (asked.months[0], asked.languages[0]) == (UNTOLD_MONTHS, 0)
    assert asked.licences[0] == licence_bits([Licence.B])
    assert held_licence_bits([Licence.C]) & int(asked.licences[0])
