"""`vivier import`: partners' feeds and publishers' open data into the store and the reference data."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import FAILED, REFUSED, USAGE, AsJson, completion, fail, print_result, progress, settings
from api.cli.console import store as open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from features.sources.base import RecordSource, ReferenceSource
    from features.sources.run import Imported
    from features.sources.run_reference import Published

OPEN_DATA = "open-data"


def import_(
    source: Annotated[str | None, typer.Argument(help="An importer's name (see --list), or open-data.")] = None,
    files: Annotated[list[Path] | None, typer.Argument(help="The files: plain, .gz or .zip.")] = None,
    list_sources: Annotated[bool, typer.Option("--list", help="List the importers and their files.")] = False,
    complete: Annotated[
        bool, typer.Option("--complete", help="The files are the whole feed: delete what they no longer have.")
    ] = False,
    mapping: Annotated[Path | None, typer.Option(help="Column mapping (TOML), for the CSV importers.")] = None,
    name: Annotated[
        str | None, typer.Option("--source", help="The partner's name, when several send files of one shape.")
    ] = None,
    root: Annotated[
        Path | None, typer.Option(help="open-data: the folder of the publishers' files (else VIVIER_OPEN_DATA).")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with code 3 when rows were rejected.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import a file: all of its good rows in one transaction, the bad ones in a rejects file.

    Importing the same file again changes nothing. Rejects go to <data_dir>/rejects/<source>-rejects.ndjson.

    Example: vivier import offres-ft offres.json --source mon-partenaire --complete
    """
    if list_sources:
        _list(as_json)
    elif source is None:
        fail("name an importer and its files, for example `vivier import offres-ft offres.json`; see --list", USAGE)
    elif source == OPEN_DATA:
        if files or complete or mapping or name:
            fail("open-data takes only --root, --strict and --json", USAGE)
        _refusing(lambda: _open_data(root, strict, as_json))
    elif not files:
        fail(f"name the files to import: `vivier import {source} FILE…`", USAGE)
    else:
        paths = files
        _refusing(lambda: _files(source, paths, complete, mapping, name, strict, as_json))


def _refusing(work: "Callable[[], None]") -> None:
    """Do the work; what the user can put right ends in one line and an exit code."""
    from features.artifacts import ArtifactError
    from features.reference import ReferenceMissing
    from features.sources.base import WrongFile
    from features.sources.registry import UnknownSource
    from features.sources.run import BadSourceName
    from models.encoder import ModelUnusable

    try:
        work()
    except WrongFile as error:
        fail(str(error), REFUSED)
    except (UnknownSource, BadSourceName) as error:
        fail(str(error), USAGE)
    except (ReferenceMissing, ArtifactError, ModelUnusable) as error:
        fail(str(error), FAILED)
    except KeyboardInterrupt:
        fail("interrupted: nothing was written, run it again", FAILED)


def _list(as_json: bool) -> None:
    from features.sources.registry import RECORD_SOURCES, REFERENCE_SOURCES

    sources = [(one.name, one.origin) for one in REFERENCE_SOURCES] + [(one.name, one.origin) for one in RECORD_SOURCES]
    rows = [
        {"name": name, "title": origin.title, "publisher": origin.publisher, "file": origin.file_name}
        for name, origin in sources
    ]
    text = "\n".join(f"{row['name']:<16} {row['title']} ({row['publisher']})\n{'':<16} {row['file']}" for row in rows)
    print_result({"sources": rows}, as_json, text)


def _open_data(root: Path | None, strict: bool, as_json: bool) -> None:
    from api.auditing.commands import noting
    from features.audit.actions import Action
    from features.sources.open_data import Absent, import_open_data
    from features.sources.run_reference import Published

    chosen = settings()
    folder = root or chosen.open_data
    if folder is None:
        fail("give the folder of open data with --root or VIVIER_OPEN_DATA", USAGE)
    results: list[dict[str, Any]] = []
    texts: list[str] = []
    with (
        contextlib.closing(open_store(chosen)) as store,
        progress("Open data") as advance,
        noting(chosen, store, Action.IMPORTED, "vivier import open-data", "imports", "données ouvertes"),
    ):
        for done in import_open_data(
            folder,
            store,
            chosen.reference_dir,
            chosen.data_dir / "rejects",
            progress=advance,
            completing=lambda reference: completion(chosen, reference).completed,
        ):
            if isinstance(done, Absent):
                results.append({"source": done.source, "absent": done.file_name})
                texts.append(f"{done.source:<16} not in {folder} ({done.file_name})")
            elif isinstance(done, Published):
                results.append(_published_json(done))
                texts.append(_published_text(done))
            else:
                results.append(_imported_json(done))
                texts.append(_imported_text(done))
    print_result({"imports": results}, as_json, "\n".join(texts))
    _end(strict, sum(int(result.get("rejects", 0)) for result in results))


def _files(
    source_name: str,
    files: list[Path],
    complete: bool,
    mapping: Path | None,
    name: str | None,
    strict: bool,
    as_json: bool,
) -> None:
    from api.auditing.commands import entry, note
    from features.audit.actions import Action
    from features.sources.registry import REFERENCE_SOURCES, source_named
    from features.sources.run_reference import import_reference

    chosen = settings()
    rejects_folder = chosen.data_dir / "rejects"
    source = source_named(source_name)
    reference_source = next((one for one in REFERENCE_SOURCES if one is source), None)
    if reference_source is not None:
        if complete or mapping or name:
            fail(f"{source_name} is reference data: it takes no --complete, --mapping or --source", USAGE)
        published = import_reference(reference_source, files, chosen.reference_dir, rejects_folder)
        what = "inchangé" if published.unchanged else "publié"
        note(chosen, entry(Action.IMPORTED, "vivier import", "referentiel", detail=f"{published.source} : {what}"))
        print_result(_published_json(published), as_json, _published_text(published))
        _end(strict, published.rejects)
        return
    imported = _records(source, files, complete, mapping, name)
    print_result(_imported_json(imported), as_json, _imported_text(imported))
    _end(strict, imported.rejects)


def _records(
    source: "RecordSource | ReferenceSource", files: list[Path], complete: bool, mapping: Path | None, name: str | None
) -> "Imported":
    from dataclasses import replace
    from typing import cast

    from api.auditing.commands import noting
    from features.audit.actions import Action
    from features.reference import Reference
    from features.sources.mapped_csv import MappedCsv
    from features.sources.mapping import read_mapping
    from features.sources.run import import_records

    chosen = settings()
    feed = cast("RecordSource", source)
    if mapping is not None:
        if not isinstance(feed, MappedCsv):
            fail(f"{feed.name} reads a fixed shape: --mapping is for the CSV importers", USAGE)
        feed = replace(feed, mapping=read_mapping(mapping))
    if name is not None:
        feed = replace(feed, name=name)  # type: ignore[type-var]
    reference = Reference.load(chosen.reference_dir)
    store = open_store(chosen)
    what = f"source {feed.name}"
    try:
        with (
            progress(f"Import of {feed.name}") as advance,
            noting(chosen, store, Action.IMPORTED, "vivier import", "imports", what),
        ):
            return import_records(
                store,
                reference,
                feed,
                files,
                chosen.data_dir / "rejects",
                complete=complete,
                progress=advance,
                completed=completion(chosen, reference).completed,
            )
    finally:
        store.close()


def _end(strict: bool, rejects: int) -> None:
    if strict and rejects:
        raise typer.Exit(REFUSED)


def _published_json(done: "Published") -> dict[str, Any]:
    return {
        "source": done.source,
        "part": done.part,
        "unchanged": done.unchanged,
        "rejects": done.rejects,
        "rejects_file": str(done.rejects_file) if done.rejects else None,
    }


def _published_text(done: "Published") -> str:
    text = f"{done.source:<16} {'unchanged' if done.unchanged else 'published'}"
    return text + (f"; {done.rejects} values rejected, see {done.rejects_file}" if done.rejects else "")


def _imported_json(done: "Imported") -> dict[str, Any]:
    total = done.total
    return {
        "source": done.source,
        "files": list(done.files),
        "inserted": total.inserted,
        "updated": total.updated,
        "deleted": total.deleted,
        "unchanged": total.unchanged,
        "same_job": done.grouped,
        "rejects": done.rejects,
        "rejects_file": str(done.rejects_file) if done.rejects else None,
    }


def _imported_text(done: "Imported") -> str:
    total = done.total
    if done.unchanged:
        text = f"{done.source:<16} nothing changed: the {total.unchanged} records were there already"
    else:
        text = (
            f"{done.source:<16} {total.inserted} new, {total.updated} changed, {total.deleted} deleted, "
            f"{total.unchanged} unchanged"
        )
    if done.grouped:
        text += f"; {done.grouped} offers are shown behind the same job of another board"
    return text + (f"; {done.rejects} rows rejected, see {done.rejects_file}" if done.rejects else "")
