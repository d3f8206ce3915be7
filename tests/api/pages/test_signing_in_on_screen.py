"""Signing in on a screen, end to end, with the strict local provider: in, a form that shows its token, out, closed."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.security import accounts, cookies
from features.records import Establishment, Profile
from tests.api.pages.screen import Site, copied, listening, look, reader
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def closed(sample_data_dir: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that is no demonstration: nobody is anybody without signing in."""
    folder = copied(sample_data_dir, tmp_path_factory.mktemp("closed"))
    with listening(folder, local_provider=True, demo_identities=False) as site:
        yield site


def sign_in(page: Any, person: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Se connecter").click()
    page.get_by_role("button", name=person).click()
    page.get_by_role("button", name="Se déconnecter").wait_for()


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without"])
def test_a_jobseeker_signs_in_links_their_profile_and_leaves(chromium: Any, closed: Site, scripts: bool) -> None:
    store = closed.service.store
    person = [each for each in store.page(Profile, 0, 50) if each.counsellor_id is not None][scripts]
    page = reader(chromium, closed, width=320 if scripts else 1280, java_script_enabled=scripts)
    page.goto("/espace")
    assert page.get_by_role("heading", level=1).inner_text() == "Vous n'êtes pas connecté"
    page.wrong.clear()

    sign_in(page, "Camille Exemple" if scripts else "Claude Patron")
    assert page.url == f"{closed.base}/compte"
    assert "liez votre profil" in look(page)
    page.get_by_label("Identifiant de votre profil").fill(person.id)
    page.get_by_label("Code").fill("AAAAA-AAAAA")
    page.get_by_role("button", name="Lier mon profil").click()
    page.locator(".note.warn").wait_for()
    page.wrong.clear()
    look(page)
    page.get_by_label("Code").fill(accounts.code_for(store, person.id, "conseiller"))
    page.get_by_role("button", name="Lier mon profil").click()
    page.wait_for_url("**/espace")
    assert "Démonstration" not in look(page)

    (cookie,) = [each for each in page.context.cookies() if each["name"] == cookies.SESSION]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"

    page.goto("/espace/profil")
    page.get_by_label("Distance acceptée").fill("17")
    page.locator("form[action='/espace/profil/trajet'] button").click()
    page.get_by_text(re.compile("Jusqu'à 17.km")).wait_for()
    kept = store.get(Profile, person.id)
    assert kept is not None
    assert kept.mobility.km == 17
    form = {"km": "3"}
    for token in ({}, {"jetonCsrf": "x"}):
        refused = page.request.post("/espace/profil/trajet", form={**form, **token})
        assert refused.status == 403
    assert store.get(Profile, person.id) == kept

    page.goto("/espace")
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("heading", name="À bientôt").wait_for()
    page.goto("/espace")
    assert page.get_by_role("heading", level=1).inner_text() == "Vous n'êtes pas connecté"
    page.context.add_cookies([cookie])
    until(lambda: page.request.get("/espace").status == 401)
    page.context.close()


def test_an_employer_asks_for_an_account_and_waits(chromium: Any, closed: Site) -> None:
    page = reader(chromium, closed)
    sign_in(page, "Alix Essai")
    page.get_by_label("SIRET de l'établissement").fill("00000000000000")
    page.get_by_role("button", name="Demander un compte").click()
    page.locator(".note.warn").wait_for()
    page.wrong.clear()
    page.get_by_label("SIRET de l'établissement").fill(closed.service.store.page(Establishment, 0, 1)[0].id)
    page.get_by_role("button", name="Demander un compte").click()
    page.get_by_text("attend l'accord d'une deuxième personne").wait_for()
    look(page)
    page.goto("/recruter")
    page.wrong.clear()
    assert "Elle n'est pas ouverte à votre compte" in look(page)
    page.context.close()
