"""How often firms are called on, by hand and in the log."""

import datetime as dt

import msgspec
import pytest

from features.records import ContactOutcome
from features.store import Kind
from matching.answer import Window
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.lookups import day_number
from matching.prospection import targets
from matching.schema import NO_DAY, Collection
from matching.solicitation import CAP_DAYS, REFUSED_DAYS, ContactDays, contact_days
from tests.matching.conftest import TODAY
from tests.matching.made import CARER, GUERET, SIRET, contact, firm, profile, write


def test_days_by_hand() -> None:
    assert contact_days([]) == ContactDays(NO_DAY, NO_DAY, NO_DAY)
    assert contact_days([(10, False), (30, True), (20, True)]) == ContactDays(30, 10, 30)
    assert contact_days([(1, False), (2, False), (3, False), (4, False)]).capped == 2


def shown(engine: Engine) -> int:
    demand = ProspectionDemand(rome_codes=(CARER,), commune_insee=GUERET)
    return targets(engine, demand, Window()).answer.total


def ago(days: int) -> str:
    return (TODAY - dt.timedelta(days=days)).isoformat()


@pytest.mark.parametrize(("oldest", "found"), [(CAP_DAYS - 1, 0), (CAP_DAYS, 1)])
def test_three_calls_in_ninety_days_are_enough(local: Engine, oldest: int, found: int) -> None:
    write(local, firm(), profile())
    write(local, *[contact(f"c{at}", at=ago(days)) for at, days in enumerate((oldest, 50, 40))])
    assert shown(local) == found


@pytest.mark.parametrize(("days", "found"), [(REFUSED_DAYS - 1, 0), (REFUSED_DAYS, 1)])
def test_a_refusal_counts_for_half_a_year(local: Engine, days: int, found: int) -> None:
    refused = msgspec.structs.replace(contact(at=ago(days)), outcome=ContactOutcome.REFUSED)
    write(local, firm(), profile(), refused)
    assert shown(local) == found


def test_a_contact_that_is_taken_back_counts_no_more(local: Engine) -> None:
    write(local, firm(), profile(), *[contact(f"c{at}", at=ago(5)) for at in range(3)])
    assert shown(local) == 0
    local.store.delete(Kind.CONTACT, ["c1"])
    local.catch_up()
    assert shown(local) == 1
    assert local.links.contact_days(SIRET) == ContactDays(day_number(TODAY) - 5, NO_DAY, NO_DAY)


def test_contacts_noted_before_the_firm_count(local: Engine) -> None:
    write(local, *[contact(f"c{at}", at=ago(5)) for at in range(3)], firm(), profile())
    row = local.catalogue(Collection.ESTABLISHMENTS).rows_of(SIRET)
    assert local.catalogue(Collection.ESTABLISHMENTS).take("capped_day", row)[0] == day_number(TODAY) - 5
    assert shown(local) == 0


def test_a_call_back_is_done_once_the_firm_is_called_again(local: Engine) -> None:
    asked = msgspec.structs.replace(contact("c1", at=ago(5)), call_back_on=TODAY)
    write(local, asked)
    assert local.links.callbacks["k1"] == {"c1"}
    assert not local.links.is_done("c1")
    write(local, contact("c2", at=ago(1)))
    assert local.links.is_done("c1")
    assert local.links.last_contacts(SIRET) == ["c2", "c1"]
