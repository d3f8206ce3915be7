"""Trainings of rankers made by hand: what is near is what people apply to."""

import numpy as np

from models.ranked import Ranked
from models.ranking.held_out import HeldOut
from models.ranking.model import RankingModel
from models.ranking.outcomes import Outcome
from models.ranking.table import RankingTable, Segment
from models.training.registry import Training
from tests.models.one_question import one_question

N_LISTS, N_ROWS = 80, 3
FAR = 0.5


def lists() -> RankingTable:
    """Lists of three offers, one of them near, which was applied to; half of the people live in the country."""
    n = N_LISTS * N_ROWS
    near = np.arange(n) % N_ROWS == 1
    person = np.repeat(np.arange(N_LISTS), N_ROWS)
    return RankingTable(
        names=("distance", "skills"),
        features=np.stack([np.where(near, 0.1, 0.9), np.full(n, np.nan)], axis=1).astype(np.float32),
        person=person.astype(np.int32),
        item=np.arange(n, dtype=np.int32),
        list_id=person.astype(np.int32),
        week=np.zeros(n, dtype=np.int16),
        position=np.tile(np.arange(N_ROWS), N_LISTS).astype(np.int16),
        outcome=np.where(near, Outcome.APPLIED, Outcome.SHOWN).astype(np.int8),
        segments={"urbain_rural": Segment(("urbain", "rural"), (person % 2).astype(np.int16))},
    )


def training(ranked: Ranked, near_first: bool = True, name: str = "distance", **parameters: object) -> Training:
    """A training that learned to put what is near first, or last."""
    learned = one_question(name, FAR, *((1.0, -1.0) if near_first else (-1.0, 1.0)))
    return Training(
        ranked=ranked,
        model=RankingModel(learned),
        parameters={"seed": 7, "trees": 1, **parameters},
        data_hash="f00d",
        figures={"ndcg@10": 1.0 if near_first else 0.5, "ndcg@10 urbain_rural=rural": 1.0},
        curve={"train": [0.5, 0.75, 1.0], "validation": [0.5, 0.7, 0.9]},
        held_out=HeldOut.graded(lists()),
    )
