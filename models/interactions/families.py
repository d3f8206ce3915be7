"""The recommenders that are compared and combined, with the settings tried for each."""

from itertools import product
from typing import Final

import numpy as np

from models.interactions.dataset import Matrix
from models.interactions.ease import MOST_DENSE_ITEMS, ease
from models.interactions.knn import item_knn, user_knn
from models.interactions.popularity import Popularity
from models.interactions.rp3beta import rp3beta
from models.interactions.search import Family
from models.interactions.spectral import Patterns, spectral
from models.interactions.top import Recommender


def _spectral(known: Matrix, rank: int, target: float) -> Recommender:
    return spectral(known, Patterns.of(known, rank, seed=0), rank, target)


def _popularity(known: Matrix) -> Recommender:
    return Popularity.fit(known)


POPULARITY = Family("popularity", _popularity, ({},))

ITEM_KNN = Family(
    "item_knn",
    item_knn,
    [{"n": n, "shrinkage": shrinkage} for n, shrinkage in product((100, 500, 20), (10.0, 0.0, 100.0))],
)

RP3BETA = Family(
    "rp3beta",
    rp3beta,
    [
        {"n": n, "alpha": alpha, "beta": beta}
        for n, beta, alpha in product((200,), (0.4, 0.6, 0.2, 0.0, 0.8), (0.6, 1.0, 0.8, 0.3))
    ],
)

EASE = Family("ease", ease, [{"penalty": penalty} for penalty in (100.0, 300.0, 30.0, 1000.0, 10.0, 3.0, 3000.0, 1.0)])

USER_KNN = Family(
    "user_knn",
    user_knn,
    [{"n": n, "through": through} for n, through in product((100, 1000, 300), (0.5, 0.0))],
)

SPECTRAL = Family(
    "spectral",
    _spectral,
    [{"rank": rank, "target": target} for rank, target in product((64, 128, 32, 256), (0.5, 0.25))],
)

DENOISED_EASE = Family(
    "denoised_ease",
    ease,
    [{"penalty": penalty, "dropout": dropout} for dropout, penalty in product((0.3, 0.6), (100.0, 10.0))],
)

BASELINES = (POPULARITY, ITEM_KNN, RP3BETA, EASE)
"""What ours is compared with."""

OTHERS = (USER_KNN, SPECTRAL, DENOISED_EASE)
"""What ours is made of, too."""

MOST_USER_PRODUCTS: Final = 2e9
"""Pairs of users who share an item, counted for each item: beyond, user neighbours take minutes and are left out."""


def others(known: Matrix) -> tuple[Family, ...]:
    """What ours is made of beside the baselines, on a matrix like this one: user neighbours where they are quick,
    denoised EASE where EASE is exact."""
    sizes = np.bincount(known.indices, minlength=known.shape[1]).astype(np.float64)
    left_out = [USER_KNN] if sizes @ sizes > MOST_USER_PRODUCTS else []
    if known.shape[1] > MOST_DENSE_ITEMS:
        left_out.append(DENOISED_EASE)
    return tuple(family for family in OTHERS if family not in left_out)
