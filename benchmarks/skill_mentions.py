"""How well skills are found in real offers: the reader against exact labels, on offers annotated by hand.

    VIVIER_OPEN_DATA=… python -m benchmarks.skill_mentions [--quick] [--json FILE]

The facts (`tests/models/skill_mentions.jsonl`, one offer a line) are spans and OGR codes alone:
`{"id_offre": "…", "mentions": [[start, end, ["code", "other acceptable code"]], …]}`, with characters of title, a line
end and description as `offres.csv.gz` has them. The offers' texts state no licence and are read from that file.

Four readers annotated 25 offers each by one guide, without seeing any model's answer. Then the 906 pairs that the
baseline or the reader (at a low threshold) had found and no annotation accepted, shuffled together, were judged one by
one by two others who did not know which had found what; a third was accepted (pooling: Spärck Jones and van Rijsbergen,
1975). These readers were language models, not counsellors of the trade. Half of the offers (`in_development`) served to
fit the reader's weights and to choose its threshold; `…_judged` figures are of the other half.

A prediction is right when it overlaps an annotated span that accepts its code. Precision: right predictions among all.
Recall: annotated spans that a right prediction overlaps. Both are micro averages over the offers, with a bootstrap
interval over offers. Baseline in the same run: every label of a ROME skill that stands in the text word for word,
longest first. `--quick` reads 20 offers.
"""

import hashlib
import json
import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.report import Report
from benchmarks.text_sets import offer_rows
from features.rome.archive import read_archive
from features.rome.referential import Rome
from features.text import normalise

SEED = 0
QUICK_OFFERS = 20
FACTS = Path(__file__).parents[1] / "tests" / "models" / "skill_mentions.jsonl"
LEAST_PRECISION, LEAST_RECALL = 0.80, 0.60


@dataclass(frozen=True)
class Fact:
    """An annotated span: characters `start` to `end` (excluded) and the OGR codes that are right for it."""

    start: int
    end: int
    codes: frozenset[str]


@dataclass(frozen=True)
class Found:
    """A predicted span and its OGR code."""

    start: int
    end: int
    code: str


@dataclass(frozen=True)
class Counts:
    """Of one offer, or of several added up."""

    predictions: int = 0
    right: int = 0
    facts: int = 0
    found: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.predictions + other.predictions,
            self.right + other.right,
            self.facts + other.facts,
            self.found + other.found,
        )

    @property
    def precision(self) -> float:
        """Right predictions among predictions; nan without one."""
        return self.right / self.predictions if self.predictions else float("nan")

    @property
    def recall(self) -> float:
        """Annotated spans found; nan without one."""
        return self.found / self.facts if self.facts else float("nan")

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall (van Rijsbergen, 1979); 0 when nothing is right."""
        if not self.right or not self.found:
            return 0.0
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def count(predictions: Sequence[Found], facts: Sequence[Fact]) -> Counts:
    """What one offer adds up to."""
    right = [any(_agrees(prediction, fact) for fact in facts) for prediction in predictions]
    found = [any(_agrees(prediction, fact) for prediction in predictions) for fact in facts]
    return Counts(len(predictions), sum(right), len(facts), sum(found))


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


def intervals(per_offer: Sequence[Counts], *, draws: int = 2000, seed: int = SEED) -> Mapping[str, Interval]:
    """Bootstrap percentile intervals at 95 % of precision, recall and F1: offers drawn with replacement."""
    table = np.array([[each.predictions, each.right, each.facts, each.found] for each in per_offer], dtype=np.int64)
    generator = np.random.default_rng(seed)
    samples = [
        Counts(*(int(total) for total in table[generator.integers(0, len(table), len(table))].sum(axis=0)))
        for _ in range(draws)
    ]
    return {
        name: Interval(*(float(bound) for bound in np.nanquantile(values, [0.025, 0.975])))
        for name, values in (
            ("precision", [sample.precision for sample in samples]),
            ("recall", [sample.recall for sample in samples]),
            ("f1", [sample.f1 for sample in samples]),
        )
        if not np.isnan(values).all()
    }


def read_facts(path: Path, rome: Rome) -> dict[str, tuple[Fact, ...]]:
    """Facts by offer. Raises ValueError for a span, a code or an offer that cannot be, with the line's number."""
    facts: dict[str, tuple[Fact, ...]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        row = json.loads(line)
        if row["id_offre"] in facts:
            raise ValueError(f"{path.name}, line {number}: offer {row['id_offre']} is annotated twice")
        for start, end, codes in row["mentions"]:
            if not 0 <= start < end or not codes:
                raise ValueError(f"{path.name}, line {number}: [{start}, {end}, {codes}] is not a span and its codes")
            for code in codes:
                rome.skill_row_of(code)
        facts[row["id_offre"]] = tuple(Fact(start, end, frozenset(codes)) for start, end, codes in row["mentions"])
    return facts


def offer_texts(offers: Path, wanted: Mapping[str, Sequence[Fact]]) -> dict[str, str]:
    """Text of each wanted offer: title, a line end, description. Raises ValueError for facts that do not fit it."""
    texts = {
        row["id_offre"]: f"{row['intitule']}\n{row['description']}"
        for row in offer_rows(offers)
        if row["id_offre"] in wanted
    }
    for offer, facts in wanted.items():
        if offer not in texts:
            raise ValueError(f"offer {offer} is annotated but not in {offers.name}")
        if any(fact.end > len(texts[offer]) for fact in facts):
            raise ValueError(f"offer {offer}: a span ends after its {len(texts[offer])} characters")
    return texts


@dataclass(frozen=True)
class LabelFinder:
    """The baseline: labels of ROME's skills that stand in the text, case and accents apart."""

    codes: Mapping[tuple[str, ...], str]
    """OGR code of each label, as its normalised words; the smallest code where two skills share a label."""
    longest: int

    @classmethod
    def of(cls, rome: Rome) -> "LabelFinder":
        codes: dict[tuple[str, ...], str] = {}
        for code, label in zip(rome.skill_codes, rome.skill_labels, strict=True):
            words = tuple(normalise(label).split())
            if words:
                codes.setdefault(words, code)
        return cls(codes, max(len(words) for words in codes))

    def read(self, text: str) -> list[Found]:
        """Labels found, in order of start, not overlapping: the longest first, then the leftmost."""
        words = normal_words(text)
        taken = [False] * len(words)
        found: list[Found] = []
        for length in range(min(self.longest, len(words)), 0, -1):
            for first in range(len(words) - length + 1):
                code = self.codes.get(tuple(word for word, _, _ in words[first : first + length]))
                if code is not None and not any(taken[first : first + length]):
                    taken[first : first + length] = [True] * length
                    found.append(Found(words[first][1], words[first + length - 1][2], code))
        return sorted(found, key=lambda each: each.start)


def normal_words(text: str) -> list[tuple[str, int, int]]:
    """Words of `normalise(text)` with the characters of `text` that each comes from (start, end excluded)."""
    words: list[tuple[str, int, int]] = []
    open_word = False
    for at, character in enumerate(text):
        if unicodedata.combining(character):
            continue
        letters = normalise(character).replace(" ", "")
        if letters and open_word:
            before, start, _ = words[-1]
            words[-1] = (before + letters, start, at + 1)
        elif letters:
            words.append((letters, at, at + 1))
        open_word = bool(letters)
    return words


def in_development(offer: str) -> bool:
    """Whether the reader's weights may be fitted on an offer: one in two, by a digest of its identifier."""
    return hashlib.sha256(offer.encode()).digest()[0] % 2 == 0


def main() -> None:
    report = Report.from_command_line("skill_mentions", seed=SEED, about=__doc__ or "")
    root = os.environ.get("VIVIER_OPEN_DATA")
    if root is None:
        sys.exit("set VIVIER_OPEN_DATA to the folder of the publishers' files: this benchmark reads real offers")
    if not FACTS.is_file():
        sys.exit(f"{FACTS} is missing: the offers annotated by hand are what this benchmark measures against")
    from models.published import published_models

    rome = read_archive(Path(root) / "rome")
    offers = Path(root) / "offres" / "offres.csv.gz"
    report.data(FACTS)
    report.data(offers)
    facts = read_facts(FACTS, rome)
    kept = sorted(facts)[:QUICK_OFFERS] if report.quick else sorted(facts)
    texts = offer_texts(offers, {offer: facts[offer] for offer in kept})
    report.figure("offers", len(kept))
    report.figure("annotated_spans", sum(len(facts[offer]) for offer in kept))
    labels = LabelFinder.of(rome)
    baseline = [count(labels.read(texts[offer]), facts[offer]) for offer in kept]
    reader = published_models().skill_reader(rome)
    ours = []
    for offer in kept:
        mentions = reader.read(texts[offer], texts[offer].split("\n", 1)[0])
        predictions = [Found(mention.start, mention.end, rome.skill_codes[mention.skill]) for mention in mentions]
        ours.append(count(predictions, facts[offer]))
    report_counts(report, "exact_labels", baseline)
    total = report_counts(report, "reader", ours)
    judged = [place for place, offer in enumerate(kept) if not in_development(offer)]
    report_counts(report, "exact_labels_judged", [baseline[place] for place in judged])
    report_counts(report, "reader_judged", [ours[place] for place in judged])
    report.figure(
        f"target_precision_goal_{LEAST_PRECISION:g}", "met" if total.precision >= LEAST_PRECISION else "missed"
    )
    report.figure(f"target_recall_goal_{LEAST_RECALL:g}", "met" if total.recall >= LEAST_RECALL else "missed")
    report.finish()


def report_counts(report: Report, name: str, per_offer: Sequence[Counts]) -> Counts:
    """Micro averages and their intervals; the sum of the counts."""
    total = sum(per_offer, start=Counts())
    report.figure(f"{name}_predictions", total.predictions)
    if total.predictions:
        report.figure(f"{name}_precision", total.precision)
    if total.facts:
        report.figure(f"{name}_recall", total.recall)
    report.figure(f"{name}_f1", total.f1)
    for measured, interval in intervals(per_offer).items():
        report.figure(f"{name}_{measured}_interval", f"{interval.low:.3f} to {interval.high:.3f}")
    return total


def _agrees(prediction: Found, fact: Fact) -> bool:
    overlaps = prediction.start < fact.end and fact.start < prediction.end
    return overlaps and prediction.code in fact.codes


if __name__ == "__main__":
    main()
