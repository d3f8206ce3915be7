"""The witness: signed heads kept outside the database, so that a database that was wound back is found out.

    <folder>/tete.json        the last head of all, replaced at each write
    <folder>/jalons.ndjson    a head every `LINES_APART` lines or `SECONDS_APART` seconds, and at each start and stop

Both may be printed, copied or kept on another machine; neither is a secret.
"""

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from features.appending import append_lines
from features.audit.head import Head

HEAD: Final = "tete.json"
CHECKPOINTS: Final = "jalons.ndjson"
LINES_APART: Final = 1000
SECONDS_APART: Final = 300

_DECODER: Final = msgspec.json.Decoder(Head)


class Witness:
    """The heads of one folder. Safe to share between threads and processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._told_seq = 0
        self._marked_seq = 0
        self._marked_at = float("-inf")

    def latest(self) -> Head | None:
        """The head with the highest number; None where nothing readable is kept. Its signature is not checked."""
        found = [each for each in (self._kept(), *self.checkpoints()) if each is not None]
        return max(found, key=lambda head: head.numero, default=None)

    def checkpoints(self) -> Iterator[Head]:
        """The heads of the list, in the order they were written; lines that cannot be read are passed over."""
        with contextlib.suppress(FileNotFoundError), (self.folder / CHECKPOINTS).open("rb") as lines:
            for line in lines:
                with contextlib.suppress(msgspec.DecodeError):
                    yield _DECODER.decode(line)

    def tell(self, head: Head, *, mark: bool = False) -> None:
        """Keep a head that was committed; in the list too when it is time, or with `mark`."""
        with self._lock:
            if head.numero <= self._told_seq and not mark:
                return
            self._keep(head, mark)
            self._told_seq = max(self._told_seq, head.numero)

    def _keep(self, head: Head, mark: bool) -> None:
        with self._alone():
            kept = self._kept()
            if kept is None or kept.numero < head.numero:
                self._replace(HEAD, msgspec.json.encode(head))
            now = time.monotonic()
            due = head.numero - self._marked_seq >= LINES_APART or now - self._marked_at >= SECONDS_APART
            if head.numero > self._marked_seq and (mark or due):
                with (self.folder / CHECKPOINTS).open("a+b", buffering=0) as file:
                    append_lines(file.fileno(), msgspec.json.encode(head) + b"\n")
                self._marked_seq, self._marked_at = head.numero, now

    def forget(self, upto: int) -> None:
        """Drop the heads of lines up to a number: those were pruned."""
        with self._lock, self._alone():
            kept = [msgspec.json.encode(head) + b"\n" for head in self.checkpoints() if head.numero > upto]
            self._replace(CHECKPOINTS, b"".join(kept))

    def _kept(self) -> Head | None:
        try:
            return _DECODER.decode((self.folder / HEAD).read_bytes())
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def _replace(self, name: str, content: bytes) -> None:
        written = self.folder / f".{name}"
        try:
            written.write_bytes(content)
            written.replace(self.folder / name)
        finally:
            written.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process writes here meanwhile."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder / ".verrou", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
