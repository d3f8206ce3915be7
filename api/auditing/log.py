"""The log of a running service: lines are queued by requests and written in batches, none is lost while it runs.

A request takes a place in the queue before it does anything, so that its line has somewhere to go; where there is
none, it waits, and then is refused. Killed at any instant, a process loses the lines of the last `GATHER_S` or so, of
calls that looked and changed nothing: a change carries its line in its own transaction.
"""

import asyncio
import contextlib
import logging
from collections import deque
from pathlib import Path
from typing import Final, Self

from api.settings import Settings
from features.audit.chain import Chain
from features.audit.key import AuditKey
from features.audit.line import Entry
from features.audit.witness import Witness
from features.kept_key import kept_key
from features.store import Store, is_outage

log = logging.getLogger(__name__)

KEY_FILE: Final = "audit-key"
FOLDER: Final = "audit"
GATHER_S: Final = 0.05
"""What lines wait for others to be written with."""
RETRY_S: Final = 1.0
"""Between two attempts to write lines that the database did not take."""
PATIENCE_S: Final = 2.0
"""What a request waits for a place in the queue."""
LAST_ATTEMPTS: Final = 5
"""How often lines are tried when the service stops."""


def witness_of(settings: Settings) -> Witness:
    """Where the signed heads of a deployment are kept."""
    return Witness(settings.audit_dir or settings.data_dir / FOLDER)


def key_of(settings: Settings) -> AuditKey:
    """The key of a deployment: drawn, and kept in the data folder, when none is set."""
    if settings.audit_key is not None:
        return AuditKey(settings.audit_key.get_secret_value().encode())
    return AuditKey(kept_key(Path(settings.data_dir) / KEY_FILE))


def chain_of(settings: Settings, store: Store) -> Chain:
    """The chain of a deployment, for writing."""
    return Chain(store, key_of(settings), witness_of(settings))


class AuditLog:
    """The queue of one process. All but the writing happens on the event loop."""

    def __init__(self, chain: Chain, capacity: int) -> None:
        self.chain = chain
        self.capacity = capacity
        self.failure: str | None = None
        """Class of the error that the last attempt to write met; None when it went well."""
        self.is_cut_off = False
        """Whether that error was that the database could not be used."""
        self._taken = 0
        self._lines: deque[Entry] = deque()
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    @classmethod
    def of(cls, settings: Settings, store: Store) -> Self:
        return cls(chain_of(settings, store), settings.audit_queue)

    @property
    def waiting(self) -> int:
        """Places that are taken: calls under way, and lines that are not written yet."""
        return self._taken

    def take_place(self) -> bool:
        """Whether a place was free, and is now the caller's: it ends with `put` or `give_back`."""
        if self._taken >= self.capacity:
            return False
        self._taken += 1
        return True

    async def wait_for_place(self) -> bool:
        """`take_place`, waiting a while for one where lines are being written."""
        if self.failure is not None:
            return self.take_place()
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while not self.take_place():
            self._room.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._room.wait()
            except TimeoutError:
                return False
        return True

    def give_back(self, places: int = 1) -> None:
        self._taken -= places
        if not self._room.is_set():
            self._room.set()

    def put(self, entry: Entry) -> None:
        """A line to be written, by who took a place."""
        self._lines.append(entry)
        self.nudge()

    def nudge(self) -> None:
        """There is something to write, or to tell the witness."""
        if not self._wake.is_set():
            self._wake.set()

    async def start(self) -> None:
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name="vivier-audit")

    async def stop(self) -> None:
        """Write what is queued, then stop."""
        if self._task is None:
            return
        self._stopping = True
        self._wake.set()
        await self._task
        self._task = None

    async def _run(self) -> None:
        await self._mark()
        while not self._stopping:
            await self._wake.wait()
            if not self._stopping:
                await asyncio.sleep(GATHER_S)
            self._wake.clear()
            if not await self._write() and not self._stopping:
                await asyncio.sleep(RETRY_S)
        for attempt in range(LAST_ATTEMPTS):
            if await self._write():
                break
            if attempt < LAST_ATTEMPTS - 1:
                await asyncio.sleep(RETRY_S)
        if self._lines:
            log.critical("%d lines of the audit log could not be written: %s", len(self._lines), self.failure)
        await self._mark()

    async def _write(self) -> bool:
        """Write all that is queued, as one batch; False when the database did not take it: it stays queued."""
        batch = list(self._lines)
        try:
            await asyncio.to_thread(self._keep, batch)
        except Exception as error:
            if self.failure is None or not is_outage(error):  # an outage is told once, not at each attempt
                log.exception("the audit log could not be written")
            self.failure, self.is_cut_off = type(error).__name__, is_outage(error)
            self._wake.set()
            return False
        if self.failure is not None:
            log.warning("the audit log is written again: %d lines had waited", len(batch))
        self.failure, self.is_cut_off = None, False
        for _ in batch:
            self._lines.popleft()
        self.give_back(len(batch))
        return True

    def _keep(self, batch: list[Entry]) -> None:
        if batch:
            self.chain.write(batch)
        else:
            self.chain.tell()

    async def _mark(self) -> None:
        with contextlib.suppress(Exception):
            await asyncio.to_thread(self.chain.mark)
