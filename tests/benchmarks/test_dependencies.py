"""A mail server, a provider of identity and a webhook's receiver go away: nobody waits for ever, all mends itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from benchmarks.dependencies import Attempt, letter, mail_server, posted, sign_in, stand_in
from benchmarks.fault_proxy import Fault, FaultProxy
from tests.waiting import until

LIMIT_S = 0.3


@pytest.mark.parametrize(
    ("server", "attempt_by"),
    [(mail_server, letter), (stand_in, sign_in), (stand_in, posted)],
    ids=["mail", "oidc", "hook"],
)
def test_what_is_away_is_given_up_and_used_again_once_it_is_back(
    server: Callable[[], AbstractContextManager[int]], attempt_by: Callable[[int, float], Attempt]
) -> None:
    with server() as port, FaultProxy("127.0.0.1", port) as way:
        attempt = attempt_by(way.port, LIMIT_S)
        until(attempt)
        for fault in (Fault.HOLE, Fault.RESET, Fault.CUT):
            way.become(fault)
            assert not attempt(), fault
            way.become(Fault.NONE)
            until(attempt)
