"""A connection to PostgreSQL that waits for an answer so long and no longer, whatever has become of the server.

The server's own `statement_timeout` ends what it is slow at; it ends nothing where the network has swallowed question
or answer. So each wait ends here too, and with it the connection: nobody knows what is still on its way.
"""

import contextlib
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import psycopg
from psycopg.abc import PQGen

T = TypeVar("T")

GRACE_S: Final = 1.0
"""What the server has beyond its own limit to say that it gave up."""


class Silent(psycopg.OperationalError):
    """No answer came in time; the connection is closed."""


class PatientConnection(psycopg.Connection[Any]):
    """psycopg's own, with an end to each wait."""

    patience_s = 0.0

    def wait(self, gen: PQGen[T], *arguments: Any, **options: Any) -> T:
        return super().wait(_ending(gen, self.patience_s + GRACE_S, self.pgconn.finish), *arguments, **options)


def _ending(gen: PQGen[T], limit_s: float, give_up: Callable[[], None]) -> PQGen[T]:
    """The same steps; once `limit_s` has passed, `give_up` and Silent. Who waits looks in every 0.1 s."""
    ends = time.monotonic() + limit_s
    try:
        awaited = next(gen)
        while True:
            ready = yield awaited
            if time.monotonic() > ends:
                give_up()
                raise Silent(f"no answer within {limit_s:g} s")
            awaited = gen.send(ready)
    except StopIteration as end:
        value: T = end.value
        return value


def connect(patience_s: float, *arguments: Any, **parameters: Any) -> PatientConnection:
    """A connection whose every wait ends, on both sides: connecting, asking, and a network that acknowledges nothing.

    Raises psycopg.OperationalError.
    """
    limit_ms = max(round(patience_s * 1000), 1)
    ours = {"connect_timeout": max(round(patience_s), 2), "tcp_user_timeout": limit_ms, "keepalives_idle": 30}
    connection = PatientConnection.connect(*arguments, **{**ours, **parameters})
    connection.patience_s = patience_s
    with contextlib.ExitStack() as where_it_fails:
        where_it_fails.callback(connection.close)
        wanted, connection.autocommit = connection.autocommit, True
        connection.execute(f"set statement_timeout = {limit_ms}")
        connection.autocommit = wanted
        where_it_fails.pop_all()
    return connection
