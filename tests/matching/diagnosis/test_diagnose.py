"""What shrinks a pool, counted again one demand at a time; and adversaries who ask for one person."""

from dataclasses import replace
from itertools import combinations

import msgspec
import numpy as np
import pytest

from features.days import LAST_DAY
from features.records import (
    Consents,
    Contract,
    Exigence,
    ExperienceDemand,
    Licence,
    LicenceDemand,
    Mobility,
    Offer,
    Pay,
    Profile,
    Project,
    SkillClaim,
    SkillDemand,
)
from matching.counting import Failures, Relaxations, count
from matching.demand import Demand
from matching.diagnosis.criteria import asked_of
from matching.diagnosis.diagnose import Diagnosis, diagnose
from matching.diagnosis.filter_criteria import months_criteria
from matching.diagnosis.market import USUAL_DAYS, days_to_fill, pay_position
from matching.diagnosis.quality import sampled
from matching.diagnosis.steps import coarse, raised_pay
from matching.discretion import LEAST, MOST_MOVED, STEP
from matching.engine import Engine
from matching.errors import BadParameter, UnknownParameter
from matching.rows.offer import project_offers
from matching.schema import Collection
from matching.sides import columns_of_rows
from tests.matching.conftest import TODAY, House, every
from tests.matching.made import GUERET, offer, profile, session, training, write

BODY_CARE, TEACHING = "107740", "489902"
NEAR = MOST_MOVED + STEP // 2


def asked_for(engine: Engine, wanted: Offer, **parameters: str):  # type: ignore[no-untyped-def]
    rows = project_offers([wanted], engine.lookups)
    return asked_of(engine.lookups, columns_of_rows(rows), parameters, TODAY, float("nan"))


def test_counts_are_those_of_demands_without_the_criteria(engine: Engine, town: House) -> None:
    profiles = engine.catalogue(Collection.PROFILES)
    compared = 0
    for wanted in list(every(town.store, Offer).values())[:60]:
        asked = asked_for(engine, wanted, experienceMois="12")
        conditions = asked.conditions()
        counts = Relaxations.of_rows(profiles, Failures.of(profiles, conditions, asked.kept))
        with_all = count(profiles, [*asked.kept, *conditions])
        assert counts.count() == with_all
        n = len(asked.criteria)
        for without in [*combinations(range(n), 1), *combinations(range(n), 2)]:
            others = [item for number, item in enumerate(conditions) if number not in without]
            exact = count(profiles, [*asked.kept, *others])
            assert counts.count(without) == exact
            assert counts.brought(without) == exact - with_all
            compared += exact > with_all
    assert compared > 50


def test_what_is_told_is_near_the_exact_count_or_not_told(engine: Engine, town: House) -> None:
    told = 0
    for placed in list(every(town.store, Offer).values())[:120]:
        wanted = msgspec.structs.replace(placed, commune_insee=None, departement=None, lat=None, lon=None)
        found = diagnose(engine, Demand(wanted, {}))
        asked = asked_for(engine, wanted)
        exact = count(engine.catalogue(Collection.PROFILES), [*asked.kept, *asked.conditions()])
        assert found.found is not None
        if exact < LEAST:
            assert found.found.is_few
            assert found.score is None
        if found.found.count is not None:
            told += 1
            assert abs(found.found.count - exact) <= NEAR
            assert found.score is not None
            assert 0 <= found.score <= 100
        for item in (*found.alone, *found.pairs):
            assert item.brought.is_few or item.score is not None
            assert item.text[0].isupper()
    assert told > 3


def people(engine: Engine, n: int, start: int = 0, **fields: object) -> list[Profile]:
    made = [profile(f"p{start + number}", **fields) for number in range(n)]
    write(engine, *made)
    return made


def named(found: Diagnosis, name: str) -> int | None:
    """What loosening a criterion by itself is told to bring."""
    return next(item.brought.count for item in found.alone if item.names == (name,))


NEED = msgspec.structs.replace(
    offer("need"),
    contract=Contract.CDD,
    licences=(LicenceDemand(licence=Licence.B, exigence=Exigence.REQUIRED),),
    pay=Pay(min_monthly=1900, max_monthly=1900),
)


def test_each_criterion_brings_those_who_fail_it_alone(local: Engine) -> None:
    people(local, 30, licences=(Licence.B,))
    people(local, 60, 100)
    people(local, 40, 200, licences=(Licence.B,), projects=(Project(rome_code="J1501", pay_floor_monthly=1950),))
    people(local, 25, 300, projects=(Project(rome_code="J1501", pay_floor_monthly=1950),))
    people(local, 12, 400, licences=(Licence.B,), projects=(Project(rome_code="J1501", contracts=(Contract.CDI,)),))
    found = diagnose(local, Demand(NEED, {}))
    assert found.found is not None
    assert found.found.count == pytest.approx(30, abs=NEAR)
    assert named(found, "permis") == pytest.approx(60, abs=NEAR)
    assert named(found, "salaire") == pytest.approx(40, abs=NEAR)
    assert named(found, "typeContrat") == pytest.approx(12, abs=NEAR)
    assert named(found, "metier") is None
    assert [item.names for item in found.pairs] == [("permis", "salaire")]
    assert found.pairs[0].brought.count == pytest.approx(125, abs=NEAR)
    assert found.alone[0].text == "Sans le permis B"
    assert found.alone[1].text == "À 2\u202f000 € brut par mois"
    assert found.nearest is None


def test_a_pool_that_is_empty_says_the_least_that_fills_it(local: Engine) -> None:
    people(local, 2, licences=(Licence.B,))
    people(local, 40, 100, projects=(Project(rome_code="J1501", pay_floor_monthly=1950),))
    found = diagnose(local, Demand(NEED, {}))
    assert found.found is not None
    assert found.found.is_few
    assert found.nearest is not None
    assert found.nearest.text == "Sans le permis B et à 2\u202f000 € brut par mois"
    assert found.nearest.brought.count == pytest.approx(40, abs=NEAR)


def test_a_teachable_skill_comes_with_the_shortest_session_near(local: Engine) -> None:
    need = msgspec.structs.replace(
        offer("need"),
        skills=(SkillDemand(label="soins", code=BODY_CARE, exigence=Exigence.REQUIRED),),
    )
    people(local, 30, skills=(SkillClaim(code=BODY_CARE),))
    people(local, 20, 100, skills=(SkillClaim(code=TEACHING),))
    write(local, training("long", skills=(BODY_CARE,), duration_hours=300.0), session("l1", "long"))
    write(local, training("short", "Les gestes du soin", skills=(BODY_CARE,), duration_hours=35.0))
    write(local, session("c1", "short"), session("full", "short", seats_left=0))
    found = diagnose(local, Demand(need, {}))
    skill = next(item for item in found.alone if item.names == ("competence",))
    assert skill.brought.count == pytest.approx(20, abs=NEAR)
    assert skill.teaching is not None
    assert (skill.teaching.session_id, skill.teaching.hours) == ("c1", 35.0)
    assert "5 jours (« Les gestes du soin », le 01/10/2026 à Guéret)" in skill.teaching.text
    assert skill.score is not None
    assert found.score is not None
    assert skill.score < found.score


def test_a_wider_circle_and_more_months_are_steps_not_all_or_nothing(local: Engine) -> None:
    far = local.lookups.reference.communes
    near = [
        far.insee[row]
        for row in np.argsort(local.lookups.distances_from(far.row_of(GUERET))[:-1]).tolist()
        if 12 < local.lookups.distances_from(far.row_of(GUERET))[row] <= 19
    ]
    people(local, 30)
    people(local, 20, 100, commune_insee=near[0], mobility=Mobility(km=100))
    found = diagnose(local, Demand(offer("need"), {"commune": GUERET, "distance": "10"}))
    assert named(found, "distance") == pytest.approx(20, abs=NEAR)
    assert next(item.text for item in found.alone if item.names == ("distance",)) == "À 20 km"
    tried = msgspec.structs.replace(offer("x"), experience=ExperienceDemand.REQUIRED, experience_months=36)
    texts = [item.text for item in diagnose(local, Demand(tried, {})).alone]
    assert "Avec 1 an et 6 mois d'expérience au lieu de 3 ans" in texts


def test_each_person_is_once_in_a_sample_however_many_projects() -> None:
    failures = Failures(np.arange(5), np.zeros(5, dtype=np.uint32), 1)
    keys = np.array([7, 7, 3, 7, 3])
    rows = sampled(failures, lambda at: keys[at], lambda found: found.astype(np.uint64), (), brought=False)
    assert sorted(keys[rows].tolist()) == [3, 7]


def test_few_months_are_loosened_to_none_in_words_that_are_whole() -> None:
    (few,) = months_criteria(6.0, known_alone=False)
    assert (few.loosened, few.looser) == ("débutants acceptés", None)


def test_people_who_are_not_visible_are_in_no_count(local: Engine) -> None:
    people(local, 30, licences=(Licence.B,))
    before = diagnose(local, Demand(NEED, {}))
    for number in range(200):
        hidden = msgspec.structs.replace(profile(f"h{number}", licences=(Licence.B,)), consents=Consents())
        write(local, hidden)
    assert diagnose(local, Demand(NEED, {})) == before


def test_one_person_more_or_less_cannot_be_read_off_an_answer(local: Engine) -> None:
    """Whoever they are and whatever they lack: every line of the answer is the same but for those that jitter, and a
    line about fewer than five people never changes."""
    people(local, 30, licences=(Licence.B,))
    people(local, 3, 200)
    before = diagnose(local, Demand(NEED, {}))
    write(local, profile("x"))
    after = diagnose(local, Demand(NEED, {}))
    assert named(before, "permis") is None
    assert named(after, "permis") is None
    assert [item.names for item in before.alone] == [item.names for item in after.alone]
    assert before.found == after.found


def test_parameters_that_pick_people_are_refused_and_amounts_are_taken_to_steps(local: Engine) -> None:
    with pytest.raises(BadParameter, match="exclure"):
        diagnose(local, Demand(NEED, {"exclure": "p1"}))
    with pytest.raises(BadParameter, match="une seule commune"):
        diagnose(local, Demand(NEED, {"commune": f"{GUERET},87085"}))
    with pytest.raises(BadParameter, match="distance"):
        diagnose(local, Demand(NEED, {"commune": GUERET, "distance": "3"}))
    with pytest.raises(BadParameter, match="jusqu'au 2999-12-31"):
        diagnose(local, Demand(NEED, {"disponibleAvant": "9999-12-15"}))
    assert diagnose(local, Demand(NEED, {"disponibleAvant": LAST_DAY.isoformat()}))
    with pytest.raises(UnknownParameter):
        diagnose(local, Demand(NEED, {"salaireMin": "3"}))
    given = {"commune": GUERET, "distance": "23", "experienceMois": "17", "disponibleAvant": "2026-11-03"}
    assert coarse(given) == {
        "commune": GUERET,
        "distance": "30",
        "experienceMois": "12",
        "disponibleAvant": "2026-11-30",
    }


def test_asking_pay_euro_by_euro_finds_no_floor(local: Engine) -> None:
    """A day of demands one euro apart are a few steps: the answers are the same within each."""
    people(local, 30, projects=(Project(rome_code="J1501", pay_floor_monthly=1913),))
    found = {
        diagnose(local, Demand(msgspec.structs.replace(NEED, licences=(), pay=Pay(max_monthly=amount)), {})).found
        for amount in range(1900, 1950)
    }
    assert len(found) == 1


def test_an_occupation_that_is_not_recognised_is_said_and_nobody_counted(local: Engine) -> None:
    found = diagnose(local, Demand(msgspec.structs.replace(offer("x", "zzz qqq"), rome_code=None), {}))
    assert found.found is None
    assert found.notice is not None
    assert "n'a pas été reconnu" in found.notice


def test_days_to_fill_by_hand() -> None:
    assert days_to_fill(0.5, 0.5) == 45  # 47, to the nearest five
    assert days_to_fill(0.75, 0.5) == 95  # 47 * 0.5 / 0.25 = 94
    assert days_to_fill(0.0, 0.5) == 25  # 23.5
    assert days_to_fill(1.0, 0.5) == days_to_fill(0.8, 0.5) == 120  # 47 * 0.5 / 0.2 = 117.5
    assert USUAL_DAYS == 47


def test_pay_beside_the_market_by_hand() -> None:
    assert raised_pay(1900, float("nan")) == 2000
    assert raised_pay(1900, 2080) == 2100
    assert raised_pay(1900, 2500) == 2000
    below = pay_position(1900, 2000)
    assert below.gap == pytest.approx(-0.05)
    assert "5 % en dessous" in below.text
    assert "au niveau" in pay_position(2010, 2000).text
    assert "10 % au-dessus" in pay_position(2200, 2000).text
    assert pay_position(float("nan"), float("nan")).median is None


def test_diagnoses_leave_the_demand_alone(local: Engine) -> None:
    people(local, 6)
    demand = Demand(NEED, {"experienceMois": "3"})
    kept = replace(demand)
    assert diagnose(local, demand) == diagnose(local, demand)
    assert demand == kept
