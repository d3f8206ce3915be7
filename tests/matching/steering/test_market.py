"""The market by occupation and area, against a count of the records one by one; and people who cannot be told apart."""

from collections import Counter

import numpy as np

from features.records import Offer, Profile, Project, occupation_code
from matching.discretion import LEAST, Discretion
from matching.engine import Engine
from matching.steering.market import LEAST_FOR_RATIO, LEAST_OFFERS, Market, Order, line, lines, market_of, total
from tests.matching.made import CARER, GUERET, offer, profile, write


def counted(engine: Engine, record_type: type) -> Counter[tuple[str, str]]:
    """Records by (family, area), of the store; a person once a cell, from where they look."""
    rome, communes = engine.lookups.reference.rome, engine.lookups.reference.communes
    found: Counter[tuple[str, str]] = Counter()
    for batch in engine.store.scan(record_type):
        for record in batch:
            wanted = record.projects if isinstance(record, Profile) else [record]
            cells = set()
            for each in wanted:
                code, row = occupation_code(each), communes.get_row(each.commune_insee or record.commune_insee or "")
                if code is not None:
                    area = "" if row is None else communes.employment_areas[row]
                    cells.add((rome.parents[rome.row_of(code)], area))
            found.update(cells)
    return found


def told(market: Market, engine: Engine, counts: np.ndarray) -> Counter[tuple[str, str]]:
    rome = engine.lookups.reference.rome
    areas = [*engine.lookups.areas, ""]
    return Counter(
        {
            (rome.families[family], areas[area]): int(counts[family, area])
            for family, area in zip(*np.nonzero(counts), strict=True)
        }
    )


def test_people_and_offers_are_those_of_the_store(engine: Engine) -> None:
    market = market_of(engine)
    people = counted(engine, Profile)
    assert told(market, engine, market.people) == people
    assert sum(people.values()) > 300
    offers = counted(engine, Offer)
    found = told(market, engine, market.offers)
    assert sum(found.values()) > 1000
    assert found <= offers  # duplicates of an offer, and those that are over, are not shown
    assert (market.posts >= market.offers).all()


def test_who_comes_and_goes_is_counted_once_a_family(local: Engine) -> None:
    write(local, profile("a", projects=(Project(rome_code=CARER), Project(rome_code=CARER))), profile("b"))
    write(local, offer("o", posts=3))
    market, rome = market_of(local), local.lookups.reference.rome
    family = rome.families.index(rome.parents[rome.row_of(CARER)])
    assert market.people[family].sum() == market.people.sum() == 2
    assert (market.offers[family].sum(), market.posts[family].sum()) == (1, 3)
    area = local.lookups.area_of_commune[local.lookups.reference.communes.get_row(GUERET)]
    assert market.people[family, area] == 2


def test_nobody_of_a_few_is_told_and_a_ratio_rests_on_enough(engine: Engine) -> None:
    market, secret = market_of(engine), engine.discretion
    found = [line(market, family, area, secret) for family in range(len(market.people)) for area in (None, 0, 1, 2)]
    few = [each for each in found if each.people.count is None]
    assert few
    assert len(few) < len(found)
    for each in found:
        where = slice(None) if each.area is None else slice(each.area, each.area + 1)
        count = int(market.people[each.family, where].sum())
        assert each.people.count is None or each.people.count % 5 == 0
        assert count >= LEAST or each.people.count is None
        enough = each.people.count is not None and each.people.count >= LEAST_FOR_RATIO
        assert (each.offers_for_ten is not None) is enough


def test_the_hidden_are_not_found_by_taking_the_visible_from_the_total() -> None:
    """A table of three occupations of which one has too few people: the total less the others is no better than a
    guess."""
    right = 0
    for trial in range(400):
        hidden = 1 + trial % 4
        people = np.array([[20 + trial % 17], [hidden], [31 + trial % 13]])
        zeros = np.zeros_like(people)
        market = Market(people, zeros, zeros, np.full(people.shape, np.nan, dtype=np.float32))
        secret = Discretion(f"secret {trial}")
        first, second, third = (line(market, family, None, secret).people.count for family in range(3))
        whole = total(market, range(3), None, secret).people.count
        assert second is None
        assert first is not None
        assert third is not None
        assert whole is not None
        right += min(max(whole - first - third, 1), 4) == hidden
    assert right < 400 * 0.4


def test_lines_come_in_the_order_that_is_asked_for(engine: Engine) -> None:
    market, families = market_of(engine), range(len(engine.lookups.reference.rome.families))
    by_tension = [each for each in lines(market, families, None, engine.discretion) if each.tension is not None]
    for some in (True, False):
        shares = [each.tension for each in by_tension if (each.offers >= LEAST_OFFERS) is some]
        assert shares == sorted(shares, reverse=True)
    few = [each.offers < LEAST_OFFERS for each in by_tension]
    assert few == sorted(few)
    by_offers = [each.offers for each in lines(market, families, 0, engine.discretion, Order.OFFERS)]
    assert by_offers == sorted(by_offers, reverse=True)
    by_people = [each.people.count or 0 for each in lines(market, families, None, engine.discretion, Order.PEOPLE)]
    assert by_people == sorted(by_people, reverse=True)


def test_an_empty_world_has_no_line(local: Engine) -> None:
    market = market_of(local)
    assert lines(market, range(len(market.people)), None, local.discretion) == []
    assert total(market, [], None, local.discretion).people.is_few
