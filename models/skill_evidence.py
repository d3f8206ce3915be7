"""What speaks for a skill being said by a run of words, as numbers that a logistic regression weighs.

Some of it is of the run alone: how long it is, what its sentence and section are about. The rest is of the run and the
skill together: whether they mean the same, and whether the work is known to need the skill.
"""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from models.clauses import Run, Section

RUN_EVIDENCE = (
    "one_word", "two_words", "long", "work", "person", "terms_section", "employer_section", "terms", "school",
    "employer", "us", "us_not_you", "you", "listed", "infinitive", "digits", "place", "early_unsaid",
    "words_before", "words_after", "alone", "worker", "heading", "in_title", "is_title",
)  # fmt: skip
PAIR_EVIDENCE = (
    "cosine", "cosine_high", "behind", "label_covered", "run_covered", "prior", "expected", "kin", "near_title",
    "usage", "first_meant", "soft", "knowledge", "short_label", "one_word_expected",
)  # fmt: skip
EVIDENCE = (*RUN_EVIDENCE, *PAIR_EVIDENCE)

EXPECTED = 0.1
"""Prior from which the work is known to need a skill."""
ALIKE = 0.6
"""Cosine above which each hundredth tells more."""


class Way(IntEnum):
    """How a skill came to be held against a run: each way has weights of its own."""

    BY_HAND = 0
    LABEL = 1
    MEANING = 2


_WORKERS = ("eur", "euse", "rice", "eurs", "euses", "iste", "ien", "ienne", "ier", "iere")
_POSTS = frozenset("chef responsable directeur directrice agent assistant technicien poste conducteur charge".split())  # noqa: SIM905


def of_run(run: Run, title: frozenset[str]) -> list[float]:
    """`RUN_EVIDENCE` of a run; `title` is the families of the title's words, empty where there is none."""
    sentence = run.sentence
    words = sentence.words
    families = run.families
    size = len(families)
    section = sentence.section
    first, last = run.piece
    words_before = sum(not word.empty for word in words[first : run.first])
    words_after = sum(not word.empty for word in words[run.last : last])
    opening = words[run.first].plain
    return [
        float(size == 1),
        float(size == 2),
        max(0, size - 5) / 5,
        float(section is Section.WORK),
        float(section is Section.PERSON),
        float(section is Section.TERMS),
        float(section is Section.EMPLOYER),
        min(sentence.terms, 3) / 3,
        min(sentence.school, 2) / 2,
        min(sentence.employer, 3) / 3,
        float(sentence.us),
        float(sentence.us and not sentence.you),
        float(sentence.you),
        float(sentence.listed),
        float(sentence.infinitive),
        float(sentence.digits),
        sentence.place,
        float(section is Section.UNSAID and sentence.place < 0.3),
        min(words_before, 3) / 3,
        min(words_after, 3) / 3,
        float(words_before == 0 and words_after == 0),
        float(opening.endswith(_WORKERS) or any(word.plain in _POSTS for word in words[first : run.first + 1])),
        float(sentence.heading),
        sum(each in title for each in families) / max(size, 1),
        float(bool(title) and all(word.empty or word.family in title for word in words)),
    ]


def of_pairs(
    *,
    one_word: NDArray[np.float32],
    cosine: NDArray[np.float32],
    best: NDArray[np.float32],
    label_covered: NDArray[np.float32],
    run_covered: NDArray[np.float32],
    prior: NDArray[np.float32],
    kin: NDArray[np.float32],
    near_title: NDArray[np.float32],
    usage: NDArray[np.float32],
    first_meant: Sequence[bool],
    soft: NDArray[np.bool_],
    knowledge: NDArray[np.bool_],
    size: NDArray[np.int64],
) -> NDArray[np.float32]:
    """(pairs, len(PAIR_EVIDENCE)). Each argument has an entry a pair.

    `best` is the cosine of the run's nearest candidate, `kin` that of the skill's nearest one among those that the
    work surely needs, `size` the content words of the label.
    """
    expected = prior > EXPECTED
    return np.column_stack(
        [
            cosine, np.maximum(cosine - ALIKE, 0), best - cosine, label_covered, run_covered, np.minimum(prior, 1.5),
            expected, kin, near_title, usage, first_meant, soft, knowledge, size == 1, one_word * expected,
        ]
    ).astype(np.float32)  # fmt: skip
