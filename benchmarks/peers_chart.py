"""The chart of `benchmarks.peers`: a bar an engine from its median to its p99 time, on a logarithmic scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, LEFT, RIGHT, TOP, ROW = 760, 150, 130, 60, 28


@dataclass(frozen=True)
class Bar:
    """One engine."""

    name: str
    p50_ms: float
    p99_ms: float
    recall_at_10: float


def chart(bars: Sequence[Bar], n_rows: int, recall_floor: float) -> str:
    """SVG text, the quickest at p99 first; grey where recall@10 is under the floor. Empty bars give an empty chart."""
    ordered = sorted(bars, key=lambda bar: bar.p99_ms)
    low = floor(log10(min((bar.p50_ms for bar in ordered), default=0.1)))
    high = max(low + 1, ceil(log10(max((bar.p99_ms for bar in ordered), default=1.0))))
    scale = (WIDTH - LEFT - RIGHT) / (high - low)
    bottom = TOP + ROW * len(ordered)

    def across(value_ms: float) -> float:
        return LEFT + (log10(value_ms) - low) * scale

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{bottom + 40}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="10" y="22" font-size="14">Filtered search, {n_rows:,} rows, k = 100, one thread: '
        "median to p99, ms</text>",
        f'<text x="10" y="40" fill="#555">recall@10 beside each; grey: under {recall_floor}</text>',
    ]
    for power in range(low, high + 1):
        x = across(10.0**power)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{10.0**power:g}</text>')
    for position, bar in enumerate(ordered):
        y = TOP + ROW * position
        colour = "#1b6e53" if bar.recall_at_10 >= recall_floor else "#999"
        start, end = across(bar.p50_ms), across(bar.p99_ms)
        parts.append(f'<text x="{LEFT - 8}" y="{y + 18}" text-anchor="end">{escape(bar.name)}</text>')
        parts.append(
            f'<rect x="{start:.1f}" y="{y + 6}" width="{max(end - start, 2):.1f}" height="{ROW - 12}" fill="{colour}"/>'
        )
        parts.append(
            f'<text x="{end + 6:.1f}" y="{y + 18}" fill="#333">{bar.p99_ms:.3g} ms · {bar.recall_at_10:.3f}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])
