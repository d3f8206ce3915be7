"""Damage of every kind is refused, the generation before serves, and a reader that dies is seen."""

import os
import random

import pytest

from benchmarks.damages.attempts import attempts
from benchmarks.damages.mutations import MUTATIONS, mutated
from benchmarks.damages.published import Corpus, of_rankers

TRIED = 60


def dying(_corpus: Corpus, number: int) -> str:
    """A reader that some damage is the end of."""
    if number % 3 == 1:
        os.abort()
    return "refused"


@pytest.fixture(scope="module")
def rankers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Corpus]:
    return of_rankers(tmp_path_factory.mktemp("rankers"))


@pytest.mark.parametrize("kind", ["npz", "manifest"])
def test_all_of_it_is_refused(rankers: dict[str, Corpus], kind: str) -> None:
    done = attempts(rankers[kind], TRIED, seed=2)
    assert (done.tried, done.refused, done.deaths) == (TRIED, TRIED, [])
    assert set(done.by_mutation) == set(MUTATIONS)


def test_a_reader_that_dies_is_counted_and_the_others_go_on(rankers: dict[str, Corpus]) -> None:
    done = attempts(rankers["npz"], 6, seed=1, judge=dying)
    assert (done.tried, done.refused, len(done.deaths)) == (6, 4, 2)
    assert all("trees.npz: -6" in death for death in done.deaths)


def test_each_mutation_changes_the_bytes() -> None:
    draw = random.Random(1)
    for data in (b"a", b"abc" * 700, bytes(1000)):
        for _ in range(200):
            _, found = mutated(data, b"other", draw)
            assert found != data
