"""The readers' journeys from the front page to their end, on a screen, over the sample world.

Each is played with scripts and without, on a wide screen, at 200 % (640 pixels of 1280) or on the narrowest; one with
the keyboard alone. Pictures of those with scripts are left under `var/journeys/`.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from features.records import (
    Contact,
    ContactOutcome,
    Event,
    EventKind,
    Identity,
    Mobility,
    Profile,
    occupation_code,
)
from tests.api.pages.screen import Site, go_by_tab, look, reader
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CV = "Caissière en supermarché pendant 4 ans. Encaisser, mettre en rayon, préparer des repas."
NEED = "aide-soignante à Paris 12e, à 10 km, CDI, permis B"


@pytest.fixture(scope="module")
def crowd(site: Site) -> Site:
    """A place with people enough for a pool to be counted, most of whom have no licence."""
    store = site.service.store
    one = next(
        each
        for each in store.page(Profile, 0, 200)
        if each.consents.visible_to_employers
        and each.consents.profiling
        and (each.commune_insee or "").startswith("751")
        and (occupation_code(each.projects[0]) or "").startswith("J1501")
    )
    who = store.get(Identity, one.id)
    assert who is not None
    project = replace(one.projects[0], contracts=(), working_time=None, start_date=None, pay_floor_monthly=None)
    one = replace(one, projects=(project,), mobility=Mobility(km=30))
    people = [replace(one, id=f"{one.id}-{n:02}", licences=("B",) if n < 6 else ()) for n in range(24)]
    store.upsert(people, "test")
    who = replace(who, email="personne@exemple.invalid")
    store.upsert([replace(who, id=each.id) for each in people], "test")
    site.service.follower.nudge()
    until(lambda: site.service.engine.watermark >= store.watermark())
    return site


@dataclass(frozen=True)
class Way:
    """How a journey is played."""

    scripts: bool
    width: int

    def __str__(self) -> str:
        return f"{'avec' if self.scripts else 'sans'}-scripts-{self.width}"


def start(chromium: Any, site: Site, way: Way, name: str) -> tuple[Any, Any]:
    """A reader on the front page, and what looks at each step; pictures are taken with scripts."""
    page = reader(chromium, site, width=way.width, java_script_enabled=way.scripts)
    page.goto("/")
    steps = iter(range(1, 100))
    return page, lambda: look(page, f"{name}-{way}-{next(steps):02}" if way.scripts else None)


def try_as(page: Any, title: str, nth: int = 0) -> None:
    door = page.locator("section.panel").filter(has=page.get_by_role("heading", name=title))
    door.get_by_role("button", name="Essayer comme").nth(nth).click()
    page.get_by_role("button", name="Quitter ce rôle").wait_for()


def of(page: Any, site: Site) -> str:
    """The id of whom one is."""
    (cookie,) = [each for each in page.context.cookies() if each["value"].startswith("demo:")]
    return str(cookie["value"].rpartition(":")[2])


@pytest.mark.parametrize("way", [Way(True, 1280), Way(False, 320)], ids=str)
def test_a_jobseeker(chromium: Any, site: Site, way: Way) -> None:
    page, seen = start(chromium, site, way, "demandeur")
    assert "Se trouver, et savoir pourquoi" in seen()
    try_as(page, "Je cherche un emploi", 0 if way.scripts else 1)
    me = of(page, site)
    assert "Pourquoi cette offre" in seen()

    first = page.locator("article.card").first
    title = first.locator("h2 a").inner_text()
    first.locator("h2 a").click()
    page.get_by_role("heading", level=1, name=title).wait_for()
    assert "Pourquoi cette offre" in seen()
    page.go_back()

    total = page.locator("article.card").count()
    page.get_by_text("Pas pour moi, parce que…").first.click()
    page.get_by_role("button", name="Trop loin").first.click()
    page.get_by_text(f"« {title} » a quitté votre liste.").wait_for()
    assert page.locator("article.card").count() in (total - 1, total)
    assert title not in page.locator("article.card h2 a").all_inner_texts()
    seen()
    events = site.service.store.of_prefix(Event, "ecart-")
    assert [each.kind for each in events if each.profile_id == me] == [EventKind.DISMISSED]

    page.goto("/espace/profil")
    seen()
    page.get_by_label("Quelques mots, ou votre CV collé ici").fill(CV)
    page.get_by_role("button", name="Lire mon texte").click()
    page.get_by_role("button", name="Ajouter à mon profil").wait_for()
    assert "Rien n'est encore enregistré" in seen()
    skill = page.locator("input[name=competence]").first
    skill.check()
    code = skill.get_attribute("value")
    page.get_by_role("button", name="Ajouter à mon profil").click()
    page.get_by_role("heading", level=1, name="Mon profil").wait_for()
    profile = site.service.store.get(Profile, me)
    assert profile is not None
    assert code in [each.code for each in profile.skills]

    page.goto("/espace/metiers")
    seen()
    page.get_by_role("link", name="Ce qui m'en sépare").first.click()
    page.get_by_role("heading", name="Les formations qui comblent l'écart").wait_for()
    seen()

    page.goto("/espace/abonnements")
    page.get_by_role("button", name="Créer un envoi").click()
    page.get_by_text("Changer ce réglage").first.click()
    page.get_by_label("Nombre d'offres par envoi, au plus").first.fill("3")
    page.get_by_role("button", name="Essayer sans enregistrer").first.click()
    page.get_by_role("heading", name="Ce que ce réglage aurait donné").wait_for()
    assert "Rien n'est encore enregistré" in seen()
    page.goto("/espace/abonnements")
    page.get_by_role("link", name="Voir le prochain envoi").first.click()
    page.get_by_role("heading", level=1, name="Le prochain envoi").wait_for()
    seen()

    page.goto("/espace/donnees")
    seen()
    with page.expect_download() as archive:
        page.get_by_role("link", name="Télécharger mon archive").click()
    assert me in archive.value.path().read_text()
    page.get_by_label("Recevoir des courriels").uncheck()
    page.get_by_role("button", name="Enregistrer mes choix").click()
    page.get_by_role("button", name="Quitter ce rôle").click()
    page.get_by_role("heading", name="Je recrute").wait_for()
    kept = site.service.store.get(Profile, me)
    assert kept is not None
    assert not kept.consents.contact_by_email
    page.context.close()


@pytest.mark.parametrize("way", [Way(True, 320), Way(False, 640)], ids=str)
def test_an_employer(chromium: Any, crowd: Site, way: Way) -> None:
    page, seen = start(chromium, crowd, way, "employeur")
    try_as(page, "Je recrute", 0 if way.scripts else 1)
    seen()
    page.get_by_label("Votre besoin, avec vos mots").fill(NEED)
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("heading", name="Ce que nous avons compris").wait_for()
    assert "Permis B exigé" in seen()

    page.get_by_role("link", name="Retirer : 10 km autour").click()
    page.get_by_text("10 km autour").wait_for(state="detached")
    assert "Pourquoi ce profil" in seen()
    fewer = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="Essayer").filter(has_text="permis").first.click()
    page.get_by_text("Assoupli : Sans condition de permis").wait_for()
    seen()
    assert int(page.get_by_role("heading", level=1).inner_text().split()[0]) > int(fewer.split()[0])

    page.get_by_role("link", name="Écrire à cette personne").first.click()
    page.get_by_role("button", name="Envoyer la demande").wait_for()
    seen()
    person = page.locator("input[name=profil]").get_attribute("value")
    page.get_by_role("button", name="Envoyer la demande").click()
    page.get_by_role("heading", name="demande envoyée").wait_for()
    assert "En attente" in seen()
    answered_by(chromium, crowd, way, str(person))
    page.reload()
    identity = crowd.service.store.get(Identity, str(person))
    assert identity is not None
    text = seen()
    assert f"{identity.last_name}" in text
    assert f"{identity.email}" in text
    page.get_by_role("button", name="Entretien").first.click()
    page.get_by_text("Suite donnée : entretien").wait_for()
    page.context.close()


def answered_by(chromium: Any, site: Site, way: Way, person: str) -> None:
    """The person who was written to accepts."""
    page = reader(chromium, site, f"demo:demandeur:{person}", way.width, java_script_enabled=way.scripts)
    page.goto("/espace/demandes")
    look(page)
    page.get_by_role("button", name="Accepter, et donner mes coordonnées").first.click()
    page.get_by_role("heading", name="Aucune demande n'attend").wait_for()
    look(page)
    page.context.close()


def test_an_employer_with_the_keyboard_alone(chromium: Any, crowd: Site) -> None:
    page, seen = start(chromium, crowd, Way(True, 1280), "clavier")
    go_by_tab(page, page.get_by_role("button", name="Essayer comme").nth(3))
    page.keyboard.press("Enter")
    field = page.get_by_label("Votre besoin, avec vos mots")
    field.wait_for()
    go_by_tab(page, field)
    page.keyboard.type("aide-soignante à Paris, CDI, permis B")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Ce que nous avons compris").wait_for()
    go_by_tab(page, page.get_by_role("link", name="Retirer : Permis B exigé"))
    page.keyboard.press("Enter")
    page.get_by_text("Permis B exigé").wait_for(state="detached")
    go_by_tab(page, page.get_by_text("Son parcours et ses compétences").first)
    page.keyboard.press("Space")
    assert page.locator("article.card details[open]").count() == 1
    seen()
    go_by_tab(page, page.get_by_role("link", name="Écrire à cette personne").nth(1))
    page.keyboard.press("Enter")
    send = page.get_by_role("button", name="Envoyer la demande")
    send.wait_for()
    go_by_tab(page, send)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="demande").first.wait_for()
    assert "En attente" in seen()
    page.context.close()


@pytest.mark.parametrize("way", [Way(True, 1280), Way(False, 320)], ids=str)
def test_a_counsellor(chromium: Any, site: Site, way: Way) -> None:
    page, seen = start(chromium, site, way, "conseiller")
    try_as(page, "J'accompagne")
    assert "Pourquoi cette entreprise" in seen()
    page.goto("/prospection/portefeuille")
    assert "personnes suivies" in seen()

    page.goto("/prospection")
    page.locator("article.card h2 a").first.click()
    page.get_by_role("heading", name="Les échanges").wait_for()
    seen()
    page.go_back()
    name = page.locator("article.card h2 a").first.inner_text()
    page.get_by_text("Noter un échange").first.click()
    page.get_by_role("button", name="À rappeler").first.click()
    page.get_by_role("heading", level=1, name=name).wait_for()
    assert "à rappeler" in seen()
    noted = [each for each in site.service.store.page(Contact, 0, 1000) if each.id.startswith("echange-")]
    assert ContactOutcome.CALL_BACK in {each.outcome for each in noted}
    page.goto("/prospection")
    page.get_by_role("link", name=name).first.wait_for()
    seen()
    page.get_by_role("link", name="Plan de l'équipe").click()
    page.wait_for_url("**/prospection/plan")
    seen()
    page.context.close()


@pytest.mark.parametrize("way", [Way(True, 1280), Way(False, 320)], ids=str)
def test_who_steers_the_network(chromium: Any, site: Site, way: Way) -> None:
    page, seen = start(chromium, site, way, "pilote")
    try_as(page, "Je pilote")
    until(lambda: page.locator("#t-metiers").count() > 0 or page.reload() is None)
    assert "Où les recrutements sont difficiles" in seen()
    rows = page.locator("#t-metiers tbody tr").count()
    domain = page.get_by_label("Domaine").locator("option").nth(1)
    page.get_by_label("Domaine").select_option(domain.get_attribute("value"))
    page.get_by_role("button", name="Voir").click()
    page.wait_for_url("**domaine=*")
    assert page.locator("#t-metiers tbody tr").count() < rows
    seen()
    for label in ("Recommandations", "Le service"):
        page.get_by_role("navigation").get_by_role("link", name=label).click()
        page.locator("a[aria-current=page]").filter(has_text=label).wait_for()
        seen()
    page.context.close()
