"""The planning process: one plan at a time, bounded in time, and never in the way of other requests."""

import asyncio
import sys

import pytest

import api.planning
from api.planning import Planner, _solved
from api.problems import ApiProblem
from matching.planning.problem import Counsellor, Problem, Shares

PROBLEM = Problem([Counsellor(1)], 1, [(0, 0, 0.5)])


def test_the_process_answers_while_the_loop_goes_on() -> None:
    async def both() -> tuple[Shares, int]:
        turns = 0
        solving = asyncio.create_task(_solved(PROBLEM, Shares))
        while not solving.done():
            turns += 1
            await asyncio.sleep(0.001)
        return await solving, turns

    shares, turns = asyncio.run(both())
    assert shares.counsellor_of == [0]
    assert turns > 10


def test_a_solver_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.planning, "COMMAND", (sys.executable, "-c", "import time; time.sleep(600)"))
    monkeypatch.setattr(api.planning, "SOLVER_LIMIT_S", 0.2)
    with pytest.raises(ApiProblem, match="demandez moins de conseillers") as told:
        asyncio.run(_solved(PROBLEM, Shares))
    assert told.value.status == 503


def test_a_solver_that_fails_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.planning, "COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises((RuntimeError, BrokenPipeError, ConnectionResetError)):
        asyncio.run(_solved(PROBLEM, Shares))


def test_a_second_plan_is_told_to_come_back() -> None:
    async def second() -> None:
        planner = Planner()
        async with planner._busy:
            await planner.plan(None, None)  # type: ignore[arg-type]

    with pytest.raises(ApiProblem, match="déjà en cours de calcul") as told:
        asyncio.run(second())
    assert told.value.headers == {"Retry-After": "5"}
