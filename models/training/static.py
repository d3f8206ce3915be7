"""`HashedWords`: the encoder as a sentence-transformers module, to be trained by its trainer."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from sentence_transformers.sentence_transformer.modules import InputModule
from torch import nn
from torch.nn import functional

from models.encoder import Encoder, Layer
from models.words import Hashing, distinct_words

FIRST_SPREAD = 0.1
"""Standard deviation of the first vectors."""


class HashedWords(InputModule):
    """A text's hashed n-grams, summed and composed, as `models.encoder.Encoder` reads them."""

    modalities: list[str] = ["text"]  # noqa: RUF012 - as sentence-transformers declares it

    def __init__(self, hashing: Hashing, dim: int, units: int) -> None:
        super().__init__()
        self.hashing = hashing
        self.embedding = nn.EmbeddingBag(hashing.n_buckets, dim, mode="sum")
        nn.init.normal_(self.embedding.weight, std=FIRST_SPREAD)
        self.inner = nn.Linear(dim, units)
        self.outer = nn.Linear(units, dim)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)
        self._buckets: dict[str, NDArray[np.int64]] = {}

    def preprocess(self, inputs: Sequence[str], prompt: str | None = None, **_: Any) -> dict[str, torch.Tensor]:
        """Buckets of the texts one after the other, and where each text begins. Raises ValueError for a prompt."""
        if prompt:
            raise ValueError(f"hashed words take no prompt, got {prompt!r}")
        texts = [[self._word(word) for word in distinct_words(text)] for text in inputs]
        lengths = [sum(len(word) for word in text) for text in texts]
        buckets = [word for text in texts for word in text] or [np.empty(0, dtype=np.int64)]
        return {
            "input_ids": torch.from_numpy(np.concatenate(buckets)),
            "offsets": torch.from_numpy(np.cumsum([0, *lengths])[:-1].astype(np.int64)),
        }

    def forward(self, features: dict[str, torch.Tensor], **_: Any) -> dict[str, torch.Tensor]:
        words = functional.normalize(self.embedding(features["input_ids"], features["offsets"]), dim=1)
        features["sentence_embedding"] = words + self.outer(torch.relu(self.inner(words)))
        return features

    def get_embedding_dimension(self) -> int:
        return int(self.embedding.embedding_dim)

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        folder = Path(output_path)
        save_file(self.state_dict(), folder / "model.safetensors")
        config = {
            **self.hashing.as_json(), "dim": self.get_embedding_dimension(), "units": int(self.inner.out_features)
        }  # fmt: skip
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")

    @classmethod
    def load(cls, model_name_or_path: str, *_: Any, **__: Any) -> Self:
        folder = Path(model_name_or_path)
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        module = cls(dim=config.pop("dim"), units=config.pop("units"), hashing=Hashing(**config))
        module.load_state_dict(load_file(folder / "model.safetensors"))
        return module

    def encoder(self) -> Encoder:
        """What was learned, as the service reads it."""
        layer = Layer(*map(_numbers, (self.inner.weight, self.inner.bias, self.outer.weight, self.outer.bias)))
        return Encoder.of(_numbers(self.embedding.weight), self.hashing, layer)

    def _word(self, word: str) -> NDArray[np.int64]:
        buckets = self._buckets.get(word)
        if buckets is None:
            buckets = self._buckets[word] = self.hashing.buckets(word)
        return buckets


def _numbers(tensor: torch.Tensor) -> NDArray[np.float32]:
    numbers: NDArray[np.float32] = tensor.detach().cpu().numpy()
    return numbers
