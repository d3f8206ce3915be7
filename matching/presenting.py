"""Whom of a portfolio to present to a firm, and in which occupations: those who have the best chances there."""

from math import isnan
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from matching.engine import Engine
from matching.explain.wording import kilometres, months
from matching.hooks import (
    DISCOVERS_UNDER_MONTHS,
)
from matching.portfolio import Floats, Portfolio
from matching.schema import Collection
from matching.sides import columns_of
from matching.sourcing import BAND_KM

PRESENTED: Final = 3
"""People proposed for each firm."""


class Presentable(msgspec.Struct, frozen=True, gc=False):
    """A person of the portfolio who could be presented to a firm."""

    profile_id: str
    occupation_label: str
    why: str
    """In French."""


def fitting_occupations(engine: Engine, portfolio: Portfolio, naf: int) -> tuple[tuple[int, str], ...]:
    """Occupations of some weight that a sector hires, rows and labels, the most hired first."""
    wanted = np.flatnonzero(portfolio.weights)
    shares = engine.lookups.naf_share[naf, wanted] * portfolio.weights[wanted]
    labels = engine.lookups.reference.rome.labels
    return tuple(
        [
            (int(wanted[at]), labels[wanted[at]])
            for at in np.argsort(-shares, kind="stable")[:6].tolist()
            if shares[at] > 0
        ]
    )


class Presentation:
    """Chooses the people of a portfolio to present to the firms of a page, given by their rows."""

    def __init__(self, engine: Engine, portfolio: Portfolio, firms: NDArray[np.int64]) -> None:
        self._profiles = engine.catalogue(Collection.PROFILES)
        self._lookups = engine.lookups
        self._portfolio = portfolio
        read = columns_of(self._profiles, portfolio.rows)
        self._profiled, self._months = read("profiling"), read("experience_months")
        communes = engine.catalogue(Collection.ESTABLISHMENTS).take("commune", firms)
        self._away = self._lookups.distances_among(communes, read("commune"))

    def __call__(self, place: int, naf: int, chances: Floats) -> tuple[tuple[Presentable, ...], tuple[str, ...]]:
        """At most `PRESENTED` people for the firm at a place of the page, of sector `naf`: those of the best chances (a
        portfolio row each), and the ids of those who would discover the occupation."""
        shares = self._lookups.naf_share[naf, self._portfolio.occupations]
        order = np.lexsort((self._portfolio.keys, -chances * np.sqrt(shares)))
        chosen: dict[str, Presentable] = {}
        discoverers: list[str] = []
        for at in order[chances[order] > 0].tolist():
            key = self._profiles.id_of(int(self._portfolio.rows[at]))
            if key in chosen:
                continue
            label = self._lookups.reference.rome.labels[int(self._portfolio.occupations[at])]
            chosen[key] = Presentable(key, label, self._why(at, float(self._away[place, at])))
            if self._profiled[at] and self._months[at] < DISCOVERS_UNDER_MONTHS:
                discoverers.append(key)
            if len(chosen) == PRESENTED:
                break
        return tuple(chosen.values()), tuple(discoverers)

    def _why(self, at: int, away_km: float) -> str:
        """Why this person; the distance in bands, so that what is copied to an employer places nobody."""
        held = float(self._months[at])
        if not self._profiled[at]:
            past = "vise ce métier"
        elif held < 1:
            past = "vise ce métier, sans expérience déclarée"
        else:
            past = f"{months(held)} d'expérience dans ce métier"
        if isnan(away_km):
            where = "à sa portée"
        elif away_km < BAND_KM:
            where = f"à moins de {kilometres(BAND_KM)}"
        else:
            where = f"à {kilometres(BAND_KM * round(away_km / BAND_KM))} environ"
        return f"{past[0].upper()}{past[1:]}, {where}"
