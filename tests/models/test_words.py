"""Words and their hashed n-grams, against a slow reading of their definition."""

from zlib import crc32

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.text import normalise, shorten
from models.words import MAX_CHARACTERS, MAX_WORD, Hashing, distinct_words

words = st.text(alphabet="abcdez09+#", min_size=1, max_size=60)
titles = st.text(alphabet="abéÉ œ/-'’(C+#\n", max_size=120)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("a", 1 + 1),  # " a ", the whole
        ("ab", 2 + 1 + 1),
        ("abc", 3 + 2 + 1 + 1),
        ("abcd", 4 + 3 + 2 + 1),
        ("c++", 3 + 2 + 1 + 1),
    ],
)
def test_number_of_buckets(word: str, count: int) -> None:
    assert len(Hashing().buckets(word)) == count


@given(words, st.sampled_from([7, 1024, 131072]))
def test_buckets_are_those_of_the_definition(word: str, n_buckets: int) -> None:
    padded = f" {word[:MAX_WORD]} "
    expected = [
        crc32(padded[start : start + size].encode()) % n_buckets
        for size in (3, 4, 5)
        for start in range(len(padded) - size + 1)
    ]
    found = Hashing(n_buckets=n_buckets).buckets(word)
    assert found.dtype == np.int64
    assert found.tolist() == [*expected, crc32(padded.encode()) % n_buckets]


def test_buckets_are_where_saved_models_have_them() -> None:
    """A table on disk is worth nothing when hashing changes."""
    assert Hashing().buckets("ab").tolist() == [50528, 86504, 63704, 63704]


def test_a_hostile_word_is_read_up_to_a_limit() -> None:
    assert Hashing().buckets("a" * 5000).tolist() == Hashing().buckets("a" * MAX_WORD).tolist()


def test_words_are_normalised_and_come_once_in_order() -> None:
    assert distinct_words("Sœur – Électricien / électricienne, C++ et ELECTRICIEN") == [
        "soeur",
        "electricien",
        "electricienne",
        "c++",
        "et",
    ]


@pytest.mark.parametrize("text", ["", "  ", "!?…", "😀", "\x00\x07", "(( / ))"])
def test_a_text_without_a_word_has_none(text: str) -> None:
    assert distinct_words(text) == []


@given(titles, st.integers(2, 60))
@example("Conductrice de travaux du bâtiment", 200)
def test_repeating_a_title_adds_no_word_and_cuts_none(title: str, times: int) -> None:
    assert distinct_words(" ".join([title] * times)) == distinct_words(title)


def test_what_follows_the_limit_is_not_read() -> None:
    assert distinct_words("mot " * (MAX_CHARACTERS // 4) + "suite") == ["mot"]
    assert len(distinct_words("x" * 1_000_000)) == 1


@given(st.text(max_size=80) | st.text(alphabet="aÉİß½ﬁœ﷽´\u0301\u00a0\u2003\x1f -/", max_size=60), st.integers(1, 60))
@example("x" * 30 + "\u00a0" + "y" * 30, 1)
@example("Ébéniste " + "z" * 70 + " menuisier", 70)
def test_words_read_one_by_one_are_those_of_the_whole_text(text: str, times: int) -> None:
    whole = normalise(shorten(text * times, MAX_CHARACTERS)).split()
    assert distinct_words(text * times) == list(dict.fromkeys(word[:MAX_WORD] for word in whole))
