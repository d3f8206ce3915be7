"""Charts as SVG written by hand: lines and bars, on linear or logarithmic scales, without any plotting library.

Lines("p50 by rows", "one thread", "rows", "ms", {"mix": [(1e5, 0.2), (1e6, 0.4)]}).svg()
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

COLOURS: Final = ("#1b6e53", "#b3541e", "#3b5b92", "#8a3a6b", "#6b6b2a", "#444444", "#2a8a9a", "#a08020")
GREY: Final = "#999"
WIDTH: Final = 760


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` along `start` to `end` pixels."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float, logarithmic: bool) -> "Scale":
        """A scale that holds all of `values`: from zero when linear, of at least a whole decade when logarithmic.

        Raises ValueError for a value at or under zero on a logarithmic scale.
        """
        if not logarithmic:
            ticks = _round_step(max(values, default=1.0) or 1.0)
            return cls(0.0, math.ceil(max(values, default=1.0) / ticks) * ticks or 1.0, start, end)
        if min(values, default=1.0) <= 0:
            raise ValueError(f"{min(values)} has no place on a logarithmic scale")
        low = math.floor(math.log10(min(values, default=0.1)))
        high = max(low + 1, math.ceil(math.log10(max(values, default=1.0))))
        return cls(10.0**low, 10.0**high, start, end, logarithmic=True)

    def at(self, value: float) -> float:
        """The pixel of a value."""
        if self.logarithmic:
            share = math.log10(value / self.low) / math.log10(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """Values to write beside the scale: powers of ten, or round steps."""
        if self.logarithmic:
            first, last = round(math.log10(self.low)), round(math.log10(self.high))
            return [10.0**power for power in range(first, last + 1)]
        step = _round_step(self.high)
        return [step * number for number in range(round(self.high / step) + 1)]


@dataclass(frozen=True)
class Bar:
    """One bar, from `start` to `end`."""

    name: str
    start: float
    end: float
    said: str
    """Written beside its end."""
    colour: str = COLOURS[0]


@dataclass(frozen=True)
class Bars:
    """Bars from left to right, one under the other, in the order given."""

    title: str
    note: str
    bars: Sequence[Bar]
    logarithmic: bool = False
    left: int = 230

    def svg(self) -> str:
        """The text of the image; without bars, an empty chart."""
        top, row = 60, 28
        values = [value for bar in self.bars for value in (bar.start, bar.end) if value or not self.logarithmic]
        across = Scale.over(values, self.left, WIDTH - 150, self.logarithmic)
        bottom = top + row * len(self.bars)
        parts = []
        for tick in across.ticks:
            x = across.at(tick)
            parts += [line(x, top, x, bottom), text(x, bottom + 18, _said(tick), anchor="middle")]
        for number, bar in enumerate(self.bars):
            y = top + row * number
            start, end = (across.at(value) if value else across.start for value in (bar.start, bar.end))
            parts.append(text(self.left - 8, y + 18, bar.name, anchor="end"))
            parts.append(
                f'<rect x="{start:.1f}" y="{y + 6}" width="{max(end - start, 2):.1f}" height="{row - 12}" '
                f'fill="{bar.colour}"/>'
            )
            parts.append(text(end + 6, y + 18, bar.said, colour="#333"))
        return image(bottom + 40, self.title, self.note, parts)


@dataclass(frozen=True)
class Lines:
    """Series of (x, y) points joined by lines, each with its name at the right."""

    title: str
    note: str
    x_label: str
    y_label: str
    series: Mapping[str, Sequence[tuple[float, float]]]
    """Without empty series."""
    logarithmic_x: bool = True
    logarithmic_y: bool = True
    limit: tuple[str, float] | None = None
    """A dashed line across, with its name: what the values should stay under."""

    def svg(self) -> str:
        """The text of the image."""
        top, bottom, left, right = 60, 360, 70, WIDTH - 190
        points = [point for of_one in self.series.values() for point in of_one]
        limits = [] if self.limit is None else [self.limit[1]]
        across = Scale.over([x for x, _ in points], left, right, self.logarithmic_x)
        up = Scale.over([*(y for _, y in points), *limits], bottom, top, self.logarithmic_y)
        parts = []
        for tick in across.ticks:
            x = across.at(tick)
            parts += [line(x, top, x, bottom), text(x, bottom + 18, _said(tick), anchor="middle")]
        for tick in up.ticks:
            y = up.at(tick)
            parts += [line(left, y, right, y), text(left - 8, y + 4, _said(tick), anchor="end")]
        parts.append(text((left + right) / 2, bottom + 36, self.x_label, anchor="middle"))
        parts.append(text(left - 8, top - 8, self.y_label, anchor="end"))
        if self.limit is not None:
            y = up.at(self.limit[1])
            parts.append(line(left, y, right, y, colour="#c33", dashed=True))
            parts.append(text(left + 4, y - 4, self.limit[0], colour="#c33"))
        heights = _apart([up.at(of_one[-1][1]) for of_one in self.series.values()], 15)
        for number, ((name, of_one), height) in enumerate(zip(self.series.items(), heights, strict=True)):
            colour = COLOURS[number % len(COLOURS)]
            pixels = [(across.at(x), up.at(y)) for x, y in of_one]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in pixels)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in pixels]
            parts.append(text(right + 10, height + 4, f"{name} · {of_one[-1][1]:.3g}", colour=colour))
        return image(bottom + 50, self.title, self.note, parts)


def image(height: float, title: str, note: str, parts: Sequence[str]) -> str:
    """The text of a whole image of the usual width."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:g}" '
            'font-family="sans-serif" font-size="12">',
            '<rect width="100%" height="100%" fill="white"/>',
            f'<text x="10" y="22" font-size="14">{escape(title)}</text>',
            text(10, 40, note, colour="#555"),
            *parts,
            "</svg>",
            "",
        ]
    )


def text(x: float, y: float, said: str, anchor: str = "start", colour: str = "#000") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(said)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, colour: str = "#ddd", dashed: bool = False) -> str:
    dashes = ' stroke-dasharray="6 4"' if dashed else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dashes}/>'


def save(path: Path | None, chart: Bars | Lines) -> None:
    """Write the chart, when a file was asked for."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(chart.svg(), encoding="utf-8")


def _said(tick: float) -> str:
    return f"{tick:,.0f}" if tick >= 1000 else f"{tick:g}"


def _round_step(most: float) -> float:
    """A step of 1, 2 or 5 by a power of ten, of which `most` holds four to ten."""
    power = 10.0 ** math.floor(math.log10(most / 4))
    return next(power * times for times in (5, 2, 1) if power * times <= most / 4)


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """The heights moved down where they must be, so that no two are nearer than `least`."""
    moved = list(heights)
    lowest = -math.inf
    for number in sorted(range(len(moved)), key=moved.__getitem__):
        moved[number] = lowest = max(moved[number], lowest + least)
    return moved
