"""How a page changes what somebody owns: read, changed and written in one transaction, checked as the API checks it."""

from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from api.pages.forms import settled
from api.security.actor import Actor
from api.security.owners import check_write, not_theirs, source_of
from api.service import Service
from features.records import Record
from features.store import RECORD_TYPES, Kind

R = TypeVar("R", bound=Record)


def change(service: Service, actor: Actor, kind: Kind, key: str, step: Callable[[R], R]) -> R:
    """The record after `step`, written. Raises ApiProblem: 404 for one that is not there or not theirs; BorderError for
    one that means nothing. For a worker thread."""
    with service.writing() as writer:
        before, source = writer.held(RECORD_TYPES[kind], key)
        if before is None:
            raise not_theirs(key)
        after: R = service.completed(step(before))  # type: ignore[arg-type, assignment]
        check_write(kind, actor, after, before, source)
        writer.upsert([after], source_of(actor))
    return after


async def change_shown(service: Service, actor: Actor, kind: Kind, key: str, step: Callable[[R], R]) -> None:
    """As `change`, and waits until the pages show it."""
    await run_in_threadpool(change, service, actor, kind, key, step)
    await settled(service)


def create(service: Service, actor: Actor, kind: Kind, record: Record) -> None:
    """Write a new record. Raises as `change`. For a worker thread."""
    completed = service.completed(record)
    with service.writing() as writer:
        check_write(kind, actor, completed, None, None)
        writer.upsert([completed], source_of(actor))
