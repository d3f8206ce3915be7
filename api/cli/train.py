"""`vivier train`: making the models that ship, or a deployment's own. Needs the `train` extra."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import FAILED, REFUSED, USAGE, AsJson, fail, print_result, say, settings
from api.cli.console import store as open_store
from api.cli.train_hiring import hiring
from api.cli.train_ranker import ranker

if TYPE_CHECKING:
    from api.settings import Settings
    from models.training.pairs import OwnOffer

app = typer.Typer(
    help="Train models; needs `pip install vivier[train]`.\n\nExample: vivier train encoder --out var/encoder",
    no_args_is_help=True,
)


@app.callback()
def train() -> None:
    """Train models; needs `pip install vivier[train]`.

    Example: vivier train encoder --out var/encoder
    """


@app.command()
def encoder(
    root: Annotated[
        Path | None, typer.Option(help="The folder of the publishers' files (else VIVIER_OPEN_DATA).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write the models to; <data_dir>/encoder when not given.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same files and seed give the same models.")] = 0,
    epochs: Annotated[int, typer.Option(min=1, help="Times that the pairs are drawn anew and learned.")] = 3,
    own_offers: Annotated[
        bool, typer.Option("--own-offers", help="Learn from the store's offers that came with a ROME code, too.")
    ] = False,
    tracking: Annotated[
        str | None, typer.Option(help="MLflow tracking URI; <data_dir>/mlflow.db when not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train the encoder and the tagger on open data, and write them with their card and manifest.

    Ten to fifteen minutes on one core. The run is kept in MLflow: parameters, hash of the data, figures, the models.
    Use the result with VIVIER_ENCODER=<out>, then `vivier index build`.

    Example: vivier train encoder --root ../open-data --out var/encoder
    """
    configured = settings()
    folder = root or configured.open_data
    if folder is None:
        fail("give the folder of the publishers' files with --root or VIVIER_OPEN_DATA", USAGE)
    try:
        from models.training.run import train_and_publish
    except ImportError as error:
        fail(f"training needs {error.name or error}: pip install 'vivier[train]'", FAILED)
    from features.sources.base import WrongFile
    from models.training.tracking import TrackingRefused, default_uri

    target = out or configured.data_dir / "encoder"
    configured.data_dir.mkdir(parents=True, exist_ok=True)
    uri = tracking or default_uri(configured.data_dir)
    learned = _coded_offers(configured) if own_offers else []
    try:
        done = train_and_publish(folder, target, seed=seed, epochs=epochs, tracking=uri, own_offers=learned, log=say)
    except ModuleNotFoundError as error:
        fail(f"training needs {error.name or error}: pip install 'vivier[train]'", FAILED)
    except TrackingRefused as error:
        fail(str(error), USAGE)
    except (FileNotFoundError, WrongFile) as error:
        fail(str(error), REFUSED)
    figures = ", ".join(f"{name} {value}" for name, value in done["figures"].items())
    print_result(done, as_json, f"Models written to {target} ({figures}); MLflow run {done['run']}")


app.command()(ranker)
app.command()(hiring)


def _coded_offers(configured: "Settings") -> "list[OwnOffer]":
    """The offers of the store that were published with a code, in order of id."""
    from contextlib import closing

    from features.records import Offer
    from models.training.pairs import OwnOffer

    with closing(open_store(configured)) as store:
        found = [
            OwnOffer(offer.title, offer.description, offer.rome_code)
            for batch in store.scan(Offer)
            for offer in batch
            if offer.rome_code is not None
        ]
    if not found:
        fail("the store has no offer with a ROME code: import some, or leave --own-offers out", REFUSED)
    say(f"{len(found)} offers of the store are learned from")
    return found
