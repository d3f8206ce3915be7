"""`vivier evaluate`: recommenders compared on public data, by a protocol that anyone can run again."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import FAILED, REFUSED, fail, say

if TYPE_CHECKING:
    from models.interactions.dataset import Dataset
    from models.interactions.protocol import Fitted, Measured
    from models.interactions.reading import PairFile

app = typer.Typer(
    help="Recommenders compared on pairs of a user and an item.\n\n"
    "Example: vivier evaluate interactions --train train.tsv --test test.tsv --k 10",
    no_args_is_help=True,
)


@app.callback()
def evaluate() -> None:
    """Recommenders compared on pairs of a user and an item.

    Example: vivier evaluate interactions --train train.tsv --test test.tsv --k 10
    """


@app.command()
def interactions(
    train: Annotated[Path, typer.Option(help="What is known: one `user<TAB>item` a line (UTF-8, .gz too).")],
    test: Annotated[Path, typer.Option(help="What is to be found, in the same form.")],
    k: Annotated[int, typer.Option(min=1, help="Items listed for each user.")] = 10,
    val: Annotated[
        Path | None, typer.Option(help="What hyper-parameters are chosen on; a seeded part of --train when not given.")
    ] = None,
    max_load: Annotated[
        int | None, typer.Option(min=1, help="Once more with lists of which no item is in more than this many.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of every draw.")] = 0,
    seconds: Annotated[
        float, typer.Option(min=0, help="Time for choosing hyper-parameters; one setting of each kind is always tried.")
    ] = 600,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the figures to this file.")] = None,
) -> None:
    """Compare popularity, item-kNN, RP3beta, EASE and ours on held-out pairs; docs/evaluation.md has the protocol.

    Prints a table, then the same figures as one JSON object on the last line. Exit code 3 for a file that is no list of
    pairs and for a cap that no lists can meet.

    Example: vivier evaluate interactions --train train.tsv --test test.tsv --k 10 --max-load 40
    """
    from matching.allocation.capped import capped
    from models.interactions.dataset import Dataset
    from models.interactions.protocol import Infeasible, allocated, check_cap, fit_all, measure, shown

    files = {"train": _read(train), "test": _read(test)} | ({} if val is None else {"val": _read(val)})
    for name, file in files.items():
        _tell(name, file)
    try:
        data = Dataset.of(files["train"], files["test"], files.get("val"))
        if max_load is not None:
            check_cap(data, k, max_load)
        _tell_data(data)
        fitted = fit_all(data, k, seed, seconds, say)
    except Infeasible as error:
        fail(f"no lists are possible under this cap: {error}", REFUSED)
    except ValueError as error:
        fail(str(error), REFUSED)
    free = [measure(each.name, shown(each, data, k), data, k) for each in fitted]
    _print_table(free, k, "No cap")
    figures = {**_circumstances(data, k, seed, val is not None), **_figures(free, fitted, seed)}
    if max_load is not None:
        under = [measure(each.name, allocated(each, data, k, max_load, capped, seed), data, k) for each in fitted]
        _print_table(under, k, f"No item in more than {max_load} lists")
        figures["max_load"] = max_load
        figures["under_max_load"] = _figures(under, fitted, seed)["recommenders"]
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, ensure_ascii=False), flush=True)


def _read(path: Path) -> "PairFile":
    from models.interactions.reading import WrongPairs, read_pairs

    try:
        return read_pairs(path)
    except WrongPairs as error:
        fail(str(error), REFUSED)
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror or error}", FAILED)


def _tell(name: str, file: "PairFile") -> None:
    passed = [
        f"{file.duplicates} repeated lines" if file.duplicates else "",
        f"{file.blank} blank lines" if file.blank else "",
        "a header" if file.header else "",
        f"{file.further_columns} further columns" if file.further_columns else "",
    ]
    told = ", ".join(part for part in passed if part)
    say(f"{name}: {len(file)} pairs" + (f" (passed over: {told})" if told else ""))


def _tell_data(data: "Dataset") -> None:
    say(
        f"{len(data.users)} users, {data.n_known} items that can be recommended; {len(data.asked)} users are asked, "
        f"{data.unseen_users} of them without a known pair (they get the most popular items); of {data.test.nnz} test "
        f"pairs, {data.unseen_pairs} have an item that nobody had before (nobody can find them)"
        + (f"; {data.repeated} test pairs are known already and left out" if data.repeated else "")
    )


def _circumstances(data: "Dataset", k: int, seed: int, with_validation: bool) -> dict[str, Any]:
    return {
        "k": k,
        "seed": seed,
        "users": len(data.users),
        "items": data.n_known,
        "pairs_known": int(data.known.nnz),
        "pairs_tested": int(data.test.nnz),
        "users_asked": len(data.asked),
        "users_unseen": data.unseen_users,
        "pairs_unseen_items": data.unseen_pairs,
        "pairs_repeated": data.repeated,
        "chosen_on": "validation file" if with_validation else "held out of training",
    }


def _figures(measured: "list[Measured]", fitted: "list[Fitted]", seed: int) -> dict[str, Any]:
    from models.interactions.protocol import ahead

    best, gain = ahead(measured[-1], measured[:-1], seed)
    rows = {
        each.name: {
            **{name: round(value, 5) for name, value in each.figures.items()},
            "empty_places": each.empty_places,
            "parameters": how.parameters,
            "validation_ndcg": round(how.chosen_value, 5),
            "settings_tried": how.tried,
        }
        for each, how in zip(measured, fitted, strict=True)
    }
    return {
        "recommenders": rows,
        "best_baseline": best.name,
        "ours_less_best_baseline_ndcg_95": [round(bound, 5) for bound in gain],
    }


def _print_table(measured: "list[Measured]", k: int, title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title)
    for heading in ("", f"recall@{k}", f"nDCG@{k}", f"hit rate@{k}", "coverage", "Gini", "largest load"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for each in measured:
        share = [f"{each.figures[name]:.4f}" for name in ("recall", "ndcg", "hit_rate", "coverage", "gini")]
        table.add_row(each.name, *share, f"{each.figures['largest_load']:.0f}")
    Console(width=100).print(table)
