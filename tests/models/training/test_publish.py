"""Weights fitted on a few names, and the folder that a training leaves. Needs torch."""

import json
import random
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from features.rome.referential import Rome
from models.encoder import Encoder
from models.evidence import EvidenceIndex
from models.published import CARD, MANIFEST, TextModels, esco_names, load_encoder, verify
from models.tagger import Tagger, Weighing
from models.training.holdout import appellations_of_tenth
from models.training.open_names import OpenNames
from models.training.pairs import Holdout
from tests.models.made import bakery, random_encoder
from tests.models.training.made import nomenclatures

pytest.importorskip("torch")
pytest.importorskip("sentence_transformers")

from models.training import publish, weighing
from models.training.weighing import Judged, Question

FIGURES = {f"held_out{kind}_at_{depth}": 0.5 for kind in ("", "_typos") for depth in (1, 5)}


@pytest.fixture(scope="module")
def index(encoder: Encoder, rome: Rome) -> EvidenceIndex:
    return EvidenceIndex(encoder, rome, np.zeros(rome.n_occupations, np.float32))


@pytest.fixture(scope="module")
def asked(rome: Rome) -> list[Question]:
    return [Question(rome.appellation_labels[row], "", int(rome.appellation_occupation[row])) for row in range(60)]


@pytest.fixture(scope="module")
def fitted(index: EvidenceIndex, rome: Rome, asked: list[Question]) -> Weighing:
    return weighing.fit(index, rome, asked, {"A1101": 1.0}, "v1", seed=0)


def test_the_same_questions_and_seed_give_the_same_weights(
    index: EvidenceIndex, rome: Rome, asked: list[Question], fitted: Weighing
) -> None:
    again = weighing.fit(index, rome, asked, {"A1101": 1.0}, "v1", seed=0)
    for field in fields(Weighing):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(fitted, field.name))


def test_what_was_asked_is_answered(encoder: Encoder, rome: Rome, asked: list[Question], fitted: Weighing) -> None:
    found = Tagger.of(encoder, rome, fitted).tag([question.text for question in asked], k=1)
    assert np.mean([one[0].occupation == question.fiche for one, question in zip(found, asked, strict=True)]) > 0.9


def test_questions_without_their_fiche_teach_nothing(index: EvidenceIndex, rome: Rome) -> None:
    with pytest.raises(ValueError, match="none of 1 questions"):
        weighing.fit(index, rome, [Question("", "", 0)], {}, "v", seed=0)


def test_settings_are_chosen_on_judged_titles_and_weights_stay(
    index: EvidenceIndex, rome: Rome, asked: list[Question], fitted: Weighing
) -> None:
    judged = []
    for place, question in enumerate(asked):
        alone, described = (index.of(question.text, context) for context in ("", "Travail en équipe"))
        assert alone is not None
        assert described is not None
        judged.append(Judged(alone, described, "Z9999" if place % 5 == 0 else rome.parents[question.fiche]))
    found = weighing.settled(fitted, judged, rome)
    assert found.trust in weighing.TRUSTS
    assert found.title_odds != fitted.title_odds
    np.testing.assert_array_equal(found.hidden, fitted.hidden)


def test_questions_are_what_is_held_out_and_the_same_for_the_same_seed(tmp_path: Path) -> None:
    rome = bakery([("Fournier / Fournière", "A1101"), ("Soudeur TIG", "A1102")])
    names = OpenNames(nomenclatures(tmp_path))
    spoken = [("A1101", "gars du pain"), ("Z9999", "inconnu")]
    one, same, other = (
        weighing.questions(rome, spoken, names, Holdout(frozenset({0}), 1), random.Random(seed)) for seed in (0, 0, 1)
    )
    assert one == same != other
    clean = [question.text for question in one[:: weighing.COPIES + 1]]
    assert clean[0] in {"Fournier", "Fournière", "Fournier / Fournière"}
    assert clean[1:] == ["gars du pain", "ouvrier ESCO"]
    assert any(question.context for question in one)


def test_a_folder_that_is_written_verifies_and_tags(rome: Rome, fitted: Weighing, tmp_path: Path) -> None:
    encoder, held_out = random_encoder(), random_encoder(1)
    trained = publish.Trained(encoder, fitted, held_out, (("A1101", "faneur"), ("Z9999", "inconnu")), FIGURES, 0)
    files = publish.write(trained, tmp_path / "model", {"rome": "60", "seed": 0, "epochs": 1, "data": "abc"})
    folder = tmp_path / "model"
    verify(folder)
    verify(folder / publish.HELD_OUT_FOLDER)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["files"] == files
    assert {MANIFEST, CARD}.isdisjoint(files)
    assert "0.500" in (folder / CARD).read_text(encoding="utf-8")
    models = TextModels.load(folder)
    assert models.weighing.version == fitted.version
    assert {("A1101", "faneur"), ("Z9999", "inconnu")} <= set(models.names)
    assert models.encoder is models.tagging_encoder
    assert models.encoder.fingerprint == encoder.fingerprint
    assert load_encoder(folder / publish.HELD_OUT_FOLDER).fingerprint == held_out.fingerprint
    assert esco_names(folder) == [("A1101", "faneur"), ("Z9999", "inconnu")]
    expected = Tagger.of(encoder, rome, fitted, [("A1101", "faneur")])
    assert expected.tag(["boulanger"])[0]
    assert models.tagger(rome).version == expected.version


@pytest.mark.open_data
def test_the_hash_of_the_data_follows_all_that_decides_what_is_learned(open_data: Path, rome: Rome) -> None:
    given = publish.data_hash(rome, open_data, 0, 1)
    assert publish.data_hash(rome, open_data, 0, 1) == given
    assert len({given, publish.data_hash(rome, open_data, 1, 1), publish.data_hash(rome, open_data, 0, 2)}) == 3


def test_a_tenth_of_the_sample_is_held_out_for_each_use(rome: Rome) -> None:
    holdout = publish._holdout(rome)
    assert holdout.appellations == appellations_of_tenth(rome, 0) | appellations_of_tenth(rome, 1)
    assert holdout.one_in == publish.HELD_OUT_NAMES
