"""Which models answer, since when, and what their training measured: read from the files that serve."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.list_card import TITLES, list_card
from features.artifacts import ArtifactError, load_current
from matching.engine import Engine
from models import champions
from models.documents import FACTS, FOLDER, Facts, Kind
from models.documents.texts import FIGURES
from models.hiring import published as hiring
from models.published import FOLDER as SHIPPED
from models.ranked import Ranked

TRANSPARENT: Final = "Règles publiques, sans apprentissage"
SHIPPED_MODEL: Final = "Modèle livré avec le logiciel"
OWN_MODEL: Final = "Modèle de ce déploiement"
_NAMES: Final = {
    Kind.ENCODER: "La lecture des mots : intitulés, projets, offres",
    Kind.HIRING: "La prévision des embauches des établissements",
}
SHARES: Final = frozenset(
    {
        "held_out_at_1",
        "held_out_at_5",
        "held_out_typos_at_1",
        "held_out_typos_at_5",
        "top_tenth_capture",
        "interval_coverage",
    }
)
"""Figures that are told in per cent."""


@dataclass(frozen=True)
class Figure:
    """One measure of a training, on what it did not learn from; or what a family of criteria weighs."""

    label: str
    value: float
    is_share: bool


@dataclass(frozen=True)
class ModelTold:
    """What answers one kind of question."""

    title: str
    model: str
    """In a few words: `TRANSPARENT`, or "Modèle appris, version 3"."""
    trained_on: dt.date | None
    figures: tuple[Figure, ...]
    note: str | None = None
    """What whoever steers must know: a newer one that cannot be used, one that learned from a simulation."""


def models_told(engine: Engine, data_dir: Path, encoder: Path | None) -> list[ModelTold]:
    """The rankers of the four lists, then the encoder and the forecast. Reads files: for a worker thread."""
    reading = SHIPPED_MODEL if encoder is None else OWN_MODEL
    return [
        *(_ranker(engine, data_dir, ranked) for ranked in Ranked),
        _with_facts(_NAMES[Kind.ENCODER], reading, _facts(encoder or SHIPPED)),
        _forecast(data_dir),
    ]


def _ranker(engine: Engine, data_dir: Path, ranked: Ranked) -> ModelTold:
    serving = engine.rankers[ranked]
    note = None
    if serving.refused is not None:
        note = "Un classement plus récent n'a pas pu être mis en service : celui-ci continue de répondre."
    if serving.model == champions.TRANSPARENT:
        card = list_card(ranked, serving, None)
        weights = tuple(Figure(each.libelle, each.part, True) for each in card.familles if each.part is not None)
        return ModelTold(TITLES[ranked], TRANSPARENT, None, weights, note or (None if weights else card.modele.nature))
    facts = _facts(data_dir / champions.ROOT / ranked.value / str(serving.generation))
    return _with_facts(TITLES[ranked], f"Modèle appris, version {serving.model.rpartition('/')[2]}", facts, note)


def _forecast(data_dir: Path) -> ModelTold:
    try:
        return _with_facts(_NAMES[Kind.HIRING], OWN_MODEL, _facts(load_current(data_dir / hiring.ROOT).path))
    except ArtifactError:  # none of the deployment's own
        note = "Appris d'embauches simulées, en attendant celles du territoire."
        return _with_facts(_NAMES[Kind.HIRING], SHIPPED_MODEL, _facts(hiring.FOLDER), note)


def _facts(folder: Path) -> Facts | None:
    try:
        return Facts.read((folder / FOLDER / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _with_facts(title: str, model: str, facts: Facts | None, note: str | None = None) -> ModelTold:
    """What documents tell; figures without a French name are left to them."""
    if facts is None:
        missing = "Sans les documents de son apprentissage, rien n'est connu de ce qu'il vaut."
        return ModelTold(title, model, None, (), note or missing)
    figures = tuple(
        Figure(label[0].upper() + label[1:], facts.figures[name], name in SHARES)
        for name, label in FIGURES.items()
        if name in facts.figures
    )
    return ModelTold(title, model, dt.date.fromisoformat(facts.trained_on), figures, note)
