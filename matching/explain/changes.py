"""The smallest change that would lift each result of a page: every action on every result, scored at once.

A counterfactual in the sense of Wachter, Mittelstadt and Russell (*Counterfactual explanations without opening the
black box*, 2018), over a fixed set of things a person can do instead of any point of the feature space.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.pairs import JOB_FEATURES, JobPairs, feature_matrix
from features.pairs.base import Floats
from matching.answer import Change
from matching.explain.actions import ACTIONS, Action, Columns, towards, with_room
from matching.explain.job_facts import JobFacts, Reader
from matching.explain.wording import ordinal, points
from matching.rank import Ranker, names_of_weight

VISIBLE: Final = 0.01
"""Least gain that is told: a point out of a hundred."""


@dataclass(frozen=True, eq=False)
class Standing:
    """Where m results stand in their list."""

    scores: Floats
    """Scores of all results, best first."""
    first: int
    """Rank of the first of the m, from 0."""


def smallest_changes(
    reader: Reader,
    ranker: Ranker,
    pairs: JobPairs,
    features: Floats,
    facts: Sequence[JobFacts],
    standing: Standing,
) -> list[Change | None]:
    """For each of m results the action that takes least and lifts it by `VISIBLE`; None when none does.

    `pairs`, `features` (m, n_features) and `facts` are parallel. The rank that a result would take is told among the
    others as they stand. To the employer that is so when the person changes; a person who changes may move their whole
    list, and is told that the others are held still.
    """
    actions = [action for action in ACTIONS if reader in action.words]
    gains = gains_of(actions, ranker, pairs, features)
    lifting = (gains >= VISIBLE) & _sensible(actions, facts)
    chosen = lifting.argmax(axis=0)
    columns = np.arange(len(facts))
    told = lifting[chosen, columns].tolist()
    gain = gains[chosen, columns]
    scores = ranker.scores(features) + gain
    ranks = np.searchsorted(-standing.scores, -scores, side="left")
    return [
        _told(reader, actions[at], fact, more, place + standing.first, rank) if lifts else None
        for place, (lifts, at, fact, more, rank) in enumerate(
            zip(told, chosen.tolist(), facts, gain.tolist(), ranks.tolist(), strict=True)
        )
    ]


def gains_of(actions: Sequence[Action], ranker: Ranker, pairs: JobPairs, features: Floats) -> Floats:
    """(n_actions, m) what each result's score would gain; 0 where an action makes no sense."""
    values = dict(zip(ranker.names, features.T, strict=True))
    applies = np.stack([action.lacking(values[action.feature]) for action in actions])
    action_of, result_of = np.nonzero(applies)
    gains = np.zeros(applies.shape, dtype=np.float32)
    if len(action_of) == 0:
        return gains
    roomy = with_room(pairs)
    after = roomy.at(result_of)
    changed = _changed(actions, roomy, action_of, result_of)
    moved = names_of_weight(ranker).intersection(frozenset().union(*[action.moves for action in actions]))
    anew = feature_matrix(JOB_FEATURES, replace(after, person=after.person.having(changed)), moved)
    matrix = np.where([name in moved for name in ranker.names], anew, features[result_of])
    scores = ranker.scores(np.concatenate([matrix, features]))
    gains[action_of, result_of] = scores[: len(matrix)] - scores[len(matrix) :][result_of]
    return gains


def _sensible(actions: Sequence[Action], facts: Sequence[JobFacts]) -> NDArray[np.bool_]:
    """(n_actions, m) whether each action makes sense for each result."""
    kinds = [towards(fact) for fact in facts]
    of_kinds = {distinct: [action.kind in distinct for action in actions] for distinct in set(kinds)}
    return np.array([of_kinds[each] for each in kinds], dtype=np.bool_).reshape(len(facts), len(actions)).T


def _changed(
    actions: Sequence[Action], pairs: JobPairs, action_of: NDArray[np.int64], result_of: NDArray[np.int64]
) -> Columns:
    """The columns that some action changes, a row for each of `action_of` (ascending) on `result_of`."""
    found: Columns = {}
    ends = np.searchsorted(action_of, np.arange(len(actions)), side="right").tolist()
    for action, start, end in zip(actions, [0, *ends], ends, strict=False):
        if start < end:
            for name, values in action.done(pairs).items():
                if name not in found:
                    found[name] = _rows(getattr(pairs.person, name), result_of)
                found[name][start:end] = _rows(values, result_of[start:end])
    return found


def _rows(column: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[Any]:
    """Rows of a column, a copy; one row stands for all."""
    return column[rows] if len(column) > 1 else np.repeat(column, len(rows), axis=0)


def _told(reader: Reader, action: Action, facts: JobFacts, gain: float, place: int, rank: int) -> Change:
    to_employer = reader is Reader.EMPLOYER
    climbing = rank < place and (action.of_the_person or not to_employer)
    still = "" if to_employer else ", les autres restant à leur place"
    climbs = f" et passerait du {ordinal(place + 1)} au {ordinal(rank + 1)} rang{still}" if climbing else ""
    what = "ce profil" if to_employer else "cette offre"
    text = f"{action.words[reader](facts)}, {what} gagnerait {points(gain)}{climbs}"
    return Change(action.kind, text, gain, rank + 1 if climbing else None)
