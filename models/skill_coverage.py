"""How far a run of words and a skill's label say the same words, rare words counting for more."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.text import normalise
from models.clauses import Run
from models.word_families import content


class LabelCoverage:
    """The families of words of every label; made once a referential."""

    def __init__(self, labels: Sequence[str]) -> None:
        numbers: dict[str, int] = {}
        self._labels = [
            tuple(dict.fromkeys(numbers.setdefault(each, len(numbers)) for each in content(normalise(label).split())))
            for label in labels
        ]
        holders = np.bincount([number for label in self._labels for number in label], minlength=len(numbers))
        self._numbers = numbers
        self._rarity: list[float] = np.log((len(labels) + 1) / (holders + 0.5)).tolist()
        self._unknown = float(np.log(len(labels) + 1))
        self._weights = [sum(self._rarity[number] for number in label) or 1.0 for label in self._labels]
        self.sizes: NDArray[np.int64] = np.array([len(label) for label in self._labels], dtype=np.int64)
        """(labels,) distinct content words of each."""

    def of(
        self, runs: Sequence[Run], run: NDArray[np.int64], label: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """For each pair of a row of `runs` and a label: the share of the label in the run, of the run in the label."""
        weighed = [self._weigh(each.families) for each in runs]
        shared = np.zeros(len(run), np.float32)
        for at, (row, skill) in enumerate(zip(run.tolist(), label.tolist(), strict=True)):
            known = weighed[row][0]
            shared[at] = sum(known.get(number, 0.0) for number in self._labels[skill])
        of_labels = np.array([self._weights[skill] for skill in label.tolist()], dtype=np.float32)
        of_runs = np.array([weighed[row][1] for row in run.tolist()], dtype=np.float32)
        return shared / of_labels, shared / of_runs

    def _weigh(self, families: Sequence[str]) -> tuple[dict[int, float], float]:
        """Weights of a run's words that labels have, by number, and of all its words."""
        known: dict[int, float] = {}
        unknown = 0
        for each in set(families):
            number = self._numbers.get(each)
            if number is None:
                unknown += 1
            else:
                known[number] = self._rarity[number]
        return known, (sum(known.values()) + unknown * self._unknown) or 1.0
