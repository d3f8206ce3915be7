"""The four questions over HTTP: shape, pages, filters, explanations, and what an employer never sees."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.service import Service
from features.records import Identity, Offer, Profile

Json = dict[str, Any]

FORBIDDEN = ("nom", "prenom", "courriel", "telephone", "adresse", "commune", "dateNaissance", "sexe", "resume", "annee")
SEEN_FIELDS = {"id", "projets", "competences", "experiences", "diplomes", "langues", "permis", "departement"}
SEEN_FIELDS |= {"disponibleLe", "score", "distanceKm", "raisons", "manques", "familles"}
SEEN_FIELDS |= {"obstacles", "plusPetitChangement", "base"}


def service_of(client: TestClient) -> Service:
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    return service


@pytest.fixture(scope="module")
def profile(reader: TestClient) -> Profile:
    """The first person with at least three offers and a training."""
    for candidate in service_of(reader).store.page(Profile, 0, 200):
        offers = reader.get(f"/v1/profils/{candidate.id}/offres")
        trainings = reader.get(f"/v1/profils/{candidate.id}/formations")
        if trainings.status_code == 204 or not trainings.json()["resultats"]:
            continue
        if offers.status_code != 204 and len(offers.json()["resultats"]) >= 3:
            return candidate
    pytest.fail("nobody in the sample world has three offers and a training")


@pytest.fixture(scope="module")
def offer(reader: TestClient) -> Offer:
    """The first offer for which two people are found."""
    for candidate in service_of(reader).store.page(Offer, 0, 300):
        found = reader.get(f"/v1/offres/{candidate.id}/profils")
        if found.status_code == 200 and len(found.json()["resultats"]) >= 2:
            return candidate
    pytest.fail("no offer of the sample world has two people")


def check_results(answer: Json) -> None:
    """What every search answer keeps: order, explanations that add up, facets that count."""
    scores = [result["score"] for result in answer["resultats"]]
    assert scores == sorted(scores, reverse=True)
    for result in answer["resultats"]:
        assert 0 <= result["score"] <= 1
        assert result["raisons"]
        shares = [reason["contribution"] for reason in result["raisons"]]
        assert result.get("base", 0) + sum(shares) == pytest.approx(result["score"], abs=1e-6)
        for family in result["familles"]:
            inside = [each["contribution"] for each in result["raisons"] if each["famille"] == family["famille"]]
            assert inside
            assert sum(inside) == pytest.approx(family["contribution"], abs=1e-6)
        assert {reason["famille"] for reason in result["raisons"]} == {each["famille"] for each in result["familles"]}
        assert all(reason["texte"] for reason in result["raisons"])
        assert isinstance(result["manques"], list)
    for facet in answer["filtresPossibles"]:
        assert set(facet) == {"filtre", "agregation"}
        for value in facet["agregation"]:
            assert value["nbResultats"] > 0


def test_offers_for_a_profile(reader: TestClient, profile: Profile) -> None:
    response = reader.get(f"/v1/profils/{profile.id}/offres")
    answer = response.json()
    check_results(answer)
    first = answer["resultats"][0]
    assert {"id", "intitule", "dateCreation", "lieuTravail", "origineOffre"} <= set(first)
    assert reader.get(f"/v1/offres/{first['id']}").status_code == 200


def test_trainings_for_a_profile(reader: TestClient, profile: Profile) -> None:
    answer = reader.get(f"/v1/profils/{profile.id}/formations").json()
    check_results(answer)
    assert {"id", "dateDebut", "formation", "ouvre"} <= set(answer["resultats"][0])
    assert answer["resultats"][0]["formation"]["intitule"]
    for result in answer["resultats"]:
        assert sum(each["offres"] for each in result["ouvre"].get("metiers", ())) <= result["ouvre"]["offres"]
        for key in result["ouvre"].get("exemples", ()):
            assert reader.get(f"/v1/offres/{key}").status_code == 200


def test_profiles_for_an_offer_and_for_the_same_need(reader: TestClient, offer: Offer) -> None:
    answer = reader.get(f"/v1/offres/{offer.id}/profils").json()
    check_results(answer)
    need = {"intitule": offer.title, "romeCode": offer.rome_code, "lieuTravail": {"commune": offer.commune_insee}}
    asked = reader.post("/v1/profils/recherche", json={key: value for key, value in need.items() if value})
    check_results(asked.json())
    assert asked.json()["resultats"]


def test_a_rome_code_alone_is_a_need(reader: TestClient) -> None:
    asked = reader.post("/v1/profils/recherche", json={"romeCode": "J1501"})
    assert asked.status_code in (200, 206)
    wrong = reader.post("/v1/profils/recherche", json={})
    assert wrong.status_code == 422
    assert wrong.json()["erreurs"][0]["champ"] == "intitule"


def test_firms_for_a_counsellor(reader: TestClient, profile: Profile) -> None:
    response = reader.post(
        "/v1/prospection/cibles",
        json={"profils": [profile.id], "codesROME": ["J1501", "K1304"], "commune": "23096", "rayonKm": 1000},
    )
    assert response.status_code in (200, 206), response.text
    answer = response.json()
    check_results(answer)
    assert answer["centre"] == "23096"
    assert {"siret", "naf", "aPresenter"} <= set(answer["resultats"][0])


def test_prospecting_for_nobody_is_refused(reader: TestClient) -> None:
    assert reader.post("/v1/prospection/cibles", json={"commune": "23096"}).status_code == 422


def test_pages_follow_one_another(reader: TestClient, profile: Profile) -> None:
    address = f"/v1/profils/{profile.id}/offres"
    everything = reader.get(address, params={"range": "0-149"}).json()["resultats"]
    first = reader.get(address, params={"range": "0-0"})
    second = reader.get(address, params={"range": "1-1"})
    assert (first.status_code, second.status_code) == (206, 206)
    assert first.headers["content-range"] == f"offres 0-0/{len(everything)}"
    assert first.json()["resultats"] + second.json()["resultats"] == everything[:2]
    past = reader.get(address, params={"range": "900-901"})
    assert (past.status_code, past.content) == (204, b"")
    assert past.headers["content-range"] == f"offres */{len(everything)}"


def test_a_filter_keeps_what_its_facet_announces(reader: TestClient, profile: Profile) -> None:
    address = f"/v1/profils/{profile.id}/offres"
    answer = reader.get(address, params={"range": "0-149"}).json()
    facet = next(facet for facet in answer["filtresPossibles"] if facet["agregation"])
    value = facet["agregation"][0]
    narrowed = reader.get(address, params={facet["filtre"]: value["valeurPossible"], "range": "0-149"}).json()
    if facet["filtre"] not in ("commune", "departement"):
        assert len(narrowed["resultats"]) == value["nbResultats"]


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/v1/profils/{profile}/offres?distanc=3", "« distance »"),
        ("/v1/profils/{profile}/offres?commune=99999", "« commune »"),
        ("/v1/profils/{profile}/offres?range=0-150", "« range »"),
        ("/v1/profils/{profile}/offres?typeContrat=CDI&typeContrat=CDD", "virgules"),
        ("/v1/profils/{profile}/formations?salaireMin=3", "« salaireMin »"),
    ],
)
def test_wrong_parameters_are_refused_by_name(reader: TestClient, profile: Profile, address: str, named: str) -> None:
    response = reader.get(address.format(profile=profile.id))
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert named in response.json()["detail"]


@pytest.mark.parametrize("address", ["/v1/profils/x/offres", "/v1/profils/x/formations", "/v1/offres/x/profils"])
def test_unknown_subjects_are_404(reader: TestClient, address: str) -> None:
    response = reader.get(address)
    assert response.status_code == 404
    assert "« x »" in response.json()["detail"]


def all_keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for item in value.values() for key in all_keys(item)}
    if isinstance(value, list):
        return {key for item in value for key in all_keys(item)}
    return set()


def test_an_employer_sees_the_listed_fields_and_nothing_that_names_or_places_a_person(
    reader: TestClient, offer: Offer
) -> None:
    store = service_of(reader).store
    response = reader.get(f"/v1/offres/{offer.id}/profils", params={"range": "0-149"})
    for result in response.json()["resultats"]:
        assert set(result) <= SEEN_FIELDS
        assert all_keys(result).isdisjoint(FORBIDDEN)
        text = reader.get(f"/v1/offres/{offer.id}/profils", params={"range": "0-149"}).text
        identity = store.get(Identity, result["id"])
        assert identity is not None
        for secret in (identity.email, identity.phone, identity.address):
            assert secret is None or secret not in text
        profile = store.get(Profile, result["id"])
        assert profile is not None
        assert profile.consents.visible_to_employers
        for experience in profile.experiences:
            if experience.title is not None and experience.title not in (offer.title, offer.description):
                shown = [found.get("libelle") for found in result.get("experiences", ())]
                assert experience.title not in shown or experience.title in reference_labels(reader)


def reference_labels(client: TestClient) -> set[str]:
    rome = service_of(client).reference.rome
    return {*rome.labels, *rome.appellation_labels}


def test_an_empty_list_says_what_would_widen_it(reader: TestClient, profile: Profile) -> None:
    answer = reader.get(f"/v1/profils/{profile.id}/offres?salaireMin=900000")
    assert answer.status_code == 200
    assert answer.headers["content-range"] == "offres */0"
    assert answer.json()["resultats"] == []
    assert "retirer le filtre « salaire minimum »" in answer.json()["avis"]


def test_ranks_beyond_the_last_result_have_no_content(reader: TestClient, profile: Profile) -> None:
    answer = reader.get(f"/v1/profils/{profile.id}/offres?range=900-919")
    assert answer.status_code == 204
    assert answer.content == b""


def test_people_are_found_by_skills_alone_and_without_their_past(reader: TestClient) -> None:
    label = "Réaliser ou contrôler les soins d'hygiène, de confort et apporter une aide au patient"
    need = {
        "parHabiletes": True,
        "competences": [{"code": "107740", "libelle": label}],
        "criteres": {"region": "75"},
    }
    response = reader.post("/v1/profils/recherche", json=need)
    assert response.status_code in (200, 206)
    answer = response.json()
    check_results(answer)
    for result in answer["resultats"]:
        assert not {"experiences", "diplomes"} & set(result)
        assert any(skill["code"] == "107740" for skill in result["competences"])
    assert reader.post("/v1/profils/recherche", json={"parHabiletes": True}).status_code == 400


def test_results_come_nearer_to_chosen_people(reader: TestClient) -> None:
    need = {"romeCode": "J1501"}
    found = reader.post("/v1/profils/recherche", json=need).json()["resultats"]
    liked = reader.post("/v1/profils/recherche", json={**need, "commeProfils": [found[-1]["id"]]})
    check_results(liked.json())
    assert "rapprochés" in liked.json()["avis"]
    assert found[-1]["id"] not in {result["id"] for result in liked.json()["resultats"]}
    torn = {**need, "commeProfils": [found[0]["id"]], "pasCommeProfils": [found[1]["id"], found[0]["id"]]}
    refused = reader.post("/v1/profils/recherche", json=torn)
    assert refused.status_code == 422
    assert refused.json()["erreurs"][0]["champ"] == "pasCommeProfils[1]"
    away = reader.post("/v1/profils/recherche", json={**need, "pasCommeProfils": [found[0]["id"]]}).json()
    assert found[0]["id"] not in {result["id"] for result in away["resultats"]}
    assert reader.post("/v1/profils/recherche", json={**need, "commeProfils": ["nobody"]}).status_code == 400
    bare = reader.post("/v1/profils/recherche", json={**need, "sansDiplome": True}).json()
    check_results(bare)
    assert all(reason["critere"] != "education" for result in bare["resultats"] for reason in result["raisons"])
