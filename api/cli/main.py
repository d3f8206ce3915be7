"""`vivier`: the command line. One file a group, one line here; nothing heavy is imported until a command runs."""

import os
import sys
from typing import Annotated

import typer

from api.cli import (
    access,
    allocate,
    audit,
    backup,
    canaries,
    candidates,
    demo,
    doctor,
    evaluate,
    fairness,
    forget,
    imports,
    index,
    keys,
    models,
    retention,
    rome,
    serve,
    subscriptions,
    text,
    train,
    world,
)
from api.cli.console import FAILED, tell

app = typer.Typer(
    name="vivier",
    help="Vivier: matching and recommendation for a public employment network.\n\nExample: vivier doctor",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"vivier {version('vivier')}")
        raise typer.Exit


@app.callback()
def vivier(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Vivier: matching and recommendation for a public employment network.

    Example: vivier doctor
    """


app.command("import")(imports.import_)
app.add_typer(world.app, name="world")
app.add_typer(rome.app, name="rome")
app.add_typer(text.app, name="text")
app.add_typer(train.app, name="train")
app.add_typer(models.app, name="models")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(fairness.app, name="fairness")
app.add_typer(index.app, name="index")
app.add_typer(access.app, name="access")
app.add_typer(subscriptions.app, name="subscriptions")
app.add_typer(audit.app, name="audit")
app.add_typer(canaries.app, name="canaries")
app.add_typer(keys.app, name="keys")
app.add_typer(retention.app, name="retention")
app.command("candidates")(candidates.candidates)
app.command("forget")(forget.forget)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("allocate")(allocate.allocate)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """The console script. What it writes is its user's alone: the data folder holds what people said of themselves."""
    os.umask(0o077)
    try:
        app()
    except Exception as error:
        told = _of_disk(error) or _of_outage(error)
        if told is None:
            raise
        tell(f"vivier: {told}")
        sys.exit(FAILED)


def _of_disk(error: Exception) -> str | None:
    """What to tell of a disk that did not take what a command had to write; None for any other error."""
    from features.disk_trouble import disk_trouble

    trouble = disk_trouble(error)
    return None if trouble is None else f"{trouble.value} ({type(error).__name__}: {str(error).splitlines()[0]})"


def _of_outage(error: Exception) -> str | None:
    """What to tell of a database or an MLflow server that is away; None for any other error."""
    from features.store import is_outage

    said = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    if is_outage(error):
        return f"the database does not answer (VIVIER_DATABASE_URL). Look whether it runs, then run this again ({said})"
    if type(error).__module__.startswith("mlflow.") and "API request" in str(error):
        return f"the MLflow server does not answer. Look whether it runs, then run this again ({said})"
    return None


if __name__ == "__main__":
    main()
