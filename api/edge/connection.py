"""One connection: its requests' heads arrive whole within seconds and within a size, or it is closed.

The server itself waits for the first head for ever, and keeps all that comes of it ("slow loris", CWE-400). When it
stops, it closes connections that are kept alive under a request that is on its way; here each has one answer more, with
`Connection: close`, and those that ask nothing for a while are closed.
"""

import asyncio
from asyncio.events import TimerHandle
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.edge.headers import ALWAYS
from api.problems import ApiProblem, ProblemType

HEAD_S: Final = 10.0
"""From the connection, or from the first byte of a further request, to the end of its headers."""
HEAD_BYTES: Final = 64 * 1024
"""Headers that have not ended by then are read no further; `VIVIER_HEADER_LIMIT_BYTES` is for those that have."""
LAST_REQUEST_S: Final = 2.0
"""What a connection that is kept alive has for one more request, when the server stops."""

LINGER_S: Final = 1.0
"""What a sender that was refused in the middle of its head has to read why: closing at once on what it still sends
would reset the connection, and the answer would be lost with it (RFC 9112, section 9.6)."""


class Connection(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, with an end to patience, and no request lost when the server stops."""

    _head_bytes = 0
    _in_head = True
    _refused = False
    _head_timer: TimerHandle | None = None
    _leaving = False
    _leave_timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(HEAD_S, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        if self._leave_timer is not None:
            self._leave_timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        super().data_received(data)
        if self._in_head and not self._refused and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                told = f"Les en-têtes dépassent {HEAD_BYTES} octets."
                self._refuse(ApiProblem(ProblemType.HEADERS_TOO_LARGE, told))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_S, self._head_is_late)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()
        if self._leaving:
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        if self._leaving:
            return
        self._leaving = True
        if self._answers() and not self.cycle.response_started:
            self.cycle.keep_alive = False
        else:  # a request may be on its way, of a client that was told that it may ask again
            self._leave_timer = self.loop.call_later(LAST_REQUEST_S, self._leave)

    def _leave(self) -> None:
        if self._answers():
            self.cycle.keep_alive = False
        elif not (self._in_head and self._head_bytes):  # a head that has begun to arrive has its own time to end
            self.transport.close()

    def _answers(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words, for nobody
        self._refuse(ApiProblem(ProblemType.UNREADABLE, "Ce n'est pas une requête HTTP/1.1 bien formée."))

    def _head_is_late(self) -> None:
        self._head_timer = None
        self._refuse(ApiProblem(ProblemType.SLOW_BODY, f"Les en-têtes ne sont pas arrivés en {HEAD_S:g} s."))

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, problem: ApiProblem) -> None:
        """Answer before any application could, and close; behind an answer that is on its way, only close.

        What comes meanwhile is read and dropped."""
        if self.cycle is None or self.cycle.response_complete:
            response = problem.response()
            lines = [STATUS_LINE[response.status_code]]
            headers = [
                *response.raw_headers,
                *[(name.lower().encode(), text.encode()) for name, text in ALWAYS.items()],
            ]
            lines += [b"%b: %b\r\n" % each for each in [*headers, (b"connection", b"close")]]
            self.transport.write(b"".join([*lines, b"\r\n", bytes(response.body)]))
            self.transport.write_eof()
            self._refused = True
            self._stop_timer()
            self.loop.call_later(LINGER_S, self.transport.close)
        else:
            self.transport.close()
