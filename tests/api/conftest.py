"""The service over a small sample world: one to read, shared, and one to write into."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.service import Service
from api.settings import Settings

AS_SERVICE = {"Authorization": "Bearer demo:service"}
"""A machine of the network, which reaches everything that is not about access itself."""


AS_AUDITOR = {"Authorization": "Bearer demo:auditeur"}
NOT_THE_NETWORKS = {
    "/v1/audit": AS_AUDITOR,
    "/v1/signalements": AS_AUDITOR,
    "/v1/comptes": {"Authorization": "Bearer demo:administrateur"},
    "/v1/moi/": {"Authorization": "Bearer demo:arrivant"},
}
"""Addresses that are not for machines of the network, by how they begin."""


class WhoMay(TestClient):
    """Calls as a machine of the network, and as whoever may what is not for those."""

    def request(self, method: str, url: Any, **given: Any) -> Any:  # type: ignore[override]
        for beginning, headers in NOT_THE_NETWORKS.items():
            if str(url).startswith(beginning):
                given["headers"] = {**headers, **(given.get("headers") or {})}
        return super().request(method, url, **given)


def client_over(data_dir: Path, **settings: object) -> TestClient:
    service = Service.open(Settings(data_dir=data_dir, demo_identities=True, **settings))  # type: ignore[arg-type]
    return WhoMay(create_app(service), raise_server_exceptions=False, headers=AS_SERVICE)


@pytest.fixture(scope="session")
def reader(sample_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a service that no test writes to; what is asked of it goes into its own audit log."""
    with client_over(Path(shutil.copytree(sample_data_dir, tmp_path_factory.mktemp("reader") / "var"))) as client:
        yield client


@pytest.fixture
def client(deployment: Path) -> Iterator[TestClient]:
    """A client of a service of one's own."""
    with client_over(deployment) as client:
        yield client
