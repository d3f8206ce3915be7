"""The rejects of an import, written whole beside the last ones, which they replace."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from features.sources.base import Reject


class RejectsFile:
    """One JSON object a line: line, field, value, reason, remedy."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._encoder = msgspec.json.Encoder()
        self.count = 0
        self.ids: set[str] = set()
        """Ids of the records that bad rows would have given, where they are known."""

    def add(self, reject: Reject) -> None:
        self._stream.write(self._encoder.encode(reject) + b"\n")
        self.count += 1
        if reject.id is not None:
            self.ids.add(reject.id)


def rejects_path(folder: Path, source: str) -> Path:
    return folder / f"{source}-rejects.ndjson"


@contextlib.contextmanager
def writing_rejects(folder: Path, source: str) -> Iterator[RejectsFile]:
    """A rejects file that takes its place when the block ends well; otherwise the former one stays as it was."""
    folder.mkdir(parents=True, exist_ok=True)
    target = rejects_path(folder, source)
    temporary = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        with temporary.open("wb") as stream:
            yield RejectsFile(stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
