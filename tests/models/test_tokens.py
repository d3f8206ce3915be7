"""Hashed tokens against a slow reading of their definition, and the buckets that saved encoders rely on."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.text import normalise
from models.tokens import MAX_CHARACTERS, NGRAMS, hashed_tokens

BUCKETS = 65536
MASK = 0xFFFFFFFF

words = st.text(alphabet="abcdezé09+#", min_size=1, max_size=9)
texts = st.lists(words, max_size=6).map(" ".join)


def mixed(value: int) -> int:
    """The finaliser of MurmurHash3, on one number."""
    value ^= value >> 16
    value = value * 0x85EBCA6B & MASK
    value ^= value >> 13
    value = value * 0xC2B2AE35 & MASK
    return value ^ value >> 16


def slow_tokens(text: str, n_buckets: int) -> Counter[int]:
    """The buckets of a text by definition: its words, and the n-grams of each word between two spaces."""
    found: Counter[int] = Counter()
    for word in normalise(text).split():
        total = sum(mixed(ord(letter) + place * 257) for place, letter in enumerate(word)) & MASK
        found[mixed(total) % n_buckets] += 1
        padded = f" {word} "
        for n in NGRAMS:
            for start in range(len(padded) - n + 1):
                code = (2166136261 + n) & MASK
                for letter in padded[start : start + n]:
                    code = (code ^ ord(letter)) * 16777619 & MASK
                found[mixed(code) % n_buckets] += 1
    return found


def buckets_of(text: str, n_buckets: int = BUCKETS) -> Counter[int]:
    rows, buckets = hashed_tokens([text], n_buckets)
    assert (rows == 0).all()
    return Counter(buckets.tolist())


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" -- !? ", 0),
        ("a", 1 + 1),  # the word; " a "
        ("ab", 1 + 2 + 1),  # the word; " ab", "ab "; " ab "
        ("abc", 1 + 3 + 2 + 1),
        ("abc ab", 7 + 4),
        ("C++", 1 + 3 + 2 + 1),
    ],
)
def test_number_of_tokens(text: str, count: int) -> None:
    assert buckets_of(text).total() == count


@given(texts)
def test_tokens_are_those_of_the_definition(text: str) -> None:
    assert buckets_of(text) == slow_tokens(text, BUCKETS)
    assert buckets_of(text, 7) == slow_tokens(text, 7)


@given(st.lists(texts, max_size=8))
def test_a_batch_is_its_texts_one_by_one(batch: list[str]) -> None:
    rows, buckets = hashed_tokens(batch, BUCKETS)
    assert rows.dtype == buckets.dtype == np.int64
    assert (np.diff(rows) >= 0).all()
    for position, text in enumerate(batch):
        assert Counter(buckets[rows == position].tolist()) == buckets_of(text)


@given(st.permutations(["aide", "soignante", "de", "nuit"]))
def test_the_order_of_words_does_not_count(order: list[str]) -> None:
    assert buckets_of(" ".join(order)) == buckets_of("aide soignante de nuit")


def test_accents_case_and_punctuation_do_not_count() -> None:
    assert buckets_of("Électricien / Électricienne") == buckets_of("electricien electricienne")
    assert buckets_of("sœur") == buckets_of("SOEUR")


def test_no_text_and_no_token() -> None:
    for batch in ([], ["", "…", "  "]):
        rows, buckets = hashed_tokens(batch, BUCKETS)
        assert rows.shape == buckets.shape == (0,)


def test_a_long_text_is_read_up_to_a_limit() -> None:
    head = "mot " * (MAX_CHARACTERS // 4)
    assert buckets_of(head + "suite") == buckets_of(head)
    assert buckets_of("x" * 100_000).total() < 3 * MAX_CHARACTERS + 10


def test_buckets_are_where_saved_encoders_have_them() -> None:
    """A table on disk is worth nothing when hashing changes: then every encoder has to be fitted again."""
    assert sorted(buckets_of("ab")) == [24965, 26179, 33116, 34418]
