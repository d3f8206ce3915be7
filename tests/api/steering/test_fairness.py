"""The report of fairness in a few lines."""

from pathlib import Path
from typing import Any

from api.fairness_page import publish
from api.steering.fairness import fairness_told

SELECTION: dict[str, Any] = {
    "mesure": "…",
    "groupes": [],
    "constat": "Au-dessus de quatre cinquièmes.",
    "ratioImpact": 0.93,
}
REPORT: dict[str, Any] = {
    "genereLe": "2026-09-01T09:00:00+00:00",
    "personnes": 2000,
    "constats": ["Personnes proposées aux employeurs, âge : sous quatre cinquièmes."],
    "axesInconnus": ["Quartier"],
    "services": [
        {
            "service": "profils",
            "titre": "Personnes proposées aux employeurs",
            "axes": [
                {"axe": "sexe", "titre": "Femmes et hommes", "selection": SELECTION},
                {"axe": "age", "titre": "Âge", "selection": {"mesure": "…", "constat": "Trop peu de personnes."}},
            ],
        }
    ],
}


def test_there_is_none_before_one_is_made(tmp_path: Path) -> None:
    assert fairness_told(tmp_path) is None


def test_it_keeps_what_calls_for_a_look_and_the_least_ratio(tmp_path: Path) -> None:
    publish(tmp_path, REPORT, "<p>…</p>")
    found = fairness_told(tmp_path)
    assert found is not None
    assert (found.made_on.isoformat(), found.people) == ("2026-09-01", 2000)
    assert [(each.axis, each.ratio) for each in found.axes] == [("Femmes et hommes", 0.93), ("Âge", None)]
    assert len(found.findings) == 1
    assert found.unknown_axes == ("Quartier",)
