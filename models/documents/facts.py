"""`Facts`: what a training leaves to tell of a model, and the sum that ties documents to its files."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

FOLDER: Final = "documents"
"""Beside the model's own files."""
FACTS: Final = "faits.json"


class Kind(StrEnum):
    RANKER = "classement"
    ENCODER = "lecture_des_mots"
    HIRING = "prevision_embauches"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Plain values; figures are those of the run."""

    kind: Kind
    name: str
    """`vivier-offres`, "encodeur et lecteur de métiers"…"""
    list: str | None = None
    """Of a ranker: the list it orders."""
    trained_on: str
    """YYYY-MM-DD."""
    code_version: str
    data: tuple[str, ...]
    """What it learned from, one sentence each, in French."""
    data_hash: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    """What it reads, by name."""
    files: tuple[str, ...]
    """Names of the model's files, beside the folder of documents."""
    hash: str
    """`model_hash` of those files."""

    def as_json(self) -> str:
        return (
            json.dumps({**asdict(self), "kind": self.kind.value}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        )

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError, KeyError or TypeError for anything else than what `as_json` wrote."""
        given: dict[str, Any] = json.loads(text)
        tuples = {name: tuple(given[name]) for name in ("data", "inputs", "files")}
        return cls(**{**given, **tuples, "kind": Kind(given["kind"])})


def model_hash(folder: Path, files: Iterable[str]) -> str:
    """sha256 over the names and bytes of a model's files, in order of name. Raises OSError for one that is missing."""
    digest = hashlib.sha256()
    for name in sorted(files):
        content = (folder / name).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
