"""The days of a counsellor: which visits on which day, and in what order, the least on the road.

Days are vehicles that leave the base and come back to it, of so many visits at most: a capacitated routing problem,
improved by OR-Tools' guided local search for `EFFORT` steps a counsellor. Effort is counted in steps, not in
milliseconds: one problem has one answer, on a busy machine too. It is not proved optimal; `tests` hold small ones to
the optimum by enumeration.
"""

import math
from typing import Final

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from matching.planning.problem import NOBODY, Round, Way

EFFORT: Final = 150
"""Routes found, each better than the one before or a step away from where the search was stuck: 10 ms for 3 visits,
some 200 ms for 40."""
LONGEST_MS: Final = 2_000
A_VISIT_MS: Final = 250
"""For days of a hundred visits, for stops that leave nothing to change, or for a machine that does nothing else any
more: what was found by then, as much for each stop and so much at most, is taken."""
SECONDS: Final = 60
"""Whole seconds are what the solver counts in."""
A_DAY_MORE: Final = 20 * SECONDS
"""What leaving on one day more costs: days are filled, unless that is twenty minutes of road longer."""


def rounds(way: Way, effort: int = EFFORT) -> Round:
    """The days of one counsellor. Stops that do not fit are left out, those that cost the longest way first; a day that
    was not agreed is given up before that."""
    held = _solved(way, way.day_of, effort)
    if sum(map(len, held.days)) == len(way.day_of):
        return held
    agreed = [day if fixed else NOBODY for day, fixed in zip(way.day_of, way.agreed, strict=True)]
    return held if agreed == way.day_of else _solved(way, agreed, effort)


def _solved(way: Way, day_of: list[int], effort: int) -> Round:
    n = len(day_of)
    seconds = [[math.ceil(value * SECONDS) for value in row] for row in way.minutes]
    there, a_day_s = math.ceil(way.visit_minutes * SECONDS), math.floor(way.day_minutes * SECONDS)
    fitting = [stop for stop in range(n) if seconds[0][stop + 1] + there + seconds[stop + 1][0] <= a_day_s]
    if len(fitting) < 2 or way.days == 0 or way.a_day == 0:
        return _alone(way, day_of, fitting)
    index = pywrapcp.RoutingIndexManager(n + 1, way.days, 0)
    model = pywrapcp.RoutingModel(index)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(seconds))
    model.SetFixedCostOfAllVehicles(A_DAY_MORE)
    visits = model.RegisterUnaryTransitVector([0] + [1] * n)
    model.AddDimensionWithVehicleCapacity(visits, 0, [way.a_day] * way.days, True, "visits")
    spent = [[value + (there if row else 0) for value in of_row] for row, of_row in enumerate(seconds)]
    time = model.RegisterTransitMatrix(spent)
    model.AddDimension(time, 0, a_day_s, True, "time")
    left_out = 10 * max(map(max, seconds)) + A_DAY_MORE + 1
    for stop, day in enumerate(day_of, start=1):
        node = index.NodeToIndex(stop)
        model.AddDisjunction([node], left_out * (10 if day != NOBODY else 1))
        if day != NOBODY:
            model.VehicleVar(node).SetValues([NOBODY, day])
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.solution_limit = effort
    search.time_limit.FromMilliseconds(min(LONGEST_MS, A_VISIT_MS * n))
    found = model.SolveWithParameters(search)
    if found is None:  # not seen: leaving every stop out is a solution
        return Round([[] for _ in range(way.days)], 0.0)
    made: list[list[int]] = []
    road = 0.0
    for day in range(way.days):
        at = model.Start(day)
        stops: list[int] = []
        while not model.IsEnd(at):
            after = found.Value(model.NextVar(at))
            here, next_stop = index.IndexToNode(at), index.IndexToNode(after)
            road += way.minutes[here][next_stop]
            if here > 0:
                stops.append(here - 1)
            at = after
        made.append(stops)
    if all(day == NOBODY for day in day_of):
        made.sort(key=lambda stops: len(stops) == 0)  # the free days come last
    return Round(made, road)


def _alone(way: Way, day_of: list[int], fitting: list[int]) -> Round:
    """The days where one stop or none can be on one: there is nothing to find."""
    made: list[list[int]] = [[] for _ in range(way.days)]
    if not fitting or way.days == 0 or way.a_day == 0:
        return Round(made, 0.0)
    (stop,) = fitting
    made[max(day_of[stop], 0)].append(stop)
    return Round(made, way.minutes[0][stop + 1] + way.minutes[stop + 1][0])
