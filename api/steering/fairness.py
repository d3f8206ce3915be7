"""The newest report of fairness in a few lines: what calls for a look, and the least ratio of each list."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from api.fairness_page import latest

FOUR_FIFTHS: Final = 0.8


@dataclass(frozen=True)
class AxisTold:
    """One list seen along one way of telling people apart."""

    list: str
    axis: str
    ratio: float | None
    """Least rate over the most; None where too few people are known."""
    finding: str


@dataclass(frozen=True)
class FairnessTold:
    """What the report says."""

    made_on: dt.date
    people: int
    findings: tuple[str, ...]
    axes: tuple[AxisTold, ...]
    unknown_axes: tuple[str, ...]


def fairness_told(data_dir: Path) -> FairnessTold | None:
    """None where no report was made yet. Reads a file: for a worker thread."""
    report = latest(data_dir)
    if report is None:
        return None
    return FairnessTold(
        made_on=dt.date.fromisoformat(str(report["genereLe"])[:10]),
        people=int(report["personnes"]),
        findings=tuple(report["constats"]),
        axes=tuple(_axis(each["titre"], axis) for each in report["services"] for axis in each["axes"]),
        unknown_axes=tuple(report.get("axesInconnus", ())),
    )


def _axis(title: str, axis: dict[str, Any]) -> AxisTold:
    selection = axis["selection"]
    return AxisTold(title, axis["titre"], selection.get("ratioImpact"), selection["constat"])
