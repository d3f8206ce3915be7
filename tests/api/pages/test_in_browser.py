"""Every page in a real browser: what axe-core finds in light and in dark, narrow screens, the keyboard, its weight.

They need the system's Chromium; without it they skip, saying how to install it.
"""

from typing import Any

import pytest

from api.security.actor import Role
from features.records import Establishment
from tests.api.pages.browser import Page
from tests.api.pages.conftest import chosen, with_round
from tests.api.pages.screen import Site, go_by_tab, look, reader
from tests.waiting import until

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is absent: install vivier[dev]")

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEED = "/recruter?texte=aide-soignante+%C3%A0+Paris%2C+CDI%2C+permis+B%2C+jeune+et+dynamique"
PAGES = {
    None: ("/connexion/entrer?retour=/espace", "/connexion/au-revoir"),
    Role.JOBSEEKER: (
        "/",
        "/accessibilite",
        "/plan-du-site",
        "/espace",
        "/espace/gardees",
        "/espace/formations",
        "/espace/metiers",
        "/espace/metiers/ecart?metier=J1501",
        "/espace/profil",
        "/espace/abonnements",
        "/espace/demandes",
        "/espace/donnees",
        "/espace/nulle-part",
    ),
    Role.EMPLOYER: ("/recruter", NEED, "/recruter/annonce", "/recruter/viviers", "/recruter/demandes"),
    Role.COUNSELLOR: ("/prospection", "/prospection/portefeuille", "/prospection/plan", "/prospection/tournee"),
    Role.PILOT: ("/pilotage", "/pilotage/recommandations", "/pilotage/service"),
    Role.NEWCOMER: ("/compte",),
}
WIDTHS = (640, 320)
"""A screen of 1280 at 200 % (WCAG 1.4.4), and the narrowest (1.4.10)."""


def token_of(site: Site, role: Role | None) -> str | None:
    return None if role is None else chosen(site.service)[role]


@pytest.fixture(scope="module", autouse=True)
def round_of_day(site: Site) -> None:
    """The counsellor has visits to make."""
    firms = [each for each in site.service.store.page(Establishment, 0, 20) if each.name is not None][:3]
    with_round(site.service, chosen(site.service)[Role.COUNSELLOR].rpartition(":")[2], firms)


def violations(page: Any, *rules: str) -> list[tuple[str, list[str]]]:
    """What axe-core finds, by all of its rules or by some."""
    options = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found = axe.Axe().run(page, options=options).response["violations"]
    return [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in found]


@pytest.mark.parametrize("role", PAGES)
def test_a_page_is_fit_for_every_screen(chromium: Any, site: Site, role: Role | None) -> None:
    """Of axe-core's rules, colours alone depend on the scheme."""
    page = reader(chromium, site, token_of(site, role))
    for path in PAGES[role]:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        sent = page.goto(path).text()
        read = page.evaluate(
            "text => new DOMParser().parseFromString(text, 'text/html').documentElement.outerHTML", sent
        )
        assert [tag for tag, _ in Page(sent).tags] == [tag for tag, _ in Page(read).tags], f"mended: {path}"
        page.wrong[:] = [each for each in page.wrong if "404" not in each]
        assert violations(page) == [], path
        page.emulate_media(color_scheme="dark")
        assert violations(page, "color-contrast", "link-in-text-block") == [], f"dark {path}"
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            look(page)
        assert violations(page, "target-size", "scrollable-region-focusable", "color-contrast") == [], f"320 {path}"
    page.context.close()


def test_a_letter_is_read_in_light_in_dark_and_on_a_narrow_screen(chromium: Any, site: Site) -> None:
    page = reader(chromium, site, token_of(site, Role.JOBSEEKER), 320)
    page.goto("/espace/abonnements")
    page.get_by_role("button", name="Créer un envoi").click()
    page.get_by_role("link", name="Voir le prochain envoi").first.click()
    page.goto(page.locator("iframe").get_attribute("src"))
    assert page.get_by_role("heading", level=3).count() > 0
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(255, 255, 255)") is (scheme == "light")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_a_list_is_worked_with_the_keyboard_alone(chromium: Any, site: Site) -> None:
    page = reader(chromium, site, token_of(site, Role.JOBSEEKER))
    page.goto("/espace")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    before = page.locator("article.card").count()
    go_by_tab(page, page.get_by_text("Pas pour moi, parce que…").first)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "motif"
    page.keyboard.press("Enter")
    page.get_by_text("a quitté votre liste").wait_for()
    assert page.locator("article.card").count() == before - 1
    page.get_by_role("button", name="Revenir sur ce geste").click()
    page.get_by_text("a quitté votre liste").wait_for(state="detached")
    assert page.locator("article.card").count() == before
    assert page.wrong == []
    page.context.close()


SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""


@pytest.mark.parametrize("role", [Role.JOBSEEKER, Role.EMPLOYER])
def test_spaced_text_is_neither_cut_nor_wider_than_the_screen(chromium: Any, site: Site, role: Role) -> None:
    """WCAG 1.4.12: a reader's own spacing."""
    page = reader(chromium, site, token_of(site, role), 320, bypass_csp=True)
    for path in ("/espace", "/espace/profil") if role is Role.JOBSEEKER else (NEED,):
        page.goto(path)
        page.add_style_tag(content=SPACED)
        look(page)
        cut = """[...document.querySelectorAll('main *')].filter(each => !each.closest('.hidden, svg, textarea, select')
            && getComputedStyle(each).overflow === 'hidden' && each.scrollHeight > each.clientHeight + 1).length"""
        assert page.evaluate(cut) == 0, path
    page.context.close()


def test_charts_are_drawn_in_the_colours_of_the_page(chromium: Any, site: Site) -> None:
    """Vega makes code from text unless told otherwise, which the page's policy refuses."""
    page = reader(chromium, site, token_of(site, Role.PILOT))
    fill = "document.querySelector('[data-chart]').shadowRoot.querySelector('.mark-rect path').getAttribute('fill')"
    page.goto("/pilotage")
    for number in range(page.locator("[data-chart]").count()):
        page.locator("[data-chart][data-drawn]").nth(number).wait_for()
    bars = page.evaluate("document.querySelector('[data-chart]').shadowRoot.querySelectorAll('.mark-rect path').length")
    assert bars == min(12, page.locator("#t-metiers tbody tr").count())
    light = page.evaluate(fill)
    page.emulate_media(color_scheme="dark")
    until(lambda: page.evaluate(fill) != light)
    assert page.wrong == []
    page.context.close()
    plain = reader(chromium, site, token_of(site, Role.PILOT), java_script_enabled=False)
    plain.goto("/pilotage")
    assert plain.locator("#t-metiers").is_visible()
    assert not plain.locator("[data-chart]").first.is_visible()
    plain.context.close()


def test_a_visit_is_dragged_to_another_day_and_stays_there(chromium: Any, site: Site) -> None:
    page = reader(chromium, site, token_of(site, Role.COUNSELLOR))
    page.goto("/prospection/plan")
    visit = page.locator("[data-visite]").first
    key, there = visit.get_attribute("id"), page.locator("[data-jour]").nth(2)
    day = there.get_attribute("data-jour")
    visit.drag_to(there)
    page.get_by_text("La visite est déplacée").wait_for()
    moved = page.locator(f"[data-jour='{day}'] #{key}")
    assert moved.get_by_text("Fixée", exact=True).is_visible()
    moved.get_by_text("Changer").press("Enter")
    moved.get_by_role("button", name="Ne plus fixer").press("Enter")
    page.get_by_text("La visite n'est plus fixée").wait_for()
    assert page.locator(f"[data-jour='{day}'] #{key}").get_by_text("Fixée", exact=True).count() == 0
    assert page.wrong == []
    page.context.close()


def test_a_first_page_is_light(chromium: Any, site: Site) -> None:
    page = reader(chromium, site, token_of(site, Role.JOBSEEKER))
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < 100_000
    page.context.close()
