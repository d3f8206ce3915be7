"""Pages in a real browser: what axe-core finds, narrow screens, the keyboard, with and without scripts.

They need the system's Chromium; without it they skip, saying how to install it.
"""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.security.actor import Role
from api.security.demo import COOKIE
from api.service import Service
from api.settings import Settings
from features.records import Establishment
from tests.api.pages.conftest import chosen, with_round

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is absent: install vivier[dev]")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is absent: install vivier[dev]")

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NEED = "/recruter?texte=aide-soignante+%C3%A0+Paris%2C+CDI%2C+permis+B%2C+jeune+et+dynamique"
PAGES = {
    Role.JOBSEEKER: (
        "/",
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
}


@pytest.fixture(scope="module")
def chromium() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name)) is not None), None)
    if found is None:
        pytest.skip("no browser: on Debian or Ubuntu, sudo apt-get install chromium")
    return found


@pytest.fixture(scope="module")
def site(chromium: str, sample_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A service that listens: its address, and somebody of each role."""
    import uvicorn

    folder = shutil.copytree(sample_data_dir, tmp_path_factory.mktemp("browser") / "var")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        service = Service.open(Settings(data_dir=folder, demo_identities=True, public_url=base))
        server = uvicorn.Server(uvicorn.Config(create_app(service), log_level="error", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        for _ in range(200):
            if server.started:
                break
            time.sleep(0.05)
        tokens = chosen(service)
        firms = [each for each in service.store.page(Establishment, 0, 20) if each.name is not None][:3]
        with_round(service, tokens[Role.COUNSELLOR].rpartition(":")[2], firms)
        yield base, tokens
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    options = ["--disable-background-networking", "--disable-sync", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=options)
        yield launched
        launched.close()


def reader(browser: Any, site: Any, role: Role, width: int = 1280, **options: Any) -> Any:
    """A page of somebody's, that fails the test when a script or a file is refused or asked from elsewhere."""
    base, tokens = site
    context = browser.new_context(viewport={"width": width, "height": 900}, base_url=base, **options)
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": COOKIE, "value": tokens[role], "url": base}])
    page = context.new_page()
    page.wrong = []
    page.on("console", lambda message: page.wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("request", lambda sent: page.wrong.append(sent.url) if not sent.url.startswith(base) else None)
    return page


def violations(page: Any) -> list[tuple[str, list[str]]]:
    found = axe.Axe().run(page).response["violations"]
    return [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_refused(browser: Any, site: Any, scheme: str) -> None:
    for role, paths in PAGES.items():
        page = reader(browser, site, role, color_scheme=scheme)
        for path in paths:
            page.goto(path)
            assert violations(page) == [], f"{scheme} {path}"
            wrong = [each for each in page.wrong if "404" not in each]
            assert wrong == [], path
        page.context.close()


@pytest.mark.parametrize("width", [320, 640])
def test_nothing_is_wider_than_a_narrow_screen(browser: Any, site: Any, width: int) -> None:
    """640 is a screen of 1280 at 200 % (WCAG 1.4.4 and 1.4.10)."""
    for role, paths in PAGES.items():
        page = reader(browser, site, role, width)
        for path in paths:
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert violations(page) == [], f"{width} {path}"
        page.context.close()


def test_a_list_is_worked_with_the_keyboard_alone(browser: Any, site: Any) -> None:
    page = reader(browser, site, Role.JOBSEEKER)
    page.goto("/espace")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    before = page.locator("article.card").count()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "motif"
    page.keyboard.press("Enter")
    page.get_by_text("a quitté votre liste").wait_for()
    assert page.locator("article.card").count() == before - 1
    page.get_by_role("button", name="Revenir sur ce geste").click()
    page.wait_for_load_state()
    assert page.locator("article.card").count() == before
    assert page.wrong == []
    page.context.close()


def test_a_visit_is_dragged_to_another_day_and_stays_there(browser: Any, site: Any) -> None:
    page = reader(browser, site, Role.COUNSELLOR)
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


def test_every_journey_begins_without_scripts(browser: Any, site: Any) -> None:
    page = reader(browser, site, Role.JOBSEEKER, java_script_enabled=False)
    page.context.clear_cookies()
    page.goto("/")
    page.get_by_role("button", name="Essayer comme").first.click()
    page.get_by_role("heading", level=1).wait_for()
    assert "pour vous" in page.get_by_role("heading", level=1).inner_text()
    page.get_by_text("Pas pour moi, parce que…").first.click()
    page.get_by_role("button", name="Déjà vue").first.click()
    page.get_by_text("a quitté votre liste").wait_for()
    page.get_by_role("button", name="Quitter ce rôle").click()
    page.get_by_role("heading", name="Je recrute").wait_for()
    page.context.close()


def test_a_first_page_is_light(browser: Any, site: Any) -> None:
    page = reader(browser, site, Role.JOBSEEKER)
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < 100_000
    page.context.close()
