"""`vivier text`: what the models make of lists of labels, for people who align nomenclatures."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import FAILED, REFUSED, AsJson, fail, print_result, progress, settings

app = typer.Typer(
    help="Labels compared by meaning.\n\nExample: vivier text search --queries a.txt --corpus b.txt --out near.tsv",
    no_args_is_help=True,
)
QUERIES_AT_ONCE = 256


@app.callback()
def text() -> None:
    """Labels compared by meaning.

    Example: vivier text search --queries a.txt --corpus b.txt --out near.tsv
    """


@app.command()
def search(
    queries: Annotated[Path, typer.Option(help="Labels to place, one a line (UTF-8).")],
    corpus: Annotated[Path, typer.Option(help="Labels to find among, one a line (UTF-8).")],
    out: Annotated[Path, typer.Option(help="The TSV file to write: query line, corpus line, score.")],
    k: Annotated[int, typer.Option(min=1, help="Labels found for each query, at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Rank the labels of one list against another's by meaning, spelling and gendered forms aside.

    Each row of the output has the query's line number, the corpus line number (both from 0) and the score, a cosine;
    for each query the best comes first. Lines without a word are counted, and neither asked nor found.

    Example: vivier text search --queries metiers.txt --corpus esco.txt --k 100 --out proches.tsv
    """
    from api.cli.line_files import read_lines, write_rows
    from features.text import normalise
    from models.crosswalk import label_vectors, nearest
    from models.encoder import ModelUnusable
    from models.published import load_encoder

    asked, known = read_lines(queries), read_lines(corpus)
    asked_rows = [row for row, label in enumerate(asked) if normalise(label)]
    known_rows = [row for row, label in enumerate(known) if normalise(label)]
    for path, rows in ((queries, asked_rows), (corpus, known_rows)):
        if not rows:
            fail(f"{path} has no label: write one a line", REFUSED)
    try:
        encoder = load_encoder(settings().encoder)
    except ModelUnusable as error:
        fail(str(error), FAILED)
    found = label_vectors([known[row] for row in known_rows], encoder)

    def ranked() -> Iterator[tuple[int, int, str]]:
        with progress("Ranking", len(asked_rows)) as advance:
            for start in range(0, len(asked_rows), QUERIES_AT_ONCE):
                block = asked_rows[start : start + QUERIES_AT_ONCE]
                places, scores = nearest(label_vectors([asked[row] for row in block], encoder), found, k)
                for row, best, cosines in zip(block, places.tolist(), scores.tolist(), strict=True):
                    for place, cosine in zip(best, cosines, strict=True):
                        yield row, known_rows[place], f"{cosine:.6f}"
                advance(len(block))

    written = write_rows(out, ranked())
    blank = len(asked) - len(asked_rows)
    done = {"queries": len(asked_rows), "corpus": len(known_rows), "rows": written, "blank_queries": blank}
    told = f"{written} rows for {len(asked_rows)} queries in {out}"
    print_result({**done, "out": str(out)}, as_json, told + (f" ({blank} lines without a word)" if blank else ""))
