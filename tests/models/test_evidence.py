"""What speaks for each fiche: candidates, and one row of numbers a fiche."""

import numpy as np
import pytest

from features.rome.referential import Rome
from models.encoder import Encoder
from models.evidence import ABSOLUTE, CONTEXT_COLUMNS, FEATURES, OF_CONTEXT, RELATIVE, EvidenceIndex
from tests.models.made import Spelled, bakery

EXACT = ABSOLUTE.index("exact")
LINEAR = [ABSOLUTE.index("mean_name"), ABSOLUTE.index("work")]


@pytest.fixture(scope="module")
def index(encoder: Encoder, rome: Rome) -> EvidenceIndex:
    return EvidenceIndex(encoder, rome, np.zeros(rome.n_occupations, np.float32))


@pytest.mark.parametrize("text", ["", " ", "!!", "😀", "\x00"])
def test_a_text_without_a_word_has_none(index: EvidenceIndex, text: str) -> None:
    assert index.of(text) is None
    assert index.of(text, "Vous faites le pain") is None


def test_candidates_are_rows_in_order_each_with_an_appellation_of_its_own(index: EvidenceIndex, rome: Rome) -> None:
    found = index.of("boulanger")
    assert found is not None
    assert (np.diff(found.fiches) > 0).all()
    assert found.features.shape == (len(found.fiches), FEATURES)
    assert np.isfinite(found.features).all()
    np.testing.assert_array_equal(rome.appellation_occupation[found.appellations], found.fiches)
    assert rome.row_of("D1102") in found.fiches
    assert not found.in_context


def test_meaning_by_hand() -> None:
    """The baker's names are (1, 0) and (0, 1), their mean at 45°; the welder's only name is (-1, 0)."""
    hand = Spelled(
        {"Fournier": (1, 0), "Boulanger": (0, 1), "Soudeur": (-1, 0), "Fait le pain": (0, 1), "Pétrir": (0, 1)}
        | {"Vendre": (0, 1), "mitron": (0.6, 0.8)}
    )
    found = EvidenceIndex(hand, bakery(), np.array([2, 5])).of("mitron")
    assert found is not None
    columns = {name: found.features[:, place].tolist() for place, name in enumerate(ABSOLUTE)}
    assert found.fiches.tolist() == [0, 1]
    assert columns["mean_name"] == pytest.approx([1.4 / 2**0.5, -0.6])
    assert columns["best_name"] == pytest.approx([0.8, -0.6])
    assert columns["work"] == pytest.approx([0.8, 0])
    assert columns["popular_names"] == pytest.approx([(0.6**4 + 0.8**4) / 2, 0])
    assert columns["demand"] == [2, 5]
    assert columns["best_words"] == columns["recall"] == columns["exact"] == [0, 0]


def test_relative_columns_are_distances_to_the_best(index: EvidenceIndex) -> None:
    found = index.of("aide soignante", "Soins aux résidents")
    assert found is not None
    last = len(ABSOLUTE)
    compared = found.features[:, [*range(RELATIVE), *range(last - OF_CONTEXT, last)]]
    relative = found.features[:, last : last + RELATIVE + OF_CONTEXT]
    np.testing.assert_allclose(relative, compared - compared.max(axis=0), atol=1e-6)


def test_a_name_worded_like_the_text_is_exact(index: EvidenceIndex, rome: Rome) -> None:
    found = index.of("Fleuristes")
    assert found is not None
    exact = dict(zip(found.fiches.tolist(), found.features[:, EXACT].tolist(), strict=True))
    assert exact[rome.row_of("D1209")] == pytest.approx(1)
    assert max(value for fiche, value in exact.items() if fiche != rome.row_of("D1209")) == 0


def test_a_title_in_two_genders_is_the_mean_of_both(index: EvidenceIndex, encoder: Encoder) -> None:
    both, one, other = (index.of(text) for text in ("Boulanger / Boulangère", "Boulanger", "Boulangère"))
    assert both is not None
    assert one is not None
    assert other is not None
    length = np.linalg.norm(encoder.encode(["Boulanger", "Boulangère"]).sum(axis=0))
    shared = np.intersect1d(np.intersect1d(one.fiches, other.fiches), both.fiches)
    at = [np.searchsorted(found.fiches, shared) for found in (both, one, other)]
    expected = (one.features[at[1]] + other.features[at[2]])[:, LINEAR] / length
    np.testing.assert_allclose(both.features[at[0]][:, LINEAR], expected, atol=1e-6)


def test_gender_marks_say_nothing(index: EvidenceIndex) -> None:
    plain, marked = index.of("Boulanger"), index.of("Boulanger (H/F)")
    assert plain is not None
    assert marked is not None
    np.testing.assert_array_equal(plain.features, marked.features)


def test_a_context_speaks_in_its_own_columns(index: EvidenceIndex) -> None:
    found = index.of("boulanger", "Vous faites le pain et les viennoiseries")
    assert found is not None
    assert found.in_context
    assert found.features[:, CONTEXT_COLUMNS].any()
    before = found.features.copy()
    alone = found.of_title_alone()
    assert not alone[:, CONTEXT_COLUMNS].any()
    others = [column for column in range(FEATURES) if column not in CONTEXT_COLUMNS]
    np.testing.assert_array_equal(alone[:, others], before[:, others])
    np.testing.assert_array_equal(found.features, before)


@pytest.mark.parametrize("context", ["", "!!", "😀"])
def test_a_context_without_a_word_is_none(index: EvidenceIndex, context: str) -> None:
    found = index.of("boulanger", context)
    assert found is not None
    assert not found.in_context
    assert not found.features[:, CONTEXT_COLUMNS].any()


def test_of_names_that_fit_alike_the_first_is_the_best(index: EvidenceIndex) -> None:
    """Against the order of all names by fit."""
    fiches = np.flatnonzero(index._sizes)[:40]
    names, offsets = index._names_of(fiches)
    fit = np.random.default_rng(3).integers(0, 3, len(names)).astype(np.float32)
    groups = np.repeat(np.arange(len(fiches)), index._sizes[fiches])
    expected = index._appellations[names[np.lexsort((-fit, groups))[offsets]]]
    np.testing.assert_array_equal(index._best_appellations(names, offsets, fit), expected)


def test_no_context_says_nothing(index: EvidenceIndex) -> None:
    assert not any(column.any() for column in index._context(""))
