"""Ways to more doors, by hand: each kind under its rule."""

import datetime as dt

import numpy as np
import pytest
from msgspec import structs

from features.records import (
    Consents,
    Contract,
    Education,
    EducationDemand,
    Exigence,
    Experience,
    Funding,
    LanguageLevel,
    LanguageSkill,
    Offer,
    Profile,
    Training,
    TrainingSession,
)
from features.training_words import Basics
from matching.engine import Engine
from matching.errors import BadParameter, NotFound, UnknownParameter
from matching.explain.path import hours_of, left_to_pay, summary
from matching.explain.wording import french_date
from matching.facts import unproven
from matching.paths.aim import Aim
from matching.paths.before_hiring import POEI_HOURS, taken_by_poei
from matching.paths.find import no_path, paths
from matching.paths.path import Path, Way
from matching.rows.session import SessionCard
from matching.session_search import search_of
from tests.matching.conftest import House, every
from tests.matching.made import BAKER, CARER, NURSE, SIRET, firm, offer, profile, session, training, write

DIPLOMA = {"title": "Diplôme d'Etat d'aide-soignant", "rncp": "RNCP40692", "level": 4}


def ways(engine: Engine, key: str = "p1", **parameters: str) -> dict[Way, list[Path]]:
    found: dict[Way, list[Path]] = {}
    for path in paths(engine, key, parameters):
        found.setdefault(path.way, []).append(path)
    return found


def baker_course(key: str, **fields: object) -> Training:
    return training(key, title="CAP Boulanger", rome_codes=(BAKER,), rncp="RNCP37537", **fields)


def test_one_training_opens_what_it_gives_the_title_for(local: Engine) -> None:
    write(local, profile(), offer("a"), offer("b"), training(**DIPLOMA), session())
    (path,) = ways(local)[Way.ONE_STEP]
    assert (path.opening.offers, [card.session.id for card in path.steps]) == (2, ["s1"])
    assert summary(path, local.lookups, placed=True) == (
        "« Diplôme d'Etat d'aide-soignant » (le 1er octobre 2026) : +2 offres accessibles autour de chez vous, "
        "pour votre projet « Aide-soignant / Aide-soignante »."
    )


def two_steps(local: Engine, **second: object) -> None:
    """A first step that opens one offer and gives level 3; a second that asks for level 3 and opens another."""
    needs = (EducationDemand(level=4, exigence=Exigence.REQUIRED),)
    write(
        local,
        profile(rome_code=BAKER),
        offer("plain", title="Boulanger", rome_code=BAKER),
        offer("asks", title="Boulanger", rome_code=BAKER, education=needs),
        baker_course("first", level=3, duration_hours=200),
        training("second", title="BP Boulanger", rome_codes=(BAKER,), rncp="RNCP37538", level=4, entry_level=3),
        session("s-first", "first", ends_on=dt.date(2026, 12, 31)),
        session("s-second", "second", **{"starts_on": dt.date(2027, 1, 4), **second}),
    )


def test_two_steps_where_the_first_gives_the_level_of_entry(local: Engine) -> None:
    two_steps(local)
    (path,) = ways(local)[Way.TWO_STEPS]
    assert [card.session.id for card in path.steps] == ["s-first", "s-second"]
    assert (path.opening.offers, path.because) == (2, Basics(0))
    text = summary(path, local.lookups, placed=True)
    assert (
        "La seconde demande le niveau CAP ou équivalent, que votre profil ne montre pas : la première le donne." in text
    )
    assert text.endswith("+2 offres accessibles autour de chez vous, pour votre projet « Boulanger / Boulangère ».")


def test_who_refused_that_their_background_be_read_is_told_no_need_of_theirs(local: Engine) -> None:
    two_steps(local)
    write(
        local, structs.replace(profile(rome_code=BAKER), consents=Consents(visible_to_employers=True, profiling=False))
    )
    assert Way.TWO_STEPS not in ways(local)


def test_a_diploma_of_another_trade_is_no_first_step(local: Engine) -> None:
    two_steps(local)
    write(local, training("first", title="CAP Accompagnant", rome_codes=(CARER,), rncp="RNCP40692", level=3))
    assert Way.TWO_STEPS not in ways(local)


@pytest.mark.parametrize(("spoken", "told"), [(LanguageLevel.A2, True), (LanguageLevel.B2, False)])
def test_french_that_is_declared_weak_is_learned_first(local: Engine, spoken: LanguageLevel, told: bool) -> None:
    needs = (EducationDemand(level=4, exigence=Exigence.REQUIRED),)
    write(
        local,
        profile(languages=(LanguageSkill(language="fr", level=spoken),), education=(Education(level=3, label="CAP"),)),
        offer("a", education=needs),
        training("french", title="Français langue étrangère", rome_codes=(), duration_hours=100),
        training("title", entry_requirements="Comprendre le français.", entry_level=3, **DIPLOMA),
        session("s-french", "french", ends_on=dt.date(2026, 11, 30)),
        session("s-title", "title", starts_on=dt.date(2027, 1, 4)),
    )
    background = search_of(local, "p1", {}).background
    assert (unproven(int(Basics.FRENCH), background) == Basics.FRENCH) is told


def test_a_training_that_opens_only_jobs_far_from_the_project_is_no_path(local: Engine) -> None:
    write(
        local,
        profile(),
        offer("far", title="Boulanger", rome_code=BAKER, contract=Contract.CDI, siret=SIRET),
        firm(),
        baker_course("c", level=3, duration_hours=100),
        session("s", "c"),
    )
    assert ways(local) == {}
    assert "ni dans les métiers proches" in no_path(local, "p1", {})


def test_what_experience_may_give_is_not_told_as_a_training_too(local: Engine) -> None:
    needs = (EducationDemand(level=3, exigence=Exigence.REQUIRED),)
    worked = Experience(months=24, rome_code=BAKER)
    asked = offer("a", title="Boulanger", rome_code=BAKER, education=needs)
    write(local, profile(rome_code=BAKER, experiences=(worked,)), asked)
    write(
        local, training("c", title="CAP Boulanger", rome_codes=(BAKER,), rncp="RNCP37537", level=3), session("s", "c")
    )
    codes = local.lookups.reference.certifications.codes
    found = ways(local)
    told = {codes[path.certification] for path in found[Way.BY_EXPERIENCE]}
    assert all(path.steps[0].training.rncp not in told for path in found.get(Way.ONE_STEP, []))


def test_nobody_is_sent_down_to_another_trade(local: Engine) -> None:
    lookups = local.lookups
    rome = lookups.reference.rome
    carer, nurse = rome.resolve(CARER)[0], rome.resolve(NURSE)[0]
    led_to, level = np.array([[carer, -1], [nurse, -1]], dtype=np.int16), np.array([4, 4], dtype=np.int8)
    aim = Aim.of(lookups, [nurse])
    assert aim.is_step_down(led_to, level, held=6).tolist() == [True, False]
    assert aim.is_step_down(led_to, level, held=4).tolist() == [False, False]
    assert aim.served(np.array([carer, nurse, carer])).itself


def test_the_second_step_may_not_begin_before_the_first_ends(local: Engine) -> None:
    two_steps(local, starts_on=dt.date(2026, 12, 1))
    assert Way.TWO_STEPS not in ways(local)


def test_basics_that_are_presumed_may_be_learned_first(local: Engine) -> None:
    literacy = "Savoir lire, écrire et compter."
    needs = (EducationDemand(level=4, exigence=Exigence.REQUIRED),)
    write(
        local,
        profile(),
        offer("a", education=needs),
        training("basics", title="Certificat CléA", rome_codes=(), duration_hours=100),
        training("title", entry_requirements=literacy, **DIPLOMA),
        session("s-basics", "basics", ends_on=dt.date(2026, 11, 30)),
        session("s-title", "title", starts_on=dt.date(2027, 1, 4)),
    )
    found = ways(local)
    alone = found[Way.ONE_STEP][0].opening.offers
    two = found.get(Way.TWO_STEPS, [])
    assert alone == 1
    assert two == [], "what one step opens as well needs no second one"


def test_a_short_training_before_a_hiring(local: Engine) -> None:
    hired = offer("o", title="Boulanger", rome_code=BAKER, contract=Contract.CDI, siret=SIRET, firm_name="Le Fournil")
    long = offer("x", title="Boulanger", rome_code=BAKER, contract=Contract.CDD, contract_months=3, siret=SIRET)
    write(local, firm(), profile(rome_code=BAKER), hired, long, baker_course("c", level=3, duration_hours=POEI_HOURS))
    write(local, session("s", "c"))
    (path,) = ways(local)[Way.BEFORE_HIRING]
    assert path.offer is not None
    assert path.offer.id == "o"
    text = summary(path, local.lookups, placed=True)
    assert text.startswith(
        "Le Fournil recrute pour « Boulanger », dans le métier de votre projet « Boulanger / Boulangère ». "
    )
    assert "400 heures au plus" in text
    write(local, baker_course("c", level=3, duration_hours=POEI_HOURS + 1))
    assert Way.BEFORE_HIRING not in ways(local)


@pytest.mark.parametrize(
    ("contract", "months", "taken"),
    [
        (Contract.CDI, None, True),
        (Contract.CDI_INTERIM, None, True),
        (Contract.CDD, 6, True),
        (Contract.CDD, 5, False),
        (Contract.CDD, None, False),
        (Contract.SEASONAL, 4, True),
        (Contract.SEASONAL, 3, False),
        (Contract.INTERIM, 6, True),
        (Contract.INTERIM, 5, False),
        (Contract.SELF_EMPLOYED, None, False),
        (None, None, False),
    ],
)
def test_contracts_that_the_measure_takes(contract: Contract | None, months: float | None, taken: bool) -> None:
    assert taken_by_poei(offer(contract=contract, contract_months=months)) is taken


def test_a_title_by_experience(local: Engine) -> None:
    needs = (EducationDemand(level=3, exigence=Exigence.REQUIRED),)
    worked = Experience(months=24, rome_code=BAKER)
    asked = offer("a", title="Boulanger", rome_code=BAKER, education=needs)
    write(local, profile(rome_code=BAKER, experiences=(worked,)), asked)
    write(local, profile("new", rome_code=BAKER, experiences=(Experience(months=11, rome_code=BAKER),)))
    (path, *_) = ways(local)[Way.BY_EXPERIENCE]
    text = summary(path, local.lookups, placed=True)
    assert text.startswith("Vous avez exercé 2 ans comme « Boulanger / Boulangère » : la validation des acquis")
    assert "La loi ne fixe plus de durée minimale" in text
    assert path.opening.offers == 1
    assert Way.BY_EXPERIENCE not in ways(local, "new")


def test_filters_narrow_the_sessions_and_an_empty_list_says_what_would_fill_it(local: Engine) -> None:
    write(local, profile(), offer("a"), training(**DIPLOMA), session(fundings=(Funding.REGION,)))
    assert Way.ONE_STEP in ways(local, financement="REGION")
    assert ways(local, financement="CPF") == {}
    assert no_path(local, "p1", {"financement": "CPF"}) == (
        "Aucun parcours avec ces filtres. Sans le filtre « financement », il y en aurait 1."
    )
    write(local, profile("far", commune_insee="75056"))
    assert no_path(local, "far", {}).startswith("Aucun parcours n'ouvre en ce moment d'offre de plus dans vos métiers")


def test_hours_and_cost_are_those_of_all_steps() -> None:
    def card(hours: float | None, price: float | None, *fundings: Funding) -> SessionCard:
        return SessionCard(
            session=TrainingSession(
                id="s", training_id="t", starts_on=dt.date(2027, 1, 4), fundings=fundings, price_eur=price
            ),
            training=Training(id="t", title="T", duration_hours=hours),
        )

    assert hours_of([card(100, None), card(40, None)]) == 140
    assert hours_of([card(100, None), card(None, None)]) is None
    assert hours_of([]) is None
    assert left_to_pay([card(1, 900, Funding.REGION), card(1, 300, Funding.SELF)]) == 300
    assert left_to_pay([card(1, 900, Funding.CPF)]) is None
    assert left_to_pay([card(1, None, Funding.SELF)]) is None
    assert left_to_pay([card(1, 0)]) == 0
    assert left_to_pay([]) is None
    assert french_date(dt.date(2027, 3, 1)) == "1er mars 2027"


def test_errors(local: Engine) -> None:
    write(local, profile())
    with pytest.raises(NotFound):
        paths(local, "nobody", {})
    with pytest.raises(UnknownParameter):
        paths(local, "p1", {"salaireMin": "1"})
    with pytest.raises(BadParameter):
        paths(local, "p1", {"dureeHeuresMax": "rien"})


def test_every_path_of_the_town_keeps_its_rule(engine: Engine, town: House) -> None:
    rome, people = engine.lookups.reference.rome, every(town.store, Profile)
    offers, seen = every(town.store, Offer), set()
    for key in list(people)[:120]:
        for path in paths(engine, key, {}):
            seen.add(path.way)
            assert path.opening.offers > 0
            text = summary(path, engine.lookups, placed=True)
            assert "None" not in text
            assert text.endswith(".")
            assert rome.labels[path.serves.occupation] in text
            assert rome.codes[path.serves.occupation] in {each.rome_code for each in people[key].projects}
            if path.way is Way.TWO_STEPS:
                first, second = path.steps
                assert first.session.ends_on is not None
                assert first.session.ends_on <= second.session.starts_on
            if path.way is Way.BEFORE_HIRING:
                assert path.offer is not None
                assert taken_by_poei(offers[path.offer.id])
                assert (path.steps[0].training.duration_hours or 1e9) <= POEI_HOURS
    assert {Way.ONE_STEP, Way.BEFORE_HIRING, Way.BY_EXPERIENCE} <= seen
