"""Write the tables of docs/features.md from the registries of pair features.

    python -m tools.feature_page

A table stands between `<!-- JOB_FEATURES -->` and the next `<!-- end -->`; what a feature is comes from the first
sentence of its module.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from features.pairs import FIRM_FEATURES, JOB_FEATURES, SESSION_FEATURES, Feature

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "features.md"
REGISTRIES: Final[dict[str, Sequence[Feature[Any]]]] = {
    "JOB_FEATURES": JOB_FEATURES,
    "SESSION_FEATURES": SESSION_FEATURES,
    "FIRM_FEATURES": FIRM_FEATURES,
}


def table(features: Sequence[Feature[Any]]) -> str:
    """The Markdown table of some features, in their order."""
    lines = ["| feature | what | unit | from | to |", "|---|---|---|---|---|"]
    for feature in features:
        low, high = f"{feature.low:g}", f"{feature.high:g}"
        lines.append(f"| `{feature.name}` | {_meaning(feature)} | {feature.unit} | {low} | {high} |")
    return "\n".join(lines)


def with_tables(text: str) -> str:
    """A page with every table anew. Raises ValueError when a registry has no place in it."""
    for name, features in REGISTRIES.items():
        block = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
        if block.search(text) is None:
            raise ValueError(f"docs/features.md has no place for {name}")
        text = block.sub(lambda found, features=features: found[1] + table(features) + found[2], text)  # type: ignore[misc]
    return text


def _meaning(feature: Feature[Any]) -> str:
    """The first paragraph of the feature's module, as one line."""
    documentation = sys.modules[feature.compute.__module__].__doc__ or ""
    return " ".join(documentation.split("\n\n")[0].split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text()))
