"""The market that a pay is held against, by hand: the area, else the region, else the country."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from features.records import Pay
from matching.engine import Engine
from matching.lookups import Lookups
from matching.pay_medians import LEAST_OFFERS, NO_MEDIANS, median_at, pay_medians
from tests.matching.conftest import House
from tests.matching.made import CARER, GUERET, offer, profile, write
from tests.matching.test_behaviour import asked


def places(lookups: Lookups) -> tuple[int, int, int]:
    """A commune, one of another area of its region, one of another region."""
    communes = lookups.reference.communes
    home = communes.get_row(GUERET)
    assert home is not None
    areas, regions = communes.employment_areas, communes.regions
    known = [row for row in range(len(areas)) if areas[row]]
    beside = next(row for row in known if regions[row] == regions[home] and areas[row] != areas[home])
    beyond = next(row for row in known if regions[row] != regions[home])
    return home, beside, beyond


def table(lookups: Lookups, *offers: tuple[int, int, float]) -> np.ndarray:
    occupations, communes, pay = zip(*offers, strict=True)
    return pay_medians(lookups, np.array(occupations), np.array(communes), np.array(pay, np.float32))


def at(lookups: Lookups, medians: np.ndarray, occupation: int, *communes: int) -> np.ndarray:
    return median_at(medians, lookups, np.full(len(communes), occupation), np.array(communes))


def test_few_offers_are_held_against_a_wider_area(lookups: Lookups) -> None:
    home, beside, beyond = places(lookups)
    here = [(4, home, pay) for pay in (1800, 1900, 2000, 2100, 9000)]
    near = [(4, beside, pay) for pay in (3000, 3000, 3000, 3000)]
    far = [(4, beyond, 5000.0)]
    medians = table(lookups, *here, *near, *far, (5, home, 2000.0))
    assert medians.shape == (lookups.reference.rome.n_occupations, len(lookups.areas) + 1)
    assert medians.dtype == np.float32
    assert_allclose(at(lookups, medians, 4, home, beside, beyond, -1), [2000, 3000, 3000, 3000])
    assert np.isnan(at(lookups, medians, 5, home, -1)).all(), "one offer is no market"
    assert np.isnan(at(lookups, medians, -1, home)).all()


def test_between_two_middles_is_their_mean(lookups: Lookups) -> None:
    home, *_ = places(lookups)
    medians = table(lookups, *[(4, home, pay) for pay in (1000, 1500, 2000, 2200, 2400, 2600)])
    assert at(lookups, medians, 4, home) == 2100


def test_what_is_not_told_is_not_counted(lookups: Lookups) -> None:
    home, *_ = places(lookups)
    told = [(4, home, 2000.0)] * (LEAST_OFFERS - 1)
    assert np.isnan(table(lookups, *told, (4, home, float("nan")), (-1, home, 2000.0))).all()
    nothing = np.empty(0, np.int32)
    assert np.isnan(pay_medians(lookups, nothing, nothing, np.empty(0, np.float32))).all()


def test_no_market_before_anything_was_written(lookups: Lookups, local: Engine) -> None:
    assert np.isnan(at(lookups, NO_MEDIANS, 4, 0, 1)).all()
    write(local, profile(), offer(pay=Pay(min_monthly=2000)))
    assert np.isnan(asked(local)["o1"]["pay_market"])


def test_a_generation_has_the_market_of_its_offers(house: House) -> None:
    house.store.upsert([profile()], "test")
    offers = [offer(f"o{n}", title=f"Aide-soignant {n}", pay=Pay(min_monthly=1900 + 50 * n)) for n in range(5)]
    house.store.upsert(offers, "test")
    house.build()
    engine = house.open()
    found = asked(engine)
    assert found["o2"]["pay_market"] == 0
    assert found["o4"]["pay_market"] == pytest.approx(2100 / 2000 - 1)
    write(engine, offer("new", pay=Pay(min_monthly=3000)))
    assert asked(engine)["new"]["pay_market"] == 0.5
    row = engine.lookups.reference.rome.row_of(CARER)
    assert engine.pay_medians[row, -1] == 2000
