"""The files of a generation as one would search them for a word: payloads as they were before they were compressed."""

from pathlib import Path

import numpy as np

from features.artifacts import MANIFEST, SEAL
from matching.payload_file import PAYLOADS, Payloads


def contents(folder: Path) -> dict[str, bytes]:
    """Path below `folder` -> bytes, the manifest and its seal left out."""
    return {
        str(path.relative_to(folder)): _payloads(path.parent) if path.name == PAYLOADS else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (MANIFEST, SEAL)
    }


def _payloads(folder: Path) -> bytes:
    kept = Payloads.load(folder, folder.name)
    return b"\n".join(kept.read(np.arange(len(kept))))
