"""Every page in a real browser: what axe-core finds in light and in dark, narrow screens, the keyboard, its weight.

They need the system's Chromium; without it they skip, saying how to install it.
"""

from typing import Any

import pytest

from api.security.actor import Role
from tests.api.pages.browser import Page
from tests.api.pages.conftest import chosen
from tests.api.pages.screen import Site, go_by_tab, look, reader

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
    Role.COUNSELLOR: ("/prospection", "/prospection/portefeuille"),
    Role.NEWCOMER: ("/compte",),
}
WIDTHS = (640, 320)
"""A screen of 1280 at 200 % (WCAG 1.4.4), and the narrowest (1.4.10)."""


def token_of(site: Site, role: Role | None) -> str | None:
    return None if role is None else chosen(site.service)[role]


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
        sent = Page(page.goto(path).text())
        assert [tag for tag, _ in sent.tags] == [tag for tag, _ in Page(page.content()).tags], f"mended by it: {path}"
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


def test_a_first_page_is_light(chromium: Any, site: Site) -> None:
    page = reader(chromium, site, token_of(site, Role.JOBSEEKER))
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < 100_000
    page.context.close()
