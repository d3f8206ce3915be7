import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks.options import svg_option
from benchmarks.plots import Bar, Bars, Lines, Scale, save


def test_a_logarithmic_scale_goes_by_powers_of_ten() -> None:
    scale = Scale.over([0.3, 40.0], 100.0, 400.0, logarithmic=True)
    assert scale.ticks == [0.1, 1.0, 10.0, 100.0]
    assert [scale.at(value) for value in scale.ticks] == pytest.approx([100, 200, 300, 400])
    with pytest.raises(ValueError, match="no place"):
        Scale.over([0.0, 1.0], 0, 1, logarithmic=True)


@pytest.mark.parametrize(("most", "ticks"), [(1.0, 6), (4.7, 6), (200_000.0, 5), (0.033, 8)])
def test_a_linear_scale_starts_at_zero_and_holds_its_values(most: float, ticks: int) -> None:
    scale = Scale.over([most], 0.0, 100.0, logarithmic=False)
    assert scale.ticks[0] == 0.0
    assert scale.ticks[-1] == pytest.approx(scale.high)
    assert most <= scale.high * (1 + 1e-9)
    assert len(scale.ticks) == ticks
    assert scale.at(most / 2) == pytest.approx(100 * most / 2 / scale.high)


def test_a_line_goes_through_its_points() -> None:
    chart = Lines("a & b", "note", "rows", "ms", {"p50": [(1.0, 1.0), (10.0, 100.0)]}, limit=("target", 10.0))
    image = ET.fromstring(chart.svg())
    (path,) = image.iter("{http://www.w3.org/2000/svg}polyline")
    assert path.attrib["points"] == "70.0,360.0 570.0,60.0"
    texts = list(image.itertext())
    assert {"a & b", "p50 · 100", "target", "rows", "ms"} <= set(texts)


def test_names_of_near_lines_do_not_cover_each_other() -> None:
    series = {name: [(1.0, 5.0), (2.0, 5.0)] for name in ("a", "b", "c")}
    image = ET.fromstring(Lines("t", "n", "x", "y", series, logarithmic_x=False, logarithmic_y=False).svg())
    heights = [float(text.attrib["y"]) for text in image.iter() if (text.text or "")[1:4] == " · "]
    assert sorted(heights)[1] - sorted(heights)[0] >= 15
    assert sorted(heights)[2] - sorted(heights)[1] >= 15


def test_a_bar_goes_from_its_start_to_its_end() -> None:
    image = ET.fromstring(Bars("t", "n", [Bar("one", 0.0, 1.0, "1 ms"), Bar("two", 0.5, 1.0, "b")]).svg())
    first, second = (rect for rect in image.iter("{http://www.w3.org/2000/svg}rect") if rect.attrib["height"] == "16")
    assert float(first.attrib["width"]) == pytest.approx(2 * float(second.attrib["width"]))
    ET.fromstring(Bars("t", "n", [], logarithmic=True).svg())


def test_a_chart_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    path, others = svg_option(["--quick", "--svg", str(tmp_path / "new" / "x.svg"), "--json", "x.json"])
    assert others == ["--quick", "--json", "x.json"]
    save(path, Bars("t", "n", []))
    assert (tmp_path / "new" / "x.svg").read_text().startswith("<svg")
    save(None, Bars("t", "n", []))
