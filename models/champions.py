"""The ranker in force of each list, as the service reads it: a published folder, with a model or without.

    <data_dir>/rankers/<list>/CURRENT        the generation in force (features/artifacts.py)
    <data_dir>/rankers/<list>/<id>/ranker.json    what it is: `Card`
    <data_dir>/rankers/<list>/<id>/trees.npz      the model, and tastes.npz where it has some (models/ranking/model.py);
                                                  neither when the transparent ranker is put back in force
    <data_dir>/rankers/<list>/<id>/documents/     what goes with it (models/documents)

The folder is the only truth of what answers: the registry (`models/training/registry.py`) follows it. Everything that
matters is in files whose sha256 is checked before they are read; trees are plain arrays that are validated one by one,
so that nothing is left to parse that could end the process.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

from features.artifacts import current_id, load_current, publishing
from models.documents.facts import FOLDER
from models.encoder import ModelUnusable
from models.ranked import Ranked
from models.ranking.model import RankingModel

ROOT: Final = "rankers"
CARD: Final = "ranker.json"
TRANSPARENT: Final = "transparent"
"""What the ranker that learns nothing is called."""
_REMEDY: Final = "promote it again, or roll back"


@dataclass(frozen=True)
class Card:
    """What a published ranker is, and which came before."""

    ranked: Ranked
    version: str | None
    """Of the registry; None: the transparent ranker."""
    previous: str | None
    """Version that was in force before."""
    published_at: str
    run: str | None = None
    """The MLflow run that trained it."""
    forced: str | None = None
    """Why it was put in force though the gate was closed."""

    @property
    def model(self) -> str:
        """`vivier-offres/3`, or `transparent`."""
        return model_name(self.ranked, self.version)

    def as_json(self) -> str:
        return json.dumps({**asdict(self), "ranked": self.ranked.value}, ensure_ascii=False, indent=1)

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError, KeyError or TypeError for anything else than what `as_json` wrote."""
        given = json.loads(text)
        return cls(**{**given, "ranked": Ranked(given["ranked"])})


@dataclass(frozen=True, eq=False)
class Champion:
    """A published ranker, checked and whole."""

    card: Card
    learned: RankingModel | None
    """None: the transparent ranker."""
    generation: str
    fallback_from: str | None
    """A newer generation that was refused, when this one stands in for it."""


def model_name(ranked: Ranked, version: str | None) -> str:
    """What an answer calls the ranker that made it."""
    return TRANSPARENT if version is None else f"{ranked.registered_name}/{version}"


def in_force(data_dir: Path, ranked: Ranked) -> str | None:
    """The generation that is to serve, unchecked; None when nothing was ever published."""
    return current_id(_root(data_dir, ranked))


def publish(
    data_dir: Path, card: Card, learned: RankingModel | None, documents: Mapping[str, bytes] = MappingProxyType({})
) -> None:
    """Put a ranker in force, whole or not at all, the `documents` of its training beside it; services that run take it
    up by themselves.

    Raises ValueError for a model without a version or the reverse, ModelUnusable for one that services would refuse.
    """
    if (learned is None) != (card.version is None):
        raise ValueError(f"{card.model} is published {'without' if learned is None else 'with'} a model")
    _check_features(card, learned)
    with publishing(_root(data_dir, card.ranked), {"model": card.model}) as folder:
        (folder / CARD).write_text(card.as_json(), encoding="utf-8")
        if learned is not None:
            learned.save(folder)
        for name, content in documents.items():
            (folder / FOLDER).mkdir(exist_ok=True)
            (folder / FOLDER / name).write_bytes(content)


def load(data_dir: Path, ranked: Ranked) -> Champion:
    """The ranker in force if it is whole, else the whole one before it.

    Raises ArtifactError when nothing whole is published, ModelUnusable for one that is whole and does not fit: of
    another list, or reading a feature that is not served.
    """
    found = load_current(_root(data_dir, ranked))
    try:
        card = Card.read((found.path / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnusable(f"{found.path / CARD} cannot be read ({error}): {_REMEDY}") from error
    if card.ranked is not ranked:
        raise ModelUnusable(f"{found.path} ranks {card.ranked.value}, not {ranked.value}: {_REMEDY}")
    learned = None if card.version is None else RankingModel.load(found.path)
    _check_features(card, learned)
    return Champion(card, learned, found.id, found.fallback_from)


def _check_features(card: Card, learned: RankingModel | None) -> None:
    """Raises ModelUnusable for a feature that is not served; fewer, or in another order, are welcome."""
    served = card.ranked.features
    unknown = sorted(set(learned.trees.names) - set(served)) if learned is not None else []
    if unknown:
        raise ModelUnusable(
            f"{card.model} reads {', '.join(unknown)}, which this version does not serve (it serves "
            f"{', '.join(served)}): train it again, or roll back"
        )


def _root(data_dir: Path, ranked: Ranked) -> Path:
    return data_dir / ROOT / ranked.value
