"""An employer's pages, played without scripts."""

from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from api.pages.needs import loosen
from api.security.actor import Role
from features.records import ContactRequest, Establishment, Identity, Offer, Profile, TalentPool
from tests.api.pages.browser import Browser
from tests.api.pages.conftest import service_of, tokens_of
from tests.api.pages.readable import check

NEED = "aide-soignante à Paris 12e, à 20 km, CDI, permis B, 2 ans d'expérience, 2000 euros par mois"


def search(browser: Browser, text: str = NEED) -> None:
    browser.open("/recruter")
    browser.press("Chercher", texte=text)


def test_the_empty_page_shows_what_may_be_asked(employer: Browser) -> None:
    page = employer.open("/recruter")
    check(page)
    for words in [words for words, href in page.links if href.startswith("/recruter?texte=")]:
        employer.open("/recruter")
        check(employer.follow(words))
        assert "Ce que nous avons compris" in employer.page.text


def test_people_are_shown_with_reasons_and_nothing_that_names_them(employer: Browser, world: TestClient) -> None:
    search(employer, "aide-soignante à Paris")
    check(employer.page)
    text = employer.page.text
    shown = text.count("Écrire à cette personne")
    assert shown == text.count("Pourquoi ce profil") > 0
    store = service_of(world).store
    people = [href for _, href in employer.page.links if "profil=" in href]
    for href in people:
        key = href.partition("profil=")[2].partition("&")[0]
        identity, profile = store.get(Identity, key), store.get(Profile, key)
        assert profile.consents.visible_to_employers
        for told in (identity.first_name, identity.last_name, identity.email, identity.address, profile.summary):
            assert not told or told not in text
    assert "environ" in text
    assert "," not in next(each for each in text.split("à environ ")[1].split(" km")[:1])


def test_chips_come_off_and_go_back_to_the_same_search(employer: Browser) -> None:
    search(employer)
    page = employer.page
    assert "Permis B exigé" in page.text
    label = next(
        words for words, _ in page.links if words.startswith("Retirer : Permis") or "Retirer : Permis" in words
    )
    page = employer.follow(label)
    assert "Permis B exigé" not in page.text.partition("Ce que nous avons compris")[2].partition("Pourquoi")[0]
    assert "2 000 € brut par mois" in page.text
    check(page)


def test_another_occupation_may_be_meant(employer: Browser) -> None:
    search(employer)
    other = next(words for words, href in employer.page.links if words.startswith("Plutôt ") and "choix=" in href)
    page = employer.follow(other)
    check(page)
    assert f"Métier : {other.removeprefix('Plutôt ')}" in page.text


def test_what_is_loosened_is_a_chip_that_comes_off(employer: Browser) -> None:
    page = employer.open("/recruter?" + urlencode({"texte": NEED, "assouplir": "permis,distance,distance,inconnu"}))
    check(page)
    for words in ("Assoupli : Sans condition de permis", "Assoupli : À 30 km", "Assoupli : À 50 km"):
        assert words in page.text
    page = employer.follow("Revenir : Sans condition de permis")
    assert "Sans condition de permis" not in page.text


@pytest.mark.parametrize(
    "name",
    [
        "metier", "permis", "typeContrat", "tempsPlein", "diplome", "langue", "competence", "disponibleAvant",
        "departement", "region", "experience", "distance", "salaire",
    ],
)  # fmt: skip
def test_each_criterion_is_loosened_where_it_is_asked_and_nowhere_else(name: str) -> None:
    full = {
        "intitule": "x",
        "romeCode": "J1501",
        "permis": [{"libelle": "B", "exigence": "E"}],
        "typeContrat": "CDI",
        "tempsPlein": True,
        "formations": [{"niveau": 4}],
        "langues": [{"code": "en"}],
        "competences": [{"libelle": "x"}],
        "experienceExige": "E",
        "experienceMois": 24,
        "salaire": {"minMensuel": 2000.0, "maxMensuel": 2000.0},
        "criteres": {
            "commune": "75112",
            "distance": "20",
            "departement": "75",
            "region": "11",
            "disponibleAvant": "2027-01-01",
        },
    }
    import copy

    before = copy.deepcopy(full)
    words = loosen(full, name)
    assert words is not None
    assert words[0] == words[0].upper()
    assert full != before
    assert loosen({"intitule": "x"}, name) is None


def test_one_click_opens_to_the_whole_domain_where_an_occupation_was_read(employer: Browser) -> None:
    asked = {"texte": "aide-soignant à Paris"}
    people = len([each for each in employer.open("/recruter?" + urlencode(asked)).headings if each[0] == "h2"])
    page = employer.open("/recruter?" + urlencode({**asked, "assouplir": "metier"}))
    check(page)
    assert "Assoupli : Tout le domaine de métiers" in page.text
    assert len([each for each in page.headings if each[0] == "h2"]) >= people
    assert "Assoupli :" not in employer.follow("Revenir : Tout le domaine").text


def test_experience_is_halved_then_let_go() -> None:
    need = {"experienceExige": "E", "experienceMois": 24}
    assert loosen(need, "experience") == "1 an d'expérience suffisent"
    assert loosen(need, "experience") == "6 mois d'expérience suffisent"
    assert loosen(need, "experience") == "Débutants acceptés"
    assert need == {"experienceExige": "D"}


def test_what_the_law_forbids_is_told_and_not_searched(employer: Browser) -> None:
    search(employer, "serveuse de moins de 30 ans à Paris")
    check(employer.page)
    assert "L1132-1" in employer.page.text
    employer.open("/recruter/annonce")
    page = employer.press(
        "Relire l'annonce",
        intitule="Serveuse",
        description="Une jeune femme de moins de 30 ans, dynamique.",
    )
    check(page)
    assert "À récrire" in page.text
    assert "Plutôt" in page.text


def test_a_title_that_may_mean_several_occupations_is_asked_about(employer: Browser) -> None:
    search(employer, "vendeur à Paris")
    check(employer.page)
    assert "Le métier n'est pas certain" in employer.page.text
    label = next(words for words, href in employer.page.links if "metier=" in href)
    page = employer.follow(label)
    check(page)
    assert f"Métier : {label}" in page.text


def test_words_that_name_no_job_are_told_so(employer: Browser) -> None:
    search(employer, "zzzz zzzz")
    assert employer.status == 200
    check(employer.page)
    search(employer, "à Paris")
    check(employer.page)
    assert "Dites le poste" in employer.page.text


@pytest.mark.parametrize("query", ["texte=x&sans=a", "texte=x&page=0", "texte=x&autre=1", "texte=x&choix=b:c"])
def test_an_address_that_means_nothing_is_told_so(employer: Browser, query: str) -> None:
    employer.open(f"/recruter?{query}")
    assert employer.status == 400
    check(employer.page)


def test_a_person_is_written_to_accepts_and_is_told_the_sequel(employer: Browser, world: TestClient) -> None:
    search(employer, "aide-soignante à Paris")
    page = employer.follow("Écrire à cette personne")
    check(page)
    key = next(dict(form.fields)["profil"] for form in page.forms if "profil" in dict(form.fields))
    employer.press("Envoyer la demande", besoin="Aide-soignant de jour", message="Appelez-moi au 06 12 34 56 78")
    assert employer.status == 422
    check(employer.page)
    employer.open(f"/recruter/contacter?profil={key}&besoin=Aide-soignant")
    employer.press("Envoyer la demande")
    assert employer.path == "/recruter/demandes"
    assert "En attente" in employer.page.text
    check(employer.page)
    person = Browser(world).be(f"demo:demandeur:{key}")
    person.open("/espace/demandes")
    person.press("Accepter")
    page = employer.open("/recruter/demandes")
    check(page)
    identity = service_of(world).store.get(Identity, key)
    assert identity.last_name in page.text
    employer.press("Entretien")
    assert "Suite donnée : entretien" in employer.page.text
    person.open("/espace/demandes")
    assert "annoncé un entretien" in person.page.text
    siret = tokens_of(world)[Role.EMPLOYER].rpartition(":")[2]
    (kept,) = service_of(world).store.of_prefix(ContactRequest, f"{siret}-")
    assert (kept.profile_id, kept.accepted) == (key, True)


def test_a_firm_that_may_see_no_more_people_is_told_on_a_page(employer: Browser, world: TestClient) -> None:
    firms = {each.siret for each in service_of(world).store.page(Offer, 0, 400)}
    firm = next(each.id for each in service_of(world).store.page(Establishment, 0, 150) if each.id not in firms)
    browser = Browser(world).be(f"demo:employeur:{firm}")
    search(browser, "aide-soignante à Paris")
    assert browser.status == 403
    check(browser.page)
    assert "Il faut une offre en cours" in browser.page.text


def test_a_pool_is_made_filled_and_taken_away(employer: Browser, world: TestClient) -> None:
    search(employer, "aide-soignante à Paris")
    employer.follow("Écrire à cette personne")
    page = employer.follow("Choisir un vivier")
    check(page)
    employer.press("Créer, et y ajouter", nom="Été à Paris")
    page = employer.follow("Été à Paris")
    check(page)
    assert "1 personne" in page.text
    link = next(href for words, href in page.links if "tableur" in words)
    employer.open(link)
    assert employer.headers["content-type"].startswith("text/csv")
    employer.open(link.removesuffix("/export"))
    employer.press("Retirer")
    assert "vide" in employer.page.text
    check(employer.page)
    other = next(
        f"demo:employeur:{each.siret}"
        for each in service_of(world).store.page(Offer, 0, 200)
        if each.siret is not None and each.siret != tokens_of(world)[Role.EMPLOYER].rpartition(":")[2]
    )
    stranger = Browser(world).be(other)
    stranger.open(link.removesuffix("/export"))
    assert stranger.status == 404
    assert any(pool.name == "Été à Paris" for pool in service_of(world).store.page(TalentPool, 0, 100))


def test_nobody_who_is_not_visible_is_written_to(employer: Browser, world: TestClient) -> None:
    hidden = next(
        each for each in service_of(world).store.page(Profile, 0, 150) if not each.consents.visible_to_employers
    )
    for key in (hidden.id, "inconnu"):
        employer.open(f"/recruter/contacter?profil={key}&besoin=x")
        assert employer.status == 404
        check(employer.page)
