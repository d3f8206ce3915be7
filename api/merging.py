"""Merges: when enough has changed, another process writes a new generation, which every worker then adopts."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

log = logging.getLogger(__name__)

COMMAND: Final = (sys.executable, "-m", "api.cli.main", "index", "merge", "--json")
FORGET_COMMAND: Final = (sys.executable, "-m", "api.cli.main", "forget", "--finish", "--json")
"""The same, and the database's files, without people who were erased."""
PAUSE_S: Final = 60.0
"""Least time between two merges that this process starts: a merge that fails is not tried again at once."""

NICENESS: Final = 10
STOP_S: Final = 5.0
"""What a merge that is told to end has to do so, before it is made to."""


class Process(Protocol):
    """What is seen of a merge under way."""

    def poll(self) -> int | None: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


def start(command: Sequence[str], variables: Mapping[str, str] | None = None) -> Process:
    """A merge in a process of its own, of low priority, whose failure is told on the log by `Merging`. `variables` of
    its environment, besides those of this process."""
    process = subprocess.Popen(  # noqa: S603 - our own
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env={**os.environ, **(variables or {})}
    )
    given = os.getpriority(os.PRIO_PROCESS, process.pid)  # a service of low priority may not raise it
    os.setpriority(os.PRIO_PROCESS, process.pid, max(given, NICENESS))
    return process


class Merging:
    """Starts a merge, or another `command`, when `n_changed()` reaches `after` (0: never), one at a time.

    Several workers may do so at once: the command lets one through and turns the others away.
    """

    def __init__(
        self,
        n_changed: Callable[[], int],
        after: int,
        start: Callable[[Sequence[str]], Process] = start,
        clock: Callable[[], float] = time.monotonic,
        command: Sequence[str] | None = None,
    ) -> None:
        self._n_changed, self._after, self._start, self._clock = n_changed, after, start, clock
        self._command = command
        self._process: Process | None = None
        self._not_before = -float("inf")

    def look(self) -> None:
        """Start a merge if one is due. Costs nothing to speak of."""
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            if code != 0:
                log.warning("a merge of the indexes ended with code %s; it is tried again in a while", code)
            self._process = None
        if self._after and self._n_changed() >= self._after and self._clock() >= self._not_before:
            self._not_before = self._clock() + PAUSE_S
            self._process = self._start(COMMAND if self._command is None else self._command)

    def stop(self) -> None:
        """End a merge that is under way, and see it gone: what it has written is left out."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None
