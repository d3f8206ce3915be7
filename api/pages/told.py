"""What a card says of a result: how near it is, why, what bars, what lacks, and what would change it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from api.rounding import parts_of
from matching.answer import Match, Reason
from matching.digests.items import best_reasons
from matching.explain.families import LABELS, Family
from matching.rank import Ranker


@dataclass(frozen=True)
class FamilyTold:
    """A family of reasons: what it brings, in points of a hundred, and what it says."""

    label: str
    points: int
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """Why a result is there. The points of the families, and of the start where there is one, add up to `points`."""

    points: int
    why: tuple[str, ...]
    """The three reasons that speak most for it."""
    obstacles: tuple[str, ...]
    gaps: tuple[str, ...]
    change: str | None
    families: tuple[FamilyTold, ...]


def told_of(match: Match[Any], ranker: Ranker) -> Told:
    """What is said of a match that `ranker` ranked."""
    sums: dict[Family, float] = defaultdict(float)
    reasons: dict[Family, list[Reason]] = defaultdict(list)
    for reason in match.reasons:
        sums[reason.family] += reason.contribution
        reasons[reason.family].append(reason)
    order = sorted(sums, key=lambda family: -abs(sums[family]))
    base, *shares = parts_of(np.array([match.score]), np.array([[match.base, *[sums[family] for family in order]]]), 2)[
        0
    ].tolist()
    families = [
        FamilyTold(LABELS[family], share, tuple(dict.fromkeys(each.text for each in reasons[family])))
        for family, share in zip(order, shares, strict=True)
    ]
    if base:
        families.append(FamilyTold("Point de départ, le même pour tous", base, ()))
    return Told(
        base + sum(shares),
        best_reasons(match.reasons, ranker),
        match.obstacles,
        match.gaps,
        None if match.change is None else match.change.text,
        tuple(families),
    )
