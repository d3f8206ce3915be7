"""Training the encoder with sentence-transformers: in-batch negatives, several widths at once.

Multiple negatives ranking (Henderson et al., arXiv:1705.00652) in both directions, at the full width and half of it
(Matryoshka: Kusupati et al., NeurIPS 2022), so that an index may keep fewer dimensions. Positives of the same fiche,
or of the same words, are not taken for negatives.
"""

import os
import random
from collections.abc import Sequence
from tempfile import TemporaryDirectory

import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import MatryoshkaLoss
from torch import nn
from torch.nn import functional

from models.encoder import Encoder
from models.training.pairs import Pair
from models.training.static import HashedWords
from models.words import Hashing

BUCKETS = 98_304
DIM = 192
UNITS = 384
SCALE = 25.0
BATCH = 1024
LEARNING_RATE = 0.02
LAYER_RATE = 0.002
WARM_UP = 0.05


class MaskedRanking(nn.Module):
    """Each anchor finds its positive among the batch's, and each positive its anchor.

    `labels` are numbers of (fiche, positive) made by `train`: pairs that share either are not each other's negatives.
    """

    def __init__(self, model: SentenceTransformer, scale: float = SCALE) -> None:
        super().__init__()
        self.model = model
        self.scale = scale

    def forward(self, sentence_features: Sequence[dict[str, torch.Tensor]], labels: torch.Tensor) -> torch.Tensor:
        anchors, positives = (
            functional.normalize(self.model(features)["sentence_embedding"], dim=1) for features in sentence_features
        )
        fiches, texts = labels[:, 0], labels[:, 1]
        alike = ((fiches[:, None] == fiches[None]) & (fiches[:, None] >= 0)) | (texts[:, None] == texts[None])
        alike.fill_diagonal_(False)
        scores = (self.scale * anchors @ positives.T).masked_fill(alike, -1e4)
        right = torch.arange(len(scores))
        return (functional.cross_entropy(scores, right) + functional.cross_entropy(scores.T, right)) / 2


def train(pairs: Sequence[Pair], seed: int) -> Encoder:
    """An encoder that has seen every pair once, in this order; the same for the same pairs and seed on one machine."""
    torch.manual_seed(seed)
    random.seed(seed)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    words = HashedWords(Hashing(n_buckets=BUCKETS), DIM, UNITS)
    model = SentenceTransformer(modules=[words], device="cpu")
    numbers: dict[str, int] = {}
    data = Dataset.from_dict(
        {
            "anchor": [pair.anchor for pair in pairs],
            "positive": [pair.positive for pair in pairs],
            "label": [[pair.fiche, numbers.setdefault(pair.positive, len(numbers))] for pair in pairs],
        }
    )
    layer = [*words.inner.parameters(), *words.outer.parameters()]
    optimizer = torch.optim.Adam(
        [{"params": [words.embedding.weight], "lr": LEARNING_RATE}, {"params": layer, "lr": LAYER_RATE}],
        betas=(0.9, 0.99),
    )
    steps = len(pairs) // BATCH
    warm = max(1, int(WARM_UP * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / warm) * max(0.02, 1 - step / max(1, steps))
    )
    with TemporaryDirectory() as folder:
        arguments = SentenceTransformerTrainingArguments(
            output_dir=folder, num_train_epochs=1, per_device_train_batch_size=BATCH,
            dataloader_drop_last=len(pairs) >= BATCH,
            save_strategy="no", report_to=[], seed=seed, data_seed=seed, use_cpu=True, logging_strategy="no",
            disable_tqdm=True, max_grad_norm=1e9,
        )  # fmt: skip
        trainer = SentenceTransformerTrainer(
            model=model,
            args=arguments,
            train_dataset=data,
            loss=MatryoshkaLoss(model, MaskedRanking(model), [DIM, DIM // 2]),
            optimizers=(optimizer, schedule),
        )
        trainer.train()
    return words.encoder()
