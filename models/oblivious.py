"""`ObliviousTrees`: gradient-boosted trees as plain arrays, which the service reads with numpy alone.

An oblivious tree asks the same question of all nodes of a level: the answers are the bits of a leaf's number, so
scoring is comparisons and look-ups, and exact Shapley values are a table (`tree_shapley`). CatBoost makes such trees
(Prokhorenkova et al. 2018); `models/training/` writes them here. Nothing foreign is parsed: every index, shape and
number of the file is checked before use, so that no damaged file can end the process that reads it, and none needs to
be tried in a process of its own first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from models.encoder import ModelUnusable
from models.tree_shapley import shapley_table

TREES: Final = "trees.npz"
MOST_DEPTH: Final = 8
"""Levels of a tree at most: the Shapley table of a tree takes 8 * depth * 2**depth bytes."""
MOST_TREES: Final = 20_000
TOGETHER: Final = 1 << 15
"""Leaves looked up at once: what is made on the way is small enough to be kept and used again by the allocator."""

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ObliviousTrees:
    """A row's margin: `bias` plus one leaf of each tree. Raises ValueError for arrays that do not belong together."""

    names: tuple[str, ...]
    """Features it reads, in the order of the matrix's columns."""
    features: NDArray[np.int16]
    """(n_trees, depth) column that each level asks; -1 beyond a shallower tree's depth: the bit stays 0."""
    borders: Floats
    """(n_trees, depth) a value above the border sets bit 2**level of the leaf's number."""
    missing_high: NDArray[np.bool_]
    """(n_features,) a value that is not known (NaN) counts as above every border; else as below."""
    leaves: Doubles
    """(n_trees, 2**depth) values of the leaves."""
    covers: Floats
    """(n_trees, 2**depth) training weight in each leaf."""
    bias: float

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem is not None:
            raise ValueError(problem)

    @property
    def n_trees(self) -> int:
        return len(self.features)

    def margins(self, matrix: NDArray[np.floating]) -> Doubles:
        """(n,) float64 of an (n, n_features) matrix, read as float32; NaN where a value is not known."""
        leaf, found = self._leaves_of(matrix), np.full(len(matrix), self.bias)
        values, some = self.leaves.ravel(), max(TOGETHER // max(len(matrix), 1), 1)
        for start in range(0, self.n_trees, some):
            found += values.take(leaf[start : start + some] + self._first_leaf[start : start + some]).sum(axis=0)
        return found

    def contributions(self, matrix: NDArray[np.floating]) -> Doubles:
        """(n, n_features) float64 exact path-dependent Shapley values; `expected` and a row's sum make its margin."""
        found = np.zeros((len(matrix), len(self.names)))
        by_feature, starts, columns = self._levels_by_feature
        if columns.size and len(matrix):
            place = self._leaves_of(matrix) + self._first_leaf
            depth = self.features.shape[1]
            told = self._shapley[0].reshape(-1, depth)[place.T].reshape(len(matrix), -1)
            found[:, columns] = np.add.reduceat(told[:, by_feature], starts, axis=1)
        return found

    @cached_property
    def expected(self) -> float:
        """The mean margin over the training weights: what a row's contributions start from."""
        return self.bias + self._shapley[1]

    @cached_property
    def most(self) -> Doubles:
        """(n_features,) the most that a feature can bring or take: its largest value in each tree, added up."""
        largest = np.abs(self._shapley[0]).max(axis=1, initial=0)
        asked = self.features >= 0
        found = np.zeros(len(self.names))
        np.add.at(found, self.features[asked], largest[asked])
        return found

    def _leaves_of(self, matrix: NDArray[np.floating]) -> NDArray[np.uint8]:
        """(n_trees, n) number of the leaf of each row in each tree."""
        if matrix.ndim != 2 or matrix.shape[1] != len(self.names):
            raise ValueError(f"matrix of shape {matrix.shape}, {len(self.names)} features are read: {self.names}")
        values = np.asarray(matrix, dtype=np.float32).T.copy()
        answers = np.zeros((len(self._questions.borders) + 1, len(matrix)), dtype=np.uint8)
        for column, first, last in self._questions.of_columns:
            told = answers[first:last].view(np.bool_)
            np.greater(values[column], self._questions.borders[first:last], out=told)
            if self.missing_high[column]:
                told |= np.isnan(values[column])
        leaf = np.zeros((self.n_trees, len(matrix)), dtype=np.uint8)
        bit = np.empty_like(leaf)
        for level in reversed(range(self.features.shape[1])):
            answers.take(self._questions.of_level[level], axis=0, out=bit, mode="clip")
            np.left_shift(leaf, np.uint8(1), out=leaf)
            np.bitwise_or(leaf, bit, out=leaf)
        return leaf

    @cached_property
    def _questions(self) -> "_Questions":
        return _Questions.of(self.features, self.borders)

    @cached_property
    def _first_leaf(self) -> NDArray[np.intp]:
        """(n_trees, 1) where each tree's leaves begin when all stand in one row."""
        first: NDArray[np.intp] = np.arange(self.n_trees, dtype=np.intp)[:, None] * self.leaves.shape[1]
        return first

    @cached_property
    def _shapley(self) -> tuple[Doubles, float]:
        return shapley_table(self.features, self.leaves, self.covers)

    @cached_property
    def _levels_by_feature(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Levels of all trees ordered by the column they ask, where each column's begin, and these columns."""
        flat = self.features.ravel()
        order = np.argsort(flat, kind="stable")
        order = order[flat[order] >= 0]
        columns, starts = np.unique(flat[order], return_index=True)
        return order, starts, columns.astype(np.intp)

    def reading(self, names: Sequence[str]) -> Self:
        """The same trees over a matrix whose columns are `names`. Raises ValueError when a feature read is missing."""
        lacking = sorted(set(self.names) - set(names))
        if lacking:
            raise ValueError(f"the trees read {lacking}, which are not among {list(names)}")
        columns = np.array([list(names).index(name) for name in self.names], dtype=np.int16)
        high = np.zeros(len(names), dtype=np.bool_)
        high[columns] = self.missing_high
        asked = np.append(columns, np.int16(-1))[self.features]
        found = type(self)(tuple(names), asked, self.borders, high, self.leaves, self.covers, self.bias)
        if "_shapley" in self.__dict__:  # it goes by the levels that ask alike, not by what their columns are called
            found.__dict__["_shapley"] = self._shapley
        return found

    @classmethod
    def blend(cls, parts: Sequence[tuple["ObliviousTrees", float]]) -> Self:
        """One ensemble whose margin is the weighted sum of the parts' margins: logs of chances add up so.

        Its features are those of all parts, in the order met. Raises ValueError when there is no part, or when two
        parts read a missing value of one feature differently.
        """
        if not parts:
            raise ValueError("nothing to blend: give at least one ensemble")
        names = tuple(dict.fromkeys(name for trees, _ in parts for name in trees.names))
        depth = max(trees.features.shape[1] for trees, _ in parts)
        sides: dict[str, bool] = {}
        for trees, _ in parts:
            for name, high in zip(trees.names, trees.missing_high.tolist(), strict=True):
                if sides.setdefault(name, high) != high:
                    raise ValueError(f"a missing {name} counts as high in one ensemble and as low in another")
        same = [(trees.reading(names), weight) for trees, weight in parts]
        return cls(
            names,
            np.concatenate([_deeper(trees.features, depth, -1) for trees, _ in same]),
            np.concatenate([_deeper(trees.borders, depth, 0) for trees, _ in same]),
            np.array([sides[name] for name in names], dtype=np.bool_),
            np.concatenate([_deeper(trees.leaves, 2**depth, 0) * weight for trees, weight in same]),
            np.concatenate([_deeper(trees.covers, 2**depth, 0) for trees, _ in same]),
            float(sum(trees.bias * weight for trees, weight in same)),
        )

    def save(self, folder: Path) -> None:
        """Write `trees.npz` into `folder`, which must exist."""
        arrays: dict[str, Any] = {name: getattr(self, name) for name in _ARRAYS}
        np.savez(folder / TREES, names=np.array(self.names, dtype=np.str_), bias=np.float64(self.bias), **arrays)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What `save` wrote in `folder`, ready to score and explain. Raises ModelUnusable, naming what is wrong."""
        file = folder / TREES
        try:
            with file.open("rb") as stream, np.load(stream, allow_pickle=False) as read:
                found = {name: read[name] for name in ("names", "bias", *_ARRAYS)}
            for name, dtype in _ARRAYS.items():
                if found[name].dtype != dtype:
                    raise ValueError(f"{name} is {found[name].dtype} instead of {np.dtype(dtype)}")
            if found["names"].dtype.kind != "U" or found["names"].ndim != 1:
                raise ValueError("names is not a list of words")
            if found["bias"].dtype != np.float64 or found["bias"].shape != ():
                raise ValueError("bias is not one float64")
            arrays: dict[str, Any] = {name: found[name] for name in _ARRAYS}
            trees = cls(names=tuple(found["names"].tolist()), bias=float(found["bias"]), **arrays)
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            EOFError,
            MemoryError,
            NotImplementedError,
            BadZipFile,
        ) as error:
            raise ModelUnusable(
                f"{file} n'est pas un modèle d'arbres utilisable ({error}) : le publier à nouveau"
            ) from error
        _ = (trees.expected, trees.most, trees._questions, trees._levels_by_feature)  # the tables, before any request
        return trees


@dataclass(frozen=True, eq=False)
class _Questions:
    """Each distinct question of an ensemble once, by column and border; many trees ask the same."""

    borders: Floats
    """(n_questions, 1)"""
    of_columns: tuple[tuple[int, int, int], ...]
    """(column, first question, after the last) of each column that is asked."""
    of_level: NDArray[np.intp]
    """(depth, n_trees) question of each level; n_questions where nothing is asked: the answer is no."""

    @classmethod
    def of(cls, features: NDArray[np.int16], borders: Floats) -> Self:
        asked = features >= 0
        pairs = np.empty(int(asked.sum()), dtype=[("column", np.int16), ("border", np.float32)])
        pairs["column"], pairs["border"] = features[asked], borders[asked]
        distinct, number = np.unique(pairs, return_inverse=True)
        of_level = np.full(features.shape, len(distinct), dtype=np.intp)
        of_level[asked] = number
        columns, firsts = np.unique(distinct["column"], return_index=True)
        lasts = [*firsts[1:].tolist(), len(distinct)]
        spans = tuple(zip(columns.tolist(), firsts.tolist(), lasts, strict=True)) if len(columns) else ()
        return cls(distinct["border"].copy()[:, None], spans, np.ascontiguousarray(of_level.T))


_ARRAYS: Final[dict[str, Any]] = {
    "features": np.int16,
    "borders": np.float32,
    "missing_high": np.bool_,
    "leaves": np.float64,
    "covers": np.float32,
}


def _deeper(array: NDArray[Any], width: int, filling: int) -> NDArray[Any]:
    """The columns of `array` followed by columns of `filling`: a tree whose last levels ask nothing."""
    return np.pad(array, ((0, 0), (0, width - array.shape[1])), constant_values=filling)


def _problem(trees: ObliviousTrees) -> str | None:
    """What is wrong with the arrays, None when they belong together."""
    n_features = len(trees.names)
    if len(set(trees.names)) != n_features or not all(trees.names):
        return f"names are empty or told twice: {trees.names}"
    if trees.features.ndim != 2:
        return f"features has {trees.features.ndim} dimensions instead of 2"
    n_trees, depth = trees.features.shape
    if depth > MOST_DEPTH or n_trees > MOST_TREES:
        return f"{n_trees} trees of depth {depth}, at most {MOST_TREES} of depth {MOST_DEPTH} are read"
    shapes = {
        "borders": (n_trees, depth),
        "missing_high": (n_features,),
        "leaves": (n_trees, 2**depth),
        "covers": (n_trees, 2**depth),
    }
    for name, shape in shapes.items():
        if getattr(trees, name).shape != shape:
            return f"{name} has the shape {getattr(trees, name).shape} instead of {shape}"
    if trees.features.size and not (trees.features.min() >= -1 and trees.features.max() < n_features):
        return f"features names columns outside -1..{n_features - 1}"
    for name in ("borders", "leaves", "covers", "bias"):
        if not np.isfinite(getattr(trees, name)).all():
            return f"{name} has a value that is not finite"
    if (trees.covers < 0).any():
        return "covers has a negative weight"
    return None
