"""Tables made by hand for tests."""

import numpy as np

from models.ranking.table import RankingTable, Segment


def made_table() -> RankingTable:
    """Three lists of two people: two, one and three results."""
    return RankingTable(
        names=("a", "b"),
        features=np.array([[0, 1], [1, np.nan], [2, 3], [3, 4], [4, 5], [5, 6]], np.float32),
        person=np.array([0, 0, 1, 0, 0, 0], np.int32),
        item=np.array([0, 1, 1, 2, 3, 4], np.int32),
        list_id=np.array([0, 0, 1, 4, 4, 4], np.int32),
        week=np.array([0, 0, 0, 1, 1, 1], np.int16),
        position=np.array([0, 1, 0, 0, 1, 2], np.int16),
        outcome=np.array([1, 4, 0, 2, 1, 6], np.int8),
        segments={"ville": Segment(("rural", "urbain"), np.array([0, 0, 1, 0, 0, 0], np.int16))},
    )
