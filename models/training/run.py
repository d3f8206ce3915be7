"""One training as an MLflow run: parameters, the hash of the data, figures, and the models it gave."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from features.rome.archive import read_archive
from models.training.pairs import OwnOffer
from models.training.publish import Log, data_hash, train, write
from models.training.tracking import client_of, experiment_id

EXPERIMENT = "encoder"


def train_and_publish(
    open_data: Path,
    out: Path,
    *,
    seed: int,
    epochs: int,
    tracking: str,
    own_offers: Sequence[OwnOffer] = (),
    log: Log = print,
) -> dict[str, Any]:
    """Train, measure, write the models and their card into `out`, and keep it all in MLflow.

    The run's id, the figures and the sha256 of each file. Raises FileNotFoundError or WrongFile for open data that is
    not whole, TrackingRefused for a folder of files as tracking store.
    """
    client = client_of(tracking)
    import mlflow

    rome = read_archive(open_data / "rome")
    out.mkdir(parents=True, exist_ok=True)
    mlflow.set_tracking_uri(tracking)
    with mlflow.start_run(experiment_id=experiment_id(client, EXPERIMENT, out.parent)) as run:
        parameters = {
            "rome": rome.version,
            "seed": seed,
            "epochs": epochs,
            "own_offers": len(own_offers),
            "data": data_hash(rome, open_data, seed, epochs, own_offers)[:16],
        }
        mlflow.log_params(parameters)
        trained = train(rome, open_data, seed=seed, epochs=epochs, own_offers=own_offers, log=log)
        files = write(trained, out, parameters)
        mlflow.log_metrics(dict(trained.figures))
        mlflow.log_artifacts(str(out), "model")
        return {"run": run.info.run_id, "figures": dict(trained.figures), "files": files, "out": str(out)}
