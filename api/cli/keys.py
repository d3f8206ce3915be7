"""`vivier keys`: the keys that seal what identifies people, made and rotated."""

import string
from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import USAGE, AsJson, fail, print_result, settings
from api.cli.console import store as open_store

if TYPE_CHECKING:
    from pathlib import Path

    from api.settings import Settings

app = typer.Typer(
    help="The keys that seal what identifies people. Keep them apart from the database.\n\nExample: vivier keys new",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Option(help="Name of the new key; the month and a letter without it.")]


@app.command()
def new(name: Name = "", as_json: AsJson = False) -> None:
    """Make the key file of a deployment, and seal what a store from before there were keys holds in clear.

    A file that is there already is left as it is. Copy it to a safe place that is not that of the backups: without it
    identities cannot be read again.

    Example: vivier keys new
    """
    from features.privacy.keyring import Keyring, KeyringError

    configured = settings()
    path = _path(configured)
    try:
        Keyring.new(_named(name, ())).write(path)
    except KeyringError as error:
        fail(str(error))
    _reseal(
        configured,
        path,
        as_json,
        "vivier keys new",
        f"Keys made in {path}. Copy them to a safe place, apart from the backups.",
    )


@app.command()
def rotate(
    name: Name = "",
    drop: Annotated[bool, typer.Option("--drop", help="Drop the former keys once nothing is sealed by them.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a new key first and seal everything with it. Services that run must be started again to read what the new
    key seals: stop them, rotate, start them.

    Former keys stay in the file, for backups, unless they are dropped.

    Example: vivier keys rotate
    """
    from features.privacy.keyring import Keyring, KeyringError

    configured = settings()
    path = _path(configured)
    try:
        keyring = Keyring.read(path)
        keyring.rotated(_named(name, keyring.keys)).write(path, replace=True)
    except KeyringError as error:
        fail(str(error))
    _reseal(configured, path, as_json, "vivier keys rotate", f"{path} has a new first key.", drop)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Say which keys there are, and how many records each one sealed; never the keys.

    Example: vivier keys status --json
    """
    from api.storing import keyring_of
    from features.privacy.keyring import KeyringError
    from features.store.rekeying import sealed_by

    configured = settings()
    try:
        keyring = keyring_of(configured)
    except KeyringError as error:
        fail(str(error))
    if keyring is None:
        fail(f"there are no keys, nor {configured.key_path}. Run: vivier keys new")
    store = open_store(configured)
    try:
        counts = sealed_by(store)
    finally:
        store.close()
    by_key = {key: counts.get(key, 0) for key in keyring.keys}
    in_clear = counts.get("", 0)
    lines = [f"{key:<12} {count} records" + " (seals)" * (key == keyring.sealing) for key, count in by_key.items()]
    if in_clear:
        lines.append(f"in clear     {in_clear} records: run vivier keys rotate")
    print_result({"sealing": keyring.sealing, "keys": by_key, "in_clear": in_clear}, as_json, "\n".join(lines))


def _path(configured: "Settings") -> "Path":
    if configured.data_key is not None:
        fail("the keys are given as VIVIER_DATA_KEY: make a file of them, and name it with VIVIER_DATA_KEY_FILE", USAGE)
    return configured.key_path


def _named(name: str, taken: Collection[str]) -> str:
    import datetime as dt

    if name:
        return name
    month = dt.datetime.now(dt.UTC).strftime("%Y-%m")
    names = (f"{month}{letter}" for letter in string.ascii_lowercase)
    free = next((each for each in names if each not in taken), None)
    return free or fail("26 keys in a month: name the new one with --name", USAGE)


def _reseal(configured: "Settings", path: "Path", as_json: bool, operation: str, said: str, drop: bool = False) -> None:
    from api.auditing.commands import entry, note
    from features.audit.actions import Action
    from features.privacy.keyring import Keyring, KeyringError
    from features.store.rekeying import reseal
    from features.store.rewriting import rewrite

    store = open_store(configured)
    try:
        done = reseal(store)
        if done.sealed:
            rewrite(store.engine)
    except KeyringError as error:
        fail(str(error))
    finally:
        store.close()
    keyring: Keyring = Keyring.read(path)
    dropped = [key for key in keyring.keys if key != keyring.sealing] if drop else []
    if dropped:
        keyring.only([keyring.sealing]).write(path, replace=True)
        said += f" {len(dropped)} former keys are gone: backups from before cannot be read any more."
    sealed = done.sealed + done.renewed
    told = f"clé {keyring.sealing} en tête, {sealed} enregistrements scellés, {len(dropped)} clés retirées"
    note(configured, entry(Action.CHANGED, operation, "cles", detail=told))
    found = {"file": str(path), "sealing": keyring.sealing, "sealed": done.sealed, "renewed": done.renewed}
    text = f"{said} {done.sealed} records sealed that stood in clear, {done.renewed} sealed anew."
    print_result({**found, "dropped": dropped}, as_json, text)
