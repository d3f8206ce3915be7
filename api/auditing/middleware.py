"""Each call leaves a line, whatever route answers it and however it ends."""

import os
import time
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auditing.actors import actor_name
from api.auditing.log import AuditLog
from api.auditing.operations import NOT_AUDITED, OF_NOBODY, action_of, nature_of
from api.problems import ApiProblem, ProblemType
from api.security.actor import Actor
from features.audit.actions import CHANGES, outcome
from features.audit.head import Head
from features.audit.line import Entry
from features.store import Kind, Writer, along

UNKNOWN_ADDRESS: Final = "(adresse inconnue)"
OTHER_METHOD: Final = "AUTRE"
CLIENT_LEFT: Final = 499
"""Status of a call whose sender left before the answer."""
RETRY_AFTER_S: Final = 5
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_HEXADECIMAL: Final = frozenset("0123456789abcdef")
_OF_PEOPLE: Final = frozenset({Kind.PROFILE, Kind.IDENTITY, Kind.PROTECTED})


class Audited:
    """ASGI middleware, the outermost: what the others refuse leaves a line too."""

    def __init__(self, app: ASGIApp, log: AuditLog) -> None:
        self.app = app
        self.log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(NOT_AUDITED):
            await self.app(scope, receive, send)
            return
        if not self.log.take_place() and not await self.log.wait_for_place():
            busy = ApiProblem(ProblemType.BUSY, "Le journal d'audit ne peut rien noter pour l'instant.").response()
            busy.headers["Retry-After"] = str(RETRY_AFTER_S)
            await busy(scope, receive, send)
            return
        call = Call(scope, self.log)
        token = along.set(call)

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.end(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            call.end(500)
            raise
        finally:
            call.end(CLIENT_LEFT)
            along.reset(token)


class Call:
    """One call under way. Its line is put down once, when its status is known and before the answer leaves; or with
    the transaction of what it changes."""

    wants_touched = True
    __slots__ = ("_at", "_ended", "_head", "_log", "_noted", "_scope")

    def __init__(self, scope: Scope, log: AuditLog) -> None:
        self._scope = scope
        self._log = log
        self._at = time.time()
        self._ended = False
        self._noted = False
        self._head: Head | None = None

    def end(self, status: int) -> None:
        """The call ends with this status, unless it has ended already."""
        if self._ended:
            return
        self._ended = True
        if self._noted and status < 400:
            self._log.give_back()
        else:
            self._log.put(self.entry(status))

    def before_commit(self, writer: Writer) -> None:
        """The line of a change, in its transaction: `Along`. One that changed nothing leaves it to `end`."""
        self._head = None
        if writer.touched and action_of(*self._operation()) in CHANGES:
            self._head = self._log.chain.append(writer.connection, [self.entry(None, tuple(writer.touched))])

    def after_commit(self) -> None:
        if self._head is not None:
            self._log.chain.committed(self._head)
            self._noted = True

    def entry(self, status: int | None, touched: tuple[tuple[Kind, str], ...] = ()) -> Entry:
        """What is known of the call; `status` None for a change that is being committed."""
        scope = self._scope
        state: dict[str, Any] = scope.get("state") or {}
        actor: Actor | None = state.get("actor")
        method, path = self._operation()
        nature = nature_of(path)
        ids = tuple(scope.get("path_params", {}).values())
        people: tuple[str, ...] = state.get("seen", ())
        if nature == "profils":
            ids, people = (), ids + people
        if touched:
            changed = tuple([key for kind, key in touched if kind in _OF_PEOPLE])
            people += changed
            if not ids and nature != "profils":
                ids = tuple([key for kind, key in touched if kind not in _OF_PEOPLE])
        action = action_of(method, path)
        return Entry(
            self._at,
            action if status is None else outcome(action, status),
            f"{method} {path}",
            nature,
            None if actor is None else actor_name(actor.id, self._log.chain.key),
            None if actor is None else actor.role.value,
            False if actor is None else actor.demo,
            ids,
            nature in OF_NOBODY and (status is None or status < 400),
            people,
            status,
            state.get("model"),
            state.get("trace_id") or trace_of(scope),
        )

    def _operation(self) -> tuple[str, str]:
        route = self._scope.get("route")
        method = self._scope["method"]
        return method if method in _METHODS else OTHER_METHOD, UNKNOWN_ADDRESS if route is None else route.path


def trace_of(scope: Scope) -> str:
    """The trace id that a `traceparent` header carries (W3C Trace Context), or a new one."""
    for name, value in scope["headers"]:
        if name == b"traceparent" and len(value) >= 55:
            found: str = value[3:35].decode("latin-1").lower()
            if set(found) <= _HEXADECIMAL:
                return found
    return os.urandom(16).hex()
