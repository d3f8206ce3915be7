"""How the service's processes start, stop and take up what is published: uvicorn's own, but that nothing is lost.

SIGTERM: no new connections; those that are there have their answers (`api/edge/connection.py`), then the process ends.
SIGHUP: each process that answers looks at what is published, at what it refused before too, and takes it up once it is
checked, between two requests (`Engine.reconsider`); no process is replaced.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from socket import socket

from uvicorn import Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from api.door import Door

log = logging.getLogger(__name__)


class DrainingServer(Server):
    """Connections that the system has taken on for us are answered, in a rush and when the server stops (`Door`)."""

    _doors: tuple[Door, ...] = ()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """`sockets` are bound by who starts this; without any, nobody is heard."""
        await super().startup(sockets=[])
        for each in sockets or []:
            each.listen(self.config.backlog)
        self._doors = tuple(Door(each, self._protocol) for each in sockets or [])

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        for door in self._doors:
            await door.close()
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        """As uvicorn makes it for a connection that it accepts."""
        config, state = self.config, self.lifespan.state
        made: asyncio.Protocol = config.http_protocol_class(
            config=config, server_state=self.server_state, app_state=state
        )  # type: ignore[call-arg]
        return made


class DrainingProcess(Process):
    @property
    def server(self) -> Server:
        if self._server is None:
            self._server = DrainingServer(self.config)
        return self._server


class Workers(Multiprocess):
    """Several processes that answer."""

    def init_processes(self) -> None:
        for _ in range(self.processes_num):
            self.processes.append(self._started())

    def keep_subprocess_alive(self) -> None:
        """Replace each that has died or hangs; end where one cannot even start."""
        for place, process in enumerate(self.processes):
            if self.should_exit.is_set() or process.is_alive(timeout=self.config.timeout_worker_healthcheck):
                continue
            process.kill()
            process.join()
            if process.exitcode == STARTUP_FAILURE:
                log.error("worker %s failed to start: all end", process.pid)
                self.should_exit.set()
            elif not self.should_exit.is_set():
                self.processes[place] = self._started()

    def terminate_all(self) -> None:
        for each in self.sockets:  # what the system took on after the workers have gone, nobody would answer
            each.close()
        super().terminate_all()

    def handle_hup(self) -> None:
        for process in self.processes:
            if process.pid is not None and process.is_ready():  # one that is starting reads it all anyway
                os.kill(process.pid, signal.SIGHUP)

    def _started(self) -> Process:
        process = DrainingProcess(self.config, self.sockets)
        process.start()
        return process


@contextlib.contextmanager
def on_hangup(work: Callable[[], None]) -> Iterator[None]:
    """`work` is done on the event loop at each SIGHUP; on a terminal, whose end it tells, the signal ends the process
    as it always did. Elsewhere than in a process's main thread nothing is changed."""
    if threading.current_thread() is not threading.main_thread() or _on_terminal():
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, work)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _on_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
