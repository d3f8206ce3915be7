"""`vivier forget`: erase a person at once, everywhere."""

from typing import Annotated

import typer

from api.cli.console import USAGE, AsJson, fail, print_result, settings
from api.cli.console import store as open_store


def forget(
    profile_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Id of the profile.")] = None,
    finish: Annotated[
        bool, typer.Option("--finish", help="Erase nobody; write anew the files that still hold who was erased.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person: store, log, indexes, files. Nothing is asked and nothing can be undone.

    Also for an id that has no profile any more: what else speaks of it goes. Services that run have forgotten the
    person within a second. The id is remembered as a hash, so that no feed and no backup brings it back
    (VIVIER_ERASED_REFUSED_DAYS). Exit code 1 when something is left to be done by hand, which is said.

    Example: vivier forget profil-000123
    """
    import dataclasses

    from api import forgetting
    from api.auditing.commands import noting
    from features.audit.actions import Action

    if (profile_id is None) is not finish:
        fail("give the id of a profile, or --finish without one", USAGE)
    configured = settings()
    found: dict[str, object] = {}
    lines: list[str] = []
    left: tuple[str, ...] = ()
    if profile_id is not None:
        store = open_store(configured)
        try:
            what = "effacement d'une personne"
            with noting(configured, store, Action.FORGOTTEN, "vivier forget", "profils", what, (profile_id,)):
                gone = forgetting.forget(store, configured, profile_id)
        finally:
            store.close()
        left = gone.swept.left
        found |= {"rows": gone.rows, "files": dataclasses.asdict(gone.swept), "remembered": gone.remembered}
        rows = ", ".join(f"{count} {table}" for table, count in gone.rows.items()) or "nothing"
        lines.append(f"Erased from the store: {rows}.")
        if gone.swept.lines or gone.swept.rows or gone.swept.removed:
            removed = "".join(f", {name} removed" for name in gone.swept.removed)
            lines.append(f"Erased from files: {gone.swept.lines} lines, {gone.swept.rows} rows{removed}.")
        if not gone.remembered:
            lines.append("The id is not remembered as erased, for there are no keys: vivier keys new")
    done = forgetting.finish(configured, wait=not finish)
    if done is None:
        print_result({**found, "finished": None}, as_json, "Another process is writing the files anew.")
        return
    found["finished"] = dataclasses.asdict(done)
    anew = [name for name, written in (("indexes", done.indexes), ("database", done.database)) if written]
    lines.append(f"Written anew: {' and '.join(anew) or 'nothing'}.")
    lines += [f"Left for later: {done.waits}."] if done.waits else []
    lines += [f"Left to you: {name} names the person." for name in left]
    print_result(found, as_json, "\n".join(lines))
    if left or done.waits:
        raise typer.Exit(1)
