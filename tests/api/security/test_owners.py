"""What a body names must be the sender's: nobody writes, asks or calls in another's name."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.examples import EXAMPLES
from features.records import Consents, Offer, Profile
from features.store import Kind
from matching.schema import Collection
from tests.waiting import until

OTHER_SIRET = "13000548100010"


def by(client: TestClient, token: str, method: str, path: str, body: object = None) -> Any:
    return client.request(method, path, json=body, headers={"Authorization": f"Bearer demo:{token}"})


@pytest.fixture
def followed(client: TestClient) -> Profile:
    """Somebody whom a counsellor follows."""
    store = client.app.state.service.store  # type: ignore[attr-defined]
    found: Profile = next(each for each in store.page(Profile, 0, 100) if each.counsellor_id is not None)
    return found


def refused_field(answer: Any) -> str:
    assert answer.status_code == 422, answer.text
    field: str = answer.json()["erreurs"][0]["champ"]
    return field


def test_an_employer_publishes_in_the_name_of_its_own_establishment_alone(client: TestClient) -> None:
    offer = {**EXAMPLES[Kind.OFFER], "entreprise": {"nom": "Boulangerie", "siret": OTHER_SIRET}}  # type: ignore[dict-item]
    assert refused_field(by(client, "employeur:00000017400011", "POST", "/v1/offres", offer)) == "entreprise.siret"
    assert by(client, f"employeur:{OTHER_SIRET}", "POST", "/v1/offres", offer).status_code == 201
    nobodys = {**offer, "id": "sans-siret", "entreprise": {}}
    assert refused_field(by(client, f"employeur:{OTHER_SIRET}", "POST", "/v1/offres", nobodys)) == "entreprise.siret"


def test_an_offer_of_another_is_not_there_to_replace(client: TestClient) -> None:
    store = client.app.state.service.store  # type: ignore[attr-defined]
    offer: Offer = next(each for each in store.page(Offer, 0, 100) if each.siret not in (None, OTHER_SIRET))
    body = {
        **EXAMPLES[Kind.OFFER],  # type: ignore[dict-item]
        "id": offer.id,
        "entreprise": {"siret": OTHER_SIRET},
    }
    assert by(client, f"employeur:{OTHER_SIRET}", "PUT", f"/v1/offres/{offer.id}", body).status_code == 404
    assert store.get(Offer, offer.id) == offer


def test_consents_are_the_persons_own(client: TestClient, followed: Profile) -> None:
    counsellor = f"conseiller:{followed.counsellor_id}"
    path = f"/v1/profils/{followed.id}"
    body = by(client, counsellor, "GET", path).json()
    turned = {
        "visibleEmployeurs": not followed.consents.visible_to_employers,
        "profilage": followed.consents.profiling,
        "contactCourriel": followed.consents.contact_by_email,
    }
    changed = {**body, "consentements": turned}
    assert refused_field(by(client, counsellor, "PUT", path, changed)) == "consentements"
    assert by(client, counsellor, "PUT", path, {**body, "resume": "Revu ensemble."}).status_code == 200
    assert by(client, f"demandeur:{followed.id}", "PUT", path, changed).status_code == 200


def test_a_counsellor_enters_people_who_have_agreed_to_nothing_yet(client: TestClient) -> None:
    body = {**EXAMPLES[Kind.PROFILE], "conseiller": "conseiller-0001"}  # type: ignore[dict-item]
    assert refused_field(by(client, "conseiller:conseiller-0001", "POST", "/v1/profils", body)) == "consentements"
    body = {name: value for name, value in body.items() if name != "consentements"}
    assert refused_field(by(client, "conseiller:conseiller-0002", "POST", "/v1/profils", body)) == "conseiller"
    created = by(client, "conseiller:conseiller-0001", "POST", "/v1/profils", body)
    assert created.status_code == 201
    store = client.app.state.service.store  # type: ignore[attr-defined]
    assert store.get(Profile, created.json()["id"]).consents == Consents()


def test_nobody_chooses_their_own_counsellor(client: TestClient, followed: Profile) -> None:
    path, me = f"/v1/profils/{followed.id}", f"demandeur:{followed.id}"
    body = by(client, me, "GET", path).json()
    assert refused_field(by(client, me, "PUT", path, {**body, "conseiller": "conseiller-9999"})) == "conseiller"


def test_a_portfolio_is_listed_and_nothing_else(client: TestClient, followed: Profile) -> None:
    counsellor = str(followed.counsellor_id)
    listed = by(client, f"conseiller:{counsellor}", "GET", "/v1/profils?range=0-149").json()["resultats"]
    assert followed.id in {each["id"] for each in listed}
    assert {each["conseiller"] for each in listed} == {counsellor}
    assert [each["id"] for each in listed] == sorted(each["id"] for each in listed)
    assert by(client, "conseiller:personne", "GET", "/v1/profils").status_code == 204


def test_a_counsellor_prospects_for_their_own_people(client: TestClient, followed: Profile) -> None:
    own, other = f"conseiller:{followed.counsellor_id}", "conseiller:conseiller-autre"
    path = "/v1/prospection/cibles?range=0-4"
    assert by(client, own, "POST", path, {"conseiller": followed.counsellor_id}).status_code in (200, 206)
    assert refused_field(by(client, other, "POST", path, {"conseiller": followed.counsellor_id})) == "conseiller"
    assert refused_field(by(client, other, "POST", path, {"profils": [followed.id]})) == "profils"
    assert by(client, own, "POST", path, {"profils": [followed.id]}).status_code in (200, 206)
    plan = {"conseillers": [{"id": followed.counsellor_id}]}
    assert refused_field(by(client, other, "POST", "/v1/prospection/plan", plan)) == "conseiller"


def test_a_request_for_contact_is_made_in_ones_own_name(client: TestClient) -> None:
    store = client.app.state.service.store  # type: ignore[attr-defined]
    person = next(each for each in store.page(Profile, 0, 100) if each.consents.visible_to_employers)
    offer: Offer = next(each for each in store.page(Offer, 0, 100) if each.siret is not None)
    asked = {"siret": offer.siret, "profil": person.id, "offre": offer.id, "message": "Bonjour, parlons-en."}
    live = client.app.state.service.engine.catalogue(Collection.OFFERS)  # type: ignore[attr-defined]
    of_others = [each for each in store.page(Offer, 0, 200) if each.siret not in (None, offer.siret)]
    other = next(each for each in of_others if each.id in live)
    path, stranger = "/v1/mises-en-relation", f"employeur:{other.siret}"
    assert refused_field(by(client, stranger, "POST", path, asked)) == "siret"
    assert refused_field(by(client, stranger, "POST", path, {**asked, "siret": other.siret})) == "offre"
    assert by(client, f"employeur:{offer.siret}", "POST", path, asked).status_code == 201


def test_a_partner_takes_over_no_id(client: TestClient) -> None:
    store = client.app.state.service.store  # type: ignore[attr-defined]
    taken: Offer = store.page(Offer, 0, 1)[0]
    feed, other = "partenaire:flux-a", "partenaire:flux-b"
    mine = {**EXAMPLES[Kind.OFFER], "id": "offre-flux"}  # type: ignore[dict-item]
    assert by(client, feed, "PUT", "/v1/offres/offre-flux", mine).status_code == 201
    assert by(client, other, "PUT", "/v1/offres/offre-flux", mine).status_code == 404
    assert by(client, other, "DELETE", "/v1/offres/offre-flux").status_code == 404
    lines = b"\n".join(
        json.dumps({**EXAMPLES[Kind.OFFER], "id": key}).encode()  # type: ignore[dict-item]
        for key in (taken.id, "offre-flux", "offre-neuve")
    )
    sent = client.post(
        "/v1/offres/lot",
        content=lines,
        headers={"Authorization": f"Bearer demo:{other}", "Content-Type": "application/x-ndjson"},
    ).json()
    assert (sent["lues"], sent["ajoutees"], sent["rejetees"], sent["repetees"]) == (3, 1, 2, 0)
    assert [each["motif"] for each in sent["rejets"]] == ["l'identifiant est déjà pris"] * 2
    assert store.get(Offer, taken.id) == taken
    assert by(client, feed, "DELETE", "/v1/offres/offre-flux").status_code == 204


def test_pools_of_others_are_not_listed(client: TestClient) -> None:
    for key, owner in (("viv-1", "conseiller-0001"), ("viv-2", "conseiller-0002")):
        body = {"id": key, "nom": "Vivier", "proprietaire": owner}
        assert by(client, f"conseiller:{owner}", "PUT", f"/v1/viviers/{key}", body).status_code == 201
    shown = by(client, "conseiller:conseiller-0001", "GET", "/v1/viviers").json()["resultats"]
    assert [each["id"] for each in shown] == ["viv-1"]
    other = {"id": "viv-3", "nom": "Vivier", "proprietaire": "conseiller-0002"}
    assert refused_field(by(client, "conseiller:conseiller-0001", "POST", "/v1/viviers", other)) == "proprietaire"
    until(lambda: client.get("/health/ready").json()["retard"] == 0)


def test_a_demonstrations_identity_is_one_of_those(client: TestClient) -> None:
    for wrong in ("demandeur", "roi:1", "demandeur:", "service:moi", ""):
        answer = by(client, wrong, "GET", "/v1/offres")
        assert answer.status_code == 401, wrong
        assert answer.headers["www-authenticate"].startswith("Bearer")
