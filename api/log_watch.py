"""News of the change log from PostgreSQL: it tells when something is written, and that it is still there.

One thread with a connection of its own listens (LISTEN/NOTIFY), and asks every `interval_s` how far the log goes, in
case a notice was lost. Each answer is a promise: who has read that far knows all that was written before it was asked.
So a node knows at any time how old what it knows may be; nothing else tells that a network is cut.
"""

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa

from features.store.store import CHANNEL

log = logging.getLogger(__name__)

ANSWER_S: Final = 2
"""What the database has to take a connection or to acknowledge what it is sent."""
AGAIN_S: Final = 0.25
"""Between two attempts to connect; so often it is looked whether to stop."""
MOST_ASKED: Final = 1000
"""Answers that are kept while reading lags behind them; beyond, later ones are passed over."""
HEAD: Final = "select coalesce(max(seq), 0) from change_log"


class LogWatch:
    """Listens to the log of the database of `engine`, which is PostgreSQL, for who is level with it up to `level()`.
    `wake` is called in the thread that listens when something was written."""

    def __init__(
        self,
        engine: sa.Engine,
        interval_s: float,
        level: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._interval_s, self._level, self._clock = engine, interval_s, level, clock
        self._stopping, self._lock = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._wake: Callable[[], None] = lambda: None
        self.head = 0
        """The last sequence number that was heard of."""
        self._level_at = clock()
        self._asked: deque[tuple[float, int]] = deque()
        """When it was asked and what was told then, of answers that are further than what was read."""
        self.notices = 0
        """Notices of writes that came."""
        self.listens = False
        """Whether a connection is there that hears them."""

    @property
    def age_s(self) -> float:
        """How old what is known here may be: all that was written longer ago has been read. Infinite until it is so
        once."""
        with self._lock:
            while self._asked and self._asked[0][1] <= self._level():
                self._level_at = self._asked.popleft()[0]
            return max(self._clock() - self._level_at, 0.0)

    def start(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._level_at = float("-inf")
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="vivier-log-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; one that waits for a silent database is left to end by itself."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(ANSWER_S)

    def _run(self) -> None:
        told = False
        while not self._stopping.is_set():
            try:
                with contextlib.closing(self._connected()) as connection:
                    connection.execute(f"listen {CHANNEL}")
                    while not self._stopping.is_set():
                        self._ask(connection)
                        self.listens = True
                        if told:
                            log.warning("the change log is heard again")
                            told = False
                        self._listen(connection)
            except Exception as error:
                self.listens = False
                if not told:
                    log.warning("nothing is heard of the change log (%s)", type(error).__name__)
                    told = True
                self._stopping.wait(min(self._interval_s, AGAIN_S))

    def _listen(self, connection: Any) -> None:
        """Until a notice comes, or it is time to ask."""
        until = time.monotonic() + self._interval_s
        while (left_s := until - time.monotonic()) > 0 and not self._stopping.is_set():
            for _ in connection.notifies(timeout=min(left_s, AGAIN_S), stop_after=1):
                self.notices += 1
                return

    def _ask(self, connection: Any) -> None:
        asked_at = self._clock()
        ((head,),) = connection.execute(HEAD).fetchall()
        is_news = head != self.head
        with self._lock:
            self.head = head
            if len(self._asked) < MOST_ASKED:
                self._asked.append((asked_at, head))
        _ = self.age_s  # takes in what has been read since
        if is_news:
            self._wake()

    def _connected(self) -> Any:
        """A connection of psycopg's own, which hears notices and waits no longer than `ANSWER_S` for any answer."""
        from features.store.patient_postgres import connect

        arguments, parameters = self._engine.dialect.create_connect_args(self._engine.url)
        limits = {"connect_timeout": ANSWER_S, "tcp_user_timeout": ANSWER_S * 1000, "keepalives_idle": ANSWER_S}
        return connect(ANSWER_S, *arguments, **{**limits, **parameters}, autocommit=True)
