"""What is told of an offer's price: it is already in many lists for the posts that it has."""

from typing import Final

from matching.answer import Reason
from matching.explain.families import Family
from matching.explain.wording import counted

FEATURE: Final = "price"


def price_reason(charge: float, load: int, posts: int) -> Reason:
    """The share, at most 0, that the price of an offer has in its score: `charge` was taken off, since the last batch
    sent it to `load` persons for its `posts`."""
    people = counted(load, "personne", "personnes")
    return Reason(FEATURE, Family.MARKET, f"Déjà proposée à {people} pour {counted(posts, 'poste', 'postes')}", -charge)
