"""Commands of `vivier` as processes that start in no time, and can be killed.

Each is a process of its own, forked from one that has read the modules and done nothing else: what is killed is the
very command, without the seconds in which Python imports.
"""

import contextlib
import http.client
import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

READ_BEFORE: Final = (
    "api.cli.main",
    "api.app",
    "api.digest_run",
    "api.delivery.hand_over",
    "api.auditing.commands",
    "api.forgetting",
    "features.sources.run",
    "features.sources.registry",
    "matching.build",
    "matching.forgetting",
    "uvicorn",
)
TRAINING: Final = ("models.training.rankers", "models.training.registry", "models.training.promotion", "mlflow")
PATIENCE_S: Final = 300.0
"""For a command on a busy machine."""

_URL: Final = re.compile(r'"url": "http://127\.0\.0\.1:([0-9]+)"')


class Processes:
    """Starts commands over one deployment; what they say goes to a file."""

    def __init__(self, environment: Mapping[str, str], log: Path, training: bool = True) -> None:
        self._environment, self._log = dict(environment), log
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([*READ_BEFORE, *(TRAINING if training else ()), __name__])

    def start(self, *arguments: str) -> ForkServerProcess:
        """`vivier` with these arguments."""
        process = self._context.Process(target=_command, args=(arguments, self._environment, str(self._log)))
        process.start()
        return process

    def run(self, *arguments: str) -> float:
        """The seconds that the command took. Raises RuntimeError where it fails."""
        began = time.monotonic()
        process = self.start(*arguments)
        process.join(PATIENCE_S)
        if process.exitcode != 0:
            process.kill()
            raise RuntimeError(f"vivier {' '.join(arguments)} ended with {process.exitcode}: {self.said()}")
        return time.monotonic() - began

    def said(self) -> str:
        """The end of what the commands said."""
        return self._log.read_text(errors="replace")[-2000:] if self._log.is_file() else ""

    def killed_after(self, seconds: float, *arguments: str) -> "Killed":
        """The command, killed so long after its start unless it has ended by then."""
        process = self.start(*arguments)
        process.join(seconds)
        return kill(process)

    @contextlib.contextmanager
    def serving(self) -> Iterator[tuple[int, ForkServerProcess]]:
        """The service, ready: its port and its process, which is killed at the end where it is still there."""
        before = self._log.stat().st_size if self._log.is_file() else 0
        process = self.start("serve", "--port", "0", "--json")  # the system chooses a port, and nobody else has it
        try:
            port = self._port(before, process)
            _wait_until_ready(port, process)
            yield port, process
        finally:
            kill(process)

    def _port(self, before: int, process: ForkServerProcess) -> int:
        """The port that a service says it listens on, after the first `before` bytes of what was said."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and process.is_alive():
            said = self._log.read_bytes()[before:].decode(errors="replace") if self._log.is_file() else ""
            found = _URL.search(said)
            if found is not None:
                return int(found[1])
            time.sleep(0.05)
        raise RuntimeError(f"the service did not start: {self.said()}")


class Killed:
    """How a process ended."""

    def __init__(self, exitcode: int | None) -> None:
        self.in_time = exitcode == -signal.SIGKILL
        """It was under way when it was killed."""
        self.failed = exitcode not in (0, -signal.SIGKILL)
        self.exitcode = exitcode


def kill(process: ForkServerProcess) -> Killed:
    """`kill -9`, and the process seen gone."""
    process.kill()
    process.join()
    return Killed(process.exitcode)


def _wait_until_ready(port: int, process: ForkServerProcess) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.is_alive():
        try:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
                connection.request("GET", "/health/ready")
                if connection.getresponse().status == 200:
                    return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.05)
    raise RuntimeError(f"the service did not become ready: {process.exitcode}")


def _command(arguments: Sequence[str], environment: Mapping[str, str], log: str) -> None:
    os.environ.update(environment)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.argv = ["vivier", *arguments]
    from api.cli.main import main
    from matching.lookups import Lookups

    setattr(Lookups, "warm", _not_now)  # noqa: B010 - seconds of each start, for questions that nobody asks here

    main()


def _not_now(_lookups: object) -> None:
    """What is made ready before the first question is made when it is asked."""
