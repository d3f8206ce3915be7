"""A service over a vector cluster: people and offers are given the same lists as over the memory of one machine."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.cli.index import build_generation
from api.settings import Settings
from matching.errors import ClusterUnreachable
from matching.index import cluster as cluster_module
from matching.index.cluster import Cluster
from tests.api.conftest import client_over
from tests.milvus_lite import lite_cluster


@pytest.fixture(scope="module")
def clustered(sample_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The sample world, its vectors in Milvus Lite."""
    folder = tmp_path_factory.mktemp("clustered")
    cluster = lite_cluster(folder)
    data_dir = Path(shutil.copytree(sample_data_dir, folder / "var"))
    settings: dict[str, Any] = {"index_backend": "milvus", "cluster_uri": cluster.uri, "cluster_timeout_s": 60.0}
    build_generation(Settings(data_dir=data_dir, **settings))
    with client_over(data_dir, **settings) as client:
        yield client


def asked(client: TestClient, path: str) -> tuple[int, str | None, list[dict[str, Any]]]:
    """Status, range and results of a list."""
    answer = client.get(path)
    assert answer.status_code in (200, 204, 206), answer.text
    results = answer.json()["resultats"] if answer.content else []
    return answer.status_code, answer.headers.get("Content-Range"), results


def test_lists_are_the_same_as_from_memory(reader: TestClient, clustered: TestClient) -> None:
    """Those of people, and those of who fits an offer that they were shown."""
    offers: set[str] = set()
    n_people = 0
    for number in range(1, 200, 8):
        mine, theirs = (asked(client, f"/v1/profils/profil-{number:06d}/offres") for client in (clustered, reader))
        assert mine == theirs
        offers |= {result["id"] for result in mine[2]}
    for offer in sorted(offers)[:8]:
        mine, theirs = (asked(client, f"/v1/offres/{offer}/profils") for client in (clustered, reader))
        assert mine == theirs
        n_people += len(mine[2])
    assert len(offers) > 5
    assert n_people > 5
    assert clustered.get("/health/ready").json()["index"]["backend"] == "milvus"


def test_a_silent_cluster_is_told_and_nothing_else_stops(
    clustered: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = cluster_module.asked

    def silent(cluster: Cluster, *_: object, **__: object) -> None:
        now[0] += cluster.timeout_s
        raise ClusterUnreachable(cluster.uri, "deadline exceeded")

    now = [time.monotonic()]
    monkeypatch.setattr(cluster_module, "asked", silent)
    monkeypatch.setattr(cluster_module, "_resting", {})
    monkeypatch.setattr(cluster_module, "monotonic", lambda: now[0])
    answer = clustered.get("/v1/profils/profil-000001/offres")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["Retry-After"]
    assert "serveur de vecteurs" in answer.json()["detail"]
    assert "rows.db" not in answer.text
    assert clustered.get("/v1/profils/profil-000001").status_code == 200
    monkeypatch.setattr(cluster_module, "asked", asks)
    assert clustered.get("/v1/profils/profil-000001/offres").status_code == 503, "it is left alone for a moment"
    now[0] += cluster_module.REST_S
    assert clustered.get("/v1/profils/profil-000001/offres").status_code in (200, 206)
