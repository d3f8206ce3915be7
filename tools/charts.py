"""The charts of `/pilotage` as vega-lite specifications, made by Altair, into api/static/charts/.

    python -m tools.charts            write them
    python -m tools.charts --check    compare with what is committed; nothing is written

A specification holds no figure: `api/static/charts.js` gives it those of the table that stands beside the chart, and
the colours of the page. So nothing is drawn at a request, and the service needs no Altair.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import altair as alt

FOLDER: Final = Path(__file__).parents[1] / "api" / "static" / "charts"
DATA: Final = "tableau"
"""The name under which the table's rows are given."""
SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"
"""Whatever the minor version that Altair knows."""
STEP: Final = 30
"""Pixels of a bar of a list, and of what separates it from the next."""


def tension() -> alt.LayerChart:
    """The share of difficult recruitments by occupation, the hardest first."""
    return _listed("metier", "difficile", ".0%", 1)


def crossed() -> alt.LayerChart:
    """Offers for ten people by occupation and area: a darker cell has more, and each says its figure."""
    base = alt.Chart(alt.NamedData(DATA)).encode(
        x=alt.X("bassin:N", sort=None, title=None, axis=alt.Axis(orient="top")),
        y=alt.Y("metier:N", sort=None, title=None),
    )
    most = alt.Scale(domain=[0, 30], clamp=True, range=["pale", "profond"])
    cells = base.mark_rect(cornerRadius=3).encode(color=alt.Color("offres:Q", scale=most, legend=None))
    figures = base.mark_text(fontSize=13).encode(text=alt.Text("offres:Q", format=".0f"))
    return (cells + figures).properties(height=alt.Step(STEP))


def spread() -> alt.Chart:
    """Of what lists showed, how much was shown once, twice…"""
    return _columns("fois", "part", "Part de ce qui a été montré", ".0%", "liste")


def requests() -> alt.Chart:
    """Requests to be put in touch, by month."""
    return _columns("mois", "demandes", "Demandes envoyées", ",.0f", None)


def latency() -> alt.LayerChart:
    """Half of the answers, and 95 in a hundred, by operation; each step of the scale is ten times the last."""
    base = alt.Chart(alt.NamedData(DATA)).encode(y=alt.Y("operation:N", sort=None, title=None))
    ends: dict[str, Any] = {"scale": alt.Scale(type="log"), "axis": alt.Axis(format=",~r", title="Millisecondes")}
    between = base.mark_rule(strokeWidth=4, color="trait").encode(x=alt.X("p50:Q", **ends), x2="p95:Q")
    half = base.mark_point(size=70, filled=True, color="accent").encode(x=alt.X("p50:Q", **ends))
    most = base.mark_point(size=70, filled=True, color="alerte", shape="diamond").encode(x=alt.X("p95:Q", **ends))
    return (between + half + most).properties(height=alt.Step(STEP))


CHARTS: Final[dict[str, Callable[[], Any]]] = {
    "tension": tension,
    "bassins": crossed,
    "repartition": spread,
    "demandes": requests,
    "temps": latency,
}


def _listed(name: str, value: str, form: str, most: float) -> alt.LayerChart:
    """Bars that lie, each with its figure at the end."""
    base = alt.Chart(alt.NamedData(DATA)).encode(
        x=alt.X(
            f"{value}:Q",
            scale=alt.Scale(domain=[0, most * 1.12]),  # room for the figure of the longest
            axis=alt.Axis(format=form, title=None, values=[most * part / 4 for part in range(5)]),
        ),
        y=alt.Y(f"{name}:N", sort=None, title=None),
    )
    bars = base.mark_bar(color="accent", cornerRadiusEnd=3)
    figures = base.mark_text(align="left", dx=4).encode(text=alt.Text(f"{value}:Q", format=form))
    return (bars + figures).properties(height=alt.Step(STEP))


def _columns(name: str, value: str, title: str, form: str, series: str | None) -> alt.Chart:
    """Bars that stand, side by side where there are several series."""
    encoded: dict[str, Any] = {
        "x": alt.X(f"{name}:N", sort=None, title=None),
        "y": alt.Y(f"{value}:Q", axis=alt.Axis(format=form, title=title, tickCount=5)),
    }
    if series is None:
        return alt.Chart(alt.NamedData(DATA)).mark_bar(color="accent", cornerRadiusEnd=3).encode(**encoded)
    encoded["xOffset"] = alt.XOffset(f"{series}:N", sort=None)
    encoded["color"] = alt.Color(
        f"{series}:N",
        sort=None,
        title=None,
        scale=alt.Scale(range=["accent", "alerte"]),
        legend=alt.Legend(orient="top", direction="vertical", labelLimit=400),
    )
    return alt.Chart(alt.NamedData(DATA)).mark_bar(cornerRadiusEnd=3).encode(**encoded)


def text_of(chart: Any) -> str:
    """What is written of a chart: how it looks is the page's, so Altair's own configuration goes."""
    found = chart.to_dict()
    found.pop("config", None)
    found["$schema"] = SCHEMA
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    for name, made in CHARTS.items():
        path, text = FOLDER / f"{name}.json", text_of(made())
        if "--check" in sys.argv[1:]:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                sys.exit(f"{path} is not what tools/charts.py makes: run python -m tools.charts")
            continue
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(FOLDER.parents[2]))


if __name__ == "__main__":
    main()
