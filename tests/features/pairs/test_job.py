"""Pair features of people and jobs, computed by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.bits import contract_bits, held_licence_bits, language_bits, licence_bits
from features.pairs import JOB_FEATURES, JobPairs, JobSide, PersonSide
from features.pairs.base import NO_SKILL
from features.records import Contract, Licence

NAN = float("nan")
COMPUTE = {feature.name: feature.compute for feature in JOB_FEATURES}

PERSON = PersonSide(
    occupation=np.array([1], np.int16),
    skills=np.array([[3, 5, NO_SKILL]], np.uint16),
    education_level=np.array([4], np.int8),
    licences=np.array([held_licence_bits([Licence.B])], np.uint32),
    languages=np.array([language_bits(["fr", "en"])], np.uint64),
    experience_months=np.array([18], np.float32),
    pay_floor=np.array([2000], np.float32),
    reach_km=np.array([20], np.float32),
    appellation=np.array([7], np.int16),
    contracts=np.array([contract_bits([Contract.CDI, Contract.CDD])], np.uint16),
    working_time=np.array([1], np.int8),
    minutes_per_km=np.array([2], np.float32),
    past_families=np.array([[1, 0, -1, -1]], np.int16),
    past_months=np.array([[30, 6, 0, 0]], np.float32),
    interest_families=np.array([[0, 1, -1, -1]], np.int16),
    interest_points=np.array([[3, -2, 0, 0]], np.float32),
)
JOB = JobSide(
    occupation=np.array([2], np.int16),
    skills=np.array([[5, 7, NO_SKILL, NO_SKILL]], np.uint16),
    skill_weights=np.array([[1.0, 0.25, 0, 0]], np.float32),
    education_required=np.array([3], np.int8),
    education_wished=np.array([5], np.int8),
    licences_required=np.array([0], np.uint32),
    licences_wished=np.array([0], np.uint32),
    languages_required=np.array([0], np.uint64),
    experience_demand=np.array([3], np.int8),
    experience_months=np.array([24], np.float32),
    pay_max=np.array([2200], np.float32),
    age_days=np.array([4], np.float32),
    tension=np.array([0.6], np.float32),
    appellation=np.array([7], np.int16),
    contract=np.array([contract_bits([Contract.CDD])], np.uint16),
    working_time=np.array([1], np.int8),
    weekly_hours=np.array([39], np.float32),
    pay_median=np.array([2000], np.float32),
    posts=np.array([2], np.int16),
    shown=np.array([30], np.float32),
    responsiveness=np.array([0.4], np.float32),
)
RELATION = np.array([[5, 1, 0], [1, 5, 3], [0, 2, 5]], np.uint8)
AFFINITY = np.array([[1, 0.5, 0], [0.5, 1, 0.25], [0, 0.25, 1]], np.float32)
CORE = np.array([[1, 2], [3, NO_SKILL], [5, 9], [NO_SKILL, NO_SKILL]], np.uint16)
FAMILY_OF = np.array([0, 0, 1, -1], np.int16)
COLLABORATION = np.array([[0, 0.5], [0.25, 0]], np.float32)
PAIR = JobPairs(
    PERSON,
    JOB,
    np.array([0.5], np.float32),
    np.array([5], np.float32),
    RELATION,
    AFFINITY,
    closeness_best=np.array([0.7], np.float32),
    closeness_mean=np.array([0.6], np.float32),
    core_skills=CORE,
    family_of=FAMILY_OF,
    collaboration=COLLABORATION,
)


def value(name: str, person: dict[str, Any] | None = None, job: dict[str, Any] | None = None, **pair: Any) -> float:
    """A feature of `PAIR`, some of its values replaced."""

    def changed(side: Any, given: dict[str, Any] | None) -> Any:
        return replace(side, **{key: np.array([new], getattr(side, key).dtype) for key, new in (given or {}).items()})

    pairs = replace(
        PAIR,
        person=changed(PERSON, person),
        job=changed(JOB, job),
        **{key: np.array([new], np.float32) for key, new in pair.items()},
    )
    computed = COMPUTE[name](pairs)
    assert computed.shape == (1,)
    return float(computed[0])


@pytest.mark.parametrize(("cosine", "expected"), [(0.5, 0.5), (-1, -1), (1.0004, 1), (-1.0004, -1)])
def test_closeness_is_the_cosine(cosine: float, expected: float) -> None:
    assert value("closeness", closeness=cosine) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("person", "job", "expected"), [(1, 2, 3), (2, 1, 2), (1, 1, 5), (0, 2, 0), (-1, 1, NAN), (1, -1, NAN)]
)
def test_relation_reads_rome_from_the_project_to_the_job(person: int, job: int, expected: float) -> None:
    assert value("relation", {"occupation": person}, {"occupation": job}) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("person", "job", "expected"), [(1, 2, 0.25), (0, 0, 1), (0, 2, 0), (-1, 1, NAN), (1, -1, NAN)]
)
def test_affinity_is_what_the_two_occupations_share(person: int, job: int, expected: float) -> None:
    assert value("affinity", {"occupation": person}, {"occupation": job}) == pytest.approx(expected, nan_ok=True)


def test_skills_are_weighed_by_their_importance() -> None:
    assert value("skills") == pytest.approx(1.0 / 1.25)
    assert value("skills", {"skills": [7, NO_SKILL, NO_SKILL]}) == pytest.approx(0.25 / 1.25)
    assert value("skills", {"skills": [7, 5, 9]}) == pytest.approx(1)
    assert value("skills", {"skills": [9, NO_SKILL, NO_SKILL]}) == 0


def test_skills_are_not_compared_when_one_side_names_none() -> None:
    nothing = [NO_SKILL] * 4
    assert np.isnan(value("skills", {"skills": nothing[:3]}))
    assert np.isnan(value("skills", job={"skills": nothing, "skill_weights": [0.0] * 4}))


@pytest.mark.parametrize(("occupation", "months", "expected"), [(2, 30, 30), (0, 30, 6), (2, 900, 600), (-1, 30, NAN)])
def test_experience_held_is_that_in_the_family_of_the_job(occupation: int, months: float, expected: float) -> None:
    person = {"past_months": [months, 6, 0, 0]}
    assert value("experience_held", person, {"occupation": occupation}) == pytest.approx(expected, nan_ok=True)


def test_experience_held_is_none_beside_and_unknown_without_leave() -> None:
    assert value("experience_held", {"past_families": [-1] * 4, "past_months": [0.0] * 4}) == 0
    assert np.isnan(value("experience_held", {"experience_months": NAN}))


@pytest.mark.parametrize(
    ("demand", "asked", "expected"), [(3, 24, 24), (2, NAN, 12), (1, 24, 0), (0, 24, NAN), (3, 900, 600)]
)
def test_experience_asked_is_the_jobs(demand: int, asked: float, expected: float) -> None:
    job = {"experience_demand": demand, "experience_months": asked}
    assert value("experience_asked", job=job) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("demand", "asked", "held", "expected"),
    [
        (3, 24, 18, -6),
        (2, 24, 30, 6),
        (3, NAN, 18, 6),
        (1, 24, 18, 18),
        (1, NAN, 0, 0),
        (0, 24, 18, NAN),
        (3, 24, NAN, NAN),
        (3, 600, 0, -120),
        (1, NAN, 900, 120),
    ],
)
def test_experience_is_the_months_beyond_what_is_asked(demand: int, asked: float, held: float, expected: float) -> None:
    """Twelve months are asked where no length is told; "débutant accepté" asks for none; ten years bound it."""
    found = value("experience", {"experience_months": held}, {"experience_demand": demand, "experience_months": asked})
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("held", "required", "wished", "expected"),
    [(4, 3, 5, -1), (4, 3, 0, 1), (4, 0, 4, 0), (0, 3, 5, NAN), (4, 0, 0, NAN), (8, 1, 0, 7)],
)
def test_education_counts_levels_above_the_highest_asked(
    held: int, required: int, wished: int, expected: float
) -> None:
    found = value("education", {"education_level": held}, {"education_required": required, "education_wished": wished})
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("required", "wished", "expected"),
    [((Licence.B,), (), 1), ((Licence.B,), (Licence.CE,), 0), ((), (Licence.AM,), 1), ((), (), NAN)],
)
def test_licence_wants_every_category(
    required: tuple[Licence, ...], wished: tuple[Licence, ...], expected: float
) -> None:
    job = {"licences_required": licence_bits(required), "licences_wished": licence_bits(wished)}
    assert value("licence", job=job) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("spoken", "required", "expected"),
    [(["fr", "en"], ["en"], 1), (["fr"], ["en", "fr"], 0), (["fr"], [], NAN), ([], ["en"], NAN), (["kab"], ["lb"], 1)],
)
def test_languages_wants_every_language_and_knows_nothing_of_the_silent(
    spoken: list[str], required: list[str], expected: float
) -> None:
    found = value("languages", {"languages": language_bits(spoken)}, {"languages_required": language_bits(required)})
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("floor", "offered", "expected"),
    [(2000, 2200, 0.1), (2000, 1500, -0.25), (2000, 9000, 1), (NAN, 2200, NAN), (2000, NAN, NAN), (0, 2200, NAN)],
)
def test_pay_compares_the_best_offered_with_the_floor(floor: float, offered: float, expected: float) -> None:
    assert value("pay", {"pay_floor": floor}, {"pay_max": offered}) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("distance", "reach", "expected"),
    [(5, 20, 0.25), (0, 20, 0), (0.5, 0, 0.5), (500, 20, 4), (NAN, 20, NAN), (5, NAN, NAN)],
)
def test_distance_is_a_share_of_the_reach(distance: float, reach: float, expected: float) -> None:
    assert value("distance", {"reach_km": reach}, distance_km=distance) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("age", "expected"), [(4, 4), (-1, 0), (900, 365), (NAN, NAN)])
def test_freshness_is_days_since_publication(age: float, expected: float) -> None:
    assert value("freshness", job={"age_days": age}) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("share", "expected"), [(0.6, 0.6), (NAN, NAN)])
def test_tension_is_passed_on(share: float, expected: float) -> None:
    assert value("tension", job={"tension": share}) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("name", ["closeness_best", "closeness_mean"])
@pytest.mark.parametrize(("cosine", "expected"), [(0.7, 0.7), (1.0004, 1), (NAN, NAN)])
def test_closeness_over_projects_is_passed_on(name: str, cosine: float, expected: float) -> None:
    assert value(name, **{name: cosine}) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("person", "job", "expected"), [(7, 7, 1), (7, 8, 0), (-1, 7, NAN), (7, -1, NAN), (0, 0, 1)])
def test_appellation_is_the_very_same_or_not(person: int, job: int, expected: float) -> None:
    assert value("appellation", {"appellation": person}, {"appellation": job}) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("held", "occupation", "expected"),
    [([3, 5, NO_SKILL], 2, 0.5), ([5, 9, 1], 2, 1), ([1, NO_SKILL, 2], 1, 0), ([3, 5, 7], -1, NAN)],
)
def test_the_core_of_the_occupation_counts_each_skill_alike(held: list[int], occupation: int, expected: float) -> None:
    found = value("skills_core", {"skills": held}, {"occupation": occupation})
    assert found == pytest.approx(expected, nan_ok=True)
    assert np.isnan(value("skills_core", {"skills": [NO_SKILL] * 3}, {"occupation": occupation}))


@pytest.mark.parametrize(
    ("held", "weights", "expected"),
    [
        ([3, 5, NO_SKILL], [1.0, 0.25, 0, 0], 1),
        ([3, 7, NO_SKILL], [1.0, 1.0, 0, 0], 0.5),
        ([3, 4, NO_SKILL], [1.0, 0.8, 0, 0], 0),
        ([3, 5, NO_SKILL], [0.8, 0.5, 0, 0], NAN),
        ([NO_SKILL] * 3, [1.0, 0.25, 0, 0], NAN),
    ],
)
def test_required_skills_are_counted_apart(held: list[int], weights: list[float], expected: float) -> None:
    found = value("skills_required", {"skills": held}, {"skill_weights": weights})
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("held", "expected"), [([3, 5, 7], 0), ([5, 3, NO_SKILL], 0.25), ([3, NO_SKILL, 4], 1.25)])
def test_what_is_missing_is_weighed(held: list[int], expected: float) -> None:
    assert value("skills_missing", {"skills": held}) == pytest.approx(expected)


def test_what_is_missing_is_not_known_when_one_side_names_none() -> None:
    assert np.isnan(value("skills_missing", {"skills": [NO_SKILL] * 3}))
    assert np.isnan(value("skills_missing", job={"skills": [NO_SKILL] * 4, "skill_weights": [0.0] * 4}))


@pytest.mark.parametrize(
    ("accepted", "offered", "expected"),
    [
        ((Contract.CDI, Contract.CDD), (Contract.CDD,), 1),
        ((Contract.CDI,), (Contract.CDD,), 0),
        ((), (Contract.CDD,), NAN),
        ((Contract.CDI,), (), NAN),
    ],
)
def test_contract_fits_or_not(accepted: tuple[Contract, ...], offered: tuple[Contract, ...], expected: float) -> None:
    found = value("contract", {"contracts": contract_bits(accepted)}, {"contract": contract_bits(offered)})
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("wanted", "offered", "expected"), [(1, 1, 1), (2, 1, 0), (0, 1, NAN), (2, 0, NAN)])
def test_working_time_fits_or_not(wanted: int, offered: int, expected: float) -> None:
    found = value("working_time", {"working_time": wanted}, {"working_time": offered})
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("wanted", "hours", "expected"), [(1, 39, 4), (2, 20, -4), (1, 100, 35), (0, 39, NAN), (1, NAN, NAN)]
)
def test_hours_are_held_against_the_legal_ones(wanted: int, hours: float, expected: float) -> None:
    found = value("hours", {"working_time": wanted}, {"weekly_hours": hours})
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("pay", "median", "expected"), [(2200, 2000, 0.1), (1500, 2000, -0.25), (9000, 2000, 1), (2200, NAN, NAN)]
)
def test_pay_is_held_against_the_market(pay: float, median: float, expected: float) -> None:
    assert value("pay_market", job={"pay_max": pay, "pay_median": median}) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("distance", "pace", "expected"), [(5, 2, 10), (200, 2, 240), (NAN, 2, NAN), (5, NAN, NAN)])
def test_minutes_are_the_distance_at_the_persons_pace(distance: float, pace: float, expected: float) -> None:
    found = value("minutes", {"minutes_per_km": pace}, distance_km=distance)
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("posts", "expected"), [(2, 2), (30_000, 1000), (0, NAN)])
def test_posts_are_counted(posts: int, expected: float) -> None:
    assert value("posts", job={"posts": posts}) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("occupation", "expected"), [(0, 3), (1, 3), (2, -2), (-1, NAN)])
def test_interest_is_that_of_the_family(occupation: int, expected: float) -> None:
    assert value("interest", job={"occupation": occupation}) == pytest.approx(expected, nan_ok=True)


def test_nothing_done_is_not_no_interest() -> None:
    nothing = {"interest_families": [-1] * 4, "interest_points": [0.0] * 4}
    assert np.isnan(value("interest", nothing))
    assert np.isnan(value("collaborative", nothing))


@pytest.mark.parametrize(("share", "expected"), [(0.4, 0.4), (NAN, NAN)])
def test_responsiveness_is_passed_on(share: float, expected: float) -> None:
    assert value("responsiveness", job={"responsiveness": share}) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("shown", "posts", "expected"), [(30, 2, 15), (30, 0, 30), (0, 2, 0), (NAN, 2, NAN)])
def test_crowding_is_by_post(shown: float, posts: int, expected: float) -> None:
    assert value("crowding", job={"shown": shown, "posts": posts}) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("occupation", "expected"), [(0, -2 * 0.25), (2, 3 * 0.5), (-1, NAN)])
def test_a_history_lends_interest_to_other_families(occupation: int, expected: float) -> None:
    assert value("collaborative", job={"occupation": occupation}) == pytest.approx(expected, nan_ok=True)


def test_nothing_is_lent_before_anything_was_learned() -> None:
    nothing = replace(PAIR, collaboration=np.empty((0, 0), np.float32))
    assert np.isnan(COMPUTE["collaborative"](nothing)).all()
