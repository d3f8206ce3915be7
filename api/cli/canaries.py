"""`vivier canaries`: profiles of nobody, whose being shown tells that an account collects people."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import AsJson, fail, print_result, settings
from api.cli.console import store as open_store

if TYPE_CHECKING:
    from features.store import Store

app = typer.Typer(
    help="Canary profiles: who is shown one was not recruiting.\n\nExample: vivier canaries plant --count 20",
    no_args_is_help=True,
)


@app.command()
def plant(
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many to add.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Add profiles of nobody, in places where nobody recruits; services that run know them within a minute.

    Example: vivier canaries plant --count 20
    """
    import numpy as np

    from api.auditing.commands import entry, note
    from api.cli.serve import open_service
    from features.audit.actions import Action
    from features.store.canaries import SOURCE
    from matching.canaries import canaries

    configured = settings()
    service = open_service(configured)
    try:
        made = canaries(service.engine, count, np.random.default_rng(), lambda key: _is_there(service.store, key))
        if made:
            service.store.upsert(made, SOURCE)
    finally:
        service.store.close()
    if not made:
        fail("there is no commune without a firm and without an offer nearby: nowhere for a canary to stand")
    note(configured, entry(Action.CREATED, "vivier canaries plant", "profils", detail=f"{len(made)} profils témoins"))
    missing = f" There is no room for {count - len(made)} more." if len(made) < count else ""
    print_result({"planted": len(made)}, as_json, f"{len(made)} canaries planted.{missing}")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the ids of the canaries: for who audits, and nobody else.

    Example: vivier canaries list
    """
    from features.store import canaries

    with _store() as store:
        found = sorted(canaries.ids(store))
    print_result({"canaries": found}, as_json, "\n".join(found) or "There are no canaries: vivier canaries plant.")


@app.command()
def remove(as_json: AsJson = False) -> None:
    """Delete all canaries.

    Example: vivier canaries remove
    """
    from api.auditing.commands import entry, note
    from features.audit.actions import Action
    from features.store import Kind, canaries

    with _store() as store:
        removed = store.delete(Kind.PROFILE, canaries.ids(store))
    note(settings(), entry(Action.DELETED, "vivier canaries remove", "profils", detail=f"{removed} profils témoins"))
    print_result({"removed": removed}, as_json, f"{removed} canaries removed.")


@contextlib.contextmanager
def _store() -> "Iterator[Store]":
    opened = open_store(settings())
    try:
        yield opened
    finally:
        opened.close()


def _is_there(store: "Store", key: str) -> bool:
    from features.records import Profile

    return store.get(Profile, key) is not None
