"""What every service of a run would make again, made once a process: the referential's parts, and what reads it.

Hundreds of tests open a service of their own over a copy of one data folder, and nearly all that an opening takes goes
into texts that never change. The functions are the real ones; their second answer to the same question is their first.
Files are checked as ever.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache, cached_property, wraps
from pathlib import Path
from typing import Any

import pytest

from features.artifacts import MANIFEST, current_id, load_current
from features.reference import Reference
from matching.lookups import Lookups
from models.published import TextModels

PARTS = tuple(part.name for part in fields(Reference))
"""Each is published under its name."""

READINGS = ("occupation_vectors", "tagger", "skill_reader")
"""Of `Lookups`: what only the referential and the models decide."""


@pytest.fixture(scope="session", autouse=True)
def made_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reference, "load", kept(Reference.load, _parts))
        patch.setattr(TextModels, "load", _loaded)
        for name in READINGS:
            reading: cached_property[Any] = vars(Lookups)[name]
            patch.setattr(reading, "func", kept(reading.func, _read_by))
        yield


def kept(made: Callable[..., Any], key_of: Callable[..., object]) -> Callable[..., Any]:
    """`made`, that answers what it answered before to an argument of the same key."""
    answers: dict[object, Any] = {}

    @wraps(made)
    def kept_or_made(argument: Any) -> Any:
        key = key_of(argument)
        if key not in answers:
            answers[key] = made(argument)
        return answers[key]

    return kept_or_made


def _parts(root: Path) -> object:
    """What the manifests say, sums included, of the parts that are there. Raises ArtifactError."""
    return tuple(
        (load_current(root / part).path / MANIFEST).read_bytes() if current_id(root / part) is not None else None
        for part in PARTS
    )


_load = TextModels.load


def _loaded(folder: Path | None = None) -> TextModels:
    return _shipped() if folder is None else _load(folder)


@cache
def _shipped() -> TextModels:
    return _load()


def _read_by(lookups: Lookups) -> object:
    models = lookups.models
    encoders = models.encoder.fingerprint, models.tagging_encoder.fingerprint
    return lookups.reference.rome, *encoders, models.weighing, models.names
