"""Run the commands of README.md as a reader would, look at those of docs/, and fail on the first that does not work.

    python tools/check_docs.py

* The first block is exactly the two commands: `make demo`, which is started here, and `make test`, which must be a
  target (CI runs it).
* Every `curl` line is run against that demonstration and must give results.
* Every `vivier` line, of docs/ too, must be a command whose options exist; other lines of such a block set variables.
* Links and paths inside the project lead to files and folders.
"""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
DATA_DIR = "var/docs-check"
BIN = Path(sys.executable).parent
START_SECONDS = 300


def blocks(text: str) -> list[list[str]]:
    """The lines of each fenced `bash` block, comments and blank lines left out, continued lines joined."""
    found = []
    for block in re.findall(r"^```bash\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        lines = block.replace("\\\n", " ").splitlines()
        found.append([line.strip() for line in lines if line.strip() and not line.startswith("#")])
    return found


def fail(message: str) -> NoReturn:
    sys.exit(f"README.md: {message}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def demonstration(command: str, port: int) -> Iterator[str]:
    """README's own demo command, started on `port`; gives its address once it answers."""
    environment = {**os.environ, "VIVIER_DATA_DIR": DATA_DIR, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    started = subprocess.Popen(
        [*shlex.split(command), f"PORT={port}", f"VENV={BIN.parent}"],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(port):
            if started.poll() is not None:
                fail(f"`{command}` ended with exit code {started.returncode}")
            if time.monotonic() > deadline:
                fail(f"`{command}` did not answer within {START_SECONDS} s")
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(started.pid, signal.SIGINT)
        started.wait()


def answers(port: int) -> bool:
    """Whether the service behind `port` is ready; the port listens before the world is built."""
    curl = ["curl", "-sf", "--max-time", "1", f"http://127.0.0.1:{port}/health/ready"]
    return subprocess.run(curl, stdout=subprocess.DEVNULL, check=False).returncode == 0


def check_first_block(lines: list[str]) -> None:
    if len(lines) != 2 or not all(re.fullmatch(r"make [a-z]+", line) for line in lines):
        fail(f"the first block must be the two commands, found {lines}")
    for line in lines:
        if subprocess.run([*shlex.split(line), "-n"], cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode:
            fail(f"`{line}` is no target of the Makefile")


def check_curl(line: str, address: str) -> None:
    """Run the line as written, port apart; the answer must be JSON with something in it."""
    command = line.replace("http://127.0.0.1:8000", address)
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        fail(f"`{line}` ended with exit code {done.returncode}: {done.stderr}{done.stdout}")
    try:
        found = json.loads(done.stdout)
    except ValueError:
        fail(f"`{line}` does not answer JSON: {done.stdout[:200]!r}")
    answer = {"resultats": found} if isinstance(found, list) else found
    if answer.get("status", 200) != 200 or answer.get("resultats") == []:
        fail(f"`{line}` answers {done.stdout[:300]}")
    print(f"ok  {line}")


def check_vivier(line: str) -> None:
    """The command exists and has every option of the line."""
    words = shlex.split(line)
    command = list(takewhile(lambda word: not word.startswith("-"), words))
    for length in range(len(command), 0, -1):
        shown = subprocess.run(
            [BIN / command[0], *command[1:length], "--help"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "COLUMNS": "200"},
        )
        if shown.returncode == 0:
            break
    else:
        fail(f"`{line}`: there is no such command")
    missing = [word for word in words if word.startswith("--") and word not in shown.stdout]
    if missing:
        fail(f"`{line}`: there is no option {', '.join(missing)}")
    print(f"ok  {line}")


def check_links(text: str) -> None:
    """Links and paths inside the project lead to files and folders."""
    for path in re.findall(r"`([a-z_]+/[a-z_/]*(?:[a-z_]+\.py)?)`", text):
        if not (ROOT / path).exists() and not path.startswith("var/"):
            fail(f"there is no {path}")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        if not (ROOT / target).exists():
            fail(f"the link to {target} leads nowhere")


def main() -> None:
    if shutil.which("curl") is None:
        fail("curl is needed to run its lines: apt-get install curl")
    for page in sorted((ROOT / "docs").glob("*.md")):
        for line in (line for block in blocks(page.read_text()) for line in block if line.startswith("vivier ")):
            check_vivier(line)
    text = README.read_text()
    check_links(text)
    first, *others = blocks(text)
    check_first_block(first)
    lines = [line for block in others for line in block]
    for line in lines:
        if line.startswith("vivier "):
            check_vivier(line)
        elif not re.match(r"(?:curl|export|make|\.venv/bin/pip|cd) ?", line):
            fail(f"nothing here can check `{line}`: teach tools/check_docs.py")
    with demonstration(first[0], free_port()) as address:
        for line in lines:
            if line.startswith("curl "):
                check_curl(line, address)


if __name__ == "__main__":
    main()
