"""`vivier doctor`: what is in place and what is missing, each with the command that brings it."""

import contextlib
import importlib.metadata
import importlib.util
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from api.cli.console import FAILED, AsJson, print_result, settings

if TYPE_CHECKING:
    from api.settings import Settings

REFERENCE_PARTS = {"rome": True, "communes": True, "certifications": False, "tension": False, "naf": False}
"""Part of the reference data -> whether the service needs it."""

TRAINING = ("torch", "sentence_transformers", "mlflow")


@dataclass(frozen=True)
class Check:
    """One finding. `ok` None: nothing is wrong, something optional is absent."""

    name: str
    ok: bool | None
    found: str
    remedy: str = ""


def doctor(as_json: AsJson = False) -> None:
    """Check this installation and its data folder. Exit code 1 when something that the service needs is missing.

    Example: vivier doctor --json
    """
    configured = settings()
    checks = [check for look in CHECKS for check in look(configured)]
    healthy = all(check.ok is not False for check in checks)
    marks = {True: "ok  ", False: "FAIL", None: "-   "}
    lines = [
        f"{marks[check.ok]}  {check.name}: {check.found}" + (f" -> {check.remedy}" if check.remedy else "")
        for check in checks
    ]
    print_result(
        {"healthy": healthy, "checks": [vars(check) for check in checks]},
        as_json,
        "\n".join([*lines, "Ready to serve." if healthy else "Something is missing: follow the arrows."]),
    )
    if not healthy:
        raise typer.Exit(FAILED)


def _python(_settings: "Settings") -> list[Check]:
    good = sys.version_info >= (3, 11)
    return [Check("python", good, sys.version.split()[0], "" if good else "install Python 3.11 or newer")]


def _dependencies(_settings: "Settings") -> list[Check]:
    from packaging.requirements import Requirement

    wrong = []
    for text in importlib.metadata.requires("vivier") or ():
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is absent")
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            wrong.append(f"{requirement.name} {installed} is not {requirement.specifier}")
    if wrong:
        return [Check("dependencies", False, "; ".join(wrong), "pip install -e .")]
    return [Check("dependencies", True, "all installed")]


def _training(_settings: "Settings") -> list[Check]:
    present = [name for name in TRAINING if importlib.util.find_spec(name) is not None]
    if len(present) == len(TRAINING):
        return [Check("training extra", True, "present")]
    return [Check("training extra", None, "absent; serving does not use it", "pip install -e '.[train]' to train")]


def _data(configured: "Settings") -> list[Check]:
    folder = configured.data_dir
    if not folder.is_dir():
        return [Check("data folder", False, f"{folder} does not exist", "vivier demo, or vivier import …")]
    return [Check("data folder", True, str(folder.resolve()))]


def _reference(configured: "Settings") -> list[Check]:
    from features.artifacts import ArtifactError, current_id, load_current

    checks = []
    for part, needed in REFERENCE_PARTS.items():
        root = configured.reference_dir / part
        name = f"reference {part}"
        if current_id(root) is None:
            checks.append(Check(name, False if needed else None, "not imported", f"vivier import {part} FILE"))
            continue
        try:
            generation = load_current(root)
        except ArtifactError as error:
            checks.append(Check(name, False, str(error), f"vivier import {part} FILE"))
            continue
        checks.append(_generation(name, generation.id, generation.fallback_from))
    return checks


def _generation(name: str, held: str, refused: str | None) -> Check:
    if refused is None:
        return Check(name, True, f"generation {held}")
    return Check(name, None, f"generation {held}, because {refused} is damaged", "build or import it again")


def _models(configured: "Settings") -> list[Check]:
    from models.encoder import ModelUnusable
    from models.published import TextModels

    try:
        models = TextModels.load(configured.encoder)
    except ModelUnusable as error:
        return [Check("text models", False, str(error), "check VIVIER_ENCODER")]
    where = "the ones that ship" if configured.encoder is None else str(configured.encoder)
    return [
        Check("text models", True, f"{where}, encoder {models.encoder.fingerprint}, {models.encoder.dim} dimensions")
    ]


def _store(configured: "Settings") -> list[Check]:
    from sqlalchemy.exc import SQLAlchemyError

    from features.store import Kind, Store
    from features.store.engine import open_engine
    from features.store.migrate import HEAD, current_revision

    if configured.database_url is None and not (configured.data_dir / "vivier.db").is_file():
        return [Check("store", False, "empty", "vivier demo, or vivier import …")]
    try:
        with contextlib.closing(Store(open_engine(configured.store_url))) as store:
            revision = current_revision(store.engine)
            if revision is None:
                return [Check("store", False, "empty", "vivier demo, or vivier import …")]
            if revision != HEAD:
                found = f"revision {revision}, {HEAD} is the newest"
                return [Check("store", None, found, "it is migrated when opened")]
            held = f"{store.count(Kind.PROFILE)} profiles, {store.count(Kind.OFFER)} offers"
            return [Check("store", True, f"revision {revision}, sequence {store.watermark()}, {held}")]
    except (SQLAlchemyError, ValueError, ImportError, OSError) as error:
        return [Check("store", False, str(error).splitlines()[0], "check VIVIER_DATABASE_URL")]


def _keys(configured: "Settings") -> list[Check]:
    from api.storing import keyring_of
    from features.privacy.keyring import KeyringError

    try:
        keyring = keyring_of(configured)
    except KeyringError as error:
        return [Check("keys of identities", False, str(error), "check VIVIER_DATA_KEY_FILE")]
    if keyring is None:
        return [Check("keys of identities", None, "none: no identity can be kept", "vivier keys new")]
    where = "VIVIER_DATA_KEY" if configured.data_key is not None else str(configured.key_path)
    return [Check("keys of identities", True, f"{len(keyring.keys)} in {where}, {keyring.sealing} seals")]


def _index(configured: "Settings") -> list[Check]:
    from features.artifacts import ArtifactError, current_id, load_current

    root = configured.indexes_dir
    if current_id(root) is None:
        return [Check("index", False, "never built", "vivier index build")]
    try:
        generation = load_current(root)
    except ArtifactError as error:
        return [Check("index", False, str(error), "vivier index build")]
    return [_generation("index", generation.id, generation.fallback_from)]


def _rankers(configured: "Settings") -> list[Check]:
    from matching.rankers import Rankers

    found = Rankers.open(configured.data_dir, ()).status()
    refused = [f"{name}: {each['refused_because']}" for name, each in found.items() if each["refused_because"]]
    if refused:
        return [Check("rankers", None, "; ".join(refused), "vivier models promote, or rollback")]
    return [Check("rankers", True, ", ".join(f"{name} {each['model']}" for name, each in found.items()))]


def _port(configured: "Settings") -> list[Check]:
    where = f"{configured.host}:{configured.port}"
    family = socket.AF_INET6 if ":" in configured.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((configured.host, configured.port))
        except OSError as error:
            return [Check("port", None, f"{where}: {error.strerror}", "vivier serve --port N")]
    return [Check("port", True, f"{where} is free")]


CHECKS: tuple[Callable[["Settings"], list[Check]], ...] = (
    _python,
    _dependencies,
    _training,
    _data,
    _reference,
    _models,
    _store,
    _keys,
    _index,
    _rankers,
    _port,
)
