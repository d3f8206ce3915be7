"""`vivier fairness`: the groups that audits tell apart, and the report on what lists do to them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import REFUSED, AsJson, fail, opened_service, print_result, progress, say, settings
from api.cli.console import store as opened_store

if TYPE_CHECKING:
    from models.fairness.report import Json

app = typer.Typer(
    help="What lists do to groups of people: an audit, whose groups no ranking can read."
    "\n\nExample: vivier fairness report",
    no_args_is_help=True,
)


@app.command()
def groups(
    quarters: Annotated[
        Path | None,
        typer.Option(
            help="CSV of who lives in a priority neighbourhood: a column `id` (profiles, as their addresses were "
            "placed) or `commune` (INSEE codes). Without it nobody's neighbourhood is known."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fill the audit table anew from identities, protected statuses and places.

    The table serves the report and the gate alone: nothing that searches, ranks or shows reads it.

    Example: vivier fairness groups --quarters qpv.csv
    """
    import datetime as dt
    from functools import cache

    from api.auditing.commands import entry, note
    from features.audit.actions import Action
    from features.audit_groups import UNKNOWN, Quarters, QuartersUnusable, area_of, refill
    from features.reference import Reference, ReferenceMissing
    from features.travel_time import AROUND_KM
    from matching.lookups import Lookups
    from models.published import published_models

    configured = settings()
    try:
        listed: Quarters | None = None if quarters is None else Quarters.read(quarters)
        reference = Reference.load(configured.reference_dir)
    except (QuartersUnusable, ReferenceMissing, OSError) as error:
        fail(str(error), REFUSED)
    lookups = Lookups(reference, published_models())

    @cache
    def area(commune: str) -> int:
        row = reference.communes.get_row(commune)
        return UNKNOWN if row is None else area_of(lookups.people_around(row, AROUND_KM))

    store = opened_store(configured)
    try:
        count = refill(store, area, listed, dt.datetime.now(dt.UTC).date())
    finally:
        store.close()
    told = entry(Action.CHANGED, "vivier fairness groups", "groupes d'audit", detail=f"{count} personnes classées")
    note(configured, told)
    print_result({"people": count}, as_json, f"The groups of {count} people are known to audits, and to nothing else.")


@app.command()
def report(
    people: Annotated[int, typer.Option(min=50, help="People drawn by lot, at most.")] = 2_000,
    offers: Annotated[int, typer.Option(min=10, help="Offers whose lists of people are read, at most.")] = 500,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws: the same gives the same report.")] = 0,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Of a simulated market whose groups are treated unequally, instead.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write rapport.html and rapport.json to, besides the data folder.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask for the lists of people drawn by lot, and report what they do to groups: HTML and JSON.

    Rates of selection with the four-fifths rule, exposure, gaps of pay and distance against what people were hired for,
    and what can be guessed of them. Auditors read the newest at /v1/equite/rapport. Two thousand people take two
    minutes. Fill the groups first: `vivier fairness groups`.

    Example: vivier fairness report --people 1000
    """
    import json

    from api.auditing.commands import entry, note
    from api.fairness_page import fairness_page, publish
    from features.audit.actions import Action

    configured = settings()
    found = _simulated(seed, people) if simulated else _of_deployment(people, offers, seed)
    page = fairness_page(found)
    if simulated and out is None:
        fail("a simulated report is not one of this deployment: give the folder to write it to with --out")
    if not simulated:
        publish(configured.data_dir, found, page)
        told = f"rapport d'équité sur les listes de {found['personnes']} personnes"
        note(configured, entry(Action.SEARCHED, "vivier fairness report", "profils", detail=told))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "rapport.html").write_text(page, encoding="utf-8")
        (out / "rapport.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    lines = [f"{len(found['services'])} services, {found['personnes']} people; {len(found['constats'])} findings"]
    print_result(found, as_json, "\n".join([*lines, *(f"  {each}" for each in found["constats"])]))


def _of_deployment(people: int, offers: int, seed: int) -> "Json":
    import datetime as dt

    import numpy as np

    from features.audit_groups import axes_of
    from features.records import Offer, Profile
    from features.store import fairness_groups
    from matching.fairness import every_placement, hired, people_of
    from matching.schema import Collection
    from models.fairness.report import report as make

    with opened_service(settings()) as service:
        engine = service.engine
        known = engine.catalogue(Collection.PROFILES)
        ids = [profile.id for batch in service.store.scan(Profile) for profile in batch if profile.id in known]
        if not ids:
            fail("no profile with a known occupation is indexed. Run: vivier index build")
        generator = np.random.default_rng(seed)
        chosen = [ids[at] for at in np.sort(generator.choice(len(ids), min(people, len(ids)), replace=False)).tolist()]
        groups = {each.profile_id: each for each in fairness_groups.every(service.store.engine)}
        if not groups:
            say("No group is known to audits: run `vivier fairness groups` first for figures by group")
        published = [offer.id for batch in service.store.scan(Offer) for offer in batch]
        asked = [published[at] for at in generator.permutation(len(published))[:offers].tolist()]
        audited = people_of(engine, chosen)
        with progress("Asking for lists", 2 * len(chosen) + len(asked)) as advance:
            placements = every_placement(engine, audited, asked, advance)
        return make(
            audited, placements, hired(engine, audited), axes_of(audited.ids, groups), dt.datetime.now(dt.UTC), seed
        )


def _simulated(seed: int, people: int) -> "Json":
    import datetime as dt

    from models.simulation.audit import simulated_report

    return simulated_report(people, seed, dt.datetime.now(dt.UTC))
