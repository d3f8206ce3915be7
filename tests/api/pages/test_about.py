"""What any reader may open: the accessibility of the pages, and where they all are."""

import re
from collections import Counter
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.pages.about import FAILURES, MET
from api.pages.shell import MENUS
from api.security.actor import Role
from tests.api.pages.browser import Browser
from tests.api.pages.conftest import tokens_of
from tests.api.pages.readable import check

SHEET = Path(__file__).parents[3] / "docs" / "accessibility.md"
CRITERIA = (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12)
"""Of each of the thirteen themes."""


def test_the_sheet_has_each_criterion_once_and_the_page_says_the_same(reader: TestClient) -> None:
    rows = re.findall(r"^\| (\d+\.\d+) \|.*\| (C|NC|NA) \| ?(.*?) ?\|$", SHEET.read_text(), re.MULTILINE)
    wanted = [f"{theme}.{n}" for theme, most in enumerate(CRITERIA, 1) for n in range(1, most + 1)]
    assert [number for number, _, _ in rows] == wanted
    states = Counter(state for _, state, _ in rows)
    assert states["C"] == MET
    assert [number for number, state, _ in rows if state == "NC"] == [each.criterion for each in FAILURES]
    assert all(how for _, state, how in rows if state != "NA"), "how it was checked"
    assert f"{MET} met, {states['NC']} not met, {states['NA']} not applicable." in SHEET.read_text()
    page = Browser(reader).open("/accessibilite")
    assert f"{MET} critères sur les {MET + len(FAILURES)}" in page.text


@pytest.mark.parametrize("path", ["/accessibilite", "/plan-du-site"])
def test_it_is_open_to_all_and_reached_from_every_page(reader: TestClient, path: str) -> None:
    browser = Browser(reader)
    assert path in [href for _, href in browser.open("/").links]
    browser.open(path)
    assert browser.status == 200
    check(browser.page)


def test_the_map_of_the_site_has_every_menu(reader: TestClient) -> None:
    browser = Browser(reader)
    found = {href for _, href in browser.open("/plan-du-site").links}
    assert {place.path for menu in MENUS.values() for place in menu} <= found
    browser.be(tokens_of(reader)[Role.EMPLOYER])
    page = browser.open("/plan-du-site")
    assert "Mon espace" in page.text
    assert "/espace" not in {href for _, href in page.links}
