"""Backups of a deployment, and how they come back without those who were erased since.

    FOLDER/<time>/vivier.db     a copy of the store (`features.store.copying`); what is sealed stays sealed
    FOLDER/<time>/…             the reference data, the rankers, the forecast, the tombstones as they were
    FOLDER/<time>/backup.json   when it was made, of which store, and the sha256 of the copy

The keys are not in it: keep them elsewhere. The indexes are not either: `vivier index build` makes them.
"""

import contextlib
import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from api.forgetting import forget
from api.settings import Settings
from api.storing import keyring_of, open_store
from features.privacy.tombstones import Tombstones
from features.records import Profile
from features.store import KeyMissing
from features.store.copying import copy_store, restore_store
from features.store.engine import open_engine
from features.store.rewriting import rewrite

STORE: Final = "vivier.db"
TOMBSTONES: Final = "tombstones"
META: Final = "backup.json"
FOLDERS: Final = ("reference", "rankers", "hiring", "encoder")
"""Besides the store: what an import, a training or a promotion made."""


class NoBackup(Exception):
    """A folder is no backup of ours, or a damaged one; the message says what is wrong."""


@dataclass(frozen=True)
class Restored:
    """What came back."""

    profiles: int
    erased_again: int
    """People who were in the backup and had been erased since."""


def back_up(settings: Settings, folder: Path, now: dt.datetime) -> Path:
    """Write a backup below `folder`; returns its own folder. The service may go on meanwhile."""
    place = folder / now.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    work = folder / f".{place.name}.writing"
    work.mkdir(parents=True)
    work.chmod(0o700)
    try:
        with contextlib.closing(open_store(settings)) as store:
            copy_store(store.engine, work / STORE)
            identity = store.identity()
        for name in FOLDERS:
            if (settings.data_dir / name).is_dir():
                shutil.copytree(settings.data_dir / name, work / name)
        if settings.tombstones_path.is_file():
            shutil.copy(settings.tombstones_path, work / TOMBSTONES)
        meta = {"at": now.isoformat(timespec="seconds"), "store": identity, "sha256": _sum(work / STORE)}
        (work / META).write_text(json.dumps(meta, indent=1))
        work.rename(place)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return place


def restore(
    settings: Settings, place: Path, replace: bool, progress: Callable[[int], None] = lambda _: None
) -> Restored:
    """Bring a backup back into the deployment of `settings`, which must not be served meanwhile, and erase again those
    who were erased since.

    Who was erased is known by this deployment's tombstones and by those of the backup. The indexes that are there are
    of another store and go. Raises NoBackup, KeyMissing without the keys that know the erased, and NotEmpty.
    """
    checked(place)
    keyring = keyring_of(settings)
    if keyring is None:
        raise KeyMissing(
            "no keys: without them nobody can tell who in the backup was erased since. Put the key file back "
            f"({settings.key_path}, or VIVIER_DATA_KEY_FILE)"
        )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    Tombstones(settings.tombstones_path, keyring).take_in(place / TOMBSTONES)
    engine = open_engine(settings.store_url)
    try:
        restore_store(place / STORE, engine, replace)
    finally:
        engine.dispose()
    for name in FOLDERS:
        if (place / name).is_dir():
            _put_back(place / name, settings.data_dir / name)
    shutil.rmtree(settings.indexes_dir, ignore_errors=True)
    with contextlib.closing(open_store(settings)) as store:
        erased = store.erased
        profiles, again = 0, []
        for batch in store.scan(Profile):
            profiles += len(batch)
            progress(len(batch))
            again += [each.id for each in batch if erased is not None and each.id in erased]
        for key in again:
            forget(store, settings, key)
        if again:
            rewrite(store.engine)
    return Restored(profiles - len(again), len(again))


def checked(place: Path) -> dict[str, Any]:
    """What a backup says of itself. Raises NoBackup."""
    try:
        meta: dict[str, Any] = json.loads((place / META).read_text())
        right = _sum(place / STORE) == meta["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"{place} is no whole backup ({type(error).__name__})"
        raise NoBackup(f"{why}: give the folder that holds {META}") from error
    if not right:
        raise NoBackup(f"{place / STORE} does not have the sha256 of {META}: take another backup")
    return meta


def _put_back(source: Path, target: Path) -> None:
    """A folder in place of the one that is there, moved in whole."""
    work = target.with_name(f".{target.name}.restoring")
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(source, work)
    shutil.rmtree(target, ignore_errors=True)
    work.rename(target)


def _sum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
