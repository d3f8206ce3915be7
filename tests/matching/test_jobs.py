"""Cosines over all the projects of a person, by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from features.records import Project
from matching.engine import Engine
from matching.jobs import over_all_projects, over_found_projects
from tests.matching.made import BAKER, CARER, NURSE, offer, profile, write
from tests.matching.test_behaviour import asked


def test_one_project_reads_no_vector_again() -> None:
    closeness = np.array([0.5, 0.2], np.float32)

    def read() -> np.ndarray:
        raise AssertionError

    assert over_all_projects(closeness, np.ones((1, 4), np.float32), read) == (closeness, closeness)


def test_several_projects_each_count() -> None:
    projects, offers = np.eye(2, dtype=np.float32), np.array([[0.8, 0.6], [0, 1]], np.float32)
    best, mean = over_all_projects(np.array([0.6, 1], np.float32), projects, lambda: offers)
    assert_allclose(best, [0.8, 1])
    assert_allclose(mean, [0.7, 0.5])


def test_the_projects_of_each_person_that_were_found() -> None:
    closeness = np.array([0.5, 0.9, 0.7, 0.1], np.float32)
    best, mean = over_found_projects(closeness, np.array([7, 3, 7, 9]))
    assert_allclose(best, [0.7, 0.9, 0.7, 0.1])
    assert_allclose(mean, [0.6, 0.9, 0.6, 0.1])
    assert best.dtype == mean.dtype == np.float32
    alone = over_found_projects(closeness, np.arange(4))
    assert alone[0] is alone[1] is closeness
    assert [len(each) for each in over_found_projects(closeness[:0], np.empty(0, np.int64))] == [0, 0]


def test_a_query_has_both(local: Engine) -> None:
    write(local, profile(projects=(Project(rome_code=CARER), Project(rome_code=NURSE))), profile("p2"))
    write(local, offer(), offer("o2", title="Boulanger", rome_code=BAKER))
    both, alone = asked(local)["o1"], asked(local, "p2")["o1"]
    assert both["closeness_best"] == pytest.approx(alone["closeness"], abs=1e-3)
    assert alone["closeness_best"] == alone["closeness_mean"] == alone["closeness"]
    assert both["closeness_mean"] < both["closeness_best"]
