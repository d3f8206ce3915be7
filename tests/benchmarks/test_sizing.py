"""The sizing model: lines through what was measured, and a page that says what they give."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.sizing import FILL, NODE_GIB, SIZES, Line, Model, table

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
GIB = 2**30


def model_of(**changes: object) -> Model:
    """Round figures, whose needs are computed by hand."""
    made = Model(
        local_bytes=Line(0.0, 700.0),
        local_ms=Line(-1.0, 0.5),
        local_sizes=(1_000_000,),
        payload_bytes=300.0,
        column_bytes=200.0,
        cluster_bytes=Line(1e9, 1400.0),
        cluster_ms=Line(10.0, 2.0**-14),
        cluster_sizes=(1_000, 2_000),
        insert_per_s=1000.0,
        requests_per_s=80.0,
        requests_rows=1_000_000,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_line_goes_through_its_points() -> None:
    line = Line.through([(1.0, 5.0), (3.0, 9.0)])
    assert (line.start, line.slope) == pytest.approx((3.0, 2.0))
    assert line.at(10.0) == pytest.approx(23.0)
    with pytest.raises(ValueError, match=r"a line needs two sizes: only \[4\.0\]"):
        Line.through([(4.0, 1.0), (4.0, 2.0)])


def test_needs_are_those_computed_by_hand() -> None:
    million = model_of().needs(1_000_000)
    assert million.box_gib == pytest.approx(700e6 / 0.7 / GIB)
    assert million.box_ms == pytest.approx(2.0)
    assert million.box_run
    assert million.node_disk_gib == pytest.approx(500e6 / GIB)
    assert million.cluster_gib == pytest.approx(1400e6 / 0.7 / GIB)
    assert (million.query_nodes, million.scan_nodes) == (1, 2)
    assert million.load_hours == pytest.approx(1_000_000 / 1000 / 3600)
    billion = model_of().needs(1_000_000_000)
    assert not billion.box_run
    assert billion.query_nodes == -(-1400e9 // (FILL * NODE_GIB * GIB))
    assert billion.scan_nodes == 1526  # of 655,360 rows each
    with pytest.raises(ValueError, match="measure larger sizes"):
        model_of(cluster_ms=Line(10.0, -1e-9)).needs(1_000_000)


def test_the_page_has_the_table_of_the_measured_figures() -> None:
    lines = table(Model.fitted())
    assert len(lines) == 2 + len(SIZES)
    assert "\n".join(lines) in PAGE.read_text(encoding="utf-8"), "docs/scale.md: put in `python -m benchmarks.sizing`"
