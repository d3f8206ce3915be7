"""The model card that is published beside a model."""

from collections.abc import Mapping

from models.training.open_names import SOURCES

_CARD = """# Encoder and tagger of French job text

Trained by `vivier train encoder` on ROME {rome}, seed {seed}, {epochs} epochs; hash of the data {data}.

## What it is

An encoder of {buckets:,} hashed n-grams (words, and their character 3- to 5-grams), {dim} dimensions in int8 with one
scale a row, summed over the distinct words of a text, then a layer of {units} rectified units; and a tagger: {features}
kinds of evidence for each likely fiche, weighed by a network of {hidden} units, brought to probabilities. numpy reads
both.

Files: `tokenizer.json` (how words become rows), `vectors.npy`, `layer.npz`, `tagger.npz`, `esco_names.tsv.gz` (ESCO's
French labels by ROME code), `manifest.json` (sha256 of each file, hash of the data).

## Data

{sources}
- everyday names of occupations written for this project (`features/rome/spoken_names.tsv`), Apache-2.0
- ROME {rome} (France Travail), Licence Ouverte

This service uses the ESCO classification of the European Commission. Real offers, whose texts state no licence, were
not learned from: six settings (what a whole name adds, the trust in a description, two slopes and two shifts of the
probabilities) were chosen on half of them.{own}

## Figures

Of appellations that the encoder and the index had not seen (one in ten), the fiche:

| | first | among five |
|---|---|---|
| as ROME writes them | {held_out_at_1:.3f} | {held_out_at_5:.3f} |
| with a slip of the finger | {held_out_typos_at_1:.3f} | {held_out_typos_at_5:.3f} |

`python -m benchmarks.text_quality` gives all of them, with baselines and confidence intervals.

## Limits

French only. A probability is that of the ROME v3 family being right, as France Travail codes its own offers, whose
codes are themselves often debatable. Titles that name no work ("agent polyvalent", "chef d'équipe") need the
description. The words of a text count whatever their order and number: "chef de projet" and "projet de chef" are alike,
and a negation is not seen. Job names that neither ROME, ESCO nor the table of everyday names has are read by their
parts.
"""


def model_card(figures: Mapping[str, float], parameters: Mapping[str, object], shape: Mapping[str, int]) -> str:
    """The card, in Markdown. `parameters` are those of the run; `shape` the sizes of the models."""
    licences = sorted(set(SOURCES.values()))
    own = " A deployment's own coded offers were." if parameters.get("own_offers") else ""
    return _CARD.format(
        sources="\n".join(f"- {licence}" for licence in licences), own=own, **parameters, **figures, **shape
    )
