"""One call of the API under way, and the line that it leaves."""

import time
from typing import Any, Final

from starlette.types import Scope

from api.auditing.actors import actor_name, on_behalf_of
from api.auditing.log import AuditLog
from api.auditing.operations import OF_NOBODY, action_of, nature_of
from api.security.actor import Actor
from api.security.notes import to_log
from features.audit.actions import CHANGES, outcome
from features.audit.head import Head
from features.audit.line import Entry
from features.store import Kind, Writer, along
from features.store.erasure_log import mark_of

UNKNOWN_ADDRESS: Final = "(adresse inconnue)"
OTHER_METHOD: Final = "AUTRE"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OF_PEOPLE: Final = frozenset({Kind.PROFILE, Kind.IDENTITY, Kind.PROTECTED})


class Call:
    """One call under way. Its line is put down once, when its status is known and before the answer leaves; or with
    the transaction of what it changes."""

    wants_touched = True
    __slots__ = ("_actor", "_at", "_detail", "_ended", "_head", "_log", "_noted", "_scope")

    def __init__(self, scope: Scope, log: AuditLog) -> None:
        self._scope = scope
        self._log = log
        self._at = time.time()
        self._ended = False
        self._noted = False
        self._head: Head | None = None
        self._actor: Actor | None = None
        self._detail: str | None = None

    def end(self, status: int) -> None:
        """The call ends with this status, unless it has ended already."""
        if self._ended:
            return
        self._ended = True
        if self._noted and status < 400:
            self._log.give_back()
            self._log.nudge()  # the witness is to know the change
        else:
            self._log.put(self.entry(status))

    def tell(self, actor: Actor | None, detail: str) -> None:
        """Who the sender turned out to be, and what is to be known besides, in ids and closed words."""
        if actor is not None:
            self._actor = actor
        self._detail = detail if self._detail is None else f"{self._detail}, {detail}"

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
        actor: Actor | None = self._actor or state.get("actor")
        method, path = self._operation()
        nature = nature_of(path)
        ids = tuple(scope.get("path_params", {}).values())
        people: tuple[str, ...] = state.get("seen", ())
        if nature == "profils":
            ids, people = (), ids + people
        if touched:
            written = dict.fromkeys(key for kind, key in touched if kind in _OF_PEOPLE)
            marks = {mark_of(key) for key in (*written, *people)}  # an erasure is logged under a mark besides the id
            changed = tuple([key for key in written if key not in marks])
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
            None if actor is None else on_behalf_of(actor, self._log.chain.key),
            ids,
            nature in OF_NOBODY and (status is None or status < 400),
            people,
            status,
            state.get("model"),
            state.get("trace_id"),
            self._detail,
        )

    def _operation(self) -> tuple[str, str]:
        route = self._scope.get("route")
        method = self._scope["method"]
        return method if method in _METHODS else OTHER_METHOD, UNKNOWN_ADDRESS if route is None else route.path


def note_access(actor: Actor | None, action: str, **facts: str) -> None:
    """What is noted of sign-ins (`api.security.notes.Note`): it goes into the line of the call under way, which says
    then who it turned out to be; into the log of the process where there is none."""
    call = along.get()
    if isinstance(call, Call):
        call.tell(actor, " ".join([action, *[f"{name}={value}" for name, value in sorted(facts.items())]]))
    else:
        to_log(actor, action, **facts)
