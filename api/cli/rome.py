"""`vivier rome`: look into the referential, and compare two releases."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import FAILED, REFUSED, USAGE, AsJson, fail, print_result, progress, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from features.rome.diff import Codes, Links, RomeDiff
    from features.rome.referential import Rome

app = typer.Typer(
    help="The ROME referential: occupations, appellations, skills.\n\nExample: vivier rome show J1501",
    no_args_is_help=True,
)

CURRENT = "current"
"""Stands for the imported referential where an archive is expected."""

LINES_A_LIST = 20


@app.command()
def show(
    code: Annotated[str, typer.Argument(help="ROME 4.0 or v3 code.")],
    as_json: AsJson = False,
) -> None:
    """Show an occupation: texts, appellations, skills, work contexts, mobility.

    Example: vivier rome show J1501
    """
    import msgspec

    from api.rome_shapes import fiche

    rome = _imported()
    found = fiche(rome, _resolved(rome, code)[0])
    core = [skill.libelle for skill in found.competences if skill.coeurMetier]
    text = [
        f"{found.code}  {found.libelle}   (ROME {found.version}, v3 parent {found.codeParent})",
        f"{found.grandDomaine.libelle} > {found.domaine.libelle}",
        "",
        found.definition,
        found.acces,
        "",
        *_section("appellations", [f"{each.code}  {each.libelle}" for each in found.appellations]),
        *_section("core skills", core),
        *_section("work contexts", [each.libelle for each in found.contextes]),
        *_section("next jobs", [f"{each.ordre}. {each.code}  {each.libelle}" for each in found.mobilites]),
        *_section("same v3 parent", [f"{each.code}  {each.libelle}" for each in found.memeParent]),
    ]
    print_result(msgspec.to_builtins(found), as_json, "\n".join(text))


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="What someone would type; word ends may be missing.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most labels shown.")] = 10,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="metier, appellation or competence; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find occupations, appellations and skills by their label.

    Example: vivier rome search "aide soig" --kind metier
    """
    import msgspec

    from api.rome_shapes import trouve
    from features.rome.search import ALL_KINDS

    rome = _imported()
    try:
        hits = [trouve(hit) for hit in rome.search(text, limit, kind or ALL_KINDS)]
    except ValueError as error:
        fail(str(error), USAGE)
    lines = [f"{hit.score:.2f}  {hit.type:<11}  {hit.codeROME or '-':<5}  {hit.code:<6}  {hit.libelle}" for hit in hits]
    print_result({"results": msgspec.to_builtins(hits)}, as_json, "\n".join(lines) or f"nothing found for {text!r}")


@app.command()
def resolve(
    code: Annotated[str, typer.Argument(help="ROME 4.0 or v3 code.")],
    as_json: AsJson = False,
) -> None:
    """List the ROME 4.0 occupations that a 4.0 or v3 code may mean, the closest first.

    Example: vivier rome resolve M1805
    """
    rome = _imported()
    found = [{"code": rome.codes[row], "label": rome.labels[row]} for row in _resolved(rome, code)]
    text = "\n".join(f"{each['code']}  {each['label']}" for each in found)
    print_result({"code": code, "version": rome.version, "occupations": found}, as_json, text)


@app.command()
def predict(
    source: Annotated[
        Path, typer.Option("--input", help="Titles, one a line (UTF-8); after a tab, the description if there is one.")
    ],
    out: Annotated[Path, typer.Option(help="The TSV file to write: line, rank, ROME code, appellation code, score.")],
    k: Annotated[int, typer.Option(min=1, max=1000, help="Occupations for each title, at most.")] = 5,
    archive: Annotated[
        Path | None, typer.Option("--rome", help="A ROME archive (folder or zip), instead of what is imported.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which occupations each title of a file may mean, with a calibrated score.

    Lines are numbered from 0, ranks from 1. The score is the probability that the occupation's v3 family is right. A
    line without a word has no row.

    Example: vivier rome predict --input intitules.tsv --out metiers.tsv --k 5
    """
    from api.cli.line_files import read_lines, write_rows
    from models.encoder import ModelUnusable
    from models.published import TextModels

    lines = read_lines(source)
    rome = _version(str(archive)) if archive is not None else _imported()
    try:
        tagger = TextModels.load(settings().encoder).tagger(rome)
    except ModelUnusable as error:
        fail(str(error), FAILED)

    silent = 0

    def predicted() -> "Iterator[tuple[int, int, str, str, str]]":
        nonlocal silent
        with progress("Reading titles", len(lines)) as advance:
            for number, line in enumerate(lines):
                title, _, description = line.partition("\t")
                found = tagger.tag([title], [description], k=k)[0]
                silent += not found
                for rank, prediction in enumerate(found, start=1):
                    appellation = prediction.appellation
                    code = rome.appellation_codes[appellation] if appellation >= 0 else ""
                    yield number, rank, rome.codes[prediction.occupation], code, f"{prediction.score:.4f}"
                advance(1)

    written = write_rows(out, predicted())
    done = {
        "lines": len(lines),
        "rows": written,
        "without_prediction": silent,
        "model": tagger.version,
        "out": str(out),
    }
    told = f"{written} rows for {len(lines)} lines in {out}"
    print_result(done, as_json, told + (f" ({silent} lines without a word)" if silent else ""))


@app.command("diff")
def show_diff(
    old: Annotated[str, typer.Argument(help=f"Archive (folder or zip), or {CURRENT!r} for what is imported.")],
    new: Annotated[str, typer.Argument(help=f"Archive (folder or zip), or {CURRENT!r} for what is imported.")],
    as_json: AsJson = False,
) -> None:
    """Show what a release adds, drops, renames and moves, before it is imported.

    Example: vivier rome diff current RefRomeCsv.zip
    """
    from features.rome.diff import diff

    changes = diff(_version(old), _version(new))
    print_result({**changes.as_dict(), "counts": changes.counts()}, as_json, "\n".join(_diff_lines(changes)))


def _diff_lines(changes: "RomeDiff") -> list[str]:
    lines = [f"ROME {changes.old} -> {changes.new}"]
    if changes.is_empty:
        return [*lines, "no difference"]
    lines += _codes_lines("occupations", changes.occupations)
    lines += _codes_lines("appellations", changes.appellations)
    lines += _codes_lines("skills", changes.skills)
    lines += _links_lines("links occupation-skill", changes.skill_links)
    lines += _links_lines("mobility links", changes.mobility)
    return [*lines, *_section("occupations with new texts", list(changes.rewritten))]


def _codes_lines(name: str, codes: "Codes") -> list[str]:
    return [
        *_section(f"{name} added", [f"+ {entry.code}  {entry.label}" for entry in codes.added]),
        *_section(f"{name} dropped", [f"- {entry.code}  {entry.label}" for entry in codes.dropped]),
        *_section(f"{name} renamed", [f"~ {each.code}  {each.old} -> {each.new}" for each in codes.renamed]),
        *_section(f"{name} moved", [f"> {each.code}  {each.old} -> {each.new}" for each in codes.moved]),
    ]


def _links_lines(name: str, links: "Links") -> list[str]:
    return [
        *_section(f"{name} added", [f"+ {link.rome_code} {link.code}" for link in links.added]),
        *_section(f"{name} dropped", [f"- {link.rome_code} {link.code}" for link in links.dropped]),
        *_section(f"{name} changed", [f"~ {link.rome_code} {link.code}" for link in links.changed]),
    ]


def _section(title: str, lines: list[str]) -> list[str]:
    """A titled list, its first lines only; nothing when there are none."""
    if not lines:
        return []
    more = len(lines) - LINES_A_LIST
    rest = [f"  … {more} more (--json gives them all)"] if more > 0 else []
    return [f"{title}: {len(lines)}", *(f"  {line}" for line in lines[:LINES_A_LIST]), *rest]


def _imported() -> "Rome":
    """The referential in force in the data folder."""
    from features.artifacts import ArtifactError
    from features.reference import ReferenceMissing, load_rome

    try:
        return load_rome(settings().reference_dir)
    except (ReferenceMissing, ArtifactError) as error:
        fail(str(error), FAILED)


def _version(where: str) -> "Rome":
    from features.rome.archive import read_archive
    from features.sources.base import WrongFile

    if where == CURRENT:
        return _imported()
    try:
        return read_archive(Path(where))
    except WrongFile as error:
        fail(str(error), REFUSED)


def _resolved(rome: "Rome", code: str) -> tuple[int, ...]:
    from features.rome.referential import UnknownRomeCode

    try:
        return rome.resolve(code.upper())
    except UnknownRomeCode as error:
        fail(str(error), FAILED)
