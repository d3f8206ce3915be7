"""`vivier world`: generate a labour market from a seed, of any size, over the sample or over open data."""

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import USAGE, AsJson, completion, fail, print_result, progress, say, settings
from api.cli.console import store as open_store

if TYPE_CHECKING:
    from api.settings import Settings
    from features.world.world import World

app = typer.Typer(
    help="Generated labour markets: the same seed gives the same bytes.\n\nExample: vivier world sample",
    no_args_is_help=True,
)


class Target(StrEnum):
    STORE = "store"
    PARQUET = "parquet"


LABELS = {
    "establishment": "Establishments",
    "offer": "Offers",
    "training": "Trainings",
    "training_session": "Training sessions",
    "profile": "Profiles",
    "identity": "Identities",
    "protected_status": "RQTH",
    "event": "Events",
    "contact": "Contacts with firms",
    "subscription": "Subscriptions",
    "talent_pool": "Talent pools",
}

Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same world.")]
Today = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="The day that dates are counted from; the default is today.")
]


@app.command()
def generate(
    profiles: Annotated[int, typer.Option(min=0, help="How many people.")] = 2_000,
    offers: Annotated[int, typer.Option(min=0, help="How many offers.")] = 3_000,
    trainings: Annotated[int, typer.Option(min=0, help="How many trainings; each has one to four sessions.")] = 400,
    establishments: Annotated[int, typer.Option(min=0, help="How many establishments.")] = 1_500,
    events: Annotated[int, typer.Option(min=0, help="How many events.")] = 6_000,
    seed: Seed = 1,
    to: Annotated[Target, typer.Option(help="Into the store, or one Parquet file a kind.")] = Target.STORE,
    out: Annotated[Path | None, typer.Option(help="parquet: the folder; <data_dir>/world when not given.")] = None,
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Generate a world over the reference data that are loaded: the sample's, or open data.

    In the store it takes the place of the world generated before; imported records stay. An interrupted run is
    completed by running it again. With VIVIER_OPEN_DATA, occupations, places and firms follow the published counts.

    Example: vivier world generate --profiles 50000 --offers 30000 --seed 7
    """
    from features.artifacts import ArtifactError
    from features.reference import Reference, ReferenceMissing
    from features.world.facts import WorldNotPossible
    from features.world.small import facts_for
    from features.world.world import Sizes, World

    configured = settings()
    day = _day(today)
    if to is Target.STORE and out is not None:
        fail("--out goes with --to parquet", USAGE)
    sizes = Sizes(profiles=profiles, offers=offers, trainings=trainings, establishments=establishments, events=events)
    try:
        facts = facts_for(Reference.load(configured.reference_dir), configured.open_data)
    except (ReferenceMissing, ArtifactError, WorldNotPossible, NotADirectoryError) as error:
        fail(str(error))
    for note in facts.notes:
        say(note)
    world = World(facts, sizes, seed, day)
    if to is Target.STORE:
        result = _store(configured, world)
    else:
        result = _parquet(world, configured.data_dir / "world" if out is None else out)
    result |= {"seed": seed, "today": day.isoformat(), "notes": list(facts.notes)}
    print_result(result, as_json, _summary(result))


@app.command()
def sample(seed: Seed = 1, today: Today = None, as_json: AsJson = False) -> None:
    """Load the sample reference data, and generate the small default world into the store.

    A data folder that holds the publishers' ROME is left alone.

    Example: vivier world sample
    """
    result = build_sample(settings(), seed, _day(today))
    print_result(result, as_json, _summary(result))


def build_sample(configured: "Settings", seed: int = 1, today: dt.date | None = None) -> dict[str, Any]:
    """Publish the sample's reference data and write its world into the store; the counts of both.

    Run again with the same seed on the same day, it changes nothing.
    """
    from features.sample.reference import sample_reference
    from features.world.small import SMALL, sample_world_facts
    from features.world.world import World

    day = _local_today() if today is None else today
    refuse_other_rome(
        configured,
        "run `vivier world generate` on it, or give the sample another folder with VIVIER_DATA_DIR",
    )
    reference = sample_reference()
    reference.save(configured.reference_dir)
    result = _store(configured, World(sample_world_facts(), SMALL, seed, day))
    return result | {
        "seed": seed,
        "today": day.isoformat(),
        "reference": {
            "occupations": reference.rome.n_occupations,
            "communes": len(reference.communes),
            "certifications": len(reference.certifications),
        },
    }


def refuse_other_rome(configured: "Settings", instead: str) -> None:
    """End the command when the data folder holds another ROME than the sample's: it would be lost. `instead` says what
    to do."""
    from features.artifacts import ArtifactError
    from features.reference import Reference, ReferenceMissing
    from features.sample.reference import ROME_VERSION

    try:
        version = Reference.load(configured.reference_dir).rome.version
    except (ReferenceMissing, ArtifactError):
        return
    if version != ROME_VERSION:
        fail(f"{configured.data_dir} holds ROME {version}, not the sample world: {instead}")


def _store(configured: "Settings", world: "World") -> dict[str, Any]:
    from api.auditing.commands import entry, note
    from features.audit.actions import Action
    from features.world.world import ORDER
    from features.world.write import to_store

    completed = completion(configured, world.facts.reference).completed
    store = open_store(configured, make_keys=True)
    done: dict[str, dict[str, int]] = {}
    try:
        for kind in ORDER:
            with progress(LABELS[kind.value], world.expected(kind)) as advance:
                counts = to_store(world, store, [kind], advance, completed)[kind]
            done[kind.value] = {
                "inserted": counts.inserted,
                "updated": counts.updated,
                "unchanged": counts.unchanged,
                "deleted": counts.deleted,
            }
    except KeyboardInterrupt:
        fail("interrupted: whole batches are kept, run it again to complete the world")
    finally:
        store.close()
    written = sum(counts["inserted"] + counts["updated"] + counts["deleted"] for counts in done.values())
    detail = f"monde engendré : {written} enregistrements changés"
    note(configured, entry(Action.IMPORTED, "vivier world", "imports", detail=detail))
    return {"to": "store", "records": done}


def _parquet(world: "World", folder: Path) -> dict[str, Any]:
    from features.world.world import ORDER
    from features.world.write import to_parquet

    done: dict[str, int] = {}
    try:
        for kind in ORDER:
            with progress(LABELS[kind.value], world.expected(kind)) as advance:
                done[kind.value] = to_parquet(world, folder, [kind], advance)[kind]
    except KeyboardInterrupt:
        fail("interrupted: files under their own name are whole, run it again for the others")
    return {"to": "parquet", "folder": str(folder), "records": done}


def _summary(result: dict[str, Any]) -> str:
    lines = []
    for kind, counts in result["records"].items():
        if isinstance(counts, int):
            lines.append(f"{LABELS[kind]:<22}{counts:>10}")
        else:
            said = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "none"
            lines.append(f"{LABELS[kind]:<22}{said}")
    return "\n".join(lines)


def _day(text: str | None) -> dt.date:
    if text is None:
        return _local_today()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        fail(f"--today {text[:80]!r} is not a day: write it as 2026-01-31", USAGE)


def _local_today() -> dt.date:
    return dt.datetime.now().astimezone().date()
