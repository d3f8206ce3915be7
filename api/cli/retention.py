"""`vivier retention`: what is over goes. To be run every night."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.cli.console import USAGE, AsJson, fail, print_result, settings
from api.cli.console import store as open_store

if TYPE_CHECKING:
    import datetime as dt

OPERATION: Final = "vivier retention run"
"""As the audit log names it."""

app = typer.Typer(
    help="How long what is known of people is kept.\n\nExample: vivier retention run --dry-run", no_args_is_help=True
)


@app.command()
def run(
    date: Annotated[str, typer.Option(help="The day, YYYY-MM-DD; today without it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what is over, and drop nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Drop what is over, by the rules of docs/privacy.md, and write anew the files that still hold it.

    A profile goes two years after the last contact with the person, everywhere, as by `vivier forget`. The database is
    written anew, however large it is: run it at night, its writers wait meanwhile.

    Example: vivier retention run --date 2026-12-01 --dry-run
    """
    import dataclasses
    from functools import partial

    from api.auditing.commands import noting
    from api.auditing.log import chain_of
    from api.forgetting import finish, forget, taken_in
    from features.audit.actions import Action
    from features.retention.base import Keeping
    from features.retention.registry import RULES
    from matching.explain.wording import counted

    configured = settings()
    store = open_store(configured)
    counts: dict[str, int] = {}
    lines: list[str] = []
    try:
        today = _day(date, store.clock())
        forgetting = partial(forget, store, configured)
        keeping = Keeping(
            store,
            configured.data_dir,
            today,
            configured.durations,
            forgetting,
            chain_of(configured, store),
            partial(taken_in, configured, store),
        )
        for rule in RULES:
            over = rule.over(keeping)
            counts[rule.name] = len(over)
            days = rule.days(configured.durations)
            lines.append(f"{len(over):>6} {rule.what} ({days} days). {rule.because}")
            if over and not dry_run:
                gone = counted(len(over), "élément", "éléments")
                what = "conservation échue"
                with noting(configured, store, Action.FORGOTTEN, OPERATION, rule.name, what, otherwise=gone):
                    rule.drop(keeping, over)
    finally:
        store.close()
    verb = "would go" if dry_run else "went"
    found: dict[str, object] = {"date": today.isoformat(), "dry_run": dry_run, "over": counts}
    head = f"{sum(counts.values())} things {verb} on {today.isoformat()}:"
    if dry_run:
        print_result(found, as_json, "\n".join([head, *lines]))
        return
    done = finish(configured, wait=True, database=True)
    found["finished"] = None if done is None else dataclasses.asdict(done)
    waits = None if done is None else done.waits
    if waits:
        lines.append(f"Left for later: {waits}.")
    print_result(found, as_json, "\n".join([head, *lines]))
    if waits:
        raise typer.Exit(1)


def _day(text: str, today: "dt.date") -> "dt.date":
    import datetime as dt

    try:
        return dt.date.fromisoformat(text) if text else today
    except ValueError:
        fail(f"--date {text[:80]!r}: give YYYY-MM-DD", USAGE)
