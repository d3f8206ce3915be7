"""The service under load: its capacity, hours at 70 % of it in small, three times too much, a swap and a stop.

    python -m benchmarks.load [--quick] [--json FILE] [--minutes N] [--workers N] [--home FOLDER]
                              [--requests N] [--in-flight N]

Serves a world of its own (or the deployment of `--home`) with several workers on loopback, as a real command, and asks
the four questions mixed, about many people, offers, needs and counsellors, from one process:

1. capacity: closed load of rising numbers of clients; the best rate at a p99 of at most 250 ms, or three times that of
   one client on a machine where that is more;
2. `--minutes` (30) of open load at 70 % of it: 0 errors, and no growth of what each worker holds to itself;
3. a promotion, a new generation of the indexes and a SIGHUP under the same load, twice each: 0 requests fail;
4. three times capacity: those who are turned away are told when to come back, those who are served wait no longer
   than the limit of the queue; then how long until a p99 like before;
5. SIGTERM under closed load: every request that was sent has its answer.

In between it asks 100,000 times over (1,000 with `--quick`, `--requests N`) for the growth of memory a request: of the
second half, when caches are full. `--in-flight N` tries another `VIVIER_IN_FLIGHT_LIMIT`. `--quick` does it all in a
minute or so on a machine that has nothing else to do; its memory figures say nothing. The load is bounded by these
numbers; it never leaves this machine.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import uvloop

from benchmarks.api_latency import askers
from benchmarks.http_client import UNLIMITED, Ask, demo_world, free_port, wait_until_ready
from benchmarks.load_client import Answer, Tally, at_rate, closed
from benchmarks.questions import mixed, questions
from benchmarks.report import Report
from models.champions import Card, publish
from models.oblivious import ObliviousTrees
from models.ranked import Ranked
from models.ranking.model import RankingModel

SEED: Final = 1
STEPS: Final = (1, 2, 4, 8, 16, 24)
"""Clients of the closed loads."""
GOOD_P99_MS: Final = 250.0
SHARE: Final = 0.7
TIMES_TOO_MUCH: Final = 3.0
FLAT_MIB_PER_HOUR: Final = 20.0
RECOVERS_S: Final = 10.0
POOL: Final = 400
SAMPLE_S: Final = 2.0


@dataclass(frozen=True)
class Running:
    """The command that serves, and where."""

    server: subprocess.Popen[bytes]
    port: int

    def workers(self) -> list[int]:
        """Process ids of those that answer; the command's own where it answers itself."""
        pid = self.server.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children if "spawn_main" in _command_line(int(child))] or [pid]


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def main() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--requests", type=int)
    parser.add_argument("--in-flight", type=int, default=32)
    parser.add_argument("--home", type=Path)
    options, rest = parser.parse_known_args()
    report = Report.from_command_line("load", seed=SEED, arguments=rest, about=__doc__ or "")
    minutes = options.minutes or (0.25 if report.quick else 30.0)
    requests = options.requests or report.repeats(100_000, quick=1_000)
    with ExitStack() as held:
        home = options.home or demo_world(held.enter_context(tempfile.TemporaryDirectory()))
        pool = mixed(questions(askers(home, POOL)))
        report.figure("workers", options.workers)
        report.figure("cores", len(os.sched_getaffinity(0)))
        report.figure("in_flight_limit_of_each", options.in_flight)
        running = held.enter_context(_served(home, options.workers, options.in_flight))
        held.callback(report.finish)
        uvloop.run(_measure(report, running, home, pool, minutes * 60, requests))


class _served:  # noqa: N801 - a context
    """The real command; at the end it is told to stop, unless it has."""

    def __init__(self, home: Path, workers: int, in_flight: int) -> None:
        self._port = free_port()
        self._server = subprocess.Popen(
            [sys.executable, "-m", "api.cli.main", "serve", "--port", str(self._port), "--workers", str(workers)],
            env={
                **os.environ,
                "VIVIER_DATA_DIR": str(home),
                "VIVIER_IN_FLIGHT_LIMIT": str(in_flight),
                "VIVIER_DEMO_IDENTITIES": "true",
                **UNLIMITED,
                "OMP_NUM_THREADS": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Running:
        wait_until_ready(self._port, self._server, 120)
        return Running(self._server, self._port)

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        self._server.wait(timeout=60)


async def _measure(
    report: Report, running: Running, home: Path, pool: Sequence[Ask], seconds: float, requests: int
) -> None:
    await asyncio.sleep(0 if running.workers() == [running.server.pid] else 5)  # the last worker may still be opening
    capacity = await _capacity(report, running, pool)
    rate = SHARE * capacity
    before = await _steady(report, running, pool, rate, seconds)
    await _leak(report, running, pool, requests)
    await _swaps(report, running, home, pool, rate)
    await _too_much(report, running, pool, capacity, before)
    await _stop(report, running, pool)


async def _capacity(report: Report, running: Running, pool: Sequence[Ask]) -> float:
    """Requests a second that are served well."""
    step_s = report.repeats(20, quick=3)
    await _closed_for(running, pool, 4, step_s, Tally())  # what is compiled and read at first does not count
    best, limit_ms = 0.0, GOOD_P99_MS
    for clients in STEPS:
        tally = Tally()
        await _closed_for(running, pool, clients, step_s, tally)
        per_s, p99 = tally.served / step_s, tally.p_ms(0.99)
        report.figure(f"capacity_{clients}_clients_per_s", per_s, 1)
        report.figure(f"capacity_{clients}_clients_p99_ms", p99, 1)
        if clients == 1:
            limit_ms = max(limit_ms, 3 * p99)
        if tally.failed or tally.told_to_wait or p99 > limit_ms:
            break
        best = max(best, per_s)
    report.figure("capacity_limit_p99_ms", limit_ms, 1)
    report.figure("capacity_per_s", best, 1)
    if best == 0:
        raise RuntimeError("not even one client is served without a failure")
    return best


async def _closed_for(running: Running, pool: Sequence[Ask], clients: int, seconds: float, tally: Tally) -> None:
    await closed(running.port, pool, clients, _over(seconds), tally)


def _over(seconds: float) -> Callable[[], bool]:
    ends = time.monotonic() + seconds
    return lambda: time.monotonic() > ends


async def _steady(report: Report, running: Running, pool: Sequence[Ask], rate: float, seconds: float) -> Tally:
    """Open load for a long time: nothing fails, and memory stays."""
    tally = Tally()
    memory = asyncio.create_task(_memory(running, seconds))
    await at_rate(running.port, pool, rate, _over(seconds), tally, SEED)
    samples = await memory
    report.figure("steady_minutes", seconds / 60, 2)
    report.figure("steady_per_s", rate, 1)
    report.figure("steady_requests", tally.served)
    _failures(report, "steady", tally)
    report.figure("steady_told_to_wait", tally.told_to_wait)
    report.figure("steady_p50_ms", tally.p_ms(0.5), 1)
    report.figure("steady_p99_ms", tally.p_ms(0.99), 1)
    _memory_figures(report, "steady", samples)
    report.figure("target_private_mib_per_hour", FLAT_MIB_PER_HOUR)
    return tally


def _failures(report: Report, name: str, tally: Tally) -> None:
    report.figure(f"{name}_failed", tally.failed)
    if tally.failed:
        report.figure(f"{name}_failed_by", tally.why())


def _memory_figures(report: Report, name: str, samples: "list[Sample]") -> None:
    """Of the second half, when all that is filled on the way is full."""
    later = samples[len(samples) // 2 :]
    for number, pid in enumerate(sorted(later[-1].private_mib)):
        at = [each for each in later if pid in each.private_mib]
        private = np.array([each.private_mib[pid] for each in at])
        hours = np.array([each.at for each in at]) / 3600
        slope = float(np.polyfit(hours, private, 1)[0]) if len(at) > 2 else None
        report.figure(f"{name}_worker_{number}_private_mib", float(private[-1]), 1)
        report.figure(f"{name}_worker_{number}_private_mib_per_hour", slope, 1)
        report.figure(f"{name}_worker_{number}_resident_mib", at[-1].resident_mib[pid], 1)
    report.figure(f"{name}_pss_of_all_mib", later[-1].pss_mib, 1)


@dataclass(frozen=True)
class Sample:
    """What the workers hold at a moment, in MiB."""

    at: float
    private_mib: dict[int, float]
    resident_mib: dict[int, float]
    pss_mib: float


def sample(pids: Sequence[int]) -> Sample:
    private, resident, pss = {}, {}, 0.0
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}
        private[pid] = sizes["Private_Clean"] + sizes["Private_Dirty"]
        resident[pid] = sizes["Rss"]
        pss += sizes["Pss"]
    return Sample(time.monotonic(), private, resident, pss)


async def _memory(running: Running, seconds: float) -> list[Sample]:
    every = max(SAMPLE_S, seconds / 600)
    ends = time.monotonic() + seconds
    samples = [sample(running.workers())]
    while time.monotonic() < ends:
        await asyncio.sleep(min(every, max(0.1, ends - time.monotonic())))
        samples.append(sample(running.workers()))
    return samples


async def _leak(report: Report, running: Running, pool: Sequence[Ask], requests: int) -> None:
    """Memory of the workers' own over so many requests: in each half of them."""
    tally, samples = Tally(), [sample(running.workers())]
    for half in (1, 2):
        wanted = half * requests // 2
        await closed(running.port, pool, 8, lambda wanted=wanted: tally.ended >= wanted, tally)  # type: ignore[misc]
        samples.append(sample(running.workers()))
    report.figure("leak_requests", tally.ended)
    _failures(report, "leak", tally)
    for name, (before, after) in zip(("first", "second"), pairwise(samples), strict=True):
        grown = sum(after.private_mib[pid] - before.private_mib.get(pid, 0.0) for pid in after.private_mib)
        report.figure(f"leak_{name}_half_mib_of_all_workers", grown, 2)
        report.figure(f"leak_{name}_half_bytes_a_request", grown * 1024 * 1024 / max(1, requests / 2), 1)


async def _swaps(report: Report, running: Running, home: Path, pool: Sequence[Ask], rate: float) -> None:
    """Promotions, generations and SIGHUP under load; every answer is of one model."""
    tally = Tally()
    swaps: list[Callable[[], None]] = [
        lambda: publish(home, Card(Ranked.OFFERS, "1", None, _now()), RankingModel(_nearer())),
        lambda: _merge(home),
        lambda: os.kill(running.server.pid, signal.SIGHUP),
        lambda: publish(home, Card(Ranked.OFFERS, None, "1", _now()), None),
        lambda: _merge(home),
        lambda: os.kill(running.server.pid, signal.SIGHUP),
    ]
    pause, swapped = report.repeats(5, quick=2), False
    loading = asyncio.create_task(at_rate(running.port, pool, rate, lambda: swapped, tally, SEED + 1, mark=_model))
    workers = running.workers()
    for swap in swaps:
        await asyncio.sleep(pause)
        await asyncio.to_thread(swap)
    await asyncio.sleep(pause)
    swapped = True
    await loading
    report.figure("swaps", len(swaps))
    report.figure("swaps_requests", tally.served)
    _failures(report, "swaps", tally)
    report.figure("swaps_p99_ms", tally.p_ms(0.99), 1)
    report.figure("swaps_models_that_answered", len(tally.versions))
    report.figure("swaps_workers_kept", running.workers() == workers)


def _nearer() -> ObliviousTrees:
    """The smallest ranker: one question about the feature of distance."""
    return ObliviousTrees(
        names=("distance",),
        features=np.zeros((1, 1), dtype=np.int16),
        borders=np.full((1, 1), 0.2, dtype=np.float32),
        missing_high=np.zeros(1, dtype=np.bool_),
        leaves=np.array([[-1.0, 1.0]]),
        covers=np.array([[1, 1]], dtype=np.float32),
        bias=0.0,
    )


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())


def _model(answer: Answer) -> bytes:
    if answer.status == 204:
        return b""
    found: str = json.loads(answer.body).get("modele", "")
    return found.encode()


def _merge(home: Path) -> None:
    command = [sys.executable, "-m", "api.cli.main", "index", "merge", "--json"]
    environment = {**os.environ, "VIVIER_DATA_DIR": str(home), "OMP_NUM_THREADS": "1"}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def _too_much(report: Report, running: Running, pool: Sequence[Ask], capacity: float, before: Tally) -> None:
    """Three times capacity, then capacity's share again: how served requests fare, and when all is as before."""
    seconds = report.repeats(60, quick=6)
    tally = Tally()
    began = time.process_time()
    await at_rate(running.port, pool, TIMES_TOO_MUCH * capacity, _over(seconds), tally, SEED + 2)
    report.figure("overload_client_share_of_a_core", (time.process_time() - began) / seconds, 2)
    usual = before.p_ms(0.99)
    report.figure("overload_asked_per_s", TIMES_TOO_MUCH * capacity, 1)
    report.figure("overload_served_per_s", tally.served / seconds, 1)
    report.figure("overload_served_share_of_capacity", tally.served / seconds / capacity, 2)
    report.figure("overload_told_to_wait_share", tally.told_to_wait / max(1, sum(tally.statuses.values())), 2)
    report.figure("overload_told_p99_ms", float(np.quantile(tally.told_ms, 0.99)) if tally.told_ms else None, 1)
    report.figure("overload_told_without_retry_after", tally.without_retry_after)
    report.figure("overload_unasked", tally.unasked)
    _failures(report, "overload", tally)
    report.figure("overload_served_p50_ms", tally.p_ms(0.5), 1)
    report.figure("overload_served_p99_ms", tally.p_ms(0.99), 1)
    report.figure("overload_p99_times_steady", tally.p_ms(0.99) / usual, 2)

    after, since = Tally(), time.monotonic()
    await at_rate(running.port, pool, SHARE * capacity, _over(2 * RECOVERS_S), after, SEED + 3)
    report.figure("recovered_after_s", _recovered_after(after, since, max(usual * 1.5, usual + 20)), 1)


def _recovered_after(tally: Tally, since: float, limit_ms: float) -> float | None:
    """Seconds from the end of the overload to the first second whose p95 is as before; None: none was."""
    ended, took = np.array(tally.ended_at) - since, np.array(tally.took_ms)
    for second in range(int(2 * RECOVERS_S)):
        within = took[(ended >= second) & (ended < second + 1)]
        if len(within) and np.percentile(within, 95) <= limit_ms:
            return float(second + 1)
    return None


async def _stop(report: Report, running: Running, pool: Sequence[Ask]) -> None:
    """SIGTERM under closed load."""
    tally, stopped = Tally(), False
    loading = asyncio.create_task(closed(running.port, pool, 16, lambda: stopped, tally))
    await asyncio.sleep(2)
    asked = time.monotonic()
    running.server.send_signal(signal.SIGTERM)
    await asyncio.to_thread(running.server.wait, 60)
    report.figure("stop_took_s", time.monotonic() - asked, 1)
    stopped = True
    await loading
    report.figure("stop_served", tally.served)
    _failures(report, "stop", tally)
    report.figure("stop_exit_code", running.server.returncode)


if __name__ == "__main__":
    main()
