"""`Tagger`: what a job title says, as ranked ROME fiches with a probability, or "I don't know".

`models/evidence.py` gathers what speaks for each likely fiche; a small network, fitted on names that its encoder had
not seen (`models/training/weighing.py`), weighs it; what comes out is brought to probabilities that hold on real
offers (Platt, "Probabilistic Outputs for Support Vector Machines", 1999).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.rome.referential import Rome
from features.text import shorten
from models.encoder import TextEncoder
from models.evidence import BEST_NAME, EXACT, FEATURES, Evidence, EvidenceIndex

WEIGHTS = "tagger.npz"
THRESHOLD = 0.45
"""Score of the first prediction under which the answer is "I don't know"."""
LONGEST_TEXT = 1000
"""Characters of a title that are read, its last word whole."""

NO_NAME, A_NAME = 0.74, 0.84
"""Cosine of a text to the nearest name of any job at which it says nothing of a job, and from which it surely does."""

_FURTHEST = 6.0
"""Standard deviations at which evidence stops counting for more."""
_SMALLEST = 1e-6


@dataclass(frozen=True)
class Prediction:
    """One fiche that a text may mean."""

    occupation: int
    """Row in `Rome.codes`."""
    appellation: int
    """Row in `Rome.appellation_codes`: the name of that fiche which fits the text best."""
    score: float
    """0 to 1, never above the score before: the probability that the work is of this fiche's family (its v3 code), and
    for the next fiches of one family, that times how likely each is beside the first."""


@dataclass(frozen=True, eq=False)
class Weighing:
    """The network that weighs evidence, and what makes its output a probability."""

    mean: NDArray[np.float32]
    """(FEATURES,)."""
    spread: NDArray[np.float32]
    hidden: NDArray[np.float32]
    """(FEATURES, units)."""
    hidden_bias: NDArray[np.float32]
    output: NDArray[np.float32]
    """(units,)."""
    trust: float
    """How much of what a context changes is believed, 0 to 1."""
    exactness: float
    """What a whole name found in the title adds. The network is fitted on names that the index does not have."""
    title_odds: tuple[float, float]
    """Slope and shift: calibrated log-odds are the slope times the raw ones, plus the shift; of titles alone."""
    context_odds: tuple[float, float]
    """The same where a context spoke too."""
    demand: dict[str, float]
    """How much the trade recruits, by v3 code: centred log of projects."""
    version: str

    @classmethod
    def blank(cls, demand: dict[str, float], version: str) -> Self:
        """Weights that find every candidate equally likely: what fitting starts from."""
        none = np.zeros(FEATURES, np.float32)
        return cls(
            none, np.ones(FEATURES, np.float32), np.zeros((FEATURES, 1), np.float32), np.zeros(1, np.float32),
            np.zeros(1, np.float32), 1.0, 0.0, (1.0, 0.0), (1.0, 0.0), demand, version,
        )  # fmt: skip

    def weigh(self, evidence: Evidence) -> NDArray[np.float64]:
        """(candidates,) probability of each candidate among them, before calibration."""
        logits = self._logits(evidence.features)
        if evidence.in_context:
            alone = self._logits(evidence.of_title_alone())
            logits = alone + self.trust * (logits - alone)
        odds = np.exp(logits - logits.max())
        shares: NDArray[np.float64] = odds / odds.sum()
        return shares

    def _logits(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        scaled = np.clip((features - self.mean) / self.spread, -_FURTHEST, _FURTHEST)
        weighed = np.tanh(scaled @ self.hidden + self.hidden_bias) @ self.output
        logits: NDArray[np.float64] = (weighed + self.exactness * features[:, EXACT]).astype(np.float64)
        return logits

    def calibrated(self, probability: float, in_context: bool) -> float:
        slope, shift = self.context_odds if in_context else self.title_odds
        bounded = min(max(probability, _SMALLEST), 1 - _SMALLEST)
        return float(1 / (1 + np.exp(-(slope * np.log(bounded / (1 - bounded)) + shift))))

    def demand_of(self, rome: Rome) -> NDArray[np.float32]:
        """(fiches,); a family that the survey does not know has the lowest."""
        lowest = min(self.demand.values(), default=0.0)
        return np.array([self.demand.get(parent, lowest) for parent in rome.parents], dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write `WEIGHTS` into `folder`, which must exist."""
        np.savez(
            folder / WEIGHTS,
            mean=self.mean, spread=self.spread, hidden=self.hidden, hidden_bias=self.hidden_bias, output=self.output,
            calibration=np.array([self.trust, self.exactness, *self.title_odds, *self.context_odds]),
            version=np.array(self.version),
            families=np.array(list(self.demand)), demand=np.array(list(self.demand.values())),
        )  # fmt: skip

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What `save` wrote. Raises ValueError for the weights of another set of evidence."""
        with (folder / WEIGHTS).open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            if len(arrays["mean"]) != FEATURES:
                raise ValueError(f"{folder / WEIGHTS} weighs {len(arrays['mean'])} kinds of evidence, not {FEATURES}")
            trust, exactness, slope, shift, context_slope, context_shift = arrays["calibration"].tolist()
            demand = dict(zip(arrays["families"].tolist(), arrays["demand"].tolist(), strict=True))
            return cls(
                arrays["mean"], arrays["spread"], arrays["hidden"], arrays["hidden_bias"], arrays["output"],
                trust, exactness, (slope, shift), (context_slope, context_shift), demand, str(arrays["version"]),
            )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Tagger:
    """Titles to predictions; made once (seconds for the whole ROME), used by every request."""

    evidence: EvidenceIndex
    weighing: Weighing
    families: NDArray[np.int64]
    """(fiches,) number of each fiche's v3 family."""
    version: str
    """Names the models and the referential: stored beside what was inferred."""

    @classmethod
    def of(
        cls,
        encoder: TextEncoder,
        rome: Rome,
        weighing: Weighing,
        others: Iterable[tuple[str, str]] = (),
        without: frozenset[int] = frozenset(),
    ) -> Self:
        """`others`: (ROME code, name) pairs known beside ROME's; `without`: appellation rows held out of it all."""
        _, families = np.unique(np.array(rome.parents), return_inverse=True)
        index = EvidenceIndex(encoder, rome, weighing.demand_of(rome), others, without)
        version = f"tagger {weighing.version}, encoder {encoder.fingerprint}, ROME {rome.version}"
        return cls(index, weighing, families.astype(np.int64), version)

    def tag(self, texts: Sequence[str], contexts: Sequence[str] | None = None, k: int = 5) -> list[list[Prediction]]:
        """At most `k` predictions of each text, best first; none for a text without a word.

        `contexts`: the description or the sector (NAF label) of each text, "" for none. Raises ValueError when there
        are not as many contexts as texts.
        """
        told = contexts if contexts is not None else [""] * len(texts)
        if len(told) != len(texts):
            raise ValueError(f"{len(texts)} texts with {len(told)} contexts")
        return [self._tag(shorten(text, LONGEST_TEXT), context, k) for text, context in zip(texts, told, strict=True)]

    def _tag(self, text: str, context: str, k: int) -> list[Prediction]:
        found = self.evidence.of(text, context)
        if found is None:
            return []
        shares = self.weighing.weigh(found)
        families = self.families[found.fiches]
        of_family = np.bincount(families, weights=shares, minlength=int(self.families.max()) + 1)
        named = _named(float(found.features[:, BEST_NAME].max()))
        first_of_family: dict[int, float] = {}
        predictions: list[Prediction] = []
        score = 1.0
        for place in np.argsort(-shares, kind="stable")[:k].tolist():
            share, family = float(shares[place]), int(families[place])
            among = share / first_of_family.setdefault(family, share) if share > 0 else 0.0
            score = min(score, named * among * self.weighing.calibrated(float(of_family[family]), found.in_context))
            fiche, appellation = int(found.fiches[place]), int(found.appellations[place])
            predictions.append(Prediction(fiche, appellation, round(score, 4)))
        return predictions


def _named(cosine: float) -> float:
    """How far a text can be a job's name at all: the candidates' shares compare them with each other only."""
    return min(1.0, max(0.0, (cosine - NO_NAME) / (A_NAME - NO_NAME)))
