"""`vivier audit`: check that nobody touched the audit log, read it, export it, say what is unusual, prune it."""

import contextlib
import datetime as dt
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import FAILED, USAGE, AsJson, fail, print_result, settings

if TYPE_CHECKING:
    from api.settings import Settings
    from features.audit.line import Line
    from features.audit.reading import Question
    from features.audit.report import ActorDay
    from features.store import Store

app = typer.Typer(
    help="The audit log: who saw, searched, contacted, changed what.\n\nExample: vivier audit verify",
    no_args_is_help=True,
)

Actor = Annotated[str | None, typer.Option(help="Id of the account or client; uid-… for commands.")]
ActionName = Annotated[str | None, typer.Option("--action", help="vu, cherche, exporte, modifie, refuse…")]
Since = Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD.")]
Until = Annotated[str | None, typer.Option(help="Last day, YYYY-MM-DD.")]
NOBODY = "(nobody)"
ProfileId = Annotated[str | None, typer.Option("--profile", help="Id of a profile: who saw this person?")]


@app.command()
def verify(
    start: Annotated[int, typer.Option("--from", min=1, help="First line to check.")] = 1,
    file: Annotated[Path | None, typer.Option(help="Check an export instead of the store.")] = None,
    public: Annotated[
        str | None, typer.Option("--key", help="Public key, when the service's own is not at hand.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the chain of lines, its signed head, and what the witness outside the database knows.

    Exit code 1 when anything was edited, inserted, moved, deleted or cut off: the first wrong line is named, and why it
    is wrong. Memory stays flat whatever the length.

    Example: vivier audit verify --from 100000
    """
    from features.audit.verify import verify as check

    if file is not None:
        _verify_file(file, public, as_json)
        return
    configured = settings()
    from api.auditing.log import key_of, witness_of

    with _store(configured) as store:
        found = check(store, witness_of(configured), public or key_of(configured).public, start)
    told = {
        "ok": found.fault is None,
        "first": found.first,
        "last": found.last,
        "lines": found.n_lines,
        "pruned_upto": found.pruned_upto,
        "heads_compared": found.n_checkpoints,
        "gaps": [{"first": gap.first, "last": gap.last, "reason": gap.reason, "stated": gap.at} for gap in found.gaps],
        "bad_line": None if found.fault is None else found.fault.seq,
        "reason": None if found.fault is None else found.fault.reason,
        "head": None if found.head is None else {"line": found.head.numero, "hash": found.head.empreinte},
    }
    lines = [
        f"{_span(found.first, found.last, found.n_lines)}, {found.n_checkpoints} signed heads outside the database"
    ]
    if found.pruned_upto:
        lines.append(f"lines up to {found.pruned_upto} were pruned, as a signed stub says")
    lines += [f"lines {gap.first} to {gap.last} are gone, as stated on {gap.at}: {gap.reason}" for gap in found.gaps]
    if found.fault is None:
        lines.append(
            "The chain is whole." if found.head is None else f"The chain is whole, up to {found.head.empreinte}"
        )
        if found.n_lines and not found.n_checkpoints:
            lines.append(
                "No head was kept outside the database (VIVIER_AUDIT_DIR): a database wound back would not show."
            )
    else:
        lines.append(f"Line {found.fault.seq} is wrong: {found.fault.reason}.")
    print_result(told, as_json, "\n".join(lines))
    if found.fault is not None:
        raise typer.Exit(FAILED)


@app.command("list")
def list_(
    actor: Actor = None,
    action: ActionName = None,
    since: Since = None,
    until: Until = None,
    profile: ProfileId = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many lines.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List lines, the latest first. People are shown by their pseudonyms alone.

    Example: vivier audit list --profile profil-000041 --since 2026-11-01
    """
    from features.audit.reading import count, find

    configured = settings()
    question = _question(configured, actor, action, since, until, profile)
    with _store(configured) as store:
        found, total = find(store, question, 0, limit), count(store, question)
    told = [{**_builtins(each.line), "empreinte": each.hash} for each in found]
    lines = [_told(each.line) for each in found]
    if total > len(found):
        lines.append(f"… and {total - len(found)} before: see --limit, --until")
    print_result({"total": total, "lines": told}, as_json, "\n".join(lines) or "No line answers this.")


@app.command()
def export(
    to: Annotated[Path | None, typer.Option(help="File to write; standard output when not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write all lines as NDJSON, the oldest first, and the signed head last: `vivier audit verify --file` checks it
    with the public key alone.

    Each line is the very text that is hashed: its SHA-256 is `precedente` of the next.

    Example: vivier audit export --to audit.ndjson
    """
    from api.auditing.commands import entry, note
    from api.auditing.log import key_of
    from features.audit.actions import Action
    from features.audit.export import lines_of

    if to is None and as_json:
        fail("the lines go to standard output: give --to FILE with --json", USAGE)
    configured = settings()
    count = 0
    with _store(configured) as store, _output(to) as out:
        for line in lines_of(store, key_of(configured).public):
            out.write(line + "\n")
            count += 1
    note(configured, entry(Action.EXPORTED, "vivier audit export", "audit", detail=f"{count - 1} lignes"))
    if to is not None:
        print_result({"file": str(to), "lines": count - 1}, as_json, f"{count - 1} lines in {to}.")


@app.command()
def report(
    actor: Actor = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many days of actors.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Say what each actor did on each day, the unusual first: people seen, searches, exports, refusals.

    A day is unusual when a figure is five times the median of the role, or huge by itself, or mostly at night. Without
    --since, the last seven days.

    Example: vivier audit report --since 2026-11-20
    """
    from features.audit.report import report as days_of

    configured = settings()
    first = since or (dt.datetime.now(dt.UTC).date() - dt.timedelta(days=6)).isoformat()
    question = _question(configured, actor, None, first, until, None)
    with _store(configured) as store:
        found = days_of(store, question)
    n_unusual = sum(bool(each.unusual) for each in found)
    names = "".join(f" {name:>7}" for name in ("people", "search", "export", "change", "refused"))
    width = max([len(each.actor or NOBODY) for each in found[:limit]], default=0)
    lines = [f"{'day':<10}  {'actor':<{width}}  {'role':<14}{names}"]
    for each in found[:limit]:
        lines.append(_row(each, width))
        lines += [f"            ! {reason}" for reason in each.unusual]
    if len(found) > limit:
        lines.append(f"… and {len(found) - limit} more: see --limit")
    lines.append(f"{n_unusual} unusual of {len(found)} days of actors since {first}.")
    text = "\n".join(lines) if found else f"Nothing was noted since {first}."
    print_result({"since": first, "unusual": n_unusual, "days": [asdict(each) for each in found]}, as_json, text)


@app.command()
def prune(
    before: Annotated[
        str | None, typer.Option(help="Lines before this day go, YYYY-MM-DD; VIVIER_KEEP_LOGS_DAYS ago when not given.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove the lines that have been kept long enough. A signed stub stands for them: the chain stays verifiable.

    Example: vivier audit prune --dry-run
    """
    from api.auditing.commands import ROLE, who
    from api.auditing.log import chain_of
    from features.audit.retention import over
    from features.audit.retention import prune as remove

    configured = settings()
    today = dt.datetime.now(dt.UTC).date()
    day = today - dt.timedelta(days=configured.durations.logs) if before is None else _day(before)
    with _store(configured) as store:
        chain = chain_of(configured, store)
        removed = len(over(store, day)) if dry_run else remove(chain, day, actor=who(), role=ROLE)
    verb = "would go" if dry_run else "are gone"
    print_result({"before": day.isoformat(), "lines": removed, "dry_run": dry_run}, as_json, f"{removed} lines {verb}.")


@app.command()
def acknowledge(
    reason: Annotated[str, typer.Option(help="Why lines are missing; it is kept, signed and told, and names nobody.")],
    as_json: AsJson = False,
) -> None:
    """State why lines are missing, after a backup was restored: `verify` tells it and goes on. Signed with the key.

    Lines that were edited or made anew cannot be acknowledged.

    Example: vivier audit acknowledge --reason "backup of 25 November restored after the disk failed"
    """
    from api.auditing.commands import entry
    from api.auditing.log import chain_of
    from features.audit.actions import Action
    from features.audit.gaps import state_gaps

    if not reason.strip():
        fail("--reason is empty: say why lines are missing", USAGE)
    configured = settings()
    with _store(configured) as store:
        told = entry(Action.RESTORED, "vivier audit acknowledge", "audit", detail=reason.strip())
        stated = state_gaps(chain_of(configured, store), reason.strip(), told)
    gaps = [{"first": gap.first, "last": gap.last} for gap in stated]
    lines = [f"lines {gap.first} to {gap.last}: {gap.reason}" for gap in stated]
    print_result({"gaps": gaps}, as_json, "\n".join(lines) or "No line is missing without a statement.")


@app.command()
def head(as_json: AsJson = False) -> None:
    """Print the signed head and the public key: kept elsewhere, on paper even, they prove later where the chain stood.

    Example: vivier audit head
    """
    from api.auditing.log import key_of
    from features.audit.chain import read_head

    configured = settings()
    with _store(configured) as store:
        identity = store.identity()
        with store.engine.connect() as connection:
            found = read_head(connection)
    if found is None:
        fail("the audit log is empty: nothing was noted yet")
    told = {
        "store": identity,
        "line": found.numero,
        "hash": found.empreinte,
        "date": found.date,
        "signature": found.signature,
        "key": key_of(configured).public,
    }
    print_result(told, as_json, "\n".join(f"{name:<10} {value}" for name, value in told.items()))


def _verify_file(file: Path, public: str | None, as_json: bool) -> None:
    from features.audit.export import verify_file
    from features.audit.verify import Broken

    if public is None:
        from api.auditing.log import key_of

        public = key_of(settings()).public
    if not file.is_file():
        fail(f"{file} is not a file", USAGE)
    try:
        first, last, count = verify_file(file, public)
    except Broken as broken:
        told = {"ok": False, "bad_line": broken.seq, "reason": broken.reason}
        print_result(told, as_json, f"Line {broken.seq} is wrong: {broken.reason}.")
        raise typer.Exit(FAILED) from None
    text = f"{_span(first, last, count)}\nThe export is whole."
    print_result({"ok": True, "first": first, "last": last, "lines": count}, as_json, text)


@contextlib.contextmanager
def _store(configured: "Settings") -> "Iterator[Store]":
    from features.store import Store

    store = Store.open(configured.store_url)
    try:
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def _output(to: Path | None) -> Iterator[Any]:
    if to is None:
        yield sys.stdout
        return
    with to.open("w", encoding="utf-8") as file:
        yield file


def _question(
    configured: "Settings",
    actor: str | None,
    action: str | None,
    since: str | None,
    until: str | None,
    profile: str | None,
) -> "Question":
    from api.auditing.actors import actor_name
    from api.auditing.log import key_of
    from features.audit.actions import Action
    from features.audit.reading import Question

    try:
        chosen = None if action is None else Action(action)
    except ValueError:
        fail(f"no action is called {action!r}: choose one of {', '.join(each.value for each in Action)}", USAGE)
    return Question(
        None if actor is None else actor_name(actor, key_of(configured)),
        chosen,
        None if since is None else _day(since),
        None if until is None else _day(until),
        None if profile is None else key_of(configured).person(profile),
    )


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is not a day: write YYYY-MM-DD", USAGE)


def _span(first: int, last: int, count: int) -> str:
    if count == 0:
        return "No line to check"
    return f"Line {first} checked" if count == 1 else f"Lines {first} to {last} checked ({count})"


def _builtins(line: "Line") -> dict[str, Any]:
    import msgspec

    found: dict[str, Any] = json.loads(msgspec.json.encode(line))
    return found


def _told(line: "Line") -> str:
    """One line for a person who reads many."""
    parts = [
        f"{line.numero:>8}",
        line.date[:19].replace("T", " "),
        line.acteur or NOBODY,
        line.role or "-",
    ]
    parts += [line.auNomDe] if line.auNomDe is not None else []
    parts += [line.action.value, line.operation]
    parts += [", ".join(line.identifiants[:3])] if line.identifiants else []
    if line.personnes:
        parts.append(f"{len(line.personnes)} people" if len(line.personnes) > 1 else line.personnes[0])
    parts += [str(line.statut)] if line.statut is not None else []
    parts += [line.modele] if line.modele is not None else []
    parts += [line.precision] if line.precision is not None else []
    return "  ".join(parts)


def _row(each: "ActorDay", width: int) -> str:
    return (
        f"{each.day:<10}  {each.actor or NOBODY:<{width}}  {each.role or '-':<14} {each.people:>7} {each.searches:>7} "
        f"{each.exports:>7} {each.changes:>7} {each.refusals:>7}"
    )
