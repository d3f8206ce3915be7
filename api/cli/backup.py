"""`vivier backup` and `vivier restore`."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import AsJson, fail, print_result, progress, settings


def backup(
    folder: Annotated[Path, typer.Argument(help="Where backups are kept; each gets a folder of its own in it.")],
    as_json: AsJson = False,
) -> None:
    """Copy the store, the reference data and the models while the service goes on. The keys are not in the copy.

    Example: vivier backup /mnt/sauvegardes
    """
    import datetime as dt

    from api.auditing.commands import entry, note
    from api.backup import back_up
    from features.audit.actions import Action
    from features.privacy.keyring import KeyringError
    from features.store import KeyMissing

    configured = settings()
    try:
        place = back_up(configured, folder, dt.datetime.now(dt.UTC))
    except (KeyMissing, KeyringError, OSError) as error:
        fail(str(error))
    note(configured, entry(Action.BACKED_UP, "vivier backup", "sauvegardes"))
    found = {"folder": str(place), "bytes": sum(path.stat().st_size for path in place.rglob("*") if path.is_file())}
    apart = f"The keys ({configured.key_path}) are not in it: keep them elsewhere."
    print_result(found, as_json, f"Backed up to {place} ({found['bytes']} bytes). {apart}")


def restore(
    folder: Annotated[Path, typer.Argument(help="The folder of one backup, with its backup.json.")],
    replace: Annotated[bool, typer.Option("--replace", help="Give up what the store holds now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back, and erase again everyone who was erased since it was made. Stop the service before.

    Run `vivier index build` after.

    Example: vivier restore /mnt/sauvegardes/20261126T020000Z
    """
    from api.auditing.commands import note_restored
    from api.backup import NoBackup
    from api.backup import restore as bring_back
    from features.privacy.keyring import KeyringError
    from features.store import KeyMissing
    from features.store.copying import NotEmpty

    configured = settings()
    try:
        with progress("Looking for who was erased") as advance:
            done = bring_back(configured, folder, replace, advance)
    except NotEmpty as error:
        fail(f"{error}. Add --replace to give them up")
    except (NoBackup, KeyMissing, KeyringError, OSError) as error:
        fail(str(error))
    told = f"{done.profiles} profils revenus, {done.erased_again} effacés de nouveau"
    note_restored(configured, folder.name, told)
    text = f"{done.profiles} profiles are back; {done.erased_again} were erased again. Run: vivier index build"
    print_result({"profiles": done.profiles, "erased_again": done.erased_again}, as_json, text)
