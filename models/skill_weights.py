"""How likely it is that a run of words says a skill, from the evidence and the weights that were fitted for it.

`skill_weights.tsv` is written by `python -m benchmarks.fit_skill_mentions`: a line for each kind of evidence, a column
for each `Way`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from models.skill_evidence import EVIDENCE, Way

FILE = "skill_weights.tsv"
OFFSET = "offset"


@cache
def weights() -> NDArray[np.float32]:
    """(ways, evidence and the offset). Raises ValueError for a table of other evidence."""
    lines = files(__package__).joinpath(FILE).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    names = tuple(name for name, *_ in rows)
    if names != (*EVIDENCE, OFFSET):
        raise ValueError(f"{FILE} weighs {names}, not {EVIDENCE} and the {OFFSET}: run benchmarks.fit_skill_mentions")
    return np.array([[float(number) for number in numbers] for _, *numbers in rows], dtype=np.float32).T


def likelihood(evidence: NDArray[np.float32], way: NDArray[np.int64]) -> NDArray[np.float32]:
    """(pairs,) probabilities, of evidence (pairs, len(EVIDENCE)) and a `Way` each."""
    table = weights()
    odds = table[way, -1]
    for each in Way:
        rows = way == each
        odds[rows] += evidence[rows] @ table[each, :-1]
    likely: NDArray[np.float32] = 1 / (1 + np.exp(-odds))
    return likely


def as_table(weights_of: Mapping[str, Sequence[float]], offsets: Sequence[float]) -> str:
    """The text of `FILE`: a number for each `Way` beside each kind of evidence, two decimals."""
    rows = [*weights_of.items(), (OFFSET, offsets)]
    return "".join("\t".join([name, *(f"{number:.2f}" for number in numbers)]) + "\n" for name, numbers in rows)
