"""Moving what answers: a candidate through the gate, or the previous ranker back. One at a time on a data folder.

The published folder moves first, in one step; the registry is brought to say the same after it. A process killed at any
instant leaves the old ranker in force or the new one, and the next move settles what the registry says.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from features.artifacts import KEPT, ArtifactError
from models import champions
from models.champions import Card
from models.encoder import ModelUnusable
from models.ranked import Ranked
from models.ranking.comparison import changed_share
from models.ranking.gate import Bounds, Report, judge
from models.ranking.held_out import HeldOut, Scorer, scorer_of
from models.ranking.model import RankingModel
from models.training.registry import CANDIDATE, Registry, Version

TIMED_ROWS: Final = 200
TIMED: Final = 30
"""Times that scoring is timed; the median counts."""


class CannotMove(Exception):
    """Nothing can be promoted or rolled back here; the message says why and what to do."""


@dataclass(frozen=True)
class Moved:
    """What a promotion came to."""

    report: Report
    card: Card | None
    """What is in force now; None when the gate stayed closed and nothing moved."""


@dataclass(frozen=True, eq=False)
class Standing:
    """What answers on a data folder, for a service that starts now."""

    card: Card
    """Of the transparent ranker, with an empty `published_at`, where nothing usable was ever published."""
    learned: RankingModel | None
    trouble: str | None = None
    """Why what was to be in force is not."""


def standing(data_dir: Path, ranked: Ranked) -> Standing:
    """Reads the published folder alone."""
    never = Card(ranked, None, None, "")
    if champions.in_force(data_dir, ranked) is None:
        return Standing(never, None)
    try:
        found = champions.load(data_dir, ranked)
    except (ArtifactError, ModelUnusable) as error:
        return Standing(never, None, str(error))
    refused = found.fallback_from
    trouble = None if refused is None else f"generation {refused} is damaged, {found.generation} stands in for it"
    return Standing(found.card, found.learned, trouble)


def promote(
    registry: Registry,
    ranked: Ranked,
    which: str = CANDIDATE,
    *,
    transparent: Scorer,
    now: datetime,
    held_out: HeldOut | None = None,
    force: str | None = None,
    bounds: Bounds | None = None,
) -> Moved:
    """Put a version in force if the gate opens, or with `force`, the written reason, if it does not.

    It is compared, on `held_out` or on the lists kept by its own training, with what answers: another version, or
    `transparent`. Whatever comes of it is kept in the registry. Raises CannotMove, UnknownVersion, ModelUnusable,
    TableUnusable, and ValueError for a table that lacks a column.
    """
    if force is not None and not force.strip():
        raise CannotMove("a promotion is forced with a reason, which is kept: --reason 'why'")
    with _alone(registry.data_dir):
        now_in_force = _settled(registry, ranked)
        card, learned = now_in_force.card, now_in_force.learned
        version = registry.version(ranked, which)
        if version.number == card.version and now_in_force.trouble is None:
            raise CannotMove(f"{card.model} is in force already")
        model = registry.model(version)
        lists = registry.held_out(version) if held_out is None else held_out
        report = judge(
            ranked,
            lists.trial(scorer_of(model), transparent if learned is None else scorer_of(learned)),
            candidate=champions.model_name(ranked, version.number),
            incumbent=card.model,
            names=model.trees.names,
            latency_ms=latency_ms(model),
            bounds=Bounds() if bounds is None else bounds,
        )
        registry.keep_gate(version, report.as_json())
        if not report.opens and force is None:
            return Moved(report, None)
        forced = None if report.opens else force
        moved = Card(ranked, version.number, card.version, now.isoformat(timespec="seconds"), version.run, forced)
        champions.publish(registry.data_dir, moved, model, registry.documents(version))
        registry.settle(moved)
        return Moved(report, moved)


def roll_back(registry: Registry, ranked: Ranked, *, now: datetime, reason: str = "") -> Card:
    """Put the previous ranker back in force, the transparent one if there was none; in place of a damaged one, what
    stands in for it.

    Raises CannotMove when nothing was promoted, UnknownVersion or ModelUnusable for a previous one that is lost.
    """
    with _alone(registry.data_dir):
        found = _settled(registry, ranked)
        card = found.card
        if found.trouble is None and not card.published_at:
            raise CannotMove(f"nothing was ever promoted for {ranked.value}: the transparent ranker answers")
        number, left = (card.previous, card.version) if found.trouble is None else (card.version, card.previous)
        back = None if number is None else registry.version(ranked, number)
        at = now.isoformat(timespec="seconds")
        moved = Card(ranked, number, left, at, None if back is None else back.run)
        model = None if back is None else registry.model(back)
        documents = {} if back is None else registry.documents(back)
        for _ in range(KEPT):  # what stands in for a damaged ranker must not be the one that was taken back
            champions.publish(registry.data_dir, moved, model, documents)
        registry.settle(moved)
        if found.trouble is None and left is not None:
            registry.tag(registry.version(ranked, left), rolled_back_at=at, rolled_back_because=reason or "not told")
        return moved


@dataclass(frozen=True)
class Difference:
    """Two versions side by side; what is the same in both is left out."""

    parameters: dict[str, tuple[str | None, str | None]]
    figures: dict[str, tuple[float | None, float | None]]
    features: tuple[tuple[str, ...], tuple[str, ...]]
    """Read by the first alone, by the second alone."""
    top10_changed: float
    """Share of the first ten that differ, on the lists kept by the second's training."""


def difference(registry: Registry, first: Version, second: Version) -> Difference:
    """Raises ModelUnusable, TableUnusable, and ValueError for lists without a column that the first reads."""
    runs = [registry.run(version) for version in (first, second)]
    models = [registry.model(version) for version in (first, second)]
    read = [set(model.trees.names) for model in models]
    parameters, figures = (
        {name: (one.get(name), other.get(name)) for name in sorted({*one, *other}) if one.get(name) != other.get(name)}
        for one, other in ((runs[0].parameters, runs[1].parameters), (runs[0].figures, runs[1].figures))
    )
    trial = registry.held_out(second).trial(scorer_of(models[1]), scorer_of(models[0]))
    features = (tuple(sorted(read[0] - read[1])), tuple(sorted(read[1] - read[0])))
    return Difference(parameters, figures, features, changed_share(trial))  # type: ignore[arg-type]


def latency_ms(model: RankingModel, seed: int = 0) -> float:
    """Median milliseconds to score 200 rows, here and now."""
    rows = np.random.default_rng(seed).normal(size=(TIMED_ROWS, len(model.trees.names))).astype(np.float32)
    model.trees.margins(rows)
    times = []
    for _ in range(TIMED):
        start = time.perf_counter()
        model.trees.margins(rows)
        times.append(time.perf_counter() - start)
    return float(np.median(times) * 1000)


def _settled(registry: Registry, ranked: Ranked) -> Standing:
    """What is in force, the registry saying the same."""
    found = standing(registry.data_dir, ranked)
    if found.card.published_at:
        registry.settle(found.card)
    return found


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Raises CannotMove while another process moves a ranker of this data folder."""
    root = data_dir / champions.ROOT
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".moving").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotMove("another promotion or rollback is under way: wait for it to end") from None
        yield
