"""The lines of what is done on the command line: who ran which command, and what it changed."""

import contextlib
import os
import time
from collections.abc import Iterator

from api.auditing.log import chain_of
from api.settings import Settings
from features.audit.actions import Action
from features.audit.chain import Chain
from features.audit.gaps import state_gaps
from features.audit.head import Head
from features.audit.line import Entry
from features.store import Store, Writer, along

ROLE = "commande"
"""The role of who runs commands: someone with an account on the machine, whatever their account here."""


def who() -> str:
    """Who runs this process, by number: `uid-1000`; behind sudo, who called it."""
    return f"uid-{os.environ.get('SUDO_UID') or os.getuid()}"


def entry(
    action: Action,
    operation: str,
    nature: str,
    *,
    ids: tuple[str, ...] = (),
    people: tuple[str, ...] = (),
    model: str | None = None,
    detail: str | None = None,
) -> Entry:
    """What a command did. `ids` must speak of nobody; `people` are profile ids; `detail` is in French, without any."""
    return Entry(
        time.time(),
        action,
        operation,
        nature,
        who(),
        ROLE,
        ids=ids,
        ids_are_clear=True,
        people=people,
        model=model,
        detail=detail,
    )


def note(settings: Settings, told: Entry) -> None:
    """Write a line for what a command has just done, in a transaction of its own."""
    store = Store.open(settings.store_url)
    try:
        chain_of(settings, store).write([told], mark=True)
    finally:
        store.close()


def note_restored(settings: Settings, backup: str, detail: str) -> None:
    """A line for a backup that was brought back, and the statement that the lines written since it was made are gone
    with what they told of: the chain is verified past them, and says so."""
    store = Store.open(settings.store_url)
    try:
        chain = chain_of(settings, store)
        told = entry(Action.RESTORED, "vivier restore", "sauvegardes", detail=detail)
        state_gaps(chain, f"sauvegarde {backup} restaurée", told)
    finally:
        store.close()


@contextlib.contextmanager
def noting(
    settings: Settings,
    store: Store,
    action: Action,
    operation: str,
    nature: str,
    what: str,
    people: tuple[str, ...] = (),
    otherwise: str = "aucun enregistrement changé",
) -> Iterator[None]:
    """Each transaction of the block carries a line that says how many records it changed; where none changed any, a
    line is written at the end, which says `otherwise`. `people` are the profile ids of those whom all of it is about. A
    block that fails before it commits leaves no line, as it left no change."""
    beside = _Counting(chain_of(settings, store), action, operation, nature, what, people)
    token = along.set(beside)
    try:
        yield
    finally:
        along.reset(token)
    if not beside.noted:
        detail = f"{what} : {otherwise}"
        beside.chain.write([entry(action, operation, nature, people=people, detail=detail)], mark=True)


class _Counting:
    """The line of a transaction of any size: `Along`."""

    wants_touched = False

    def __init__(
        self, chain: Chain, action: Action, operation: str, nature: str, what: str, people: tuple[str, ...]
    ) -> None:
        self.chain = chain
        self.noted = False
        self._told = (action, operation, nature)
        self._what = what
        self._people = people
        self._head: Head | None = None

    def before_commit(self, writer: Writer) -> None:
        self._head = None
        if writer.n_changed:
            records = "enregistrement changé" if writer.n_changed == 1 else "enregistrements changés"
            detail = f"{self._what} : {writer.n_changed} {records}"
            self._head = self.chain.append(writer.connection, [entry(*self._told, people=self._people, detail=detail)])

    def after_commit(self) -> None:
        if self._head is not None:
            self.chain.committed(self._head)
            self.chain.tell(mark=True)
            self.noted = True
