"""Who calls on which firm: a transport problem, solved to its optimum as a flow of least cost.

Each firm is called on at most once; a counsellor makes at most so many visits. A visit is worth its value, less a
charge that grows with the part of their capacity that the counsellor has used already (a convex cost of the load), so
that work is spread. Constraints of that kind have whole-number vertices: the optimum of the linear programme is a plan,
and there is no gap but that of rounding costs to `UNIT` (Ahuja, Magnanti and Orlin, Network Flows, 1993, ch. 9 and 11).
Solved by OR-Tools (cost scaling).

After an earlier plan, what was agreed (locked) is set first; then as many of its other visits as can stay do, before
any worth is looked at: each is given more than all worth together.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from matching.planning.problem import NOBODY, Before, Problem, Shares

UNIT: Final = 1e-6
"""Worth of one unit of cost."""

Ints = NDArray[np.int64]


class Unsolvable(RuntimeError):
    """The solver gave up; nothing in a valid problem should make it."""


def share(problem: Problem) -> Shares:
    """The best plan. Locked visits hold even beyond a counsellor's capacity. Empty problems give empty plans."""
    capacity = np.array([each.visits for each in problem.counsellors], dtype=np.int64)
    counsellor, firm, value = _columns(problem)
    locked, earlier = _earlier(problem)
    result = np.full(problem.n_firms, NOBODY, dtype=np.int64)
    for each in locked:
        result[each.firm] = each.counsellor
        capacity[each.counsellor] = max(capacity[each.counsellor] - 1, 0)
    open_pairs = (result[firm] == NOBODY) & (capacity[counsellor] > 0)
    counsellor, firm, value = counsellor[open_pairs], firm[open_pairs], value[open_pairs]
    stays = np.array([earlier.get(key, NOBODY) for key in firm.tolist()], dtype=np.int64) == counsellor
    cost = -np.rint(value / UNIT).astype(np.int64)
    ordinary = _ordinary(problem)
    charges = [_charges(problem, ordinary, at, int(left)) for at, left in enumerate(capacity)]
    worth_more = int(np.abs(cost).sum() + sum(int(each.sum()) for each in charges) + 1) if stays.any() else 0
    worth_more = min(worth_more, 2**44)
    chosen = _flow(counsellor, firm, cost - worth_more * stays, charges, problem.n_firms)
    result[firm[chosen]] = counsellor[chosen]
    worth = -(int(cost[chosen].sum()) + _charged(charges, np.bincount(counsellor[chosen], minlength=len(capacity))))
    free = worth if not worth_more else None
    if free is None:
        again = _flow(counsellor, firm, cost, charges, problem.n_firms)
        free = -(int(cost[again].sum()) + _charged(charges, np.bincount(counsellor[again], minlength=len(capacity))))
    agreed = _agreed_value(problem, ordinary, locked)
    kept = sum(int(result[each.firm]) == each.counsellor for each in problem.before)
    dropped = sum(int(result[each.firm]) == NOBODY for each in problem.before)
    return Shares(
        counsellor_of=result.tolist(),
        value=worth * UNIT + agreed,
        bound=free * UNIT + agreed + UNIT * len(chosen),
        kept=kept,
        moved=len(problem.before) - kept - dropped,
        dropped=dropped,
    )


def _columns(problem: Problem) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """Counsellor, firm and value of the pairs that are worth something, or were planned before."""
    if not problem.pairs:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    table = np.array(problem.pairs, dtype=np.float64)
    return table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]


def _earlier(problem: Problem) -> tuple[list[Before], dict[int, int]]:
    """The locked visits, and by firm the counsellor of the others."""
    return (
        [each for each in problem.before if each.locked],
        {each.firm: each.counsellor for each in problem.before if not each.locked},
    )


def _ordinary(problem: Problem) -> float:
    """What a visit of a full plan is worth: the mean of the best of each firm, over as many as can be made."""
    if not problem.pairs:
        return 0.0
    _, firm, value = _columns(problem)
    best = np.zeros(problem.n_firms)
    np.maximum.at(best, firm, value)
    most = max(sum(each.visits for each in problem.counsellors), 1)
    kept = np.sort(best[best > 0])[::-1][:most]
    return float(kept.mean()) if len(kept) else 0.0


def _charges(problem: Problem, ordinary: float, counsellor: int, left: int) -> Ints:
    """(left,) what each further visit of a counsellor costs, the first one first."""
    whole = problem.counsellors[counsellor].visits
    used = whole - left + np.arange(left)
    return np.rint(problem.fairness * ordinary * used / max(whole, 1) / UNIT).astype(np.int64)


def _charged(charges: list[Ints], loads: Ints) -> int:
    return sum(int(each[:load].sum()) for each, load in zip(charges, loads.tolist(), strict=True))


def _agreed_value(problem: Problem, ordinary: float, locked: list[Before]) -> float:
    """What the locked visits are worth, their charges taken off as those of any other."""
    values = {(counsellor, firm): value for counsellor, firm, value in problem.pairs}
    loads = np.bincount(
        np.array([each.counsellor for each in locked], dtype=np.int64), minlength=len(problem.counsellors)
    )
    charged = sum(
        int(_charges(problem, ordinary, at, problem.counsellors[at].visits)[:load].sum())
        for at, load in enumerate(loads.tolist())
    )
    return sum(values.get((each.counsellor, each.firm), 0.0) for each in locked) - charged * UNIT


def _flow(counsellor: Ints, firm: Ints, cost: Ints, charges: list[Ints], n_firms: int) -> Ints:
    """Positions of the pairs that are chosen. Raises Unsolvable."""
    if len(cost) == 0:
        return np.empty(0, np.int64)
    solver = min_cost_flow.SimpleMinCostFlow()
    source, sink, first_firm = 0, 1, 2 + len(charges)
    for at, each in enumerate(charges):
        count = len(each)
        _arcs(solver, np.full(count, source), np.full(count, 2 + at), each)
    arcs = _arcs(solver, 2 + counsellor, first_firm + firm, cost)
    firms = np.unique(firm)
    _arcs(solver, first_firm + firms, np.full(len(firms), sink), np.zeros(len(firms)))
    supply = int(sum(len(each) for each in charges))
    solver.add_arcs_with_capacity_and_unit_cost(
        np.array([source], np.int32), np.array([sink], np.int32), np.array([supply]), np.array([0])
    )
    solver.set_nodes_supplies(np.array([source, sink], np.int32), np.array([supply, -supply]))
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise Unsolvable(f"the flow of {len(cost)} pairs and {n_firms} firms was not solved: {status}")
    return np.flatnonzero(solver.flows(arcs) > 0)


def _arcs(
    solver: "min_cost_flow.SimpleMinCostFlow",
    tails: NDArray[np.integer],
    heads: NDArray[np.integer],
    costs: NDArray[np.generic],
) -> NDArray[np.int32]:
    """Arcs of one unit each."""
    found: NDArray[np.int32] = solver.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int32), heads.astype(np.int32), np.ones(len(tails), np.int64), costs.astype(np.int64)
    )
    return found
