"""`vivier subscriptions`: who is subscribed by default, and the run that prepares digests and hands them over."""

import re
from typing import Annotated, Final

import typer

from api.cli.console import USAGE, AsJson, fail, opened_service, print_result, progress, say, settings
from api.cli.console import store as open_store

app = typer.Typer(
    help="Digests of offers and trainings for those who subscribe.\n\nExample: vivier subscriptions run",
    no_args_is_help=True,
)

_SHARD: Final = re.compile(r"([0-9]{1,3})/([0-9]{1,3})")


@app.command()
def run(
    date: Annotated[str, typer.Option(help="The day, YYYY-MM-DD; today without it.")] = "",
    at: Annotated[str, typer.Option(help="The hour, HH:MM; now without it.")] = "",
    shard: Annotated[str, typer.Option(help="Which part of the people, i/n.")] = "1/1",
    only: Annotated[str, typer.Option(help="One frequency: instantanee, quotidienne or hebdomadaire.")] = "",
    prepare_only: Annotated[bool, typer.Option("--prepare-only", help="Prepare, and hand nothing over.")] = False,
    as_json: AsJson = False,
) -> None:
    """Prepare the digests that are due and hand over all that waits. Run again after a stop, it goes on where it was:
    nobody gets a digest twice and nobody is left out.

    Example: vivier subscriptions run --date 2026-09-01 --shard 1/4
    """
    import asyncio
    import dataclasses
    import datetime as dt
    from zoneinfo import ZoneInfo

    from api.auditing.commands import entry, note
    from api.delivery.hand_over import HandedOver, hand_over
    from api.digest_run import holding, prepare_day
    from features.artifacts import ArtifactError
    from features.audit.actions import Action
    from features.records import Frequency
    from features.store.digests import buckets_of_shard
    from features.store.lots import Busy

    configured = settings()
    zone = ZoneInfo(configured.timezone)
    now = dt.datetime.now(zone)
    try:
        day = dt.date.fromisoformat(date) if date else now.date()
        moment = dt.datetime.combine(day, dt.time.fromisoformat(at) if at else now.time(), zone)
    except ValueError:
        fail(f"--date {date!r} --at {at!r}: give YYYY-MM-DD and HH:MM", USAGE)
    match = _SHARD.fullmatch(shard)
    try:
        buckets = buckets_of_shard(*map(int, match.groups())) if match else buckets_of_shard(0, 0)
    except ValueError:
        fail(f"--shard {shard!r}: give i/n, 1/1 for everyone, n at most 256", USAGE)
    if only and only not in {member.value for member in Frequency}:
        fail(f"--only {only!r}: give one of {', '.join(Frequency)}", USAGE)
    with opened_service(configured) as service:
        service.engine.clock = lambda: day
        try:
            with holding(configured, service.store.engine, buckets):
                with progress("Preparing digests") as advance:
                    tally = prepare_day(service, moment, buckets, Frequency(only) if only else None, advance)
                figures: dict[str, object] = {"date": day.isoformat(), "shard": shard, **dataclasses.asdict(tally)}
                done = HandedOver()
                if not prepare_only:
                    done = asyncio.run(
                        hand_over(service.house, service.engine, buckets, lambda: dt.datetime.now(dt.UTC))
                    )
                    figures |= dataclasses.asdict(done)
        except (Busy, ArtifactError) as error:
            fail(str(error))
    note(
        configured,
        entry(
            Action.CONTACTED,
            "vivier subscriptions run",
            "envois",
            detail=f"{tally.prepared} envois préparés, {done.handed_over} remis",
        ),
    )
    for channel, why in done.closed.items():
        say(f"{channel}: {why}; what waits is handed over by the next run")
    sent = (
        ""
        if prepare_only
        else f" {done.handed_over} handed over, {done.later} to try again, {done.held} held, {done.failed} given up."
    )
    print_result(
        figures,
        as_json,
        f"{tally.due} due, {tally.already_prepared} prepared before, {tally.prepared} prepared "
        f"({tally.offers} offers, {tally.trainings} trainings), {tally.nothing_to_send} with nothing to send.{sent}",
    )


@app.command()
def enrol(as_json: AsJson = False) -> None:
    """Subscribe everyone whose project names a ROME code and who never had a subscription.

    Example: vivier subscriptions enrol
    """
    from api.auditing.commands import entry, note
    from features.audit.actions import Action
    from features.enrolment import enrol_everyone

    configured = settings()
    store = open_store(configured)
    try:
        enrolled = enrol_everyone(store)
    finally:
        store.close()
    note(
        configured,
        entry(Action.CREATED, "vivier subscriptions enrol", "abonnements", detail=f"{enrolled} personnes abonnées"),
    )
    print_result({"enrolled": enrolled}, as_json, f"{enrolled} people subscribed.")
