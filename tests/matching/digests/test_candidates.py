"""Candidates of digests, sorted by subscription."""

import numpy as np

from matching.digests.candidates import spans


def test_nothing_has_no_spans() -> None:
    assert list(spans(np.empty(0, dtype=np.int64))) == []
    assert list(spans(np.array([2, 2, 5]))) == [(2, slice(0, 2)), (5, slice(2, 3))]
