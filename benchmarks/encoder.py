"""How well texts find their ROME occupation: the encoder and the title reader against lexical baselines.

    VIVIER_OPEN_DATA=… python -m benchmarks.encoder [--quick] [--json FILE]

One appellation in ten of the full ROME is held out; the encoder, the reader and the baselines learn from the rest.
Asked: held-out appellations, the same with one slip of the finger, and (where the offers file is at hand) real offer
titles that France Travail coded. `at_1` and `at_5`: share of queries whose fiche is first, or among the first five.
Baselines in the same run: TF-IDF of character n-grams, and BM25 over words (Robertson and Zaragoza, 2009), each by
nearest text of ROME.
`--quick` keeps one occupation in five.
"""

import csv
import gzip
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from benchmarks.report import Report
from features.rome.archive import read_archive
from features.rome.referential import Rome
from features.text import normalise, without_gender_marks
from features.world.wording import slip
from models.encoder import Encoder, unit
from models.encoder_fit import Corpus, fit, rome_corpus
from models.occupations import OccupationVectors
from models.titles import TitleReader, job_names, name_stems

SEED = 0
HELD_OUT = 0.1
Ranker = Callable[[Sequence[str]], NDArray[np.floating]]
Queries = tuple[Sequence[str], NDArray[np.int64]]


def main() -> None:
    report = Report.from_command_line("encoder", seed=SEED, about=__doc__ or "")
    root = os.environ.get("VIVIER_OPEN_DATA")
    if root is None:
        sys.exit("set VIVIER_OPEN_DATA to the folder of the publishers' files: this benchmark needs the full ROME")
    rome = read_archive(Path(root) / "rome")
    report.data(Path(root) / "rome")
    kept = np.arange(rome.n_occupations) % 5 == 0 if report.quick else np.ones(rome.n_occupations, dtype=np.bool_)
    draw = np.random.default_rng(SEED)
    eligible = np.flatnonzero(kept[rome.appellation_occupation])
    held = np.sort(draw.choice(eligible, int(len(eligible) * HELD_OUT), replace=False))
    corpus = _restricted(rome_corpus(rome, frozenset(held.tolist())), kept)
    queries = _queries(rome, held, kept, Path(root) / "offres" / "offres.csv.gz")
    report.figure("occupations", int(kept.sum()))
    report.figure("texts_learned", len(corpus.texts))

    started = time.perf_counter()
    encoder = fit(corpus)
    report.figure("fit_s", time.perf_counter() - started, digits=1)
    texts = encoder.encode(corpus.texts)
    vectors = OccupationVectors(_centroids(encoder, texts, corpus, rome), texts, corpus.occupations)
    unknown = set(held.tolist()) | set(np.flatnonzero(~kept[rome.appellation_occupation]).tolist())
    reader = TitleReader(job_names(rome, frozenset(unknown)), name_stems(rome), encoder, vectors)
    rankers: dict[str, Ranker] = {
        "encoder_nearest_text": lambda asked: _by_text(encoder.encode(asked) @ texts.T, corpus, rome),
        "encoder_occupation_vector": lambda asked: encoder.encode(asked) @ vectors.vectors.T,
        "tfidf_characters": _tfidf(corpus, rome),
        "bm25_words": _bm25(corpus, rome),
    }
    for name, (asked, right) in queries.items():
        report.figure(f"{name}_queries", len(asked))
        for ranker, score in rankers.items():
            ranked = score(asked)
            report.figure(f"{name}_{ranker}_at_1", _at(ranked, right, 1))
            report.figure(f"{name}_{ranker}_at_5", _at(ranked, right, 5))
        _measure_reader(report, name, asked, right, reader, rome)
    _measure_speed(report, encoder, queries["held_out"][0])
    report.finish()


def _restricted(corpus: Corpus, kept: NDArray[np.bool_]) -> Corpus:
    """The texts of the kept occupations, under their own row numbers."""
    chosen = np.flatnonzero(kept[corpus.occupations])
    return Corpus(tuple(corpus.texts[row] for row in chosen), corpus.occupations[chosen], corpus.weights[chosen])


def _queries(rome: Rome, held: NDArray[np.int64], kept: NDArray[np.bool_], offers: Path) -> dict[str, Queries]:
    labels = [rome.appellation_labels[row] for row in held]
    right = rome.appellation_occupation[held].astype(np.int64)
    asked: dict[str, Queries] = {
        "held_out": (labels, right),
        "one_slip": ([slip(label, number) for number, label in enumerate(labels)], right),
    }
    if offers.is_file():
        with gzip.open(offers, "rt", encoding="utf-8") as stream:
            rows = [
                (without_gender_marks(row["intitule"]), rome.row_of(row["code_rome"]))
                for row in csv.DictReader(stream)
                if row["source_code_rome"] == "api" and rome.contains(row["code_rome"])
            ]
        rows = [row for row in rows if kept[row[1]]]
        chosen = random.Random(SEED).sample(rows, min(len(rows), 3000))
        asked["offer_titles"] = ([title for title, _ in chosen], np.array([row for _, row in chosen]))
    return asked


def _by_text(scores: NDArray[np.floating], corpus: Corpus, rome: Rome) -> NDArray[np.float32]:
    """(queries, occupations): the best score over the texts of each occupation."""
    order = np.argsort(corpus.occupations, kind="stable")
    present, starts = np.unique(corpus.occupations[order], return_index=True)
    best = np.full((len(scores), rome.n_occupations), -np.inf, dtype=np.float32)
    best[:, present] = np.maximum.reduceat(scores[:, order], starts, axis=1)
    return best


def _centroids(encoder: Encoder, texts: NDArray[np.float32], corpus: Corpus, rome: Rome) -> NDArray[np.float32]:
    sums = np.zeros((rome.n_occupations, encoder.dim), dtype=np.float32)
    np.add.at(sums, corpus.occupations, texts * corpus.weights[:, None])
    return unit(sums)


def _tfidf(corpus: Corpus, rome: Rome) -> Ranker:
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), preprocessor=normalise, sublinear_tf=True)
    known = vectorizer.fit_transform(corpus.texts)
    return lambda asked: _by_text((vectorizer.transform(asked) @ known.T).toarray(), corpus, rome)


def _bm25(corpus: Corpus, rome: Rome, k1: float = 1.2, b: float = 0.75) -> Ranker:
    vectorizer = CountVectorizer(preprocessor=normalise, token_pattern=r"[a-z0-9+#]+")  # noqa: S106
    counts: Any = sparse.csr_array(vectorizer.fit_transform(corpus.texts), dtype=np.float32)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    documents = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log(1 + (len(corpus.texts) - documents + 0.5) / (documents + 0.5))
    norm = k1 * (1 - b + b * lengths / lengths.mean())
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    counts.data = counts.data * (k1 + 1) / (counts.data + norm[rows]) * idf[counts.indices]
    return lambda asked: _by_text((vectorizer.transform(asked) @ counts.T).toarray(), corpus, rome)


def _at(scores: NDArray[np.floating], right: NDArray[np.int64], k: int) -> float:
    best = np.argpartition(-scores, k, axis=1)[:, :k]
    return float((best == right[:, None]).any(axis=1).mean())


def _measure_reader(
    report: Report, name: str, asked: Sequence[str], right: NDArray[np.int64], reader: TitleReader, rome: Rome
) -> None:
    """The title reader may say nothing: how often it speaks, and how often it is then right, fiche and v3 family."""
    rows = reader.read(asked)
    said = rows >= 0
    families = np.unique(np.array(rome.parents), return_inverse=True)[1]
    report.figure(f"{name}_reader_speaks", float(said.mean()))
    report.figure(f"{name}_reader_right_fiche", float((rows == right)[said].mean()))
    report.figure(f"{name}_reader_right_family", float((families[rows] == families[right])[said].mean()))


def _measure_speed(report: Report, encoder: Encoder, asked: Sequence[str]) -> None:
    times = []
    for text in asked[:300]:
        started = time.perf_counter_ns()
        encoder.encode([text])
        times.append((time.perf_counter_ns() - started) / 1e3)
    report.figure("one_text_p50_us", float(np.median(times)), digits=0)
    batch = list(asked) * 8
    begun = time.perf_counter()
    encoder.encode(batch)
    report.figure("batch_texts_per_s", len(batch) / (time.perf_counter() - begun), digits=0)


if __name__ == "__main__":
    main()
