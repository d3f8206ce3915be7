"""How collecting people looks, as against recruiting: much, deep, everywhere, to the last, or where nobody goes."""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

MANY_PEOPLE: Final = 450
"""People not seen before that day, within `ledger.WINDOW_S`: three of the longest pages."""
DEEP_RANK: Final = 300
DEEP_PAGES: Final = 5
"""Lists of people that reach beyond `DEEP_RANK`, in the same time. Who recruits reads the beginning."""
PLACES_SOUGHT: Final = 15
"""Different occupations or places that were looked for, in the same time."""
REFUSED: Final = 3
"""Lists refused by the quota, in the same time: who is told of it once and stays is not a recruiter in a hurry."""


class Pattern(StrEnum):
    """Why an account is flagged."""

    MANY = "beaucoup-de-personnes"
    DEEP = "pages-profondes"
    SWEEP = "balayage"
    QUOTA = "quota-force"
    CANARY = "sentinelle"


WORDS: Final = {
    Pattern.MANY: f"{MANY_PEOPLE} personnes nouvelles ou plus affichées en cinq minutes.",
    Pattern.DEEP: f"{DEEP_PAGES} pages de personnes ou plus demandées au-delà du rang {DEEP_RANK} en cinq minutes.",
    Pattern.SWEEP: f"{PLACES_SOUGHT} métiers ou lieux différents ou plus recherchés en cinq minutes.",
    Pattern.QUOTA: f"{REFUSED} listes ou plus demandées en cinq minutes, une fois le quota du jour atteint.",
    Pattern.CANARY: "Un profil témoin, qu'aucune recherche de recrutement ne trouve, a été affiché.",
}


def patterns_of(recent: NDArray[np.void]) -> list[Pattern]:
    """The patterns that the looks of the last minutes (`ledger.GLANCE`) make."""
    shown, beyond = recent[~recent["refused"]], recent["first"] + recent["shown"] > DEEP_RANK
    found = {
        Pattern.MANY: int(shown["new"].sum()) >= MANY_PEOPLE,
        Pattern.DEEP: int(np.count_nonzero(beyond & (recent["shown"] > 0))) >= DEEP_PAGES,
        Pattern.SWEEP: len(np.unique(recent["sought"])) >= PLACES_SOUGHT,
        Pattern.QUOTA: len(recent) - len(shown) >= REFUSED,
    }
    return [pattern for pattern, is_so in found.items() if is_so]
