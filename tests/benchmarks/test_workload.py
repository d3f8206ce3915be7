import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from benchmarks.profile_rows import RowMaker
from benchmarks.workload import TODAY, Query, Workload, World
from features.geo import distance_km
from features.sample.reference import sample_reference
from features.store import Kind
from features.world import Sizes
from features.world import World as GeneratedWorld
from features.world.small import sample_world_facts
from matching.lookups import Lookups
from matching.rows.profile import project_profiles
from matching.schema import NO_DAY
from models.published import published_models

N_ROWS = 5_000
PEOPLE = 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def workload(folder: Path) -> Workload:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("VIVIER_OPEN_DATA", raising=False)
        opened = Workload.open(N_ROWS, folder=folder)
        assert opened.world.facts.reference.rome.version == sample_reference().rome.version
        return opened


@pytest.fixture(scope="module")
def asked(workload: Workload) -> list[Query]:
    unfiltered = workload.queries_of_class(1.0, 1, seed=3)
    return [*workload.queries(30, seed=3), *workload.queries_of_class(0.01, 3, seed=3), *unfiltered]


def test_rows_are_those_of_the_generated_profiles() -> None:
    facts, models = sample_world_facts(), published_models()
    lookups = Lookups(facts.reference, models)
    sizes = Sizes(profiles=PEOPLE, offers=0, trainings=0, establishments=0)
    profiles = [record for block in GeneratedWorld(facts, sizes, 1, TODAY).blocks(Kind.PROFILE) for record in block]
    real = project_profiles(profiles, lookups)
    made = RowMaker(facts, World.open(Path()).encoder, lookups.occupation_vectors, 1, TODAY).rows(0)
    n = len(real)
    for name in ("commune", "occupation", "visible", "available_day", "contracts", "radius_km"):
        column = getattr(made, name)
        assert column.dtype == real.columns[name].dtype
        np.testing.assert_array_equal(column[:n], real.columns[name], err_msg=name)
    cosines = (made.vectors[:n] * real.vectors).sum(axis=1)
    assert cosines.min() > 0.99
    np.testing.assert_allclose(np.linalg.norm(made.vectors, axis=1), 1, rtol=1e-5)


def test_a_workload_is_made_once(workload: Workload, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIVIER_OPEN_DATA", raising=False)
    monkeypatch.setattr("benchmarks.workload._write", None)
    again = Workload.open(N_ROWS, folder=folder)
    np.testing.assert_array_equal(again.vectors, workload.vectors)
    assert again.vectors.dtype == np.float16
    assert len(again) == N_ROWS


def test_allowed_is_what_a_plain_loop_allows(workload: Workload, asked: list[Query]) -> None:
    rows = np.random.default_rng(0).choice(N_ROWS, 300, replace=False)
    for query in asked:
        allowed = workload.allowed(query)
        assert [bool(allowed[row]) for row in rows] == [_is_allowed(workload, query, int(row)) for row in rows]


def _is_allowed(workload: Workload, query: Query, row: int) -> bool:
    if query.unfiltered:
        return True
    if not workload.visible[row]:
        return False
    available = int(workload.available_day[row])
    if available != NO_DAY and available > query.day:
        return False
    contracts = int(workload.contracts[row])
    if contracts and not contracts & query.contracts:
        return False
    if query.family is not None and not query.family[workload.occupation[row]]:
        return False
    if query.radius_km is None or workload.commune[row] == query.commune:
        return True
    here, there = query.commune, int(workload.commune[row])
    lat, lon = workload.lat.tolist(), workload.lon.tolist()
    return distance_km(lat[here], lon[here], lat[there], lon[there]) <= query.radius_km


def test_nearest_are_the_best_allowed_rows(workload: Workload, asked: list[Query]) -> None:
    right = workload.nearest(asked, k=20)
    for query, found in zip(asked, right, strict=True):
        allowed = np.flatnonzero(workload.allowed(query))
        scores = workload.scores(query, allowed)
        best = allowed[np.lexsort((allowed, -scores))][:20]
        assert (found >= 0).sum() == best.size
        got = workload.scores(query, found[found >= 0])
        np.testing.assert_allclose(got, workload.scores(query, best), atol=1e-6)
        assert np.isin(found[found >= 0], allowed).all()


def test_nearest_is_kept(workload: Workload, asked: list[Query], monkeypatch: pytest.MonkeyPatch) -> None:
    first = workload.nearest(asked, k=7)
    monkeypatch.setattr(Workload, "_scanned", None)
    np.testing.assert_array_equal(workload.nearest(asked, k=7), first)


def test_the_mix_is_what_employers_ask(workload: Workload) -> None:
    queries = workload.queries(400, seed=5)
    radii = [query.radius_km for query in queries if query.radius_km is not None]
    assert min(radii) >= 10
    assert max(radii) <= 100
    assert 0.02 < 1 - len(radii) / 400 < 0.09
    assert 0.28 < sum(query.family is not None for query in queries) / 400 < 0.42
    np.testing.assert_allclose([np.linalg.norm(query.vector) for query in queries], 1, rtol=1e-5)
    assert min(query.day for query in queries) >= (TODAY - dt.date(1970, 1, 1)).days
    again = workload.queries(400, seed=5)
    assert all(np.array_equal(one.vector, other.vector) for one, other in zip(queries, again, strict=True))


@pytest.mark.parametrize("share", [0.01, 0.1, 1.0])
def test_classes_allow_about_their_share(workload: Workload, share: float) -> None:
    shares = [workload.allowed(query).mean() for query in workload.queries_of_class(share, 12, seed=2)]
    assert 0.6 * share < np.median(shares) <= 1.4 * share


def test_recall_counts_allowed_rows_as_good_as_the_right_ones(workload: Workload) -> None:
    query = workload.queries_of_class(0.1, 1, seed=9)[0]
    right = workload.nearest([query], k=10)[0]
    assert workload.recall(query, right, right, 10) == 1.0
    assert workload.recall(query, right, right[:5], 10) == 0.5
    assert workload.recall(query, right, np.repeat(right[:1], 10), 10) == 0.1
    refused = np.flatnonzero(~workload.allowed(query))[:10]
    assert workload.recall(query, right, refused, 10) == 0.0
    nobody = Query(query.vector, query.commune, None, query.day, query.contracts, np.zeros(2**15, bool))
    assert workload.recall(nobody, np.full(10, -1), right, 10) == 1.0
