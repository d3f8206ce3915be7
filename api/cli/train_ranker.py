"""`vivier train ranker`: a ranker from what was shown and what came of it. Needs the `rankers` extra."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import FAILED, REFUSED, USAGE, AsJson, fail, opened_service, print_result, say, settings

if TYPE_CHECKING:
    from models.ranked import Ranked
    from models.ranking.table import RankingTable
    from models.tastes import Tastes
    from models.training.registry import Training


def ranker(
    ranked: Annotated[str, typer.Argument(help="offres, profils, formations or etablissements.")] = "offres",
    table: Annotated[Path | None, typer.Option(help="Folder of a ranking table: ranking.npz and ranking.json.")] = None,
    candidates: Annotated[
        Path | None,
        typer.Option(help="Folder that `vivier candidates` wrote: the store's events on it are learned from."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same rows and seed give the same ranker.")] = 0,
    trees: Annotated[int, typer.Option(min=1, help="Trees of each part at most.")] = 120,
    tracking: Annotated[
        str | None, typer.Option(help="MLflow tracking URI; <data_dir>/mlflow.db when not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train a ranker, keep it as an MLflow run and register it as the candidate of its list.

    A log of 100,000 shown results takes about a minute. `vivier models promote` puts it in force, if the gate opens.
    Exit code 3 when the log is too short for a step, such as interviews, to be learned.

    Example: vivier train ranker offres --candidates var/candidates
    """
    if (table is None) == (candidates is None):
        fail("give either --table or --candidates: what is learned from", USAGE)
    configured = settings()
    from models.ranked import Ranked
    from models.ranking.table import RankingTable, TableUnusable

    if ranked not in {each.value for each in Ranked}:
        fail(f"nothing is ranked under {ranked!r}: choose one of {', '.join(each.value for each in Ranked)}", USAGE)
    if candidates is not None and ranked not in (Ranked.OFFERS.value, Ranked.SESSIONS.value):
        fail(f"--candidates are those of offres or formations: give --table for {ranked}", USAGE)
    try:
        from models.training.rankers import trained
        from models.training.recipe import Recipe
        from models.training.registry import Registry

        rows, tastes = (
            (RankingTable.load(table), None) if table is not None else _from_store(Ranked(ranked), candidates or Path())
        )
        say(f"{len(rows)} shown results are learned from")
        training = trained(Ranked(ranked), rows, Recipe(seed=seed, trees=trees), tastes)
        if candidates is not None:
            training = _with_groups(training, candidates)
        configured.data_dir.mkdir(parents=True, exist_ok=True)
        version = Registry(configured.data_dir, tracking).register(training)
    except ImportError as error:
        fail(f"training needs {error.name or error}: pip install 'vivier[rankers]'", FAILED)
    except (TableUnusable, ValueError) as error:
        fail(str(error), REFUSED)
    figures = dict(training.figures)
    found = {"version": version.number, "run": version.run, "data_hash": training.data_hash, "figures": figures}
    text = (
        f"{Ranked(ranked).registered_name}/{version.number} is the candidate: nDCG@10 {figures['ndcg_at_10']:.3f} on "
        f"later lists of other people, as shown {figures['ndcg_at_10_as_shown']:.3f}; MLflow run {version.run}"
    )
    print_result(found, as_json, text)


def _with_groups(training: "Training", folder: Path) -> "Training":
    """The training, whose lists kept apart for the gate tell the groups that audits know; it has learned already."""
    from contextlib import closing
    from dataclasses import replace

    from features.store import Store, fairness_groups
    from models.fairness.segments import with_groups
    from models.ranked import Ranked
    from models.simulation.market import Market
    from models.simulation.shelf import Shelf

    ids = Shelf.load(folder).askers if training.ranked is Ranked.SESSIONS else Market.load(folder).persons.ids
    with closing(Store.open(settings().store_url)) as store:
        groups = {each.profile_id: each for each in fairness_groups.every(store.engine)}
    if not groups:
        say("No group is known to audits (vivier fairness groups): the gate will judge none")
        return training
    return replace(training, held_out=with_groups(training.held_out, ids.tolist(), groups))


def _from_store(ranked: "Ranked", folder: Path) -> "tuple[RankingTable, Tastes | None]":
    """What the store's events say of the candidates of a folder."""
    from features.records import Event
    from models.ranked import Ranked
    from models.simulation.market import Market
    from models.simulation.shelf import Shelf
    from models.tastes import Tastes
    from models.training.from_events import table_of_events
    from models.training.from_session_events import table_of_session_events

    found = Shelf.load(folder) if ranked is Ranked.SESSIONS else Market.load(folder)
    with opened_service(settings()) as service:
        told = sorted((event for batch in service.store.scan(Event) for event in batch), key=lambda event: event.at)
        if isinstance(found, Shelf):
            return table_of_session_events(found, told), None
        rows, matrix = table_of_events(found, told)
        return rows, Tastes(service.engine.lookups.reference.rome.families[: len(matrix)], matrix)
