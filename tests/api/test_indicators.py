"""The open indicators, over HTTP."""

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.steering.indicators import COUNTRY, HEADER
from matching.steering.market import market_of
from tests.waiting import until


@pytest.fixture(scope="module")
def anybody(reader: TestClient) -> TestClient:
    """Without credentials, once the figures are there."""
    client = TestClient(reader.app)
    until(lambda: client.get("/v1/indicateurs").status_code == 206)
    return client


def every(client: TestClient, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        answer = client.get("/v1/indicateurs", params={**query, "range": f"{len(found)}-{len(found) + 149}"})
        if answer.status_code == 204:
            return found
        found += answer.json()["resultats"]
        if answer.status_code == 200:
            return found


def test_anybody_has_the_country_by_occupation(anybody: TestClient) -> None:
    found = every(anybody)
    service = anybody.app.state.service  # type: ignore[attr-defined]
    market = market_of(service.engine)
    assert sum(each["offres"] for each in found) == market.offers.sum()
    assert [each["codeROME"] for each in found] == sorted({each["codeROME"] for each in found})
    for each in found:
        assert ("personnes" in each) is not ("personnesMoinsDe" in each)
        assert each.get("personnes", 5) % 5 == 0
        assert each["offres"] or "personnes" in each
        assert "bassin" not in each


def test_an_area_and_a_domain_are_parts_of_it(anybody: TestClient) -> None:
    whole = every(anybody)
    domain = [each for each in whole if each["grandDomaine"] == "J"]
    assert every(anybody, grandDomaine="J") == domain
    areas = anybody.app.state.service.board.names.areas  # type: ignore[attr-defined]
    by_area = [every(anybody, bassin=area) for area in areas]
    assert sum(each["offres"] for found in by_area for each in found) <= sum(each["offres"] for each in whole)
    assert {each["bassin"] for found in by_area for each in found} <= set(areas)


def test_a_spreadsheet_has_all_of_it_and_no_formula(anybody: TestClient) -> None:
    answer = anybody.get("/v1/indicateurs/export")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert tuple(rows[0]) == HEADER
    assert sum(row[4] == COUNTRY for row in rows) == len(every(anybody))
    assert len(rows) > len(every(anybody)) + 1
    for row in rows[1:]:
        assert len(row) == len(HEADER)
        assert row[5] == "moins de 5" or int(row[5]) >= 5
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
        assert "None" not in row
        assert "nan" not in row


@pytest.mark.parametrize(
    ("query", "named"),
    [("bassin=9999", "9999"), ("grandDomaine=Z", "Z"), ("range=3-1", "3-1"), ("bassins=1", "bassin")],
)
def test_what_there_is_not_is_named(anybody: TestClient, query: str, named: str) -> None:
    answer = anybody.get(f"/v1/indicateurs?{query}")
    assert answer.status_code == 400
    assert named in answer.json()["detail"]


def test_an_empty_answer_says_why(anybody: TestClient) -> None:
    service = anybody.app.state.service  # type: ignore[attr-defined]
    names, made = service.board.names, service.board.indicators._made.value
    nothing = next(
        (area, letter) for area in range(len(names.areas)) for letter in names.domains if not made.of(area, letter)
    )
    answer = anybody.get(f"/v1/indicateurs?bassin={names.areas[nothing[0]]}&grandDomaine={nothing[1]}")
    assert answer.status_code == 200
    assert answer.json()["resultats"] == []
    assert "sans «" in answer.json()["avis"]
