"""Making and writing the published models, from the open data to a folder with its manifest and model card."""

import csv
import gzip
import json
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from features.rome.referential import Rome
from features.rome.spoken import spoken_names
from models.documents import write_documents
from models.documents.of import encoder_facts
from models.encoder import Encoder
from models.evidence import FEATURES, EvidenceIndex
from models.published import CARD, ESCO_NAMES, MANIFEST
from models.tagger import Tagger, Weighing
from models.training import contrastive, weighing
from models.training.card import model_card
from models.training.code_version import code_version
from models.training.figures import held_out_figures
from models.training.holdout import FIGURES, WEIGHING, appellations_of_tenth, in_calibration_half
from models.training.open_names import SOURCES, OpenNames
from models.training.pairs import Holdout, OwnOffer, Pair, noised_copies, training_pairs

EPOCHS = 3
HELD_OUT_NAMES = 10
"""One everyday name and one ESCO occupation in so many are kept for fitting the tagger's network."""
HELD_OUT_FOLDER = "held_out"
OFFERS = "offres/offres.csv.gz"

Log = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Trained:
    """What one training gives."""

    encoder: Encoder
    weighing: Weighing
    held_out: Encoder
    """Trained without the appellations of two tenths: the figures are asked of it."""
    esco_names: tuple[tuple[str, str], ...]
    figures: Mapping[str, float]
    seed: int


def train(
    rome: Rome,
    open_data: Path,
    *,
    seed: int = 0,
    epochs: int = EPOCHS,
    own_offers: Sequence[OwnOffer] = (),
    log: Log = print,
) -> Trained:
    """Train both encoders and the tagger's weights. Raises FileNotFoundError that names what `open_data` lacks.

    `own_offers` are a deployment's: the published models are trained without.
    """
    names = OpenNames(open_data)
    spoken = spoken_names()
    asked_of = appellations_of_tenth(rome, WEIGHING)
    holdout = _holdout(rome)
    log("Held-out encoder: names, adverts and nomenclatures, two tenths of the appellations kept apart")
    held_out = train_held_out(rome, open_data, seed=seed, epochs=epochs, own_offers=own_offers)
    log("Weights of the tagger, on one of the tenths")
    demand = _demand(names)
    version = data_hash(rome, open_data, seed, epochs, own_offers)[:8]
    others = [pair for pair in spoken if not holdout.hides(pair[1])]
    hidden_codes = frozenset(rome.appellation_codes[row] for row in holdout.appellations)
    others += [(code, label) for uri, code, label in names.esco_names(hidden_codes) if not holdout.hides(uri)]
    blank = Weighing.blank(demand, version)
    index = EvidenceIndex(held_out, rome, blank.demand_of(rome), others, holdout.appellations)
    draw = random.Random(seed)
    asked = weighing.questions(rome, spoken, names, replace(holdout, appellations=asked_of), draw)
    asked += weighing.shown_questions(rome, spoken, names, holdout, draw)
    fitted = weighing.fit(index, rome, asked, demand, version, seed)
    log("Encoder that ships: everything learned")
    pairs = _pairs(rome, names, Holdout(), seed, epochs, own_offers)
    encoder = contrastive.train(pairs, seed)
    esco = tuple(sorted({(code, label) for _, code, label in names.esco_names()}))
    log("Settings of the tagger, then figures")
    tagger = Tagger.of(encoder, rome, fitted, [*spoken, *esco])
    judged = _judged(tagger, open_data / OFFERS)
    weights = weighing.settled(fitted, judged, rome) if judged else fitted
    figures = {
        "pairs": len(pairs),
        "questions": len(asked),
        "offers_for_settings": len(judged),
        **held_out_figures(held_out, weights, rome, names, seed),
    }
    return Trained(encoder, weights, held_out, esco, figures, seed)


def train_held_out(
    rome: Rome, open_data: Path, *, seed: int = 0, epochs: int = EPOCHS, own_offers: Sequence[OwnOffer] = ()
) -> Encoder:
    """An encoder that has seen neither the appellations that figures are asked of, nor those that weights are."""
    return contrastive.train(_pairs(rome, OpenNames(open_data), _holdout(rome), seed, epochs, own_offers), seed)


def _holdout(rome: Rome) -> Holdout:
    kept_apart = appellations_of_tenth(rome, FIGURES) | appellations_of_tenth(rome, WEIGHING)
    return Holdout(kept_apart, HELD_OUT_NAMES)


def write(trained: Trained, folder: Path, parameters: Mapping[str, object]) -> dict[str, str]:
    """Write the models, card, manifest and documents into `folder`; returns the sha256 of each file of the models.

    The held-out encoder goes into `folder/held_out`, for `benchmarks/text_quality.py`; it is not for serving.
    """
    folder.mkdir(parents=True, exist_ok=True)
    trained.encoder.save(folder)
    trained.weighing.save(folder)
    with (folder / ESCO_NAMES).open("wb") as raw, gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as packed:
        packed.write("".join(f"{code}\t{label}\n" for code, label in trained.esco_names).encode())
    shape = {
        "buckets": trained.encoder.hashing.n_buckets,
        "dim": trained.encoder.dim,
        "units": len(trained.encoder.layer.inner_bias),
        "features": FEATURES,
        "hidden": len(trained.weighing.hidden_bias),
    }
    (folder / CARD).write_text(model_card(trained.figures, parameters, shape), encoding="utf-8")
    files = _manifest(folder, trained, parameters)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    write_documents(folder, encoder_facts(folder, manifest, code_version()))
    held_out = folder / HELD_OUT_FOLDER
    held_out.mkdir(exist_ok=True)
    trained.held_out.save(held_out)
    _manifest(held_out, trained, parameters)
    return files


def data_hash(rome: Rome, open_data: Path, seed: int, epochs: int, own_offers: Sequence[OwnOffer] = ()) -> str:
    """sha256 of all that decides what is learned."""
    files = {name: sha256((open_data / name).read_bytes()).hexdigest() for name in sorted(SOURCES)}
    archive = sorted((open_data / "rome").glob("*.csv*"))
    files |= {f"rome/{path.name}": sha256(path.read_bytes()).hexdigest() for path in archive}
    return sha256(json.dumps([rome.version, files, spoken_names(), seed, epochs, own_offers]).encode()).hexdigest()


def _pairs(
    rome: Rome, names: OpenNames, holdout: Holdout, seed: int, epochs: int, own_offers: Sequence[OwnOffer]
) -> list[Pair]:
    """The pairs of every epoch, drawn and noised anew each time, in the order that they are learned in."""
    pairs: list[Pair] = []
    for epoch in range(epochs):
        draw = random.Random(seed * 1000 + epoch)
        clean = training_pairs(rome, spoken_names(), names, holdout, draw, own_offers)
        copies = list(noised_copies(clean, names.places(), draw))
        draw.shuffle(copies)
        pairs += copies
    return pairs


def _demand(names: OpenNames) -> dict[str, float]:
    """Log of recruitment projects by v3 code, centred and brought to about one."""
    logs = {code: math.log(projects) for code, projects in names.recruitment().items() if projects > 0}
    centre = sum(logs.values()) / max(len(logs), 1)
    return {code: (value - centre) / 3 for code, value in sorted(logs.items())}


def _judged(tagger: Tagger, offers: Path) -> list[weighing.Judged]:
    """Half of the real offers that have a text and a code, where they are at hand; the other half is for figures.

    Six settings are chosen on them and nothing is learned of their texts.
    """
    if not offers.is_file():
        return []
    judged = []
    with gzip.open(offers, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if in_calibration_half(row):
                alone, described = (tagger.evidence.of(row["intitule"], text) for text in ("", row["description"]))
                if alone is not None and described is not None:
                    judged.append(weighing.Judged(alone, described, row["code_rome_parent"]))
    return judged


def _manifest(folder: Path, trained: Trained, parameters: Mapping[str, object]) -> dict[str, str]:
    files = {
        path.name: sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name not in (MANIFEST, CARD)
    }
    manifest = {
        "trained_on": f"{datetime.now(UTC):%Y-%m-%d}",
        "parameters": dict(parameters),
        "tagger": trained.weighing.version,
        "figures": dict(trained.figures),
        "files": files,
        "licences": dict(sorted(SOURCES.items())),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return files
