"""The rest of a jobseeker's space, played without scripts."""

import datetime as dt
import json

import pytest
from fastapi.testclient import TestClient

from api.security.actor import Role
from features.records import ContactRequest, Establishment, Identity, Profile
from features.store import about_profile
from tests.api.pages.browser import Browser
from tests.api.pages.conftest import service_of, tokens_of
from tests.api.pages.readable import check
from tests.waiting import until

CV = "Employée de restauration depuis 5 ans. Préparer des repas, dresser les plats, encaisser. Caissière."


def me(world: TestClient) -> str:
    return tokens_of(world)[Role.JOBSEEKER].rpartition(":")[2]


def mine(world: TestClient) -> Profile:
    found = service_of(world).store.get(Profile, me(world))
    assert found is not None
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/espace/formations",
        "/espace/metiers",
        "/espace/metiers?nouveaux=true",
        "/espace/metiers/ecart",
        "/espace/metiers/ecart?metier=J1501",
        "/espace/profil",
        "/espace/abonnements",
        "/espace/demandes",
        "/espace/donnees",
        "/espace/gardees",
        "/espace/formations?certifiante=true",
        "/espace/formations?motsCles=zzzz",
    ],
)
def test_a_page_can_be_read(jobseeker: Browser, path: str) -> None:
    page = jobseeker.open(path)
    assert jobseeker.status == 200
    check(page)
    assert page.text.count("points sur 100") <= page.text.count("Pourquoi") or "Pourquoi" in page.text


def test_every_jobseeker_of_the_world_can_read_their_pages(world: TestClient) -> None:
    store = service_of(world).store
    for profile in store.page(Profile, 0, 25):
        browser = Browser(world).be(f"demo:demandeur:{profile.id}")
        for path in ("/espace", "/espace/formations", "/espace/profil", "/espace/metiers"):
            browser.open(path)
            assert browser.status in (200, 404), f"{profile.id} {path}"
            check(browser.page)


def test_a_training_is_put_aside(jobseeker: Browser) -> None:
    jobseeker.open("/espace/formations")
    titles = [words for level, words in jobseeker.page.headings if level == "h2" and words[0].isdigit()]
    assert titles
    jobseeker.press("Pas pour moi")
    assert "a quitté votre liste" in jobseeker.page.text
    left = [words for level, words in jobseeker.page.headings if level == "h2" and words[0].isdigit()]
    assert len(left) < len(titles) or left[0].split(" ", 1)[1] != titles[0].split(" ", 1)[1]
    jobseeker.press("Revenir sur ce geste")
    assert jobseeker.status == 200


def test_words_are_read_back_before_they_count(jobseeker: Browser, world: TestClient) -> None:
    before = mine(world)
    jobseeker.open("/espace/profil")
    page = jobseeker.press("Lire mon texte", texte=CV)
    check(page)
    assert mine(world) == before
    form = next(form for form in page.forms if form.action.endswith("/ajouter"))
    offered = form.choices["competence"]
    assert offered
    chosen = sorted(offered)[:1]
    jobseeker.press("Ajouter à mon profil", competence=chosen, metier=sorted(form.choices.get("metier", ()))[:1])
    assert jobseeker.path == "/espace/profil"
    check(jobseeker.page)
    held = {each.code for each in mine(world).skills}
    assert set(chosen) <= held
    assert held - {each.code for each in before.skills} == set(chosen)
    assert len(mine(world).projects) == len(before.projects) + bool(form.choices.get("metier"))


def test_a_skill_is_struck_and_the_last_project_stays(jobseeker: Browser, world: TestClient) -> None:
    before = mine(world)
    assert before.skills
    jobseeker.open("/espace/profil")
    fields = next(dict(form.fields) for form in jobseeker.page.forms if "competence" in dict(form.fields))
    jobseeker.send("/espace/profil/retirer", fields)
    assert len(mine(world).skills) == len(before.skills) - 1
    token = fields["jetonCsrf"]
    for _ in mine(world).projects:
        jobseeker.send("/espace/profil/retirer", {"jetonCsrf": token, "projet": "0"})
    assert jobseeker.status == 409
    check(jobseeker.page)
    assert len(mine(world).projects) == 1


def test_conditions_count_at_once_and_nonsense_is_told(jobseeker: Browser, world: TestClient) -> None:
    jobseeker.open("/espace/profil")
    jobseeker.press("Enregistrer ces conditions", salaire="1 950,50", rayon="12", contrat=["CDI"], temps="plein")
    project = mine(world).projects[0]
    assert (project.pay_floor_monthly, project.radius_km, [each.value for each in project.contracts]) == (
        1950.5,
        12.0,
        ["CDI"],
    )
    assert "1 951 € brut par mois au moins" in jobseeker.page.text or "1 950 €" in jobseeker.page.text
    jobseeker.press("Enregistrer ces conditions", salaire="beaucoup")
    assert jobseeker.status == 422
    check(jobseeker.page)
    assert "beaucoup" in jobseeker.page.text
    assert mine(world).projects[0] == project
    jobseeker.open("/espace/profil")
    jobseeker.press("Enregistrer ces conditions", salaire="", rayon="", temps="", contrat=[])


def test_letters_are_tried_saved_stopped_and_seen_beforehand(jobseeker: Browser) -> None:
    jobseeker.open("/espace/abonnements")
    jobseeker.press("Créer un envoi")
    check(jobseeker.page)
    assert "en 30 jours" in jobseeker.page.text
    page = jobseeker.press("Essayer sans enregistrer", frequence="hebdomadaire", taille="3")
    check(page)
    assert "Chaque semaine" in page.text
    assert "Chaque semaine" not in sentence(jobseeker.open("/espace/abonnements").text)
    jobseeker.press("Enregistrer", frequence="hebdomadaire", taille="3")
    assert "Chaque semaine" in sentence(jobseeker.page.text)
    for press, state in (
        ("Suspendre", "suspendu"),
        ("Reprendre", "actif"),
        ("Arrêter", "arrêté"),
        ("Reprendre", "actif"),
    ):
        jobseeker.press(press)
        assert f"Envoi {state}" in jobseeker.page.text
        check(jobseeker.page)
    page = jobseeker.follow("Voir le prochain envoi")
    check(page)
    letter = jobseeker.path + "/courriel"
    jobseeker.open(letter)
    assert (jobseeker.status == 200) is ("Objet" in page.text)


def sentence(text: str) -> str:
    return text.partition("Envoi actif")[2].partition("Ce réglage")[0]


def test_somebody_elses_letters_are_not_there(jobseeker: Browser, world: TestClient) -> None:
    from features.records import Subscription

    other = next(each for each in service_of(world).store.page(Subscription, 0, 50) if each.profile_id != me(world))
    jobseeker.open(f"/espace/abonnements/{other.id}/apercu")
    assert jobseeker.status == 404
    jobseeker.open("/espace/abonnements")
    fields = next(dict(form.fields) for form in jobseeker.page.forms if form.action.startswith("/espace/abonnements"))
    jobseeker.send(f"/espace/abonnements/{other.id}", {**fields, "faire": "arreter"})
    assert jobseeker.status == 404
    assert service_of(world).store.get(Subscription, other.id) == other


def test_a_request_is_answered_once(jobseeker: Browser, world: TestClient) -> None:
    service = service_of(world)
    firm = service.store.page(Establishment, 0, 1)[0]
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    asked = ContactRequest(
        id=f"{firm.id}-essai",
        siret=firm.id,
        profile_id=me(world),
        need="Serveur",
        message="Bonjour, votre expérience nous intéresse.",
        sent_at=now,
        lapses_at=now + dt.timedelta(days=14),
    )
    service.store.upsert([asked], about_profile(me(world)))
    page = jobseeker.open("/espace/demandes")
    check(page)
    assert "1 demande attend votre réponse" in page.text
    jobseeker.press("Accepter")
    assert "Vous avez accepté" in jobseeker.page.text
    check(jobseeker.page)
    fields = {"demande": asked.id, "reponse": "non", "jetonCsrf": form_token(jobseeker)}
    jobseeker.send("/espace/demandes", fields)
    assert jobseeker.status == 409
    check(jobseeker.page)
    jobseeker.send("/espace/demandes", {**fields, "demande": "autre"})
    assert jobseeker.status == 404


def form_token(browser: Browser) -> str:
    browser.open("/espace/profil")
    return next(dict(form.fields)["jetonCsrf"] for form in browser.page.forms if "jetonCsrf" in dict(form.fields))


def test_consents_are_the_persons_to_give_and_to_take_back(jobseeker: Browser, world: TestClient) -> None:
    jobseeker.open("/espace/donnees")
    jobseeker.press("Enregistrer mes choix", accord=["courriel"])
    found = mine(world).consents
    assert (found.visible_to_employers, found.profiling, found.contact_by_email) == (False, False, True)
    assert "vos seuls projets" in jobseeker.open("/espace").text
    check(jobseeker.page)
    jobseeker.open("/espace/donnees")
    jobseeker.press("Enregistrer mes choix", accord=["visible", "profilage", "courriel"])
    assert mine(world).consents.profiling


def test_everything_can_be_taken_away(jobseeker: Browser, world: TestClient) -> None:
    jobseeker.open("/espace/donnees/archive")
    assert jobseeker.status == 200
    assert me(world) in json.dumps(json.loads(jobseeker.page.html))


def test_everything_can_be_erased_for_good(world: TestClient) -> None:
    person = service_of(world).store.page(Profile, 150, 1)[0]
    browser = Browser(world).be(f"demo:demandeur:{person.id}")
    browser.open("/espace/donnees")
    browser.press("Effacer toutes mes données", mot="non")
    assert browser.status == 422
    check(browser.page)
    browser.open("/espace/donnees")
    page = browser.press("Effacer toutes mes données", mot="effacer")
    assert "C'est effacé" in page.text
    check(page)
    store = service_of(world).store
    assert store.get(Profile, person.id) is None
    assert store.get(Identity, person.id) is None
    browser.open("/espace")
    assert browser.status == 401
    until(lambda: Browser(world).be(f"demo:demandeur:{person.id}").open("/espace") and True)
