"""How well French job text is understood: the encoder and the tagger against lexical baselines and the first encoder.

    VIVIER_OPEN_DATA=… python -m benchmarks.text_quality [--quick] [--json FILE]
                       [--held-out-encoder FOLDER] [--baselines-only]

The questions are those of `benchmarks/text_sets.py`, the measures those of `benchmarks/text_metrics.py`. Sets of
held-out appellations (`held_out…`, `esco_…_held_out`) are answered by an encoder that was trained without them, the
others by the published one. An answer is right by fiche (`held_out…`, `offers_fiche…`, `spoken`) or by ROME v3 family
(the other `offers…`: most real offers are coded no finer).

Baselines, each by nearest text of ROME (names in both genders, definitions, core skills), best text of a fiche:
TF-IDF of character n-grams inside words (2 to 5), BM25 over French stems, and the first encoder of this repository
(`benchmarks/first_encoder.py`). With a description they are asked in two ways, `joined` (title and the description's
first 300 characters in one text) and `summed` (score of the title + 0.6 × that of the description); targets are ratios
to the best baseline of each set and measure. Times and memory are those of a process of its own with one thread.
`--quick` asks at most 150 questions a set and leaves the first encoder out.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Report
from benchmarks.text_metrics import (
    Ranks,
    accuracy_at,
    answered_at,
    answering,
    by_group,
    first_right,
    macro_mean,
    mrr,
    ndcg_at,
    worst,
)
from benchmarks.text_sets import (
    Crosswalk,
    QuerySet,
    crosswalks,
    held_out_appellations,
    held_out_set,
    noised,
    noised_held_out_set,
    offer_set,
    spoken_set,
)
from features.rome.archive import read_archive
from features.rome.gender import forms
from features.rome.referential import Rome
from features.rome.spoken import spoken_names
from features.text import normalise, without_gender_marks
from models.metrics.bootstrap import paired_interval
from models.metrics.calibration import calibration_error, reliability
from models.training.holdout import in_calibration_half

if TYPE_CHECKING:
    from models.encoder import TextEncoder
    from models.tagger import Tagger

# scikit-learn, bm25s and models are imported where they are used: the process that weighs memory loads this module too.

SEED = 0
QUICK_QUERIES = 150
BLOCK = 256
FIRST_CHARACTERS = 300
DESCRIPTION_WEIGHT = 0.6
DEEP = 50
"""Predictions asked of the tagger: five families may take many fiches, and the baselines rank them all."""
SMALLEST_DOMAIN = 10
CROSSWALK_DEPTH = 200
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

Item = TypeVar("Item")
Scores = NDArray[np.float32]
Similar = Callable[[Sequence[str]], Scores]
"""(queries, known texts) similarity, 0 or less for none."""


@dataclass(frozen=True)
class Answers:
    """`scores` (queries, n_occupations), -inf where not answered; `sure` (queries,) chance that the first is right."""

    scores: Scores
    sure: NDArray[np.float64] | None = None


System = Callable[[QuerySet], Answers]


@dataclass(frozen=True)
class Asked:
    """A set, whether its answers are judged by fiche or by v3 family, and whether it needs the held-out encoder."""

    queries: QuerySet
    by_fiche: bool
    held_out: bool = False


@dataclass(frozen=True)
class Options:
    held_out_encoder: Path | None
    baselines_only: bool


@dataclass(frozen=True)
class Target:
    """A goal of issue 3: a share of right answers, or an error as a ratio to that of the best baseline."""

    asked: str
    measure: str
    goal: float
    ratio_of_errors: bool = True


TARGETS = (
    Target("held_out", "at_1", 0.70),
    Target("held_out", "at_5", 0.55),
    Target("held_out_typos", "at_1", 0.75),
    Target("offers", "at_1", 0.80),
    Target("offers_text", "at_1", 0.80),
    Target("offers_text_described", "at_1", 0.70),
    Target("spoken", "at_1", 0.85, ratio_of_errors=False),
    Target("spoken", "at_5", 0.95, ratio_of_errors=False),
)
CALIBRATED = ("held_out", "offers", "offers_judged", "offers_judged_described")
MOST_ECE = 0.05
SPEED_GOALS = {
    "encode_p50_us": 150.0,
    "tag_p50_us": 2000.0,
    "tag_p99_us": 5000.0,
    "load_ms": 300.0,
    "memory_mib": 250.0,
}
LEAST_TEXTS_PER_S = 15000.0


def main(arguments: Sequence[str] | None = None) -> None:
    options, rest = _options(arguments)
    report = Report.from_command_line("text_quality", seed=SEED, arguments=rest, about=__doc__ or "")
    root = os.environ.get("VIVIER_OPEN_DATA")
    if root is None:
        sys.exit("set VIVIER_OPEN_DATA to the folder of the publishers' files: this benchmark needs the full ROME")
    rome = read_archive(Path(root) / "rome")
    for folder in ("rome", "offres", "esco_fr"):
        report.data(Path(root) / folder)
    held = held_out_appellations(rome)
    asked = _reduced(question_sets(rome, held, Path(root) / "offres" / "offres.csv.gz"), report.quick)
    walks = crosswalks(rome, Path(root) / "esco_fr")
    labels = walks[0].labels
    over_labels = {"tfidf": tfidf(labels), "bm25": bm25(labels)}
    best: dict[tuple[str, str], float] = {}
    tagged: dict[tuple[str, str], float] = {}
    known: dict[str, System] = {}
    for held_out in (True, False):
        without = held if held_out else frozenset[int]()
        first = None if report.quick else _first_encoder(report, rome, without)
        encoder = None if options.baselines_only else chosen_encoder(options, rome, Path(root), held_out)
        known = baselines(rome, without, first)
        ours = (
            {}
            if encoder is None
            else systems(rome, chosen_tagger(rome, Path(root), encoder, without), encoder, without)
        )
        for question in asked:
            if question.held_out == held_out:
                best_here, ours_here = measure(report, question, known, ours, rome)
                best.update(best_here)
                tagged.update(ours_here)
        for walk in walks:
            questions = walk.held_out(held) if held_out else walk
            if report.quick:
                questions = questions.sample(QUICK_QUERIES, SEED)
            by_encoder = {} if first is None else {"first_encoder": cosines(first, labels)}
            measure_crosswalk(report, questions, {**over_labels, **by_encoder}, encoder)
    if not options.baselines_only:
        judge(report, best, tagged)
        speed(report, rome, asked[0].queries, known["tfidf"])
    report.finish()


def question_sets(rome: Rome, held: frozenset[int], offers: Path) -> list[Asked]:
    """Every set, in the order of the report. All offers, then those with a full text: source H, two thirds of the
    titles, has only 23 codes. `offers_judged…` are the half on which no setting of the tagger was chosen."""
    real = offer_set(rome, offers)
    text = real.with_context()
    judged = offer_set(rome, offers, lambda row: not in_calibration_half(row)).with_context()
    return [
        Asked(held_out_set(rome, held), by_fiche=True, held_out=True),
        Asked(noised_held_out_set(rome, held), by_fiche=True, held_out=True),
        Asked(real.titles_alone(), by_fiche=False),
        Asked(noised(real.titles_alone()), by_fiche=False),
        Asked(text.titles_alone().named("offers_text"), by_fiche=False),
        Asked(text.named("offers_text_described"), by_fiche=False),
        Asked(judged.titles_alone().named("offers_judged"), by_fiche=False),
        Asked(judged.named("offers_judged_described"), by_fiche=False),
        Asked(real.with_fiche().titles_alone().named("offers_fiche"), by_fiche=True),
        Asked(text.with_fiche().named("offers_fiche_described"), by_fiche=True),
        Asked(spoken_set(rome), by_fiche=True),
    ]


# Ours.


def chosen_encoder(options: Options, rome: Rome, open_data: Path, held_out: bool) -> "TextEncoder":
    """The encoder that answers: the published one, or one that never saw the held-out appellations."""
    if held_out:
        return held_out_encoder(options.held_out_encoder, rome, open_data)
    from models.published import published_models

    return published_models().encoder


def held_out_encoder(folder: Path | None, rome: Rome, open_data: Path) -> "TextEncoder":
    """An encoder trained without the held-out appellation rows, read from `folder` or trained here (minutes).

    Without them everywhere: as texts of ROME, and as rows of the ROME-ESCO crosswalk, which name them again.
    """
    if folder is None:
        from models.training.publish import train_held_out

        return train_held_out(rome, open_data)
    from models.published import load_encoder

    return load_encoder(folder)


def chosen_tagger(rome: Rome, open_data: Path, encoder: "TextEncoder", without: frozenset[int]) -> "Tagger":
    """The published weights over this encoder. Without the held-out appellations, ESCO's labels are known through the
    other rows of the crosswalk alone."""
    from models.published import published_models
    from models.tagger import Tagger
    from models.training.open_names import OpenNames

    hidden = frozenset(rome.appellation_codes[row] for row in without)
    others = [(code, label) for _, code, label in OpenNames(open_data).esco_names(hidden)]
    return Tagger.of(encoder, rome, published_models().weighing, [*spoken_names(), *others], without)


def systems(rome: Rome, tagger: "Tagger", encoder: "TextEncoder", without: frozenset[int]) -> dict[str, System]:
    """What is measured: the encoder alone, by nearest text, and the tagger, which alone gives probabilities."""

    def tag(queries: QuerySet) -> Answers:
        scores = np.full((len(queries), rome.n_occupations), -np.inf, dtype=np.float32)
        sure = np.zeros(len(queries))
        for row, found in enumerate(tagger.tag(queries.texts, queries.contexts, k=DEEP)):
            for place, prediction in reversed(list(enumerate(found))):
                scores[row, prediction.occupation] = DEEP - place
            if found:
                sure[row] = found[0].score
        return Answers(scores, sure)

    texts, occupations = rome_texts(rome, without)
    alone = nearest(cosines(encoder, texts), occupations, rome)
    return {"encoder": _summed(alone), "tagger": tag}


# Baselines.


def rome_texts(rome: Rome, without: frozenset[int]) -> tuple[list[str], NDArray[np.int64]]:
    """What a nearest-text baseline knows: the referential's texts and its names in each gender, with their fiches."""
    from models.corpus import rome_corpus

    corpus = rome_corpus(rome, without)
    texts, occupations = list(corpus.texts), corpus.occupations.tolist()
    names = [(label, row) for row, label in enumerate(rome.labels)]
    names += [
        (label, int(occupation))
        for row, (label, occupation) in enumerate(
            zip(rome.appellation_labels, rome.appellation_occupation, strict=True)
        )
        if row not in without
    ]
    for label, occupation in names:
        for form in dict.fromkeys(forms(label)):
            texts.append(form)
            occupations.append(occupation)
    return texts, np.array(occupations, dtype=np.int64)


def _first_encoder(report: Report, rome: Rome, without: frozenset[int]) -> "TextEncoder":
    """The first encoder of this repository, fitted on ROME without these appellations."""
    from benchmarks.first_encoder import fit
    from models.corpus import rome_corpus

    begun = time.perf_counter()
    encoder = fit(rome_corpus(rome, without))
    report.figure(f"first_encoder_fit_without_{len(without)}_s", time.perf_counter() - begun, digits=1)
    return encoder


def baselines(rome: Rome, without: frozenset[int], first: "TextEncoder | None") -> dict[str, System]:
    """Every baseline that knows ROME without these appellations, by name."""
    texts, occupations = rome_texts(rome, without)
    similar: dict[str, tuple[Similar, bool]] = {"tfidf": (tfidf(texts), False), "bm25": (bm25(texts), True)}
    if first is not None:
        similar["first_encoder"] = (cosines(first, texts), False)
    found: dict[str, System] = {}
    for name, (alike, unbounded) in similar.items():
        closest = nearest(alike, occupations, rome)
        found[name] = _alone(closest)
        found[f"{name}_joined"] = _joined(closest)
        found[f"{name}_summed"] = _summed(closest, unbounded)
    return found


def tfidf(texts: Sequence[str]) -> Similar:
    """Cosine of TF-IDF vectors over character n-grams inside words, 2 to 5."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), preprocessor=normalise, sublinear_tf=True, dtype=np.float32
    )
    known: Any = vectorizer.fit_transform(texts).T.tocsr()
    return lambda asked: np.asarray((vectorizer.transform(asked) @ known).toarray(), dtype=np.float32)


def bm25(texts: Sequence[str]) -> Similar:
    """BM25 (bm25s, its defaults) over French stems (Snowball) of words without accents."""
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("french")
    index = bm25s.BM25()
    index.index([stemmer.stemWords(normalise(text).split()) for text in texts], show_progress=False)

    def similar(asked: Sequence[str]) -> Scores:
        scores = np.zeros((len(asked), len(texts)), dtype=np.float32)
        for row, text in enumerate(asked):
            words = stemmer.stemWords(normalise(text).split())
            if words:
                scores[row] = index.get_scores(words)
        return scores

    return similar


def cosines(encoder: "TextEncoder", texts: Sequence[str]) -> Similar:
    """Cosine of an encoder's vectors."""
    known = encoder.encode(texts).T
    return lambda asked: np.asarray(encoder.encode(asked) @ known, dtype=np.float32)


def nearest(similar: Similar, groups: NDArray[np.int64], rome: Rome) -> Similar:
    """(queries, n_occupations) best similarity among the texts of each occupation; -inf for none above 0.

    Titles are asked without "H/F".
    """
    best = _best_of_group(similar, groups, rome.n_occupations)
    return lambda asked: best([without_gender_marks(text) for text in asked])


def _best_of_group(similar: Similar, groups: NDArray[np.int64], n_groups: int) -> Similar:
    order = np.argsort(groups, kind="stable")
    present, starts = np.unique(groups[order], return_index=True)

    def best(asked: Sequence[str]) -> Scores:
        scores = np.full((len(asked), n_groups), -np.inf, dtype=np.float32)
        for block in _blocks(len(asked)):
            scores[block, present] = np.maximum.reduceat(similar(asked[block])[:, order], starts, axis=1)
        scores[scores <= 0] = -np.inf
        return scores

    return best


def _alone(closest: Similar) -> System:
    """The title, whatever comes with it."""
    return lambda queries: Answers(closest(queries.texts))


def _joined(closest: Similar) -> System:
    """Title and the beginning of the description, asked as one text."""

    def ask(queries: QuerySet) -> Answers:
        begun = [context[:FIRST_CHARACTERS] for context in queries.contexts]
        titles = [without_gender_marks(title) for title in queries.texts]
        return Answers(closest([f"{title} {context}" for title, context in zip(titles, begun, strict=True)]))

    return ask


def _summed(closest: Similar, unbounded: bool = False) -> System:
    """Score of the title + 0.6 × score of the description; unbounded scores are brought to 1 at the best fiche."""

    def ask(queries: QuerySet) -> Answers:
        title = closest(queries.texts)
        if not any(queries.contexts):
            return Answers(title)
        parts = [np.where(np.isneginf(scores), 0, scores) for scores in (title, closest(queries.contexts))]
        if unbounded:
            parts = [part / np.maximum(part.max(axis=1, keepdims=True), 1e-9) for part in parts]
        total = parts[0] + DESCRIPTION_WEIGHT * parts[1]
        return Answers(np.where(total > 0, total, -np.inf).astype(np.float32))

    return ask


# Measures.


def measure(
    report: Report, asked: Asked, known: Mapping[str, System], ours: Mapping[str, System], rome: Rome
) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """Figures of one set; the best baseline's and the tagger's shares, by (set, measure)."""
    queries = asked.queries
    described = any(queries.contexts)
    report.figure(f"{queries.name}_queries", len(queries))
    ranks: dict[str, Ranks] = {}
    for name, system in {**known, **ours}.items():
        if not described and name.endswith(("_joined", "_summed")):
            continue
        answers = system(queries)
        ranks[name] = ranks_of(answers.scores, asked, rome)
        _report_ranks(report, queries, name, ranks[name])
        if answers.sure is not None:
            first_family = ranks_of(answers.scores, Asked(queries, by_fiche=False), rome) <= 1
            _report_sureness(report, f"{queries.name}_{name}", answers.sure, first_family)
    best: dict[tuple[str, str], float] = {}
    for measured, k in (("at_1", 1), ("at_5", 5)):
        shares = {name: accuracy_at(ranks[name], k) for name in ranks if name in known}
        winner = max(shares, key=shares.__getitem__)
        best[queries.name, measured] = shares[winner]
        report.figure(f"{queries.name}_best_baseline_{measured}", winner)
        for name in ours:
            low, high = paired_interval(ranks[name] <= k, ranks[winner] <= k, seed=SEED)
            report.figure(f"{queries.name}_{name}_gain_{measured}", f"{low:+.3f} to {high:+.3f}")
        if k == 1:
            for name in (winner, *ours):
                _report_domains(report, queries, name, ranks[name])
    tagged = {(queries.name, f"at_{k}"): accuracy_at(ranks["tagger"], k) for k in (1, 5) if "tagger" in ranks}
    return best, tagged


def ranks_of(scores: Scores, asked: Asked, rome: Rome) -> Ranks:
    """Rank of the first right fiche, or of the right family among families, each as good as its best fiche."""
    if asked.by_fiche:
        return first_right(scores, asked.queries.right_fiches(rome.n_occupations))
    families, family_of = np.unique(np.array(rome.parents), return_inverse=True)
    order = np.argsort(family_of, kind="stable")
    starts = np.searchsorted(family_of[order], np.arange(len(families)))
    by_family = np.maximum.reduceat(scores[:, order], starts, axis=1)
    return first_right(by_family, asked.queries.right_families(families.tolist()))


def measure_crosswalk(
    report: Report, walk: Crosswalk, known: Mapping[str, Similar], encoder: "TextEncoder | None"
) -> None:
    """Figures of one crosswalk: the right ESCO occupation among all, each as good as its best label."""
    report.figure(f"{walk.name}_queries", len(walk.queries))
    for name, alike in known.items():
        best = _best_of_group(alike, walk.occupation_of_label, walk.n_occupations)
        ranks = np.concatenate(
            [
                first_right(best(walk.queries[block]), walk.right[block][:, None] == np.arange(walk.n_occupations))
                for block in _blocks(len(walk.queries))
            ]
        )
        _report_measures(report, f"{walk.name}_{name}", ranks)
    if encoder is not None:
        from models.crosswalk import rank

        rows, _ = rank(walk.queries, walk.labels, encoder, CROSSWALK_DEPTH)
        _report_measures(report, f"{walk.name}_ours", _ranks_among(walk.occupation_of_label[rows], walk.right))


def _ranks_among(ranked: NDArray[np.int64], right: NDArray[np.int64]) -> Ranks:
    """Rank of the right occupation in each row of occupations, best first, each counted where it comes first."""
    ranks = np.full(len(ranked), np.inf)
    for query, row in enumerate(ranked.tolist()):
        order = list(dict.fromkeys(row))
        if int(right[query]) in order:
            ranks[query] = order.index(int(right[query])) + 1
    return ranks


def _report_ranks(report: Report, queries: QuerySet, system: str, ranks: Ranks) -> None:
    _report_measures(report, f"{queries.name}_{system}", ranks)
    domains = by_group(ranks <= 1, queries.domains(1))
    if any(group.size >= SMALLEST_DOMAIN for group in domains.values()):
        report.figure(f"{queries.name}_{system}_macro_at_1", macro_mean(domains, SMALLEST_DOMAIN))


def _report_measures(report: Report, name: str, ranks: Ranks) -> None:
    report.figure(f"{name}_at_1", accuracy_at(ranks, 1))
    report.figure(f"{name}_at_5", accuracy_at(ranks, 5))
    report.figure(f"{name}_mrr", mrr(ranks))
    report.figure(f"{name}_ndcg_10", ndcg_at(ranks, 10))


def _report_domains(report: Report, queries: QuerySet, system: str, ranks: Ranks) -> None:
    """@1 of each grand domaine, and of the ten worst domaines of ten queries or more."""
    grand = by_group(ranks <= 1, queries.domains(1))
    report.figure(
        f"{queries.name}_{system}_grand_domains_at_1",
        " ".join(f"{name} {group.mean:.2f} ({group.size})" for name, group in grand.items()),
    )
    fine = worst(by_group(ranks <= 1, queries.domains(3)), at_least=SMALLEST_DOMAIN)
    report.figure(
        f"{queries.name}_{system}_worst_domains_at_1",
        " ".join(f"{name} {group.mean:.2f} ({group.size})" for name, group in fine),
    )


def _report_sureness(report: Report, name: str, sure: NDArray[np.float64], right: NDArray[np.bool_]) -> None:
    """Calibration, and what a threshold on the first answer's probability gives."""
    from models.tagger import THRESHOLD

    report.figure(f"{name}_ece", calibration_error(sure, right))
    table = reliability(sure, right)
    report.figure(f"{name}_reliability", " ".join(f"{row.mean_score:.2f}:{row.share_right:.2f}" for row in table))
    at_80 = answering(sure, right, 0.8)
    report.figure(f"{name}_threshold_answering_80", at_80.threshold)
    report.figure(f"{name}_precision_answering_80", at_80.precision)
    shipped = answered_at(sure, right, THRESHOLD)
    report.figure(f"{name}_coverage_at_threshold", shipped.coverage)
    report.figure(f"{name}_precision_at_threshold", shipped.precision)


def judge(report: Report, best: Mapping[tuple[str, str], float], tagged: Mapping[tuple[str, str], float]) -> None:
    """Each target of the issue: the figure, the goal, met or missed."""
    for target in TARGETS:
        ours, theirs = tagged[target.asked, target.measure], best[target.asked, target.measure]
        name = f"target_{target.asked}_{target.measure}"
        if target.ratio_of_errors:
            ratio = (1 - ours) / (1 - theirs)
            _verdict(report, f"{name}_error_ratio", ratio, target.goal, met=ratio <= target.goal)
        else:
            _verdict(report, name, ours, target.goal, met=ours >= target.goal)
    for asked in CALIBRATED:
        _judge_figure(report, f"{asked}_tagger_ece", MOST_ECE)


def _judge_figure(report: Report, name: str, goal: float, at_least: bool = False) -> None:
    value = report.figures[name]
    if not isinstance(value, float):
        raise TypeError(f"{name} must be a measured number, got {value!r}")
    met = value >= goal if at_least else value <= goal
    report.figure(f"target_{name}_goal_{goal:g}", "met" if met else "missed")


def _verdict(report: Report, name: str, value: float, goal: float, met: bool) -> None:
    report.figure(name, value)
    report.figure(f"{name}_goal_{goal:g}", "met" if met else "missed")


# Time and memory, in a process of its own with one thread.


def speed(report: Report, rome: Rome, queries: QuerySet, lexical: System) -> None:
    """Times of one text and of many, time to load, and memory; beside them the best lexical baseline's time."""
    with tempfile.TemporaryDirectory() as folder:
        rome.save(Path(folder))
        (Path(folder) / "titles.json").write_text(json.dumps(queries.texts))
        called = f"from benchmarks.text_quality import weigh; weigh({folder!r}, {report.repeats(2000, quick=300)})"
        told = subprocess.run(
            [sys.executable, "-c", called], env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=True
        )
    told_figures: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    for name, value in told_figures.items():
        report.figure(name, float(value), digits=1)
    lexical_us = _each_us(lambda at: lexical(queries.at([at])), range(min(100, len(queries))))
    report.figure("tfidf_one_title_p50_us", float(np.median(lexical_us)), digits=1)
    report.figure("times_faster_than_tfidf", float(np.median(lexical_us)) / float(told_figures["tag_p50_us"]), digits=1)
    for name, goal in SPEED_GOALS.items():
        _judge_figure(report, name, goal)
    _judge_figure(report, "batch_texts_per_s", LEAST_TEXTS_PER_S, at_least=True)


def weigh(folder: str, repeats: int) -> None:
    """Load the published encoder and the tagger, use them, and print times and memory as one JSON line."""
    titles: list[str] = json.loads((Path(folder) / "titles.json").read_text())
    rome = Rome.load(Path(folder))
    bare = _resident_mib()
    from models.published import published_models

    begun = time.perf_counter()
    models = published_models()
    encoder = models.encoder
    encoder.encode(["maçon"])
    loaded = time.perf_counter()
    weighed = _resident_mib()
    tagger = models.tagger(rome)
    tagger.tag(["maçon"])
    ready = time.perf_counter()
    several = [titles[at % len(titles)] for at in range(repeats)]
    encoded = _each_us(lambda text: encoder.encode([text]), several)
    tagged = _each_us(lambda text: tagger.tag([text]), several)
    batch = [titles[at % len(titles)] for at in range(10 * repeats)]
    encode_s = _seconds(lambda: encoder.encode(batch))
    tag_s = _seconds(lambda: [tagger.tag(batch[at : at + 100]) for at in range(0, repeats, 100)])
    print(
        json.dumps(
            {
                "load_ms": 1000 * (loaded - begun),
                "tagger_ready_ms": 1000 * (ready - loaded),
                "encode_p50_us": float(np.quantile(encoded, 0.5)),
                "encode_p99_us": float(np.quantile(encoded, 0.99)),
                "tag_p50_us": float(np.quantile(tagged, 0.5)),
                "tag_p99_us": float(np.quantile(tagged, 0.99)),
                "batch_texts_per_s": len(batch) / encode_s,
                "tag_batch_texts_per_s": repeats / tag_s,
                "rome_alone_mib": bare,
                "encoder_mib": weighed - bare,
                "memory_mib": _resident_mib(),
                "peak_mib": _peak_mib(),
            }
        )
    )


def _each_us(work: Callable[[Item], object], items: Iterable[Item]) -> list[float]:
    times = []
    for item in items:
        begun = time.perf_counter_ns()
        work(item)
        times.append((time.perf_counter_ns() - begun) / 1e3)
    return times


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _resident_mib() -> float:
    """Memory of this process now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _peak_mib() -> float:
    """Most memory that this process had (Linux); `ru_maxrss` would count the parent's before the program was loaded."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _reduced(asked: list[Asked], quick: bool) -> list[Asked]:
    if not quick:
        return asked
    return [Asked(each.queries.sample(QUICK_QUERIES, SEED), each.by_fiche, each.held_out) for each in asked]


def _blocks(size: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK) for start in range(0, size, BLOCK))


def _options(arguments: Sequence[str] | None) -> tuple[Options, list[str]]:
    """Our own options, and what is left for the report's."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--held-out-encoder", type=Path, metavar="FOLDER")
    parser.add_argument("--baselines-only", action="store_true")
    options, rest = parser.parse_known_args(arguments)
    return Options(options.held_out_encoder, options.baselines_only), rest


if __name__ == "__main__":
    main()
