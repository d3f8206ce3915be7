"""The charts that pages serve are those that the tool makes, and read what the tables give."""

import json
import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "api" / "templates" / "pages"

charts = pytest.importorskip("tools.charts", reason="altair is absent: install vivier[dev]")


@pytest.mark.parametrize("name", charts.CHARTS)
def test_a_chart_is_what_the_tool_makes(name: str) -> None:
    written = (charts.FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert written == charts.text_of(charts.CHARTS[name]())


def test_no_other_chart_is_served() -> None:
    assert {path.stem for path in charts.FOLDER.glob("*.json")} == set(charts.CHARTS)


@pytest.mark.parametrize("name", charts.CHARTS)
def test_a_chart_reads_fields_that_the_table_beside_it_has(name: str) -> None:
    text = next(text for path in TEMPLATES.glob("steer_*.j2") if f'chart("{name}"' in (text := path.read_text()))
    table = re.search(rf'chart\("{name}", "([^"]+)"', text)
    assert table is not None
    shown = text[text.index(f'id="{table[1]}"') :]
    shown = shown[: shown.index("</thead>")]
    given = set(re.findall(r'data-(?:field|across|series)="([^"]+)"', shown))
    spec = json.loads((charts.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert set(fields_of(spec)) == given


def fields_of(spec: object) -> list[str]:
    if isinstance(spec, list):
        return [name for each in spec for name in fields_of(each)]
    if not isinstance(spec, dict):
        return []
    own = [spec["field"]] if isinstance(spec.get("field"), str) else []
    return own + [name for each in spec.values() for name in fields_of(each)]
