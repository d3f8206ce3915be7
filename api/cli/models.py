"""`vivier models`: the rankers that were trained, the one that answers, and how it changes. Needs the `train` extra."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import FAILED, REFUSED, USAGE, AsJson, fail, print_result, settings

if TYPE_CHECKING:
    from models.ranked import Ranked
    from models.ranking.gate import Report
    from models.training.registry import Registry, Version

app = typer.Typer(
    help="The rankers that were trained, and the one that answers; needs the `train` extra."
    "\n\nExample: vivier models list",
    no_args_is_help=True,
)

List = Annotated[str, typer.Argument(help="offres, profils, formations or etablissements.")]
Tracking = Annotated[str | None, typer.Option(help="MLflow tracking URI; <data_dir>/mlflow.db when not given.")]


@app.command("list")
def list_(
    ranked: Annotated[str | None, typer.Argument(help="One list only: offres, profils, formations…")] = None,
    tracking: Tracking = None,
    as_json: AsJson = False,
) -> None:
    """List the versions of each ranker, the newest first, and say which one answers.

    Example: vivier models list offres
    """
    from models.ranked import Ranked

    registry = _registry(tracking)
    found, lines = {}, []
    for each in [_ranked(ranked)] if ranked is not None else list(Ranked):
        in_force, versions = _in_force(registry, each), [_told(version) for version in registry.versions(each)]
        found[each.value] = {"in_force": in_force, "versions": versions}
        lines.append(f"{each.value}: {in_force['model']} answers" + _since(in_force))
        lines += [f"  {_line(version)}" for version in versions] or ["  nothing trained yet"]
    print_result(found, as_json, "\n".join(lines))


@app.command()
def show(
    ranked: List,
    which: Annotated[str, typer.Argument(help="A version's number, or candidate, champion, previous.")] = "champion",
    tracking: Tracking = None,
    as_json: AsJson = False,
) -> None:
    """Show a version: its parameters and figures, and what the gate found.

    Example: vivier models show offres candidate
    """
    registry = _registry(tracking)
    version = _version(registry, _ranked(ranked), which)
    run, gate = registry.run(version), registry.gate(version)
    found = {**_told(version), "parameters": run.parameters, "figures": run.figures, "gate": gate}
    lines = [f"{version.ranked.registered_name}/{_line(_told(version))}", f"MLflow run {version.run}", "", "parameters"]
    lines += [f"  {name:<32} {value}" for name, value in sorted(run.parameters.items())]
    kept = {name: value for name, value in run.figures.items() if not name.startswith("curve/")}
    lines += ["", "figures", *(f"  {name:<48} {value:.4f}" for name, value in sorted(kept.items()))]
    if gate is not None:
        lines += ["", f"gate, against {gate['incumbent']}: {'open' if gate['opens'] else 'closed'}"]
        lines += [f"  {check['verdict']:<6}  {check['said']}" for check in gate["checks"]]
    print_result(found, as_json, "\n".join(lines))


@app.command()
def promote(
    ranked: List,
    which: Annotated[str, typer.Argument(help="A version's number or alias.")] = "candidate",
    table: Annotated[
        Path | None, typer.Option(help="Folder of a held-out ranking table; that of its training when not given.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Promote though the gate is closed; needs --reason.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why it is forced: kept in the registry.")] = None,
    tracking: Tracking = None,
    as_json: AsJson = False,
) -> None:
    """Put a version in force if the gate opens: not worse by more than 1 % on any segment, quick, and fair.

    It is compared with the one that answers, or with the transparent ranker the first time. Services that run take it
    up by themselves, whole or not at all. Exit code 3 when the gate is closed: each failed check says what to do.

    Example: vivier models promote offres
    """
    import datetime as dt

    from matching.rankers import transparent_scorer
    from models.encoder import ModelUnusable
    from models.ranking.held_out import HeldOut
    from models.training.promotion import CannotMove
    from models.training.promotion import promote as move

    if force != (reason is not None and reason.strip() != ""):
        fail("--force and --reason 'why' go together: the reason is kept in the registry", USAGE)
    registry, asked = _registry(tracking), _ranked(ranked)
    _version(registry, asked, which)
    try:
        moved = move(
            registry,
            asked,
            which,
            transparent=transparent_scorer(asked),
            now=dt.datetime.now(dt.UTC),
            held_out=None if table is None else HeldOut.load(table),
            force=reason,
        )
    except (CannotMove, ModelUnusable, ValueError, LookupError) as error:
        fail(str(error))
    lines = _report_lines(moved.report)
    if moved.card is not None:
        how = "promotion" if moved.card.forced is None else "promotion forcée"
        _note(moved.card.model, "vivier models promote", f"{how}, liste {asked.value}")
        lines.append(
            f"{moved.card.model} is in force" + ("" if moved.card.forced is None else f", forced: {moved.card.forced}")
        )
    found = {"promoted": moved.card is not None, **moved.report.as_json()}
    print_result(found, as_json, "\n".join(lines))
    if moved.card is None:
        raise typer.Exit(REFUSED)


@app.command()
def rollback(
    ranked: List,
    reason: Annotated[str, typer.Option(help="Why: kept in the registry.")] = "",
    tracking: Tracking = None,
    as_json: AsJson = False,
) -> None:
    """Put the previous ranker back in force, the transparent one if there was none.

    Example: vivier models rollback offres --reason "complaints about distances"
    """
    import datetime as dt

    from models.encoder import ModelUnusable
    from models.training.promotion import CannotMove, roll_back

    try:
        card = roll_back(_registry(tracking), _ranked(ranked), now=dt.datetime.now(dt.UTC), reason=reason)
    except (CannotMove, ModelUnusable, LookupError) as error:
        fail(str(error))
    _note(card.model, "vivier models rollback", f"retour, liste {_ranked(ranked).value}")
    print_result({"in_force": card.model}, as_json, f"{card.model} is in force again")


@app.command()
def diff(
    ranked: List,
    first: Annotated[str, typer.Argument(help="A version's number or alias.")] = "champion",
    second: Annotated[str, typer.Argument(help="A version's number or alias.")] = "candidate",
    tracking: Tracking = None,
    as_json: AsJson = False,
) -> None:
    """Say what differs between two versions: parameters, figures, features, and the first ten results.

    Example: vivier models diff offres champion candidate
    """
    from models.encoder import ModelUnusable
    from models.training.promotion import difference

    registry, asked = _registry(tracking), _ranked(ranked)
    one, other = _version(registry, asked, first), _version(registry, asked, second)
    try:
        found = difference(registry, one, other)
    except (ModelUnusable, ValueError) as error:
        fail(str(error))
    lost, gained = found.features
    lines = [
        f"{asked.registered_name}/{one.number} -> {asked.registered_name}/{other.number}",
        f"{found.top10_changed:.1%} of the first ten results differ",
        *(f"feature left out: {name}" for name in lost),
        *(f"feature added: {name}" for name in gained),
        *(f"{name}: {a or '-'} -> {b or '-'}" for name, (a, b) in found.parameters.items()),
        *(
            f"{name}: {_figure(a)} -> {_figure(b)}"
            for name, (a, b) in found.figures.items()
            if not name.startswith("curve/")
        ),
    ]
    print_result(
        {
            "first": one.number,
            "second": other.number,
            "parameters": found.parameters,
            "figures": found.figures,
            "features_left_out": lost,
            "features_added": gained,
            "top10_changed": found.top10_changed,
        },
        as_json,
        "\n".join(lines),
    )


def _note(model: str, operation: str, detail: str) -> None:
    """A line of the audit log: a model was put in force."""
    from api.auditing.commands import entry, note
    from features.audit.actions import Action

    note(settings(), entry(Action.PROMOTED, operation, "modeles", model=model, detail=detail))


def _registry(tracking: str | None) -> "Registry":
    """The registry; the command ends with one line without the `train` extra, for a store that keeps no models, and
    where nothing was ever trained."""
    configured = settings()
    try:
        from models.training.registry import Registry
        from models.training.tracking import TrackingRefused, default_file

        if tracking is None and not default_file(configured.data_dir).is_file():
            fail(f"no ranker was trained in {configured.data_dir}: the transparent ones answer (vivier train --help)")
        return Registry(configured.data_dir, tracking)
    except ImportError as error:
        fail(f"the registry needs {error.name or error}: pip install 'vivier[rankers]'", FAILED)
    except TrackingRefused as error:
        fail(str(error), USAGE)


def _ranked(name: str) -> "Ranked":
    from models.ranked import Ranked

    try:
        return Ranked(name)
    except ValueError:
        fail(f"nothing is ranked under {name!r}: choose one of {', '.join(each.value for each in Ranked)}", USAGE)


def _version(registry: "Registry", ranked: "Ranked", which: str) -> "Version":
    from models.training.registry import UnknownVersion

    try:
        return registry.version(ranked, which)
    except UnknownVersion as error:
        fail(str(error))


def _told(version: "Version") -> dict[str, Any]:
    return {
        "version": version.number,
        "aliases": version.aliases,
        "created": version.created.isoformat(timespec="seconds"),
        "run": version.run,
        **version.tags,
    }


def _line(told: dict[str, Any]) -> str:
    """One version in one line."""
    parts = [f"{told['version']:<4}", told["created"][:16].replace("T", " "), ", ".join(told["aliases"])]
    parts += [f"gate {told['gate']}"] if "gate" in told else []
    parts += [f"forced: {told['forced']}"] if "forced" in told else []
    parts += [f"rolled back: {told['rolled_back_because']}"] if "rolled_back_because" in told else []
    return "  ".join(part for part in parts if part)


def _in_force(registry: "Registry", ranked: "Ranked") -> dict[str, Any]:
    """What the published folder says."""
    from models.training.promotion import standing

    found = standing(registry.data_dir, ranked)
    return {"model": found.card.model, "since": found.card.published_at or None, "trouble": found.trouble}


def _since(in_force: dict[str, Any]) -> str:
    since = "" if in_force["since"] is None else f" since {in_force['since'][:16].replace('T', ' ')}"
    return since + ("" if in_force["trouble"] is None else f" ({in_force['trouble']})")


def _report_lines(report: "Report") -> list[str]:
    """Each check in a line, and what to do about those that failed."""
    lines = [f"{report.candidate} against {report.incumbent}"]
    lines += [f"  {check.verdict.value:<6}  {check.said}" for check in report.checks]
    if report.failed:
        lines.append("The gate is closed:")
        lines += [f"  {check.name}: {check.remedy}" for check in report.failed]
    return lines


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
