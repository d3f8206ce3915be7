"""The smallest change: every action against a loop over results, and which one is told, by hand."""

from dataclasses import replace as replaced
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from numpy.testing import assert_allclose, assert_array_equal

from features.pairs import JOB_FEATURES, JobPairs, feature_matrix
from features.pairs.base import NO_SKILL
from features.records import Licence
from matching.answer import Change
from matching.explain.actions import ACTIONS, ALL_KINDS, lower_floor, towards, wider_km, with_room
from matching.explain.changes import VISIBLE, Standing, gains_of, smallest_changes
from matching.explain.job_facts import JobFacts, Reader
from matching.explain.wording import ordinal, points
from matching.rank import OFFER_RANKER, PROFILE_RANKER
from tests.contracts.test_pair_features import job_pairs
from tests.matching.test_explain import JOB

NAMES = [feature.name for feature in JOB_FEATURES]
BY_KIND = {action.kind: action for action in ACTIONS}
NAN = float("nan")

shapes = st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 7), st.booleans(), st.booleans())


def drawn(shape: tuple[int, int, bool, bool]) -> JobPairs:
    """Some pairs; one person, or one job, may stand in all of them."""
    seed, n, one_person, one_job = shape
    return job_pairs(np.random.default_rng(seed), n, 1 if one_person else n, 1 if one_job else n)


@given(shapes, st.lists(st.integers(0, 6), max_size=9))
def test_pairs_are_taken_as_rows_of_their_features(shape: tuple[int, int, bool, bool], drawn_rows: list[int]) -> None:
    pairs = drawn(shape)
    rows = np.array([row % len(pairs.closeness) for row in drawn_rows], dtype=np.int64)
    assert_array_equal(feature_matrix(JOB_FEATURES, pairs.at(rows)), feature_matrix(JOB_FEATURES, pairs)[rows])


@given(shapes)
def test_all_actions_at_once_are_what_each_does_to_each(shape: tuple[int, int, bool, bool]) -> None:
    pairs = drawn(shape)
    features = feature_matrix(JOB_FEATURES, pairs)
    found = gains_of(ACTIONS, OFFER_RANKER, pairs, features)
    for at, action in enumerate(ACTIONS):
        for row in range(len(features)):
            value = features[row, NAMES.index(action.feature)]
            gain = 0.0
            if action.lacking(np.array([value], dtype=np.float32))[0]:
                alone = with_room(pairs.at(np.array([row])))
                after = feature_matrix(
                    JOB_FEATURES, replaced(alone, person=replaced(alone.person, **action.done(alone)))
                )
                gain = float(OFFER_RANKER.scores(after)[0] - OFFER_RANKER.scores(features[row : row + 1])[0])
            assert found[at, row] == pytest.approx(gain, abs=1e-6)


@given(shapes)
def test_what_an_action_moves_is_all_that_it_moves(shape: tuple[int, int, bool, bool]) -> None:
    pairs = with_room(drawn(shape))
    before = feature_matrix(JOB_FEATURES, pairs)
    for action in ACTIONS:
        after = feature_matrix(JOB_FEATURES, replaced(pairs, person=pairs.person.having(action.done(pairs))))
        still = [name not in action.moves for name in NAMES]
        assert_array_equal(after[:, still], before[:, still])


@given(shapes)
def test_an_action_never_takes_away(shape: tuple[int, int, bool, bool]) -> None:
    """More skills, licences, months, a wider reach: of the transparent ranker's curves only that of education falls
    where a person has more levels than were asked, and no action goes there."""
    pairs = drawn(shape)
    features = feature_matrix(JOB_FEATURES, pairs)
    for ranker in (OFFER_RANKER, PROFILE_RANKER):
        assert gains_of(ACTIONS, ranker, pairs, features).min() >= -1e-6


def test_nothing_shown_and_nothing_to_change() -> None:
    pairs = drawn((1, 3, False, False))
    nothing = pairs.at(np.empty(0, dtype=np.int64))
    features = feature_matrix(JOB_FEATURES, nothing)
    standing = Standing(np.empty(0, dtype=np.float32), 0)
    assert gains_of(ACTIONS, OFFER_RANKER, nothing, features).shape == (len(ACTIONS), 0)
    assert smallest_changes(Reader.PERSON, OFFER_RANKER, nothing, features, [], standing) == []


def test_what_each_action_does() -> None:
    pairs = with_room(drawn((5, 4, False, False)))
    asked = pairs.job.licences_required | pairs.job.licences_wished
    assert ((asked & ~BY_KIND["permis"].done(pairs)["licences"]) == 0).all()
    assert ((pairs.job.languages_required & ~BY_KIND["langue"].done(pairs)["languages"]) == 0).all()
    assert_allclose(
        BY_KIND["experience6Mois"].done(pairs)["experience_months"], pairs.person.experience_months + 6, equal_nan=True
    )
    for row in range(4):
        wanted = [skill for skill in pairs.job.skills[row].tolist() if skill != NO_SKILL]
        held = set(pairs.person.skills[row].tolist())
        missing = [skill for skill in wanted if skill not in held]
        for kind, most in (("competence", 1), ("competences", 3)):
            after = set(BY_KIND[kind].done(pairs)["skills"][row].tolist()) - {NO_SKILL}
            assert after - held == set(missing[:most])


@pytest.mark.parametrize(("reach", "wider"), [(3, 10), (10, 20), (17, 20), (99, 100), (100, 100), (400, 400)])
def test_the_next_reach(reach: float, wider: float) -> None:
    assert wider_km(reach) == wider


@pytest.mark.parametrize(("floor", "lower"), [(2000, 1900), (1907, 1810), (0, 0)])
def test_a_step_under_the_pay_floor(floor: float, lower: float) -> None:
    assert lower_floor(floor) == lower


# ---------------------------------------------------------------- which one is told


class Table:
    """A ranker whose score is the sum of what it is told that each feature is worth, from 0 to 1 by its value."""

    names = tuple(NAMES)
    base = 0.0

    def __init__(self, **worth: float) -> None:
        self.weights = np.array([worth.get(name, 0) for name in NAMES], dtype=np.float32)

    def contributions(self, features: Any) -> Any:
        return np.clip(np.nan_to_num(features), 0, 1).astype(np.float32) * self.weights

    def scores(self, features: Any) -> Any:
        return self.contributions(features).sum(axis=1)


def one(reader: Reader, ranker: Any, facts: JobFacts, standing: tuple[float, ...] = (), **person: Any) -> Change | None:
    """The change told of one result: the job asks for three skills of which one is held, and the permit B."""
    pairs = drawn((3, 1, False, False))
    wanted = np.array([[1, 2, 3]], dtype=np.uint16)
    job = replaced(
        pairs.job,
        skills=wanted,
        skill_weights=np.ones((1, 3), dtype=np.float32),
        licences_required=np.zeros(1, dtype=np.uint32),
        licences_wished=np.array([2], dtype=np.uint32),
    )
    who = replaced(
        pairs.person, skills=np.array([[3, NO_SKILL]], dtype=np.uint16), licences=np.array([0], dtype=np.uint32)
    )
    pairs = replaced(pairs, job=job, person=replaced(who, **person))
    features = feature_matrix(JOB_FEATURES, pairs)
    scores = np.sort(np.array([*standing, *ranker.scores(features)], dtype=np.float32))[::-1]
    first = int((scores > ranker.scores(features)[0]).sum())
    (change,) = smallest_changes(reader, ranker, pairs, features, [facts], Standing(scores, first))
    return change


FREE = replace(
    JOB,
    values=JOB.values | {"languages": NAN},
    barring_licences=(),
    required_education=0,
    missing_licences=(Licence.B,),
)


def test_the_action_that_takes_least_is_told_not_the_one_that_brings_most() -> None:
    change = one(Reader.PERSON, Table(skills=0.3, licence=0.9), FREE)
    assert change is not None
    assert (change.kind, change.rank) == ("competence", None)
    assert change.gain == pytest.approx(0.1, abs=1e-6)
    assert change.text == (
        "Avec la compétence « Distribuer les repas » (à montrer si vous l'avez, sinon à acquérir), cette offre "
        "gagnerait 10 points sur 100"
    )


def test_what_would_not_show_is_not_told() -> None:
    assert one(Reader.PERSON, Table(skills=VISIBLE), FREE) is None
    few = one(Reader.PERSON, Table(skills=2 * VISIBLE), FREE)
    assert few is not None
    assert few.kind == "competences"
    licence = one(Reader.PERSON, Table(skills=VISIBLE, licence=0.02), FREE)
    assert licence is not None
    assert licence.text == "Avec le permis B, cette offre gagnerait 2 points sur 100"


def test_a_person_reads_the_rank_that_an_offer_would_take_among_the_others_as_they_stand() -> None:
    change = one(Reader.PERSON, Table(licence=0.5), FREE, (0.7, 0.4, 0.3, 0.0))
    assert change is not None
    assert (change.kind, change.rank) == ("permis", 2)
    assert change.text == (
        "Avec le permis B, cette offre gagnerait 50 points sur 100 et passerait du 4e au 2e rang, les autres restant à "
        "leur place"
    )


def test_an_employer_reads_the_rank_that_the_person_alone_would_take() -> None:
    change = one(Reader.EMPLOYER, Table(licence=0.5), replace(FREE, reader=Reader.EMPLOYER), (0.7, 0.4, 0.3, 0.0))
    assert change is not None
    assert (change.kind, change.rank) == ("permis", 2)
    assert change.text == "Avec le permis B, ce profil gagnerait 50 points sur 100 et passerait du 4e au 2e rang"


def test_where_something_bars_the_way_only_what_removes_it_is_told() -> None:
    assert towards(FREE) == ALL_KINDS
    barred = replace(FREE, barring_licences=(Licence.B,))
    assert towards(barred) == {"permis"}
    change = one(Reader.PERSON, Table(skills=0.9, licence=0.5), barred)
    assert change is not None
    assert change.kind == "permis"
    regulated = replace(FREE, regulated=True, title_needed=True)
    assert towards(regulated) == set()
    assert one(Reader.PERSON, Table(skills=0.9, licence=0.5), regulated) is None
    graduate = replace(regulated, required_education=6)
    assert towards(graduate) == {"diplome"}
    assert towards(replace(graduate, reader=Reader.EMPLOYER)) == set()


def test_an_employer_is_never_told_of_reach_or_pay() -> None:
    mine = {action.kind for action in ACTIONS if Reader.EMPLOYER in action.words}
    assert ALL_KINDS - mine == {"rayon", "salaire"}
    assert one(Reader.EMPLOYER, Table(distance=0.5, pay=0.9), replace(FREE, reader=Reader.EMPLOYER)) is None


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.kind)
@pytest.mark.parametrize("reader", Reader)
def test_every_action_has_its_words(action: Any, reader: Reader) -> None:
    if reader in action.words:
        text = action.words[reader](replace(JOB, reader=reader))
        assert text.split()[0] in ("Avec", "En", "Sans")
        assert "nan" not in text


@pytest.mark.parametrize(("rank", "expected"), [(1, "1er"), (2, "2e"), (21, "21e")])
def test_ranks_in_french(rank: int, expected: str) -> None:
    assert ordinal(rank) == expected


@pytest.mark.parametrize(("gain", "expected"), [(0.01, "1 point sur 100"), (0.074, "7 points sur 100")])
def test_gains_in_french(gain: float, expected: str) -> None:
    assert points(gain) == expected
