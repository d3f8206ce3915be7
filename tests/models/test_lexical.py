"""Shared words, by hand on three names of two fiches.

Each of the three stems is in one fiche of two, so its idf is log(3 / 1.5) = log 2.
"""

import math

import numpy as np
import pytest

import models.lexical
from models.lexical import WordIndex
from models.stems import stems

LOG_2 = math.log(2)
NAMES = ("Boulanger", "Boulangère pâtissière", "Soudeur")
BAKER = 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / 2))
"""BM25 of "boulanger", twice among the three words of its fiche, where a fiche has two words on average."""


def index() -> WordIndex:
    return WordIndex.of(NAMES, np.array([0, 0, 1]), [[], []])


def test_a_known_word_counts_for_the_names_and_the_fiches_that_have_it() -> None:
    shared, fiches, total = index().overlap("Boulangers (H/F)")
    np.testing.assert_allclose(shared, [LOG_2, LOG_2, 0], rtol=1e-6)
    np.testing.assert_allclose(fiches, [LOG_2 * BAKER, 0], rtol=1e-6)
    assert total == pytest.approx(LOG_2)


def test_a_name_weighs_the_sum_of_its_words() -> None:
    np.testing.assert_allclose(index().name_weight, [LOG_2, 2 * LOG_2, LOG_2], rtol=1e-5)
    shared, _, total = index().overlap("pâtissier boulanger")
    np.testing.assert_allclose(shared, [LOG_2, 2 * LOG_2, 0], rtol=1e-6)
    assert total == pytest.approx(2 * LOG_2)


def test_a_spelling_fault_counts_in_part() -> None:
    """ "bolanger" has 8 trigrams, "boulanger" 9, six in common: a Dice coefficient of 12 / 17, squared."""
    shared, fiches, total = index().overlap("bolanger")
    np.testing.assert_allclose(shared, np.array([1, 1, 0]) * LOG_2 * (12 / 17) ** 2, rtol=1e-6)
    np.testing.assert_allclose(fiches, [LOG_2 * BAKER * (12 / 17) ** 2, 0], rtol=1e-6)
    assert total == pytest.approx(LOG_2)


@pytest.mark.parametrize("word", ["xylophage", "bo", "bou"])
def test_an_unknown_or_short_word_counts_for_none_and_weighs_half_of_the_rarest(word: str) -> None:
    shared, fiches, total = index().overlap(word)
    assert not shared.any()
    assert not fiches.any()
    assert total == pytest.approx(math.log(3 / 0.5) / 2)


@pytest.mark.parametrize("text", ["", "!!", "de la"])
def test_a_text_without_a_telling_word_shares_nothing(text: str) -> None:
    shared, fiches, total = index().overlap(text)
    assert not shared.any()
    assert not fiches.any()
    assert total > 0


def test_a_word_of_a_sentence_counts_for_its_fiche_and_no_name() -> None:
    known = WordIndex.of(NAMES, np.array([0, 0, 1]), [["Pétrit la pâte"], []])
    shared, fiches, _ = known.overlap("pétrit")
    assert not shared.any()
    assert fiches[0] > 0 == fiches[1]


def test_resemblance_is_a_mean_of_known_words() -> None:
    """Words that no fiche has, faults included, neither count nor weigh."""
    alone = index().resemblance("boulanger")
    np.testing.assert_allclose(alone, [BAKER, 0], rtol=1e-4)
    np.testing.assert_allclose(index().resemblance("le boulanger bolanger xylophage"), alone)
    np.testing.assert_allclose(index().resemblance("boulanger soudeur")[0], BAKER / 2, rtol=1e-4)
    assert not index().resemblance("").any()


def test_repeated_words_count_once() -> None:
    once, many = index().overlap("soudeur"), index().overlap("soudeur soudeuse soudeurs " * 30)
    np.testing.assert_array_equal(once[0], many[0])
    assert once[2] == many[2]


def test_words_looked_up_are_bounded_and_forgetting_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.lexical, "KEPT_WORDS", 2)
    known, text = index(), "bolanger soudeur xylophage patissier"
    np.testing.assert_array_equal(known.overlap(text)[0], known.overlap(text)[0])
    assert len(known._known) <= 2


def test_a_long_text_is_the_sum_of_its_words_one_by_one() -> None:
    text = "Boulangère, soudeur, inconnu: des pâtissiers et boulangers"
    lexical = index()
    offsets, fiches, strength = lexical.fiches_of
    expected = np.zeros(lexical.n_fiches, np.float32)
    total = 1e-6
    for word in stems(text):
        number = lexical.numbers.get(word)
        if number is not None:
            total += float(lexical.idf[number])
            span = slice(offsets[number], offsets[number + 1])
            expected[fiches[span]] += lexical.idf[number] * strength[span]
    np.testing.assert_array_equal(lexical.resemblance(text), expected / np.float32(total))
