"""The fairness report as a page: one file, plots drawn in it, nothing loaded from elsewhere. And where it is kept."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from api.delivery.render import render
from features.artifacts import ArtifactError, current_id, load_current, publishing

ROOT: Final = "fairness"
JSON: Final = "rapport.json"
HTML: Final = "rapport.html"
_LEFT, _WIDTH, _RIGHT, _ROW = 250, 340, 120, 28
"""Pixels of a plot: labels, scale, figures; and of a line."""

Json = dict[str, Any]


def fairness_page(report: Json) -> str:
    """The page, in French."""
    return render(
        "fairness.html.j2", rapport=report, trace=rates_plot, trace_ecart=gap_plot, nombre=number, aires=areas_plot
    )


def publish(data_dir: Path, report: Json, page: str) -> None:
    """Keep a report as the newest one of a deployment; the one before stays on disk."""
    with publishing(data_dir / ROOT, {"genereLe": report["genereLe"]}) as folder:
        (folder / JSON).write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        (folder / HTML).write_text(page, encoding="utf-8")


def latest(data_dir: Path) -> Json | None:
    """The newest report that is whole; None when none was made."""
    root = data_dir / ROOT
    if current_id(root) is None:
        return None
    try:
        found: Json = json.loads((load_current(root).path / JSON).read_text(encoding="utf-8"))
    except ArtifactError:
        return None
    return found


def number(value: float, digits: int = 2) -> str:
    """A figure as French writes it: « 0,82 », « 1 370 »."""
    return f"{value:,.{digits}f}".replace(",", "\u202f").replace(".", ",").replace("-", "\u2212")


def rates_plot(told: Json) -> Markup:
    """A line a group: its rate, and the interval around it, from 0 to the largest."""
    shown = [each for each in told["groupes"] if "taux" in each]
    most = max((each.get("tauxHaut", each["taux"]) for each in shown), default=1.0) or 1.0
    lines = [
        _line(
            place,
            f"{each['groupe']} ({number(each['personnes'], 0)})",
            each["taux"] / most,
            each.get("tauxBas", each["taux"]) / most,
            each.get("tauxHaut", each["taux"]) / most,
            number(each["taux"], 3),
        )
        if "taux" in each
        else _hidden(place, each["groupe"])
        for place, each in enumerate(told["groupes"])
    ]
    return _svg(told["mesure"], lines)


def gap_plot(gap: Json) -> Markup:
    """Two lines around zero: the gap of what is recommended, the gap of hires."""
    names = [(label, key) for label, key in (("recommandé", "recommande"), ("embauches", "embauche")) if key in gap]
    ends = {key: [_end(gap, key, end) for end in ("", "Bas", "Haut")] for _, key in names}
    most = max(abs(value) for each in ends.values() for value in each) or 1.0

    def at(value: float) -> float:
        return 0.5 + value / most / 2

    lines = [
        _line(
            place,
            label,
            at(ends[key][0]),
            at(ends[key][1]),
            at(ends[key][2]),
            number(gap[key], 1),
        )
        for place, (label, key) in enumerate(names)
    ]
    return _svg(f"Écart de {gap['grandeur']}", lines, zero=0.5)


def _end(gap: Json, key: str, end: str) -> float:
    """A bound, or the figure itself where the bound is not known."""
    name = f"{key}{end}"
    return float(gap[name] if name in gap else gap[key])


def areas_plot(proxies: Sequence[Json]) -> Markup:
    """A line a source, from 0.5 (chance) to 1 (certainty)."""
    lines = [
        _line(
            place,
            each["depuis"].partition(" : ")[2] or each["depuis"],
            max(each["aire"], 0.5) * 2 - 1,
            max(each["aireBas"], 0.5) * 2 - 1,
            max(each["aireHaut"], 0.5) * 2 - 1,
            number(each["aire"]),
        )
        for place, each in enumerate(proxies)
    ]
    return _svg("Aire sous la courbe, de 0,5 à 1", lines, left=280)


def _line(place: int, label: str, at: float, low: float, high: float, figure: str) -> Markup:
    """One line of a plot; places along it are shares of the scale."""
    y = place * _ROW + _ROW // 2
    return Markup(
        '<text class="nom" x="-10" y="{text}">{label}</text><line class="fond" x1="0" x2="{width}" y1="{y}" y2="{y}"/>'
        '<line class="intervalle" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>'
        '<circle cx="{at:.1f}" cy="{y}" r="5"/><text x="{figures}" y="{text}">{figure}</text>'
    ).format(
        width=_WIDTH,
        figures=_WIDTH + 12,
        y=y,
        text=y + 5,
        label=label,
        low=_WIDTH * low,
        high=_WIDTH * high,
        at=_WIDTH * at,
        figure=figure,
    )


def _hidden(place: int, label: str) -> Markup:
    y = place * _ROW + _ROW // 2 + 5
    return Markup(
        '<text class="nom" x="-10" y="{y}">{label}</text><text x="0" y="{y}">effectif trop petit</text>'
    ).format(y=y, label=label)


def _svg(title: str, lines: Sequence[Markup], zero: float | None = None, left: int = _LEFT) -> Markup:
    height, width = len(lines) * _ROW, left + _WIDTH + _RIGHT
    axis = (
        Markup("")
        if zero is None
        else Markup('<line class="zero" x1="{x}" x2="{x}" y1="0" y2="{height}"/>').format(
            x=_WIDTH * zero, height=height
        )
    )
    return Markup(
        '<svg role="img" aria-label="{title}" viewBox="-{left} 0 {width} {height}" width="{width}" height="{height}">'
        "<title>{title}</title>{axis}{lines}</svg>"
    ).format(title=title, left=left, width=width, height=height, axis=axis, lines=Markup("").join(lines))
