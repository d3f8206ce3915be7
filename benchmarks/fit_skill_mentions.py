"""Fits `models/skill_weights.tsv` on the development half of the annotated offers.

    VIVIER_OPEN_DATA=… python -m benchmarks.fit_skill_mentions > models/skill_weights.tsv

The other half is for judging, and nothing is fitted or chosen on it. A run of words says a skill rightly when the
skill is right for an annotated span that covers `MOSTLY` of the run; runs that barely touch such a span teach nothing.
Logistic regression, one a `Way`.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.skill_mentions import FACTS, Fact, in_development, offer_texts, read_facts
from features.rome.archive import read_archive
from features.rome.referential import Rome
from models.mentions import Pairs
from models.published import published_models
from models.skill_evidence import EVIDENCE, Way
from models.skill_weights import as_table

MOSTLY = 0.45
INVERSE_REGULARISATION = 0.05


def targets(pairs: Pairs, facts: Sequence[Fact], rome: Rome) -> NDArray[np.float32]:
    """(pairs,) 1 right, 0 wrong, nan for what teaches nothing."""
    answers = np.zeros(len(pairs.run), np.float32)
    for at, (number, skill) in enumerate(zip(pairs.run.tolist(), pairs.skill.tolist(), strict=True)):
        run = pairs.runs[number]
        code = rome.skill_codes[skill]
        shared = max(
            (min(run.end, fact.end) - max(run.start, fact.start) for fact in facts if code in fact.codes), default=0
        )
        if shared > 0:
            answers[at] = 1 if shared / (run.end - run.start) >= MOSTLY else np.nan
    return answers


def fit(evidence: NDArray[np.float32], answers: NDArray[np.float32]) -> tuple[NDArray[np.float64], float]:
    """Weights and offset of one way."""
    told = ~np.isnan(answers)
    mean, spread = evidence[told].mean(axis=0), evidence[told].std(axis=0)
    moving = spread > 1e-4
    scaled = (evidence[told][:, moving] - mean[moving]) / spread[moving]
    model = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=3000).fit(scaled, answers[told])
    weights = np.zeros(evidence.shape[1])
    weights[moving] = model.coef_[0] / spread[moving]
    return weights, float(model.intercept_[0] - weights @ mean)


def main() -> None:
    folder = os.environ.get("VIVIER_OPEN_DATA")
    if folder is None:
        sys.exit("set VIVIER_OPEN_DATA to the folder of the publishers' files: the weights are fitted on real offers")
    root = Path(folder)
    rome = read_archive(root / "rome")
    facts = {offer: spans for offer, spans in read_facts(FACTS, rome).items() if in_development(offer)}
    texts = offer_texts(root / "offres" / "offres.csv.gz", facts)
    reader = published_models().skill_reader(rome)
    pairs = [reader.pairs(texts[offer], texts[offer].split("\n", 1)[0]) for offer in facts]
    answers = np.concatenate([targets(each, spans, rome) for each, spans in zip(pairs, facts.values(), strict=True)])
    evidence = np.concatenate([each.evidence for each in pairs])
    way = np.concatenate([each.way for each in pairs])
    fitted = [fit(evidence[way == each], answers[way == each]) for each in Way]
    weights = np.column_stack([weights for weights, _ in fitted])
    print(as_table(dict(zip(EVIDENCE, weights.tolist(), strict=True)), [offset for _, offset in fitted]), end="")


if __name__ == "__main__":
    main()
