"""Every pair feature of the three registries, without being named here: what a feature promises."""

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from features.behaviour import FAMILIES_KEPT
from features.pairs import (
    FIRM_FEATURES,
    JOB_FEATURES,
    SESSION_FEATURES,
    Feature,
    FirmPairs,
    JobPairs,
    JobSide,
    PersonSide,
    SessionPairs,
    feature_matrix,
)
from features.pairs.base import NO_SKILL, PAST_KEPT, TABLES

N_OCCUPATIONS = 12
N_SKILLS = 30
WIDTH = 6
N_FAMILIES = 5
Rng = np.random.Generator


def floats(rng: Rng, n: int, low: float, high: float, missing: float = 0.3) -> NDArray[np.float32]:
    """Values of [low, high], the bounds among them, some of them NaN."""
    values = rng.choice(np.array([low, high, *rng.uniform(low, high, 6)]), n)
    return np.where(rng.random(n) < missing, np.nan, values).astype(np.float32)


def integers(rng: Rng, n: int, low: int, high: int, dtype: Any) -> NDArray[Any]:
    return rng.integers(low, high, size=n, dtype=np.int64).astype(dtype)


def skill_lists(rng: Rng, n: int) -> NDArray[np.uint16]:
    """Rows of distinct skills, padded; some are empty."""
    lists = np.full((n, WIDTH), NO_SKILL, dtype=np.uint16)
    for row in range(n):
        held = rng.integers(0, WIDTH + 1)
        lists[row, :held] = rng.permutation(N_SKILLS)[:held]
    return lists


def person_side(rng: Rng, n: int) -> PersonSide:
    return PersonSide(
        occupation=integers(rng, n, -1, N_OCCUPATIONS, np.int16),
        skills=skill_lists(rng, n),
        education_level=integers(rng, n, 0, 9, np.int8),
        licences=integers(rng, n, 0, 8, np.uint32),
        languages=integers(rng, n, 0, 8, np.uint64),
        experience_months=floats(rng, n, 0, 900),
        pay_floor=floats(rng, n, 0, 100_000),
        reach_km=floats(rng, n, 0, 20_000),
        appellation=integers(rng, n, -1, 3, np.int16),
        contracts=integers(rng, n, 0, 8, np.uint16),
        working_time=integers(rng, n, 0, 3, np.int8),
        minutes_per_km=floats(rng, n, 1, 18),
        past_families=integers(rng, n * PAST_KEPT, -1, N_FAMILIES, np.int16).reshape(n, PAST_KEPT),
        past_months=floats(rng, n * PAST_KEPT, 0, 900, missing=0).reshape(n, PAST_KEPT),
        interest_families=integers(rng, n * FAMILIES_KEPT, -1, N_FAMILIES, np.int16).reshape(n, FAMILIES_KEPT),
        interest_points=floats(rng, n * FAMILIES_KEPT, -200, 200, missing=0).reshape(n, FAMILIES_KEPT),
    )


def job_side(rng: Rng, n: int) -> JobSide:
    skills = skill_lists(rng, n)
    return JobSide(
        occupation=integers(rng, n, -1, N_OCCUPATIONS, np.int16),
        skills=skills,
        skill_weights=np.where(skills == NO_SKILL, 0, rng.choice([0.5, 0.8, 1.0], skills.shape)).astype(np.float32),
        education_required=integers(rng, n, 0, 9, np.int8),
        education_wished=integers(rng, n, 0, 9, np.int8),
        licences_required=integers(rng, n, 0, 8, np.uint32),
        licences_wished=integers(rng, n, 0, 8, np.uint32),
        languages_required=integers(rng, n, 0, 8, np.uint64),
        experience_demand=integers(rng, n, 0, 4, np.int8),
        experience_months=floats(rng, n, 0, 600),
        pay_max=floats(rng, n, 300, 20_000),
        age_days=floats(rng, n, -3, 4000),
        tension=floats(rng, n, 0, 1),
        appellation=integers(rng, n, -1, 3, np.int16),
        contract=np.array([0, 1, 2, 4], np.uint16)[rng.integers(0, 4, n)],
        working_time=integers(rng, n, 0, 3, np.int8),
        weekly_hours=floats(rng, n, 1, 168),
        pay_median=floats(rng, n, 300, 20_000),
        posts=integers(rng, n, 0, 32768, np.int16),
        shown=floats(rng, n, 0, 1e6),
        responsiveness=floats(rng, n, 0, 1),
    )


def job_pairs(rng: Rng, n: int, n_people: int, n_jobs: int) -> JobPairs:
    return JobPairs(
        person=person_side(rng, n_people),
        job=job_side(rng, n_jobs),
        closeness=floats(rng, n, -1.0005, 1.0005, missing=0),
        distance_km=floats(rng, n, 0, 20_000),
        relation=integers(rng, N_OCCUPATIONS**2, 0, 6, np.uint8).reshape(N_OCCUPATIONS, N_OCCUPATIONS),
        affinity=floats(rng, N_OCCUPATIONS**2, 0, 1, missing=0).reshape(N_OCCUPATIONS, N_OCCUPATIONS),
        closeness_best=floats(rng, n, -1.0005, 1.0005),
        closeness_mean=floats(rng, n, -1.0005, 1.0005),
        core_skills=np.concatenate([skill_lists(rng, N_OCCUPATIONS), np.full((1, WIDTH), NO_SKILL, np.uint16)]),
        family_of=np.append(integers(rng, N_OCCUPATIONS, 0, N_FAMILIES, np.int16), np.int16(-1)),
        collaboration=floats(rng, N_FAMILIES**2, -2, 2, missing=0).reshape(N_FAMILIES, N_FAMILIES),
    )


def session_pairs(rng: Rng, n: int) -> SessionPairs:
    weights = rng.choice([0.0, 0.3, 1.0], N_SKILLS + 1).astype(np.float32) * rng.integers(0, 2)
    weights[-1] = 0
    return SessionPairs(
        relation_to_project=integers(rng, n, 0, 6, np.uint8),
        gap_weights=weights,
        skills=skill_lists(rng, n),
        education_level=integers(rng, 1, 0, 9, np.int8),
        entry_level=integers(rng, n, 0, 9, np.int8),
        exit_level=integers(rng, n, 0, 9, np.int8),
        outcome_rate=floats(rng, n, 0, 1),
        start_in_days=floats(rng, n, -1, 5000),
        distance_km=floats(rng, n, 0, 20_000),
        reach_km=floats(rng, 1, 0, 20_000),
        doors=floats(rng, n, 0, 1e6, missing=0),
        closeness=floats(rng, n, -1, 1, missing=0),
        fundings=integers(rng, n, 0, 256, np.uint16),
        price_eur=floats(rng, n, 0, 100_000),
        opened=floats(rng, n, 0, 1e6, missing=0),
        opened_tension=floats(rng, n, 0, 1),
        training_hours=floats(rng, n, 0, 20_000),
        seats_left=floats(rng, n, 0, 1e5),
        remote=rng.random(n) < 0.5,
        experience_enters=rng.random(n) < 0.5,
    )


def firm_pairs(rng: Rng, n: int) -> FirmPairs:
    return FirmPairs(
        fit=floats(rng, n, 0, 1, missing=0),
        people=floats(rng, n, 0, 5000, missing=0),
        expected_hirings=floats(rng, n, 0, 1e5),
        take=floats(rng, n, 0, 2),
        answer=floats(rng, n, 0, 1),
        tension=floats(rng, n, 0, 1),
        days_since_contact=floats(rng, n, 0, 9000),
        engaged=rng.random(n) < 0.5,
        distance_km=floats(rng, n, 0, 20_000),
        reach_km=floats(rng, 1, 0, 20_000),
    )


Maker = Callable[[Rng, int], Any]

REGISTRIES: dict[str, tuple[Sequence[Feature[Any]], tuple[Maker, ...]]] = {
    "job": (
        JOB_FEATURES,
        (
            lambda rng, n: job_pairs(rng, n, 1, n),
            lambda rng, n: job_pairs(rng, n, n, 1),
            lambda rng, n: job_pairs(rng, n, n, n),
        ),
    ),
    "session": (SESSION_FEATURES, (session_pairs,)),
    "firm": (FIRM_FEATURES, (firm_pairs,)),
}

MEMBERS = [
    pytest.param(registry, feature, id=f"{registry}-{feature.name}")
    for registry, (features, _) in REGISTRIES.items()
    for feature in features
]

LEARNED_ORDER = {
    "job": (
        "closeness",
        "relation",
        "affinity",
        "skills",
        "experience",
        "education",
        "licence",
        "languages",
        "pay",
        "distance",
        "freshness",
        "tension",
        "closeness_best",
        "closeness_mean",
        "appellation",
        "skills_core",
        "skills_required",
        "skills_missing",
        "contract",
        "working_time",
        "hours",
        "pay_market",
        "minutes",
        "posts",
        "interest",
        "responsiveness",
        "crowding",
        "collaborative",
    ),
    "session": (
        "relation",
        "gap_covered",
        "entry",
        "progress",
        "outcome",
        "start",
        "doors",
        "distance",
        "funded",
        "price",
        "opened",
        "opened_tension",
        "training_hours",
        "to_pay",
        "seats",
        "from_home",
    ),
    "firm": (
        "firm_fit",
        "firm_people",
        "firm_hirings",
        "firm_tension",
        "firm_contact",
        "firm_engaged",
        "distance",
        "firm_openings",
    ),
}
"""The columns that rankers know: a newcomer goes after them."""


def arrays_of(pairs: Any) -> list[NDArray[Any]]:
    """Every array of a pair, those of its sides included."""
    found: list[NDArray[Any]] = []
    for field in fields(pairs):
        value = getattr(pairs, field.name)
        found.extend(arrays_of(value) if is_dataclass(value) else [value])
    return found


def locked(pairs: Any) -> Any:
    """The same pairs; an attempt to change one of their arrays raises."""
    for array in arrays_of(pairs):
        array.flags.writeable = False
    return pairs


def unknown(pairs: Any) -> Any:
    """The same pairs, everything that can be missing being missing."""
    changed: dict[str, Any] = {}
    for field in fields(pairs):
        value = getattr(pairs, field.name)
        if is_dataclass(value):
            changed[field.name] = unknown(value)
        elif field.name in TABLES:
            changed[field.name] = value
        elif field.name == "skills":
            changed[field.name] = np.full_like(value, NO_SKILL)
        elif field.name in ("gap_weights", "skill_weights"):
            changed[field.name] = np.zeros_like(value)
        elif value.dtype.kind == "f":
            changed[field.name] = np.full_like(value, np.nan)
        elif field.name in ("occupation", "appellation", "interest_families", "past_families"):
            changed[field.name] = np.full_like(value, -1)
        else:
            changed[field.name] = np.zeros_like(value)
    return replace(pairs, **changed)


@pytest.mark.parametrize(("registry", "feature"), MEMBERS)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(0, 40))
@settings(max_examples=25)
def test_a_column_is_float32_of_one_value_a_pair_inside_its_bounds(
    registry: str, feature: Feature[Any], seed: int, n: int
) -> None:
    for maker in REGISTRIES[registry][1]:
        pairs = locked(maker(np.random.default_rng(seed), n))
        before = [array.copy() for array in arrays_of(pairs)]
        values = feature.compute(pairs)
        assert values.shape == (n,)
        assert values.dtype == np.float32
        known = values[~np.isnan(values)]
        assert ((known >= feature.low) & (known <= feature.high)).all(), known
        for array, kept in zip(arrays_of(pairs), before, strict=True):
            np.testing.assert_array_equal(array, kept)


@pytest.mark.parametrize(("registry", "feature"), MEMBERS)
def test_what_cannot_be_known_is_nan(registry: str, feature: Feature[Any]) -> None:
    """A flag and a relation may mean "no" when nothing is said; a measure may not."""
    for maker in REGISTRIES[registry][1]:
        values = feature.compute(locked(unknown(maker(np.random.default_rng(1), 5))))
        assert values.shape == (5,)
        if feature.unit not in ("flag", "Relation"):
            assert np.isnan(values).all(), values


@pytest.mark.parametrize("feature", JOB_FEATURES, ids=lambda feature: feature.name)
@pytest.mark.parametrize("single", ["person", "job"])
def test_one_row_of_a_side_stands_for_all_pairs(feature: Feature[JobPairs], single: str) -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        pairs = job_pairs(rng, 9, *((1, 9) if single == "person" else (9, 1)))
        side = getattr(pairs, single)
        repeated = type(side)(**{f.name: np.repeat(getattr(side, f.name), 9, axis=0) for f in fields(side)})
        whole = replace(pairs, **{single: repeated})
        np.testing.assert_array_equal(feature.compute(pairs), feature.compute(whole))


@pytest.mark.parametrize(("registry", "feature"), MEMBERS)
def test_a_value_depends_on_its_own_pair_alone(registry: str, feature: Feature[Any]) -> None:
    """Pairs taken one by one give what they give together."""
    n = 12
    together = REGISTRIES[registry][1][0](np.random.default_rng(3), n)
    values = feature.compute(together)
    for position in range(n):
        alone = feature.compute(_only(together, position, n))
        np.testing.assert_array_equal(alone, values[position : position + 1])


def _only(pairs: Any, position: int, n: int) -> Any:
    changed: dict[str, Any] = {}
    for field in fields(pairs):
        value = getattr(pairs, field.name)
        if is_dataclass(value):
            changed[field.name] = _only(value, position, n)
        elif field.name not in (*TABLES, "gap_weights") and len(value) == n:
            changed[field.name] = value[position : position + 1]
    return replace(pairs, **changed)


@pytest.mark.parametrize("registry", REGISTRIES)
def test_the_matrix_has_the_columns_of_the_registry_in_order(registry: str) -> None:
    features, makers = REGISTRIES[registry]
    for maker, n in [(maker, n) for maker in makers for n in (0, 1, 7)]:
        pairs = locked(maker(np.random.default_rng(5), n))
        matrix = feature_matrix(features, pairs)
        assert matrix.shape == (n, len(features))
        assert matrix.dtype == np.float32
        for column, feature in enumerate(features):
            np.testing.assert_array_equal(matrix[:, column], feature.compute(pairs))


@pytest.mark.parametrize("registry", REGISTRIES)
def test_names_are_unique_and_columns_keep_their_places(registry: str) -> None:
    names = tuple(feature.name for feature in REGISTRIES[registry][0])
    assert len(set(names)) == len(names)
    assert names[: len(LEARNED_ORDER[registry])] == LEARNED_ORDER[registry], "a new feature goes at the end"


@pytest.mark.parametrize(("registry", "feature"), MEMBERS)
def test_a_feature_says_its_unit_and_its_bounds(registry: str, feature: Feature[Any]) -> None:
    assert feature.name.isidentifier()
    assert feature.unit
    assert feature.low < feature.high


@pytest.mark.parametrize("registry", REGISTRIES)
@pytest.mark.parametrize("n", [0, 6])
def test_a_column_that_is_not_wanted_is_nan_and_the_others_are_the_same(registry: str, n: int) -> None:
    features, makers = REGISTRIES[registry]
    pairs = makers[0](np.random.default_rng(2), n)
    whole = feature_matrix(features, pairs)
    wanted = {features[0].name, features[2].name, features[-1].name}
    some = feature_matrix(features, pairs, wanted)
    kept = np.array([feature.name in wanted for feature in features])
    np.testing.assert_array_equal(some[:, kept], whole[:, kept])
    assert np.isnan(some[:, ~kept]).all()
    assert some.shape == whole.shape


def test_a_side_reads_a_column_once_and_only_when_it_is_asked_for() -> None:
    asked: list[str] = []
    columns = {"occupation": np.array([3, 1, 2], np.int16), "pay_floor": np.array([9.0], np.float32)}

    def read(name: str) -> NDArray[Any]:
        asked.append(name)
        return columns[name]

    side = PersonSide.reading(read)
    taken = side.at(np.array([2, 2, 0]), 3)
    assert asked == []
    assert taken.occupation.tolist() == [2, 2, 3]
    assert side.occupation.tolist() == [3, 1, 2]
    assert taken.pay_floor.tolist() == [9.0]  # one row stands for all
    other = taken.having({"pay_floor": np.array([1.0], np.float32)})
    assert (other.pay_floor.tolist(), taken.pay_floor.tolist()) == ([1.0], [9.0])
    assert other.occupation is taken.occupation
    assert asked == ["occupation", "pay_floor"]
    with pytest.raises(KeyError):
        _ = side.licences
