"""What every command shares: `--json`, progress bars on stderr, results on stdout, failures in one line.

Only typer and the standard library are imported at top level, so that `vivier --help` starts fast.
"""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

if TYPE_CHECKING:
    from api.service import Service
    from api.settings import Settings
    from features.reference import Reference
    from features.store import Store
    from models.inference import Completion

FAILED: Final = 1
"""Exit code: the command could not do its work."""

USAGE: Final = 2
"""Exit code: wrong option or argument (typer's own)."""

REFUSED: Final = 3
"""Exit code: the file was refused, or rows were rejected and the caller asked to be told."""

_quiet = False


def _hear_json(as_json: bool) -> bool:
    global _quiet
    _quiet = as_json
    return as_json


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.", callback=_hear_json)]
"""The `--json` option of every command: `as_json: AsJson = False`. Progress bars are silent under it."""


@contextlib.contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr; the block gets `advance(n)`. Unknown `total`: a count without an end.

    Silent under `--json`. A failure leaves the bar where it stopped.
    """
    if _quiet:
        yield lambda _steps: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<34}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=total)

        def advance(steps: int) -> None:
            bar.advance(task, steps)

        yield advance
        done = bar.tasks[0].completed
        bar.update(task, total=done or 1, completed=done or 1)


def say(message: str) -> None:
    """One line on stderr for the person who watches; nothing under `--json`."""
    if not _quiet:
        tell(message)


def print_result(data: Mapping[str, Any], as_json: bool, text: str) -> None:
    """The command's result on stdout: `data` as one JSON object under `--json`, else `text`."""
    print(json.dumps(data, ensure_ascii=False, default=str) if as_json else text, flush=True)


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End the command: one line on stderr and the exit code."""
    tell(f"vivier: {message}")
    raise typer.Exit(code)


def tell(line: str) -> None:
    """One line on stderr; nothing where that goes to a disk that is full."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def settings(as_node: bool = False) -> "Settings":
    """The deployment's settings; a wrong `VIVIER_…` variable ends the command with exit code 2.

    Commands read and publish what all nodes share; only who serves `as_node` reads copies of its own."""
    from api.settings import SettingsError, read_settings

    try:
        found = read_settings()
        return found if as_node else found.model_copy(update={"local_dir": None, "stale_after_s": None})
    except SettingsError as error:
        fail(str(error), USAGE)


def store(configured: "Settings", make_keys: bool = False) -> "Store":
    """The store of a deployment; missing or unusable keys end the command in one line. With `make_keys` a first key
    file is made, and said."""
    from api.storing import open_store
    from features.privacy.keyring import KeyringError
    from features.store import KeyMissing

    try:
        known = configured.data_key is not None or configured.key_path.is_file()
        opened = open_store(configured, make_keys)
        if make_keys and not known:
            say(f"Identities are sealed with keys drawn for this trial: {configured.key_path} (only you can read it)")
        return opened
    except (KeyMissing, KeyringError) as error:
        fail(str(error))


@contextlib.contextmanager
def opened_service(configured: "Settings") -> Iterator["Service"]:
    """The service of a deployment, its store closed at the end; what is missing ends the command in one line."""
    from api.service import CANNOT_OPEN, Service

    try:
        service = Service.open(configured)
    except CANNOT_OPEN as error:
        fail(str(error))
    try:
        yield service
    finally:
        service.store.close()


def completion(configured: "Settings", reference: "Reference") -> "Completion":
    """What completes records without a ROME code. The models are loaded when a first record needs them."""
    from models.inference import Completion
    from models.published import TextModels

    return Completion(reference.rome, lambda: TextModels.load(configured.encoder).tagger(reference.rome))
