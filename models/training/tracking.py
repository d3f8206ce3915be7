"""The way to MLflow: which stores are accepted, and where runs keep their files."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient

ARTIFACTS = "mlflow-artifacts"
PATIENCE = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}
"""MLflow's own variables, unless they are set: a server that is away is given up in half a minute, not in an hour."""


class TrackingRefused(ValueError):
    """A tracking URI that cannot keep runs and models; the message says which can."""


def default_file(data_dir: Path) -> Path:
    """The SQLite file in the data folder."""
    return data_dir.absolute() / "mlflow.db"


def default_uri(data_dir: Path) -> str:
    return f"sqlite:///{default_file(data_dir)}"


def client_of(uri: str) -> "MlflowClient":
    """A client of one store, for runs and models alike.

    Raises TrackingRefused for a folder of files (`file:`), which MLflow no longer keeps up, ModuleNotFoundError without
    the `train` extra.
    """
    scheme = uri.partition(":")[0].partition("+")[0]
    if scheme not in ("sqlite", "postgresql", "mysql", "mssql", "http", "https", "databricks"):
        raise TrackingRefused(
            f"MLflow keeps models in a database or on a server, not in {uri!r}: give sqlite:///path/to/mlflow.db, "
            "postgresql://… or https://…"
        )
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    for name, value in PATIENCE.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def experiment_id(client: "MlflowClient", name: str, folder: Path) -> str:
    """The experiment `name`, made if need be with its files under `folder`."""
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    return str(client.create_experiment(name, artifact_location=(folder.absolute() / ARTIFACTS).as_uri()))
