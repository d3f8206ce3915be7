"""The rankers that answer: the transparent ones until learned ones are promoted, and how those are taken up.

`newer` reads, checks and parses beside the requests and changes nothing; what it returns is adopted whole between two
of them. A ranker that cannot be used is refused and remembered: the one that served goes on serving.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.artifacts import ArtifactError
from matching.learned import LearnedRanker
from matching.placements import FIRM_RANKER
from matching.rank import OFFER_RANKER, PROFILE_RANKER, SESSION_RANKER, Ranker
from models import champions
from models.champions import Champion
from models.encoder import ModelUnusable
from models.ranked import Ranked
from models.ranking.held_out import Scorer
from models.ranking.table import RankingTable

TRANSPARENT: Final[Mapping[Ranked, Ranker]] = MappingProxyType(
    {
        Ranked.OFFERS: OFFER_RANKER,
        Ranked.PROFILES: PROFILE_RANKER,
        Ranked.SESSIONS: SESSION_RANKER,
        Ranked.FIRMS: FIRM_RANKER,
    }
)

_REMEDY: Final = "promote or roll back again (vivier models)"


NOTHING_LEARNED: Final = np.empty((0, 0), dtype=np.float32)


@dataclass(frozen=True)
class Refusal:
    """A generation that was to serve and cannot."""

    generation: str
    reason: str


@dataclass(frozen=True, eq=False)
class Serving:
    """The ranker of one list."""

    ranker: Ranker
    model: str = champions.TRANSPARENT
    """What answers say they were ranked by."""
    collaboration: NDArray[np.float32] = field(default_factory=lambda: NOTHING_LEARNED)
    """(n_families, n_families) tastes that go together (`models.tastes`), (0, 0) where nothing was learned of them."""
    generation: str | None = None
    """None: nothing was ever promoted, or nothing of it can be used."""
    refused: Refusal | None = None

    def knows(self, generation: str) -> bool:
        """Whether this generation serves, or was refused already."""
        return generation == self.generation or (self.refused is not None and generation == self.refused.generation)


@dataclass(frozen=True, eq=False)
class Rankers:
    """What ranks each list; the transparent rankers by default."""

    serving: Mapping[Ranked, Serving] = field(
        default_factory=lambda: {ranked: Serving(ranker) for ranked, ranker in TRANSPARENT.items()}
    )

    @classmethod
    def open(cls, data_dir: Path, families: Sequence[str]) -> "Rankers":
        """What is in force in `data_dir`, at start: where it is damaged, the whole one before it, else the
        transparent one. `families` are the referential's (`Rome.families`)."""
        found = {}
        for ranked, serving in cls().serving.items():
            generation = champions.in_force(data_dir, ranked)
            if generation is not None:
                serving = _taken(data_dir, ranked, generation, serving, families, True)
            found[ranked] = serving
        return cls(found)

    def newer(self, data_dir: Path, families: Sequence[str]) -> "Rankers | None":
        """These, with what has come into force since, or was to; None when nothing has. Thread-safe."""
        changed = {}
        for ranked, serving in self.serving.items():
            generation = champions.in_force(data_dir, ranked)
            if generation is not None and not serving.knows(generation):
                changed[ranked] = _taken(data_dir, ranked, generation, serving, families)
        return Rankers({**self.serving, **changed}) if changed else None

    def reconsidering(self) -> "Rankers":
        """These, with nothing refused: `newer` looks again at what was."""
        return Rankers({ranked: replace(serving, refused=None) for ranked, serving in self.serving.items()})

    def __getitem__(self, ranked: Ranked) -> Serving:
        return self.serving[ranked]

    def status(self) -> dict[str, Any]:
        """By list: what serves, and what was refused and why. For health checks."""
        return {
            ranked.value: {
                "model": serving.model,
                "generation": serving.generation,
                "refused_generation": None if serving.refused is None else serving.refused.generation,
                "refused_because": None if serving.refused is None else serving.refused.reason,
            }
            for ranked, serving in self.serving.items()
        }


def transparent_scorer(ranked: Ranked) -> Scorer:
    """Scores of a ranking table by the transparent ranker; a column that the table lacks counts as not known."""
    ranker = TRANSPARENT[ranked]

    def scores(table: RankingTable) -> NDArray[np.floating]:
        unknown = np.full(len(table), np.nan, dtype=np.float32)
        columns = [table.column(name) if name in table.names else unknown for name in ranker.names]
        return ranker.scores(np.stack(columns, axis=1))

    return scores


def _taken(
    data_dir: Path,
    ranked: Ranked,
    generation: str,
    serving: Serving,
    families: Sequence[str],
    at_start: bool = False,
) -> Serving:
    """The ranker of `generation`; what serves with the refusal, when it cannot be used. At start, when nothing serves
    yet, one that stands in for it is taken."""
    try:
        champion = champions.load(data_dir, ranked)
        if champion.fallback_from is None:
            return _of(champion, families)
        refusal = Refusal(champion.fallback_from, f"its files are damaged or missing: {_REMEDY}")
        return _of(champion, families, refusal) if at_start else replace(serving, refused=refusal)
    except (ArtifactError, ModelUnusable) as error:
        return replace(serving, refused=Refusal(generation, _within(data_dir, str(error))))
    except Exception as error:  # whatever a published file holds, the log goes on being followed
        return replace(serving, refused=Refusal(generation, _within(data_dir, f"{type(error).__name__}: {error}")))


def _within(data_dir: Path, said: str) -> str:
    """What was said, files named from the data folder on: whoever asks how the service is has no need of the disk's
    layout."""
    for root in {str(data_dir.resolve()), str(data_dir)} - {"."}:
        said = said.replace(f"{root}/", "")
    return said


def _of(champion: Champion, families: Sequence[str], refusal: Refusal | None = None) -> Serving:
    ranked, learned = champion.card.ranked, champion.learned
    ranker = TRANSPARENT[ranked] if learned is None else LearnedRanker(learned.trees, ranked.features)
    tastes = None if learned is None else learned.tastes
    collaboration = NOTHING_LEARNED if tastes is None else tastes.over(families)
    return Serving(ranker, champion.card.model, collaboration, champion.generation, refusal)
