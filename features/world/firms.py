"""Establishments: a NAF, a size, a place and two years of seasonal hirings; a table of them to find who recruits."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.records import Establishment, MonthlyHirings
from features.world.draws import BLOCK, Ragged, Stream, block_generator
from features.world.facts import WorldFacts
from features.world.industry import BANDS
from features.world.names import firm_name, siret
from features.world.summaries import spoken_place

Ints = NDArray[np.int64]

MONTHS = 24
DETAILS = 1_000_000
"""Block numbers from here on draw what is not kept in the columns."""
TURNOVER = 0.28
"""Hirings a year for each employee, order of magnitude; temporary work agencies hire ten times as much."""

SEASONS: dict[str, tuple[float, ...]] = {
    "01": (0.5, 0.6, 0.9, 1.1, 1.2, 1.2, 1.2, 1.4, 1.8, 1.0, 0.6, 0.5),
    "47": (0.9, 0.8, 0.9, 0.9, 1.0, 1.1, 1.1, 0.9, 1.0, 1.1, 1.3, 1.0),
    "55": (0.6, 0.7, 0.9, 1.3, 1.5, 1.7, 1.4, 0.9, 0.8, 0.7, 0.6, 0.9),
    "56": (0.7, 0.8, 1.0, 1.2, 1.4, 1.4, 1.2, 0.9, 1.0, 0.9, 0.7, 0.8),
    "85": (0.8, 0.7, 0.7, 0.6, 0.6, 0.5, 0.6, 1.4, 2.9, 1.4, 1.0, 0.8),
    "93": (0.7, 0.7, 0.8, 1.1, 1.3, 1.7, 1.6, 0.8, 1.5, 0.8, 0.5, 0.5),
}
"""Share of each month against an average one, by NAF division."""
USUAL_SEASON = (0.95, 0.95, 1.05, 1.0, 1.05, 1.1, 0.95, 0.75, 1.25, 1.1, 1.0, 0.85)


@dataclass(frozen=True, eq=False, kw_only=True)
class Firms:
    """Columns of every establishment of a world: 13 bytes each, however many there are."""

    commune: NDArray[np.int32]
    naf: NDArray[np.int32]
    band: NDArray[np.int8]
    area: NDArray[np.int32]
    named: NDArray[np.bool_]
    by_place: Ragged
    """(NAF row * n_areas + area row) to firm numbers, big ones likelier."""

    @property
    def count(self) -> int:
        return int(self.commune.size)


def draw_firms(facts: WorldFacts, seed: int, count: int) -> Firms:
    """The columns of `count` establishments, drawn block by block."""
    blocks = [_draw_block(facts, seed, block) for block in range(-(-count // BLOCK))]
    commune, naf, band, sole = (
        np.concatenate([block[column] for block in blocks])[:count] if blocks else np.zeros(0, dtype=np.int64)
        for column in range(4)
    )
    area = facts.places.area_of[commune]
    n_areas = facts.places.n_areas
    lowest = np.array([low for _, low, _ in BANDS], dtype=np.float64)
    return Firms(
        commune=commune.astype(np.int32),
        naf=naf.astype(np.int32),
        band=band.astype(np.int8),
        area=area,
        named=sole < 0.5,
        by_place=Ragged.of(
            naf * n_areas + area,
            np.arange(count),
            np.sqrt(1.0 + np.minimum(lowest[band], 500)),
            facts.industry.n_naf * n_areas,
        ),
    )


def _draw_block(facts: WorldFacts, seed: int, block: int) -> tuple[Ints, Ints, Ints, NDArray[np.float64]]:
    """Commune, NAF and band rows, and 1.0 for a sole trader."""
    generator = block_generator(seed, Stream.FIRM, block)
    naf = facts.industry.firms.draw(generator, BLOCK)
    band = facts.industry.sizes.draw(naf, generator.random(BLOCK))
    commune = facts.places.commune_choice.draw(generator, BLOCK)
    temporary = facts.industry.temporary[naf]
    band = np.where(temporary, np.maximum(band, 2), band)
    chance = np.where(band == 0, 0.75, np.where(band == 1, 0.30, 0.0))
    sole = (generator.random(BLOCK) < np.where(temporary, 0.0, chance)).astype(np.float64)
    return commune, naf, band, sole


def name_of(facts: WorldFacts, firms: Firms, seed: int, number: int) -> str | None:
    """The trade name of firm `number`; None for a sole trader, whose name is a person's."""
    if not firms.named[number]:
        return None
    mixed = (number * 2654435761 + seed * 97531) % 2**32
    uniform = (mixed % 1009 / 1009, mixed // 1009 % 1013 / 1013, mixed // 1022117 % 101 / 101)
    commune = facts.reference.communes.names[int(firms.commune[number])]
    return firm_name(facts.industry.naf_codes[int(firms.naf[number])], spoken_place(commune), uniform)


def write_firms(facts: WorldFacts, firms: Firms, seed: int, today: dt.date, block: int) -> Iterator[Establishment]:
    """The establishments of one block, in order of number."""
    first = block * BLOCK
    last = min(first + BLOCK, firms.count)
    generator = block_generator(seed, Stream.FIRM, DETAILS + block)
    months = _months_before(today)
    u = generator.random((BLOCK, 5)).tolist()
    counts = _hirings(facts, firms, first, last, months, generator).tolist()
    communes = facts.reference.communes
    lat, lon = communes.lat, communes.lon
    for i, number in enumerate(range(first, last)):
        commune = int(firms.commune[number])
        _, low, high = BANDS[int(firms.band[number])]
        known_size = u[i][0] < 0.92
        yield Establishment(
            id=siret(number),
            naf=facts.industry.naf_codes[int(firms.naf[number])],
            name=name_of(facts, firms, seed, number),
            headcount_min=low if known_size else None,
            headcount_max=high if known_size else None,
            commune_insee=communes.insee[commune],
            lat=_near(float(lat[commune]), u[i][1]),
            lon=_near(float(lon[commune]), u[i][2]),
            hirings=tuple(
                MonthlyHirings(month=month, count=count)
                for month, count in zip(months, counts[i], strict=True)
                if count or month == months[0]  # says since when the firm's hirings are known
            ),
            engaged=u[i][3] < 0.08 + 0.02 * int(firms.band[number]),
            opt_out=u[i][3] > 0.97,
            created_on=dt.date(today.year - 2 - int(u[i][4] * 38), 1 + int(u[i][1] * 12), 1 + int(u[i][2] * 28)),
        )


def _months_before(today: dt.date) -> list[str]:
    """The `MONTHS` whole months before this one, oldest first, as YYYY-MM."""
    number = today.year * 12 + today.month - 1
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(number - MONTHS, number)]


def _hirings(
    facts: WorldFacts, firms: Firms, first: int, last: int, months: list[str], generator: np.random.Generator
) -> Ints:
    """Hirings of each firm and month: Poisson around its size, its sector's turnover and the season."""
    lowest = np.array([max(low, 0.3) for _, low, _ in BANDS])
    naf = firms.naf[first:last]
    own_pace = generator.gamma(1.2, 1 / 1.2, BLOCK)[: last - first]
    pace = np.where(facts.industry.temporary[naf], 10.0, 1.0) * own_pace * TURNOVER / 12
    column = [int(month[5:]) - 1 for month in months]
    seasons = np.array([SEASONS.get(code[:2], USUAL_SEASON) for code in facts.industry.naf_codes])[:, column]
    expected = (lowest[firms.band[first:last]] * pace)[:, None] * seasons[naf]
    return np.asarray(generator.poisson(expected), dtype=np.int64)


def _near(degree: float, uniform: float) -> float | None:
    """A point within about a kilometre, to four decimals; None where the commune's place is not known."""
    return None if np.isnan(degree) else round(degree + (uniform - 0.5) * 0.018, 4)
