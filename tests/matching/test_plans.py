"""What a visit is worth to each counsellor, and what is told of it."""

import msgspec
import pytest

from features.records import MonthlyHirings, TravelMode
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.plan_demand import Earlier
from matching.plans import (
    HOUR_WORTH,
    KNOWN,
    still_open,
    stops_of,
    why_this_counsellor,
    worth_of,
)
from matching.roads import LEAST_ROAD_MINUTES
from tests.matching.made import GUERET, SIRET, contact, firm, profile, write

HIRES = tuple(MonthlyHirings(month=f"2026-{month:02d}", count=6) for month in range(1, 9))


def worth(engine: Engine, counsellor: str) -> dict[str, float]:
    demand = ProspectionDemand(counsellor_id=counsellor, commune_insee=GUERET)
    found = worth_of(engine, demand, TravelMode.CAR)
    return dict(zip(found.sirets, found.values.tolist(), strict=True))


@pytest.fixture
def shared(local: Engine) -> Engine:
    """A firm and two counsellors whose portfolios are alike."""
    write(local, firm(hirings=HIRES), profile(counsellor_id="k1"), profile("p2", counsellor_id="k2"))
    return local


def test_who_has_spoken_with_a_firm_is_preferred(shared: Engine) -> None:
    road = HOUR_WORTH * LEAST_ROAD_MINUTES / 60
    before = worth(shared, "k1")[SIRET]
    assert before == pytest.approx(worth(shared, "k2")[SIRET])
    write(shared, contact(at="2026-01-05"))  # by k1
    assert worth(shared, "k1")[SIRET] + road == pytest.approx((worth(shared, "k2")[SIRET] + road) * (1 + KNOWN))


def test_other_contacts_in_the_division_are_knowledge_of_the_sector(shared: Engine) -> None:
    before = worth(shared, "k1")[SIRET]
    write(shared, firm("99999999999999", naf="8610Z"), contact("c9", "99999999999999", at="2026-01-05"))
    after = worth(shared, "k1")[SIRET]
    assert before < after
    assert worth(shared, "k2")[SIRET] == pytest.approx(before)


def test_a_stop_has_all_that_is_told_of_a_firm_and_what_is_gone_is_left_out(shared: Engine) -> None:
    demand = ProspectionDemand(counsellor_id="k1", commune_insee=GUERET)
    (stop,) = stops_of(shared, demand, ["00000000000000", SIRET])
    assert stop.siret == SIRET
    assert [each.profile_id for each in stop.target.present] == ["p1"]
    assert stop.target.people == 1
    assert stops_of(shared, demand, []) == []


def test_an_agreed_visit_does_not_outlive_an_opt_out(shared: Engine) -> None:
    earlier = (Earlier(SIRET, "k1", None, True), Earlier("00000000000000", "k1", None, True))
    assert still_open(shared, earlier) == earlier[:1]
    write(shared, msgspec.structs.replace(firm(), opt_out=True))
    assert still_open(shared, earlier) == ()


def test_why_a_counsellor() -> None:
    assert why_this_counsellor(True, 8.4, 2) == (
        "Déjà en relation avec l'entreprise, 2 personnes de son portefeuille à y présenter, à 8,4 km"
    )
    assert why_this_counsellor(False, 0.2, 0) == "Sur place"
    assert why_this_counsellor(False, None, 0) == "Seule personne disponible à portée"
