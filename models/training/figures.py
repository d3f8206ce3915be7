"""What a training is worth, asked of what it has not seen: the figures that go with a model."""

import random

import numpy as np

from features.rome.gender import forms
from features.rome.referential import Rome
from features.rome.spoken import spoken_names
from models.encoder import Encoder
from models.tagger import Tagger, Weighing
from models.training.holdout import FIGURES, appellations_of_tenth
from models.training.noise import slipped
from models.training.open_names import OpenNames

DEEP = 50


def held_out_figures(
    held_out: Encoder, weighing: Weighing, rome: Rome, names: OpenNames, seed: int
) -> dict[str, float]:
    """Share of held-out appellations whose fiche comes first, or among five: as ROME writes them, and with a slip.

    `benchmarks/text_quality.py` has the whole report, baselines beside.
    """
    held = appellations_of_tenth(rome, FIGURES)
    hidden = frozenset(rome.appellation_codes[row] for row in held)
    others = [*spoken_names(), *((code, label) for _, code, label in names.esco_names(hidden))]
    tagger = Tagger.of(held_out, rome, weighing, others, held)
    draw = random.Random(seed)
    rows = sorted(held)
    labels = [rome.appellation_labels[row] for row in rows]
    right = rome.appellation_occupation[rows]
    figures = {}
    for name, texts in (("held_out", labels), ("held_out_typos", [slipped(forms(label)[0], draw) for label in labels])):
        ranks = [
            next((place for place, found in enumerate(predictions) if found.occupation == fiche), DEEP)
            for predictions, fiche in zip(tagger.tag(texts, k=DEEP), right.tolist(), strict=True)
        ]
        figures[f"{name}_at_1"] = round(float(np.mean(np.array(ranks) < 1)), 4)
        figures[f"{name}_at_5"] = round(float(np.mean(np.array(ranks) < 5)), 4)
    return figures
