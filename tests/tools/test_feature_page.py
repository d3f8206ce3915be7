"""docs/features.md lists the features that there are, as they are."""

import pytest

from features.pairs import JOB_FEATURES
from tools.feature_page import PAGE, REGISTRIES, table, with_tables


def test_the_page_says_what_the_registries_say() -> None:
    page = PAGE.read_text()
    assert with_tables(page) == page, "run `python -m tools.feature_page`"
    for features in REGISTRIES.values():
        assert all(f"| `{feature.name}` |" in page for feature in features)


def test_a_feature_is_told_with_its_unit_and_its_bounds() -> None:
    (line,) = [line for line in table(JOB_FEATURES).splitlines() if line.startswith("| `hours` |")]
    assert line.startswith("| `hours` | Weekly hours of the job beyond")
    assert line.endswith("| hours a week | -35 | 35 |")


def test_a_page_without_a_place_for_a_registry_is_refused() -> None:
    with pytest.raises(ValueError, match="SESSION_FEATURES"):
        with_tables("<!-- JOB_FEATURES -->\nx\n<!-- end -->")
