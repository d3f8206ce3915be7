"""When merges are started, and that none is left behind."""

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from api import merging as module
from api.merging import COMMAND, NICENESS, PAUSE_S, Merging, start
from tests.waiting import until

AFTER = 100
SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")


class Fake:
    """A process that ends when it is told to, or does not listen."""

    def __init__(self, deaf: bool = False) -> None:
        self.code: int | None = None
        self.deaf = deaf
        self.told: list[str] = []

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.told.append("terminate")
        if not self.deaf:
            self.code = -15

    def kill(self) -> None:
        self.told.append("kill")
        self.code = -9

    def wait(self, timeout: float | None = None) -> int:
        self.told.append("wait")
        if self.code is None:
            assert timeout is not None, "it would wait for ever"
            raise subprocess.TimeoutExpired(COMMAND, timeout)
        return self.code


class House:
    """A merging whose clock, count of changes and processes are in the hands of the test."""

    def __init__(self, after: int = AFTER, deaf: bool = False) -> None:
        self.n_changed = 0
        self.now = 1_000.0
        self.deaf = deaf
        self.started: list[Fake] = []
        self.merging = Merging(lambda: self.n_changed, after, self._start, lambda: self.now)

    def _start(self, command: Sequence[str]) -> Fake:
        assert command == COMMAND
        self.started.append(Fake(self.deaf))
        return self.started[-1]

    def look(self, n_changed: int) -> int:
        """Merges started so far, after one look."""
        self.n_changed = n_changed
        self.merging.look()
        return len(self.started)


def test_a_merge_starts_at_the_threshold_and_not_below() -> None:
    house = House()
    assert [house.look(n) for n in (0, 1, AFTER - 1)] == [0, 0, 0]
    assert house.look(AFTER) == 1
    assert House().look(AFTER + 1) == 1


def test_never_with_0() -> None:
    house = House(after=0)
    assert [house.look(n) for n in (0, 1, 10**9)] == [0, 0, 0]


def test_one_at_a_time_however_long_it_takes() -> None:
    house = House()
    house.look(AFTER)
    house.now += 10 * PAUSE_S
    assert house.look(3 * AFTER) == 1
    house.started[0].code = 0
    assert house.look(3 * AFTER) == 2


def test_the_next_one_waits_for_the_pause_to_end() -> None:
    house = House()
    house.look(AFTER)
    house.started[0].code = 0
    house.now += PAUSE_S - 0.001
    assert house.look(AFTER) == 1
    house.now += 0.001
    assert house.look(AFTER) == 2


def test_a_merge_that_was_taken_in_is_not_done_again() -> None:
    house = House()
    house.look(AFTER)
    house.started[0].code = 0
    house.now += 10 * PAUSE_S
    assert house.look(AFTER - 1) == 1


def test_a_failure_is_logged_once_and_tried_again_after_the_pause(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    house = House()
    house.look(AFTER)
    assert caplog.records == []
    house.started[0].code = 7
    assert [house.look(AFTER) for _ in range(3)] == [1, 1, 1]
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("api.merging", "WARNING")
    assert "code 7" in record.getMessage()
    house.now += PAUSE_S
    assert house.look(AFTER) == 2
    house.started[1].code = 0
    house.look(0)
    assert len(caplog.records) == 1, "one that went well is not spoken of"


def test_one_that_cannot_even_start_is_not_tried_again_at_once() -> None:
    tries: list[float] = []
    now = [0.0]

    def refuse(command: Sequence[str]) -> Fake:
        tries.append(now[0])
        raise OSError("no memory")

    merging = Merging(lambda: AFTER, AFTER, refuse, lambda: now[0])
    with pytest.raises(OSError, match="no memory"):
        merging.look()
    merging.look()
    now[0] = PAUSE_S
    with pytest.raises(OSError, match="no memory"):
        merging.look()
    assert tries == [0.0, PAUSE_S]


def test_stop_ends_the_merge_that_is_under_way_and_sees_it_gone() -> None:
    house = House()
    house.look(AFTER)
    house.merging.stop()
    assert house.started[0].told == ["terminate", "wait"]
    house.merging.stop()
    assert house.started[0].told == ["terminate", "wait"]


def test_stop_does_not_wait_for_ever() -> None:
    house = House(deaf=True)
    house.look(AFTER)
    house.merging.stop()
    assert house.started[0].told == ["terminate", "wait", "kill", "wait"]


def test_stop_leaves_alone_what_has_ended_or_never_began() -> None:
    House().merging.stop()
    house = House()
    house.look(AFTER)
    house.started[0].code = 0
    house.merging.stop()
    assert house.started[0].told == []


def test_a_stop_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    house = House()
    house.look(AFTER)
    house.merging.stop()
    house.look(0)
    assert caplog.records == []


# ---------------------------------------------------------------- with a real process


def children() -> set[int]:
    """Processes of this one that run or were not waited for."""
    me = os.getpid()
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == me:
                found.add(int(folder.name))
    return found


def started_one(monkeypatch: pytest.MonkeyPatch, command: Sequence[str]) -> tuple[Merging, int]:
    """A merging with one real process under way, and its id."""
    monkeypatch.setattr(module, "COMMAND", command)
    merging, before = Merging(lambda: AFTER, AFTER), children()
    merging.look()
    (pid,) = children() - before
    return merging, pid


def test_the_process_yields_to_requests_and_none_is_left_after_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    merging, pid = started_one(monkeypatch, SLEEP)
    assert os.getpriority(os.PRIO_PROCESS, pid) == max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0))
    assert os.getpriority(os.PRIO_PROCESS, pid) > 0
    merging.stop()
    assert pid not in children(), "not even one that has ended and was not waited for"


def test_a_process_that_will_not_end_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "STOP_S", 0.05)
    ready = tmp_path / "ready"
    program = (
        "import pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"pathlib.Path({str(ready)!r}).touch(); time.sleep(600)"
    )
    merging, pid = started_one(monkeypatch, (sys.executable, "-c", program))
    until(ready.exists)
    merging.stop()
    assert pid not in children()


def test_one_that_has_ended_is_waited_for_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    merging, pid = started_one(monkeypatch, (sys.executable, "-c", ""))

    def collected() -> bool:
        merging.look()
        return pid not in children()

    until(collected)


def test_a_service_of_lower_priority_still_merges() -> None:
    """Only the administrator may raise a priority: setting it to 10 under `nice -n 15` would be refused."""
    program = (
        "import os, sys; from api.merging import start; process = start([sys.executable, '-c', 'input()']);"
        "print(os.getpriority(os.PRIO_PROCESS, process.pid)); process.kill(); process.wait()"
    )
    lowered = subprocess.run(
        ["nice", "-n", "15", sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert int(lowered.stdout) >= 15


def test_what_it_says_on_stdout_is_not_mixed_with_ours(capfd: pytest.CaptureFixture[str]) -> None:
    process = start((sys.executable, "-c", "import sys; print('figures'); print('a failure', file=sys.stderr)"))
    assert process.wait(60) == 0
    assert tuple(capfd.readouterr()) == ("", "a failure\n")
