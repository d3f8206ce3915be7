"""The doors in front of a person: live offers in reach, those that are open, and those that trainings would open."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matching.background import Background
from matching.engine import Engine
from matching.openness import Asked, Flags, Standing, Taught
from matching.reach import offers_in_reach
from matching.schema import Collection
from matching.sides import ColumnReader, columns_of


@dataclass(frozen=True, eq=False)
class Doors:
    """n offers in a person's reach, over all their projects, each once; and m trainings."""

    rows: NDArray[np.int64]
    """(n,) rows of the offers, ascending."""
    standing: Standing
    posts: NDArray[np.int16]
    """(n,)"""
    tension: NDArray[np.float32]
    """(n,) share of hirings judged difficult where each offer is; NaN unknown."""
    trainings: NDArray[np.int64]
    """(m,) numbers of the trainings (column `training`), ascending."""
    opened: Flags
    """(m, n) offers that are not open today and would be after each."""

    def of_sessions(self, training: NDArray[np.int64]) -> NDArray[np.int64]:
        """(k,) the position, among `trainings`, of the training of each of k sessions."""
        return np.searchsorted(self.trainings, training)

    @cached_property
    def counts(self) -> NDArray[np.float32]:
        """(m,) offers that each training opens."""
        counts: NDArray[np.float32] = np.count_nonzero(self.opened, axis=1).astype(np.float32)
        return counts

    @cached_property
    def mean_tension(self) -> NDArray[np.float32]:
        """(m,) mean tension of the offers that each opens; NaN where none is told."""
        told = ~np.isnan(self.tension)
        opened = self.opened[:, told].astype(np.float32)
        total = opened.sum(axis=1)
        means = np.full(len(total), np.nan, dtype=np.float32)
        np.divide(opened @ self.tension[told], total, out=means, where=total > 0)
        return np.minimum(means, 1)

    @cached_property
    def posts_by_occupation(self) -> NDArray[np.float64]:
        """(n_occupations + 1,) posts on offer whose licences the person has; none of an unknown one, the last."""
        driven = (self.standing.licences_lacking == 0) & (self.standing.asked.occupation >= 0)
        n_entries = self.standing.lookups.reference.rome.n_occupations + 1
        posts = np.bincount(self.standing.asked.occupation[driven], weights=self.posts[driven], minlength=n_entries)
        return posts.astype(np.float64)


def doors_of(
    engine: Engine,
    columns: ColumnReader,
    background: Background,
    sessions: NDArray[np.int64],
    among: NDArray[np.bool_] | None = None,
) -> Doors:
    """The doors of a person, whose projects `columns` reads, before the trainings of `sessions` (rows); `among` as for
    `doors_before`."""
    catalogue = engine.catalogue(Collection.SESSIONS)
    trainings, first = np.unique(catalogue.take("training", sessions), return_index=True)
    taught = Taught.reading(columns_of(catalogue, sessions[first]))
    return doors_before(engine, columns, background, taught, trainings, among)


def doors_before(
    engine: Engine,
    columns: ColumnReader,
    background: Background,
    taught: Taught,
    numbers: NDArray[np.int64] | None = None,
    among: NDArray[np.bool_] | None = None,
) -> Doors:
    """The doors of a person before m trainings, which have these `numbers` (ascending; their positions without them):
    the offers of the occupations that the trainings lead to, and of those akin to them, no others than those that
    `among` (n_occupations + 1,) marks."""
    lookups = engine.lookups
    led_to = np.unique(taught.occupations)
    led_to = led_to[led_to >= 0]
    wanted = np.append(np.logical_or.reduce(lookups.akin[led_to], axis=0), np.False_)
    wanted[led_to] = True
    rows = offers_in_reach(engine, columns, wanted if among is None else wanted & among)
    return doors_at(engine, rows, background, taught, numbers)


def doors_at(
    engine: Engine,
    rows: NDArray[np.int64],
    background: Background,
    taught: Taught,
    numbers: NDArray[np.int64] | None = None,
) -> Doors:
    """The doors that the offers at `rows`, ascending, are to someone before m trainings, numbered as for
    `doors_before`."""
    read = columns_of(engine.catalogue(Collection.OFFERS), rows)
    standing = Standing(background, Asked.reading(read), engine.lookups)
    return Doors(
        rows,
        standing,
        read("posts"),
        engine.lookups.tension_at(read("occupation"), read("commune")),
        np.arange(len(taught)) if numbers is None else numbers,
        standing.opened_by(taught),
    )
