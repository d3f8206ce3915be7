"""Nearest neighbours by cosine, of items and of users."""

from scipy import sparse

from models.interactions.dataset import Matrix
from models.interactions.neighbours import item_weights, neighbours
from models.interactions.top import SparseProduct


def item_knn(known: Matrix, n: int, shrinkage: float) -> SparseProduct:
    """An item's score is the sum of its similarities with the items that the user has, its n nearest counting.

    Similarity is the cosine of two items' users with a shrunk denominator: shared / (sqrt(size × size) + shrinkage)
    (Sarwar et al., WWW 2001; shrinkage as in Ferrari Dacrema et al., RecSys 2019).
    """
    weights = item_weights(known, n, source=0.5, through=0.0, target=0.5, shrinkage=shrinkage)
    return SparseProduct(known, weights, known)


def user_knn(known: Matrix, n: int, through: float) -> SparseProduct:
    """An item's score is the sum of the similarities of the n users nearest to the user who have it.

    Similarity is the cosine, an item counting size**-through: a rare one says more (Breese et al., UAI 1998).
    """
    alike = neighbours(known, n, source=0.5, through=through, target=0.5)
    return SparseProduct(alike, known, sparse.csr_array(known))
