import json
from pathlib import Path

import pytest

from benchmarks.report import Report, median_ms


def test_the_last_line_and_the_file_tell_the_same_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("a")
    report = Report.from_command_line("x", seed=7, arguments=["--quick", "--json", str(tmp_path / "new" / "x.json")])
    report.data(tmp_path / "data")
    report.figure("load_ms", 1.23456)
    report.figure("rows", 3)
    report.finish()
    last = capsys.readouterr().out.splitlines()[-1]
    written = json.loads((tmp_path / "new" / "x.json").read_text())
    assert json.loads(last) == written["figures"] == {"load_ms": 1.235, "rows": 3}
    assert (written["benchmark"], written["quick"], written["seed"], written["data_files"]) == ("x", True, 7, 1)
    assert {"machine", "versions", "commit", "data_sha256"} <= written.keys()


def test_the_data_hash_changes_with_the_data(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    hashes = set()
    for text in ("a", "b"):
        path.write_text(text)
        report = Report("x")
        report.data(path)
        hashes.add(report.as_dict()["data_sha256"])
    assert len(hashes) == 2
    assert Report("x").as_dict()["data_sha256"] is None


def test_quick_and_full_repeats() -> None:
    assert Report("x", quick=True).repeats(9, quick=3) == 3
    assert Report("x").repeats(9, quick=3) == 9


def test_warm_up_runs_do_not_count() -> None:
    calls: list[int] = []
    assert median_ms(lambda: calls.append(1), repeats=3, warm_up=2) >= 0
    assert len(calls) == 5
