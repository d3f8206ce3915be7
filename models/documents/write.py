"""Writing the documents of a model, and finding those that are missing or of another model."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from models.documents import texts
from models.documents.facts import FACTS, FOLDER, Facts, model_hash

DOCUMENTS: Final[Mapping[str, Callable[[Facts], str]]] = {
    "fiche-modele.md": texts.card,
    "fiche-donnees.md": texts.datasheet,
    "dossier-risques.md": texts.risks,
    "mode-emploi.md": texts.instructions,
    "journalisation.md": texts.logging,
}
"""Files, and what each is made of."""


def write_documents(folder: Path, facts: Facts) -> None:
    """Write the documents of the model whose files are in `folder` into `folder/documents`."""
    home = folder / FOLDER
    home.mkdir(exist_ok=True)
    (home / FACTS).write_text(facts.as_json(), encoding="utf-8")
    for name, made in DOCUMENTS.items():
        (home / name).write_text(made(facts), encoding="utf-8")


def problems(folder: Path) -> list[str]:
    """What is wrong with the documents of the model in `folder`, one sentence each; nothing when they are all there and
    of this very model."""
    home = folder / FOLDER
    try:
        facts = Facts.read((home / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"{home / FACTS} cannot be read ({error}): train the model again, or `python -m tools.model_documents`"]
    try:
        found = model_hash(folder, facts.files)
    except OSError as error:
        return [f"{folder} lacks a file that its documents name: {error}"]
    wrong = [f"{home / FACTS} is of another model: its hash is not that of the files"] if found != facts.hash else []
    for name, made in DOCUMENTS.items():
        file = home / name
        if not file.is_file():
            wrong.append(f"{file} is missing")
        elif file.read_text(encoding="utf-8") != made(facts):
            wrong.append(f"{file} is stale: it is not what the facts say")
    return wrong
