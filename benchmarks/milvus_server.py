"""A Milvus server of one's own for a measure: the standalone one that the package `milvus` 2.3.5 carries.

It wants an environment apart (`setuptools<81`, `marshmallow<4`), 300 MB of memory before the first row, and some
seconds to start. It keeps its data in a temporary folder and is ended with the block. Some of its ports are fixed and
open to other machines: one at a time, and never on a machine that others reach.
"""

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PACKAGES: Final = ("milvus==2.3.5", "setuptools<81", "marshmallow<4", "environs<10")
START_S: Final = 180.0
READY: Final = "Welcome to use Milvus"


@dataclass(frozen=True)
class Server:
    """One that runs."""

    uri: str
    process_id: int
    folder: Path
    """Its data."""
    start_s: float

    def resident_mib(self) -> float:
        """Memory that its processes hold."""
        return sum(_resident_kib(number) for number in _family(self.process_id)) / 1024

    def disk_mib(self) -> float:
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file()) / 2**20


@contextlib.contextmanager
def running(environment: Path, *settings: str) -> Iterator[Server]:
    """A server from a Python environment, which is made when there is none, with `key=value` settings of its
    `milvus.yaml`. Raises RuntimeError when it does not start."""
    command = environment / "bin" / "milvus-server"
    if not command.is_file():
        venv.create(environment, with_pip=True)
        subprocess.run([environment / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True)
    with tempfile.TemporaryDirectory(prefix="vivier-milvus-", ignore_cleanup_errors=True) as name:
        port, log = _free_port(), Path(name) / "server.log"
        extra = [word for setting in settings for word in ("--extra-config", setting)]
        began = time.monotonic()
        with log.open("wb") as output:
            process = subprocess.Popen(
                [command, "--data", f"{name}/data", "--proxy-port", str(port), *extra],
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            while READY not in log.read_text(errors="replace"):
                if process.poll() is not None or time.monotonic() - began > START_S:
                    raise RuntimeError(f"the server does not start: {log.read_text(errors='replace')[-2000:]}")
                time.sleep(0.2)
            uri = f"http://127.0.0.1:{port}"
            yield Server(uri, process.pid, Path(name) / "data", time.monotonic() - began)
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    family = _family(process.pid)
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for number in family[1:]:  # what it started and left behind
        with contextlib.suppress(ProcessLookupError):
            subprocess.run(["kill", "-KILL", str(number)], check=False, stderr=subprocess.DEVNULL)


def _family(process_id: int) -> list[int]:
    """A process and all that it started."""
    found = [process_id]
    for number in found:
        for task in Path(f"/proc/{number}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(child) for child in task.read_text().split() if int(child) not in found]
    return found


def _resident_kib(process_id: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


if __name__ == "__main__":
    with running(Path(sys.argv[1])) as server:
        print(server, flush=True)
        input("Return ends it. ")
