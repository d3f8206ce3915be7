"""The chart of `benchmarks.peers`: a bar an engine from its median to its p99 time, on a logarithmic scale."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import plots


@dataclass(frozen=True)
class Bar:
    """One engine."""

    name: str
    p50_ms: float
    p99_ms: float
    recall_at_10: float


def chart(bars: Sequence[Bar], n_rows: int, recall_floor: float) -> str:
    """SVG text, the quickest at p99 first; grey where recall@10 is under the floor. Empty bars give an empty chart."""
    return plots.Bars(
        f"Filtered search, {n_rows:,} rows, k = 100, one thread: median to p99, ms",
        f"recall@10 beside each; grey: under {recall_floor}",
        [
            plots.Bar(
                bar.name,
                bar.p50_ms,
                bar.p99_ms,
                f"{bar.p99_ms:.3g} ms · {bar.recall_at_10:.3f}",
                plots.COLOURS[0] if bar.recall_at_10 >= recall_floor else plots.GREY,
            )
            for bar in sorted(bars, key=lambda bar: bar.p99_ms)
        ],
        logarithmic=True,
        left=150,
    ).svg()
