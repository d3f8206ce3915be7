"""What the market says of a demand: its pay beside that of the occupation, and how long such a post takes to fill.

Time to fill is an order of magnitude. Half of the offers that were filled through the French employment service in 2022
were so in less than `USUAL_DAYS` days (Pôle emploi, *Offres pourvues et abandons de recrutement en 2022*, Éclairages et
synthèses no. 77, April 2023). The survey BMO tells what share of projects employers judge difficult, by occupation and
employment area. Taking the rate at which posts are filled as proportional to the share of those that are not difficult,

    days = USUAL_DAYS * (1 - difficult everywhere) / (1 - difficult here)

where "everywhere" is over all occupations and the whole country. The share is cut at `MOST_DIFFICULT`.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import isnan
from typing import Final

import numpy as np

from matching.explain.wording import euros, percent
from matching.lookups import Lookups

USUAL_DAYS: Final = 47.0
MOST_DIFFICULT: Final = 0.8
DAYS_STEP: Final = 5
ALIKE: Final = 0.02
"""A pay within this share of the market's median is told as being at it."""


@dataclass(frozen=True)
class TimeToFill:
    """How long, and why."""

    days: int
    difficult: float
    """Share of recruitments of the occupation around there that employers judge difficult, 0 to 1."""
    text: str


@dataclass(frozen=True)
class PayPosition:
    """An offered pay beside the market's."""

    offered: float | None
    median: float | None
    """Gross euros a month; None: not known."""
    gap: float | None
    """Offered over median, minus 1."""
    text: str


def time_to_fill(lookups: Lookups, occupation: int, commune: int) -> TimeToFill | None:
    """For an occupation and a workplace (rows, -1 unknown: the whole country); None where the survey does not tell."""
    if occupation < 0:
        return None
    difficult = float(lookups.tension_at(np.array([occupation]), np.array([commune]))[0])
    usual = usual_difficulty(lookups)
    if isnan(difficult) or isnan(usual):
        return None
    days = days_to_fill(difficult, usual)
    employers = "les employeurs, en France" if commune < 0 else "les employeurs des environs"
    text = (
        f"Il faut compter de l'ordre de {days} jours : {percent(difficult)} des recrutements de ce métier sont jugés "
        f"difficiles par {employers}, contre {percent(usual)} tous métiers confondus."
    )
    return TimeToFill(days, difficult, text)


def days_to_fill(difficult: float, usual: float) -> int:
    """The formula of this page, in steps of `DAYS_STEP` days."""
    days = USUAL_DAYS * (1 - min(usual, MOST_DIFFICULT)) / (1 - min(difficult, MOST_DIFFICULT))
    return max(DAYS_STEP, DAYS_STEP * round(days / DAYS_STEP))


@lru_cache(maxsize=8)
def usual_difficulty(lookups: Lookups) -> float:
    """Share of all projects of the survey, every occupation and area, that are judged difficult; NaN without survey."""
    tension = lookups.reference.tension
    both = ~np.isnan(tension.cell_projects) & ~np.isnan(tension.cell_difficult)
    projects = float(tension.cell_projects[both].sum())
    return float(tension.cell_difficult[both].sum()) / projects if projects else float("nan")


def pay_position(offered: float, median: float) -> PayPosition:
    """`offered` and `median` in gross euros a month, NaN unknown."""
    if isnan(offered) and isnan(median):
        return PayPosition(None, None, None, "Aucun salaire n'est annoncé, et celui du marché n'est pas connu ici.")
    if isnan(offered):
        text = (
            f"Aucun salaire n'est annoncé. Pour ce métier et ce secteur, la moitié des offres proposent "
            f"{euros(median)} brut par mois ou plus."
        )
        return PayPosition(None, median, None, text)
    if isnan(median):
        text = "Le salaire du marché n'est pas connu : trop peu d'offres de ce métier annoncent le leur."
        return PayPosition(offered, None, None, text)
    gap = offered / median - 1
    where = "au niveau" if abs(gap) <= ALIKE else f"{percent(abs(gap))} {'au-dessus' if gap > 0 else 'en dessous'}"
    text = (
        f"{euros(offered)} brut par mois : {where} de la médiane des offres de ce métier dans ce secteur "
        f"({euros(median)})."
    )
    return PayPosition(offered, median, gap, text)
