"""Referentials, encoders and model folders written by hand."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.rome.parts import AppellationRow, OccupationRow, RomeParts, SkillKind, SkillLinkRow, SkillRow
from features.rome.referential import Rome
from models.encoder import Encoder, Layer
from models.published import MANIFEST

DIM, BUCKETS, UNITS = 16, 1024, 8


def random_encoder(seed: int = 0, dim: int = DIM, n_buckets: int = BUCKETS, units: int = UNITS) -> Encoder:
    """An encoder that learned nothing, whose layer does something all the same."""
    draw = np.random.default_rng(seed)
    shapes = ((units, dim), (units,), (dim, units), (dim,))
    layer = Layer(*(draw.normal(scale=0.3, size=shape).astype(np.float32) for shape in shapes))
    return Encoder.of(draw.normal(size=(n_buckets, dim)), layer=layer)


class Spelled:
    """Stands for an encoder: each known text has a vector written by hand."""

    dim = 2
    fingerprint = "by hand"

    def __init__(self, vectors: Mapping[str, tuple[float, float]]) -> None:
        self.vectors = vectors

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self.vectors[text] for text in texts], dtype=np.float32).reshape(-1, self.dim)


def bakery(
    appellations: Sequence[tuple[str, str]] = (("Fournier", "A1101"),), main: frozenset[str] = frozenset()
) -> Rome:
    """A baker and a welder, with (label, ROME code) appellations whose OGR codes are 1, 2, 3 …"""
    return Rome.from_parts(
        RomeParts(
            version="test",
            occupations=[
                OccupationRow("A1101", "Boulanger", "A1101", "Fait le pain"),
                OccupationRow("A1102", "Soudeur", "A1102"),
            ],
            appellations=[
                AppellationRow(str(number), label, label, code, main=label in main)
                for number, (label, code) in enumerate(appellations, start=1)
            ],
            skills=[SkillRow("10", "Pétrir", SkillKind.KNOW_HOW), SkillRow("11", "Vendre", SkillKind.KNOW_HOW)],
            skill_links=[SkillLinkRow("A1101", "10", core=True), SkillLinkRow("A1101", "11")],
        )
    )


def publish(encoder: Encoder, folder: Path) -> Path:
    """The encoder's files in `folder`, with a manifest of them."""
    folder.mkdir(parents=True, exist_ok=True)
    encoder.save(folder)
    return seal(folder)


def seal(folder: Path) -> Path:
    """`folder` with a manifest of the files that it has."""
    files = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.name != MANIFEST}
    (folder / MANIFEST).write_text(json.dumps({"files": files}), encoding="utf-8")
    return folder


def static_model(folder: Path, seed: int = 0) -> Path:
    """A small sentence-transformers model in `folder`. Asks for the `train` extra."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    words = ["?", "aide", "boulanger", "de", "nuit", "soignante", "soudeur"]
    tokenizer = Tokenizer(WordLevel({word: row for row, word in enumerate(words)}, unk_token="?"))
    tokenizer.pre_tokenizer = Whitespace()
    torch.manual_seed(seed)
    module = StaticEmbedding(tokenizer, embedding_dim=DIM)
    SentenceTransformer(modules=[module], device="cpu").save(str(folder), create_model_card=False)
    return folder
