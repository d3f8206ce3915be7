"""Titles to fiches, with the models that ship over the sample referential."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.rome.gender import forms
from features.rome.referential import Rome
from models.evidence import FEATURES, Evidence
from models.published import published_models
from models.tagger import THRESHOLD, WEIGHTS, Prediction, Tagger, Weighing


@pytest.fixture(scope="module")
def weighing(tagger: Tagger) -> Weighing:
    return tagger.weighing


def evidence(tagger: Tagger, text: str, context: str = "") -> Evidence:
    found = tagger.evidence.of(text, context)
    assert found is not None
    return found


def codes(rome: Rome, predictions: list[Prediction]) -> list[str]:
    return [rome.codes[prediction.occupation] for prediction in predictions]


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("nounou", "K1303"),
        ("aide soignante de nuit", "J1501"),
        ("chauffeur PL", "N4101"),
        ("dev web", "M1855"),
        ("URGENT boulanger F/H - Guéret", "D1102"),
        ("caissière", "D1505"),
        ("infirmeir", "J1506"),
        ("maçonne", "F1703"),
        ("kiné", "J1404"),
    ],
)
def test_everyday_names_are_known(tagger: Tagger, rome: Rome, title: str, code: str) -> None:
    best = tagger.tag([title])[0][0]
    assert rome.codes[best.occupation] == code
    assert best.score >= THRESHOLD


def test_every_label_is_read_as_its_family(tagger: Tagger, rome: Rome) -> None:
    firsts = [found[0].occupation for found in tagger.tag(rome.labels, k=1)]
    right = [rome.parents[first] == rome.parents[row] for row, first in enumerate(firsts)]
    assert np.mean(right) > 0.97


@given(st.text(max_size=80), st.sampled_from(["", "Commerce de détail", "😀"]), st.integers(0, 130))
@settings(max_examples=60)
def test_predictions_are_at_most_k_and_their_scores_never_rise(
    tagger: Tagger, title: str, context: str, k: int
) -> None:
    predictions = tagger.tag([title], [context], k=k)[0]
    scores = [prediction.score for prediction in predictions]
    assert len(predictions) <= k
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len({prediction.occupation for prediction in predictions}) == len(predictions)


def test_fewer_asked_are_the_first_of_more(tagger: Tagger) -> None:
    many = tagger.tag(["vendeuse"], k=20)[0]
    for k in range(5):
        assert tagger.tag(["vendeuse"], k=k)[0] == many[:k]


def test_an_appellation_is_one_of_the_fiche_and_fits_the_text(tagger: Tagger, rome: Rome) -> None:
    for predictions in tagger.tag(["soudeuse TIG", "chauffeur poids lourd", "prof de lycée"]):
        for prediction in predictions:
            assert rome.appellation_occupation[prediction.appellation] == prediction.occupation
    best = tagger.tag(["aide soignante à domicile"])[0][0]
    assert rome.appellation_labels[best.appellation] == "Aide-soignant / Aide-soignante à domicile"


def test_the_same_text_gives_the_same_answer_alone_or_among_others(tagger: Tagger, rome: Rome) -> None:
    texts = [*rome.labels[:20], "nounou", "zzzz qqq", ""]
    together = tagger.tag(texts)
    assert tagger.tag(texts) == together
    assert [tagger.tag([text])[0] for text in texts] == together
    again = published_models().tagger(rome)
    assert again.tag(texts) == together
    assert again.version == tagger.version


@pytest.mark.parametrize("text", ["", "   ", "😀😀😀", "\x00\x01\x07", "!!! ???", "хлебопёк", "パン屋"])
def test_a_text_without_a_word_of_ours_has_no_prediction(tagger: Tagger, text: str) -> None:
    assert tagger.tag([text]) == [[]]
    assert tagger.tag([text], ["Vous faites le pain"]) == [[]]


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "zzzz qqq",
        "lorem ipsum dolor sit amet",
        "Wir suchen ab sofort Verstärkung",
        "xk" * 500_000,
        "1234567890",
    ],
)
def test_a_text_that_names_no_work_is_not_believed(tagger: Tagger, text: str) -> None:
    assert all(prediction.score < THRESHOLD for prediction in tagger.tag([text])[0])


def test_a_title_repeated_is_the_title(tagger: Tagger, rome: Rome) -> None:
    titles = sorted({forms(label)[0] for label in rome.labels})[::4]
    assert tagger.tag([" ".join([title] * 50) for title in titles]) == tagger.tag(titles)
    assert tagger.tag(["soudeur " * 1_000_000]) == tagger.tag(["soudeur"])


def test_a_title_in_two_genders_repeated_loses_one_rank_at_most(tagger: Tagger, rome: Rome) -> None:
    labels = rome.labels[::4]
    said, repeated = tagger.tag(labels, k=2), tagger.tag([" ".join([label] * 50) for label in labels], k=2)
    for once, many in zip(said, repeated, strict=True):
        assert once[0].occupation in [prediction.occupation for prediction in many]


def test_both_genders_of_a_title_find_the_same_fiche(tagger: Tagger, rome: Rome) -> None:
    masculine, feminine, both = tagger.tag(["Boulanger", "Boulangère", "Boulanger / Boulangère (H/F)"], k=1)
    assert codes(rome, masculine) == codes(rome, feminine) == codes(rome, both) == ["D1102"]


def test_a_context_tells_what_a_title_does_not(tagger: Tagger, weighing: Weighing, rome: Rome) -> None:
    bakery = "Boulangerie : pétrir, façonner et cuire le pain et les viennoiseries"
    garage = "Garage automobile : diagnostic, vidange, freins, réparation des véhicules"
    shares = []
    for context in (bakery, garage):
        found = evidence(tagger, "ouvrier qualifié", context)
        of_fiche = dict(zip(found.fiches.tolist(), weighing.weigh(found).tolist(), strict=True))
        shares.append([of_fiche.get(rome.row_of(code), 0.0) for code in ("D1102", "I1604")])
    (baker, no_mechanic), (no_baker, mechanic) = shares
    assert baker > 2 * no_baker
    assert mechanic > 2 * no_mechanic


@pytest.mark.parametrize("contexts", [[], [""], ["", "", ""]])
def test_contexts_of_another_number_are_refused(tagger: Tagger, contexts: list[str]) -> None:
    with pytest.raises(ValueError, match=f"2 texts with {len(contexts)} contexts"):
        tagger.tag(["boulanger", "soudeur"], contexts)


def test_nothing_asked_gives_nothing(tagger: Tagger) -> None:
    assert tagger.tag([]) == []


def test_without_trust_a_context_changes_nothing_for_the_same_candidates(tagger: Tagger, weighing: Weighing) -> None:
    found = evidence(tagger, "agent polyvalent", "Restauration collective : service et plonge")
    alone = Evidence(found.fiches, found.appellations, found.of_title_alone(), in_context=False)
    np.testing.assert_allclose(replace(weighing, trust=0.0).weigh(found), weighing.weigh(alone), rtol=1e-9)
    assert not np.allclose(weighing.weigh(found), weighing.weigh(alone))


def test_shares_are_probabilities(tagger: Tagger, weighing: Weighing) -> None:
    shares = weighing.weigh(evidence(tagger, "vendeuse", "prêt-à-porter"))
    assert shares.sum() == pytest.approx(1)
    assert (shares > 0).all()


def test_blank_weights_find_every_candidate_equally_likely(tagger: Tagger) -> None:
    found = evidence(tagger, "boulanger", "pain")
    np.testing.assert_allclose(Weighing.blank({}, "v").weigh(found), 1 / len(found.fiches))


def test_calibration_by_hand() -> None:
    """Odds of 3 are log 3: twice, plus log 2, makes odds of 18."""
    weighing = replace(Weighing.blank({}, "v"), title_odds=(2.0, float(np.log(2))), context_odds=(1.0, 0.0))
    assert weighing.calibrated(0.75, in_context=False) == pytest.approx(18 / 19)
    assert weighing.calibrated(0.75, in_context=True) == pytest.approx(0.75)
    for probability in (0.0, 1.0):
        assert 0 <= weighing.calibrated(probability, in_context=False) <= 1


def test_a_family_without_known_demand_has_the_lowest(rome: Rome) -> None:
    demand = Weighing.blank({"A1101": 0.5, "A1201": -2.0}, "v").demand_of(rome)
    assert demand[:3].tolist() == [0.5, -2, -2]
    assert not Weighing.blank({}, "v").demand_of(rome).any()


def test_weights_saved_are_loaded(weighing: Weighing, tmp_path: Path) -> None:
    weighing.save(tmp_path)
    loaded = Weighing.load(tmp_path)
    for field in fields(Weighing):
        np.testing.assert_array_equal(getattr(loaded, field.name), getattr(weighing, field.name))
    Weighing.blank({}, "nothing known").save(tmp_path)
    assert Weighing.load(tmp_path).demand == {}


def test_weights_of_other_evidence_are_refused(weighing: Weighing, tmp_path: Path) -> None:
    replace(weighing, mean=weighing.mean[1:]).save(tmp_path)
    with pytest.raises(ValueError, match=f"{WEIGHTS} weighs {FEATURES - 1} kinds of evidence, not {FEATURES}"):
        Weighing.load(tmp_path)


def test_the_version_names_models_and_referential(tagger: Tagger, rome: Rome) -> None:
    assert tagger.version == (
        f"tagger {tagger.weighing.version}, encoder {published_models().encoder.fingerprint}, ROME {rome.version}"
    )


def test_appellations_held_out_are_never_answered(rome: Rome) -> None:
    row = rome.appellation_labels.index("Aide-soignant / Aide-soignante à domicile")
    found = published_models().tagger(rome, frozenset({row})).tag(["aide soignante à domicile"], k=20)[0]
    assert rome.codes[found[0].occupation] == "J1501"
    assert row not in [prediction.appellation for prediction in found]
