import pytest

from benchmarks import counts
from benchmarks.our_index import OurIndex
from benchmarks.workload import Workload
from matching.counting import count


@pytest.fixture(scope="module")
def index(workload: Workload) -> tuple[OurIndex, Workload]:
    return OurIndex.open(workload), workload


def test_every_count_is_that_of_a_filtered_catalogue(index: tuple[OurIndex, Workload]) -> None:
    ours, workload = index
    some = 0
    for query in counts.demands_of(workload, 2):
        criteria, kept = counts.conditions_of(ours, query)
        assert len(criteria) == counts.CRITERIA
        found = counts.counted(ours, criteria, kept)
        some += found[-1]
        for number, without in enumerate(counts.LEFT_OUT):
            asked = [*kept, *(one for which, one in enumerate(criteria) if which not in without)]
            assert found[number] == count(ours.catalogue, asked)
    assert some > 0


def test_what_is_left_out_is_never_the_same_twice() -> None:
    assert len(set(counts.LEFT_OUT)) == counts.COUNTS
    assert counts.LEFT_OUT[0] == ()
