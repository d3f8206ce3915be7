"""RP3beta: a walk of three steps from the user, popular ends divided down (Paudel et al., ACM TiiS 7, 2016)."""

from models.interactions.dataset import Matrix
from models.interactions.neighbours import item_weights
from models.interactions.top import SparseProduct


def rp3beta(known: Matrix, n: int, alpha: float, beta: float) -> SparseProduct:
    """user → item → user → item, each chance to the power `alpha`, the end divided by its size ** `beta`.

    The first step is the same for all items of a user. Of the ways to an item the n strongest count.
    """
    return SparseProduct(known, item_weights(known, n, source=alpha, through=alpha, target=beta), known)
