"""What is noted of sign-ins and of changes to who may sign in: a seam for the audit log."""

import logging
from typing import Protocol

from api.security.actor import Actor

log = logging.getLogger(__name__)


class Note(Protocol):
    """`facts` are ids and closed words: never a name, an address, a secret or what somebody typed."""

    def __call__(self, actor: Actor | None, action: str, **facts: str) -> None: ...


def to_log(actor: Actor | None, action: str, **facts: str) -> None:
    """Notes in the log of the process, where nothing else is there."""
    told = " ".join(f"{name}={value}" for name, value in sorted(facts.items()))
    log.info("access: %s by %s %s", action, "nobody" if actor is None else actor.id, told)
