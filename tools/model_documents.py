"""Write, or check, the documents of the models that ship.

    python -m tools.model_documents           write them from the models' manifests
    python -m tools.model_documents --check    exit 1, a line a problem, when one is missing or of another model

What a training writes itself is left alone; this is for the models of the repository.
"""

import json
import sys
from pathlib import Path
from typing import Final

from models.documents import FACTS, FOLDER, Facts, problems, write_documents
from models.documents.of import encoder_facts
from models.hiring import published as hiring
from models.published import FOLDER as ENCODER

SHIPPED: Final = (ENCODER, hiring.FOLDER)
TRAINED_BEFORE_DOCUMENTS: Final = "avant les documents"
"""Of models whose training did not yet say which code made them."""


def write() -> None:
    """Write the documents of every model that ships; what a training told of itself is kept."""
    manifest = json.loads((ENCODER / "manifest.json").read_text(encoding="utf-8"))
    write_documents(ENCODER, encoder_facts(ENCODER, manifest, _code(ENCODER)))
    about = json.loads((hiring.FOLDER / "manifest.json").read_text(encoding="utf-8"))
    told = _facts(hiring.FOLDER)
    made = hiring.Made(
        about=about["about"],
        is_simulated=True,
        figures={} if told is None else told.figures,
        trained_on=str(manifest["trained_on"]) if told is None else told.trained_on,
        code_version=_code(hiring.FOLDER),
        data_hash=about["about"] if told is None else told.data_hash,
    )
    hiring.document(hiring.shipped(), hiring.FOLDER, made)


def _facts(folder: Path) -> Facts | None:
    file = folder / FOLDER / FACTS
    return Facts.read(file.read_text(encoding="utf-8")) if file.is_file() else None


def _code(folder: Path) -> str:
    found = _facts(folder)
    return TRAINED_BEFORE_DOCUMENTS if found is None else found.code_version


def check() -> list[str]:
    """What is wrong with the documents of the models that ship."""
    return [problem for folder in SHIPPED for problem in problems(folder)]


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        found = check()
        print("\n".join(found) or "The documents of the models that ship are theirs.")
        sys.exit(bool(found))
    write()
