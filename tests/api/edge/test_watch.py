"""A scraper with a valid employer's account, over HTTP: held to its share, and flagged within minutes; and people who
recruit, who are not."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.edge import patterns
from api.edge.patterns import Pattern
from api.service import Service
from features.records import ContactRequest, Establishment, Offer, Profile, TalentPool, TalentPoolState
from features.store import canaries, flags
from matching.canaries import canaries as made_canaries
from matching.canaries import quiet_places
from matching.schema import Collection
from tests.api.conftest import client_over
from tests.api.pages.browser import Browser
from tests.waiting import until

AUDITOR = {"Authorization": "Bearer demo:auditeur"}
LEAST = 12
"""People an employer may be shown in a day, here: the sample bank is small."""


def service_of(client: TestClient) -> Service:
    found: Service = client.app.state.service  # type: ignore[attr-defined]
    return found


@pytest.fixture
def bank(deployment: Path) -> Iterator[TestClient]:
    with client_over(deployment, people_least=LEAST, need_share=0.5) as client:
        yield client


def employer(siret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer demo:employeur:{siret}"}


def recruiting(client: TestClient) -> list[Offer]:
    """Live offers of firms, one a firm."""
    engine = service_of(client).engine
    offers = [each for each in service_of(client).store.page(Offer, 0, 300) if each.siret is not None]
    live = [each for each in offers if each.rome_code is not None and each.id in engine.catalogue(Collection.OFFERS)]
    fresh = [each for each in live if each.expires_on is None or each.expires_on >= engine.today()]
    return list({each.siret: each for each in reversed(fresh)}.values())


def drawing(client: TestClient) -> list[Offer]:
    """Those of them whose need finds somebody, the most first."""
    found = {offer.id: client.post("/v1/profils/recherche", json=need(offer)) for offer in recruiting(client)}
    people = {key: len(answer.json()["resultats"]) if answer.content else 0 for key, answer in found.items()}
    return sorted([each for each in recruiting(client) if people[each.id]], key=lambda each: -people[each.id])


def flagged(client: TestClient) -> set[tuple[str, str]]:
    response = client.get("/v1/signalements?range=0-149", headers=AUDITOR)
    assert response.status_code in (200, 204)
    found = response.json()["resultats"] if response.status_code == 200 else []
    return {(each["compte"], each["motif"]) for each in found}


def need(offer: Offer, **changed: Any) -> dict[str, Any]:
    return {
        "intitule": offer.title,
        "romeCode": offer.rome_code,
        "lieuTravail": {"commune": offer.commune_insee},
        **changed,
    }


def search(client: TestClient, siret: str, body: dict[str, Any], range_: str = "0-19") -> Any:
    return client.post(f"/v1/profils/recherche?range={range_}", json=body, headers=employer(siret))


def test_who_has_no_open_offer_counts_and_diagnoses_but_is_shown_nobody(bank: TestClient) -> None:
    offer = drawing(bank)[0]
    body = need(offer, intitule="Poste")
    refused = search(bank, "99999999900019", body)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problemes/offre-requise")
    assert "resultats" not in refused.json()
    assert "content-range" not in refused.headers
    counted = bank.post("/v1/offres/diagnostic", json=body, headers=employer("99999999900019"))
    assert counted.status_code == 200
    assert search(bank, str(offer.siret), body, "0-2").status_code in (200, 206)


def somebody(bank: TestClient, offer: Offer) -> str:
    found: str = search(bank, str(offer.siret), need(offer), "0-0").json()["resultats"][0]["id"]
    return found


def without_offer(bank: TestClient) -> str:
    """An establishment that recruits nobody."""
    busy = {str(each.siret) for each in service_of(bank).store.page(Offer, 0, 300)}
    return next(each.id for each in service_of(bank).store.page(Establishment, 0, 300) if each.id not in busy)


def test_what_is_refused_for_want_of_an_offer_has_not_happened(bank: TestClient) -> None:
    person, siret = somebody(bank, drawing(bank)[0]), without_offer(bank)
    asked = {"siret": siret, "profil": person, "besoin": "Serveur", "message": "Bonjour, parlons-en ?"}
    refused = bank.post("/v1/mises-en-relation", json=asked, headers=employer(siret))
    assert refused.json()["type"] == "/problemes/offre-requise"
    assert service_of(bank).store.of_prefix(ContactRequest, f"{siret}-") == []
    pool = {"id": "zz-pool", "nom": "Serveurs", "proprietaire": siret, "profils": [person]}
    for refused in (
        bank.post("/v1/viviers", json=pool, headers=employer(siret)),
        bank.put("/v1/viviers/zz-pool", json=pool, headers=employer(siret)),
    ):
        assert refused.json()["type"] == "/problemes/offre-requise"
    assert service_of(bank).store.get(TalentPool, "zz-pool") is None
    assert bank.put("/v1/viviers/zz-pool", json=pool).status_code == 201  # as the network's machine
    refused = bank.post("/v1/viviers/zz-pool/actualisation", headers=employer(siret))
    assert refused.json()["type"] == "/problemes/offre-requise"
    assert service_of(bank).store.get(TalentPoolState, "zz-pool") is None


def test_nobody_is_asked_from_the_pages_either_without_an_open_offer(bank: TestClient) -> None:
    person, siret = somebody(bank, drawing(bank)[0]), without_offer(bank)
    reader = Browser(bank).be(f"demo:employeur:{siret}")
    token = dict(reader.open("/recruter/viviers").forms[-1].fields)["jetonCsrf"]
    asked = {"jetonCsrf": token, "profil": person, "besoin": "Serveur", "message": "Bonjour, parlons-en ?"}
    reader.send("/recruter/demandes", asked)
    assert (reader.status, reader.page.headings[0][1]) == (403, "Il faut une offre en cours")
    assert service_of(bank).store.of_prefix(ContactRequest, f"{siret}-") == []


def test_beyond_the_day_nobody_new_is_asked(bank: TestClient) -> None:
    siret, service = str(drawing(bank)[0].siret), service_of(bank)
    people = [each.id for each in service.store.page(Profile, 0, 300) if each.consents.visible_to_employers]
    people = [each for each in people if each in service.engine.catalogue(Collection.PROFILES)][: LEAST + 3]
    assert len(people) == LEAST + 3
    statuses = [
        bank.post(
            "/v1/mises-en-relation",
            json={"siret": siret, "profil": key, "besoin": "Serveur", "message": "Bonjour, parlons-en ?"},
            headers=employer(siret),
        ).status_code
        for key in people
    ]
    assert statuses == [201] * LEAST + [429] * 3
    assert len(service_of(bank).store.of_prefix(ContactRequest, f"{siret}-")) == LEAST


def test_who_was_asked_while_an_offer_was_open_is_followed_up_when_it_is_over(bank: TestClient) -> None:
    person, siret = somebody(bank, drawing(bank)[0]), without_offer(bank)
    asked = {"siret": siret, "profil": person, "besoin": "Serveur", "message": "Bonjour, parlons-en ?"}
    made = bank.post("/v1/mises-en-relation", json=asked).json()["id"]  # as the network's machine
    bank.post(f"/v1/mises-en-relation/{made}/reponse", json={"profil": person, "accepte": True})
    assert bank.get(f"/v1/mises-en-relation/{made}", headers=employer(siret)).status_code == 200
    told = bank.post(
        f"/v1/mises-en-relation/{made}/suite", json={"siret": siret, "suite": "embauche"}, headers=employer(siret)
    )
    assert (told.status_code, told.json()["suite"]) == (200, "embauche")


def test_a_pool_of_many_spends_what_is_shown_of_it(bank: TestClient) -> None:
    offer = drawing(bank)[0]
    headers = employer(str(offer.siret))
    pool = {"id": "zz-many", "nom": "Tous", "proprietaire": offer.siret, "commune": "75112", "rayonKm": 1000}
    assert bank.put("/v1/viviers/zz-many", json=pool, headers=headers).status_code == 201

    def members(range_: str) -> int:
        return int(bank.get(f"/v1/viviers/zz-many/membres?range={range_}", headers=headers).status_code)

    first = bank.post("/v1/viviers/zz-many/actualisation", headers=headers).json()
    assert len(first["entres"]) == 10
    assert first["presents"] == 10 + first["autresEntres"]
    assert first["presents"] > 3 * LEAST
    again = bank.post("/v1/viviers/zz-many/actualisation", headers=headers).json()
    assert (again["entres"], again["autresEntres"]) == ([], 0)
    assert members("0-9") == 206, "who was named is seen again for nothing"
    assert members(f"10-{LEAST}") == 429
    reader = Browser(bank).be(f"demo:employeur:{offer.siret}")
    page = reader.open("/recruter/viviers/zz-many")
    assert (reader.status, page.html.count("<article")) == (200, 10)
    assert f"{first['presents']} personnes" in page.text
    reader.follow("Suivantes")
    assert reader.status == 429
    assert members(f"10-{LEAST - 1}") == 206


def test_a_refresh_beyond_the_day_names_nobody_and_is_kept(bank: TestClient) -> None:
    offer = drawing(bank)[0]
    headers = employer(str(offer.siret))
    for key, place in (("zz-here", "75112"), ("zz-there", "23096")):
        pool = {"id": key, "nom": key, "proprietaire": offer.siret, "commune": place, "rayonKm": 1000}
        assert bank.put(f"/v1/viviers/{key}", json=pool, headers=headers).status_code == 201
    assert bank.get(f"/v1/viviers/zz-here/membres?range=20-{19 + LEAST}", headers=headers).status_code == 206
    told = bank.post("/v1/viviers/zz-there/actualisation", headers=headers).json()
    assert (told["entres"], told["autresEntres"]) == ([], told["presents"])
    assert service_of(bank).store.get(TalentPoolState, "zz-there") is not None


@pytest.mark.parametrize("by", ["offer", "pool"])
def test_going_from_place_to_place_is_remarked_behind_an_offer_or_a_pool_too(bank: TestClient, by: str) -> None:
    offer = drawing(bank)[0]
    siret, headers = str(offer.siret), employer(str(offer.siret))
    places = {each.commune_insee for each in recruiting(bank) if each.commune_insee is not None}
    for insee in sorted(places)[: patterns.PLACES_SOUGHT]:
        if by == "offer":
            answer = bank.get(f"/v1/offres/{offer.id}/profils?range=0-0&commune={insee}&distance=10", headers=headers)
        else:
            pool = {"id": "zz-sweep", "nom": "Partout", "proprietaire": siret, "commune": insee, "rayonKm": 10}
            assert bank.put("/v1/viviers/zz-sweep", json=pool, headers=headers).status_code in (200, 201)
            answer = bank.get("/v1/viviers/zz-sweep/membres?range=0-0", headers=headers)
        assert answer.status_code in (200, 206, 204, 429)
    until(lambda: (f"demo:employeur:{siret}", Pattern.SWEEP) in flagged(bank))


def test_an_offer_that_expired_is_no_open_offer(bank: TestClient) -> None:
    offer = drawing(bank)[0]
    service = service_of(bank)
    assert search(bank, str(offer.siret), need(offer), "0-2").status_code in (200, 206)
    for each in service.store.page(Offer, 0, 300):
        if each.siret == offer.siret:
            over = service.engine.today() - dt.timedelta(days=1)
            service.store.upsert([msgspec.structs.replace(each, expires_on=over)], "api")
    service.follower.nudge()
    until(lambda: search(bank, str(offer.siret), need(offer), "0-2").status_code == 403)


def test_a_scraper_gets_its_share_and_no_more_and_is_flagged(bank: TestClient) -> None:
    """It goes through all occupations and places, page after page."""
    offers = recruiting(bank)
    siret = str(offers[0].siret)
    got: set[str] = set()
    statuses = []
    for offer in offers:
        for range_ in ("0-1", "2-19"):
            response = search(bank, siret, need(offer), range_)
            statuses.append(response.status_code)
            if response.status_code in (200, 206):
                got |= {each["id"] for each in response.json()["resultats"]}
    assert 0 < len(got) <= LEAST / 2, "needs that are not published: half of the day"
    assert 429 in statuses
    until(lambda: flagged(bank) >= {(f"demo:employeur:{siret}", motif) for motif in (Pattern.SWEEP, Pattern.QUOTA)})
    told = bank.get("/v1/signalements?compte=demo:employeur:" + siret, headers=AUDITOR).json()["resultats"]
    assert {each["siret"] for each in told} == {siret}
    assert len(told) == len({each["motif"] for each in told}), "once a day each"
    assert all(each["texte"].endswith(".") for each in told)


def test_over_its_share_it_is_told_so_in_words(bank: TestClient) -> None:
    offers = drawing(bank)
    refused = next(
        response for offer in offers if (response := search(bank, str(offers[0].siret), need(offer))).status_code == 429
    )
    assert refused.json()["type"] == "/problemes/quota-de-personnes"
    assert 0 < int(refused.headers["retry-after"]) <= 25 * 3600
    detail = refused.json()["detail"]
    assert detail.startswith(
        "Votre établissement a atteint le nombre de personnes différentes qu'il peut voir par jour"
    )
    assert "besoin qui n'est pas publié" in detail
    assert "None" not in detail


def test_the_accounts_of_one_employer_share_a_day_and_a_restart_does_not_begin_another(deployment: Path) -> None:
    with client_over(deployment, people_least=LEAST, need_share=0.5) as client:
        offers = drawing(client)
        siret = str(offers[0].siret)
        for offer in offers:
            search(client, siret, need(offer), "0-1")
        statuses = {offer.id: search(client, siret, need(offer)).status_code for offer in offers}
        assert 429 in statuses.values()
    with client_over(deployment, people_least=LEAST, need_share=0.5) as client:
        again = {offer.id: search(client, siret, need(offer)).status_code for offer in drawing(client)}
        assert again == statuses


def test_a_large_bank_is_shared_by_its_size(bank: TestClient) -> None:
    watch = bank.app.user_middleware  # type: ignore[attr-defined]
    found = next(each.kwargs["watch"] for each in watch if "watch" in each.kwargs)
    catalogue = service_of(bank).engine.catalogue(Collection.PROFILES)
    assert found.allowance().people == LEAST
    n_records = type(catalogue).n_records
    try:
        type(catalogue).n_records = property(lambda _: 6_000_000)
        assert (found.allowance().people, found.allowance().by_need) == (60_000, 30_000)
    finally:
        type(catalogue).n_records = n_records


def test_people_who_recruit_are_not_flagged(client: TestClient) -> None:
    """Forty firms, a busy morning each: the people for their offer, two pages, then a need that they refine."""
    for offer in recruiting(client)[:40]:
        headers = employer(str(offer.siret))
        for range_ in ("0-19", "20-39"):
            client.get(f"/v1/offres/{offer.id}/profils?range={range_}", headers=headers)
        for distance in (20, 30, 50):
            search(client, str(offer.siret), need(offer, criteres={"distance": str(distance)}), "0-9")
    assert flagged(client) == set()


def planted(client: TestClient, count: int) -> list[Profile]:
    service = service_of(client)
    made = made_canaries(service.engine, count, np.random.default_rng(7), lambda key: False)
    service.store.upsert(made, canaries.SOURCE)
    service.follower.nudge()
    until(lambda: all(each.id in service.engine.catalogue(Collection.PROFILES) for each in made))
    return made


def test_canaries_are_found_by_no_offer_and_by_who_goes_from_place_to_place(deployment: Path) -> None:
    with client_over(deployment, people_least=100_000) as client:
        made = planted(client, 5)
        assert made
    with client_over(deployment, people_least=100_000) as client:
        ids = {each.id for each in made}
        offers = recruiting(client)
        for offer in offers:
            answer = client.get(f"/v1/offres/{offer.id}/profils?range=0-149", headers=employer(str(offer.siret)))
            if answer.status_code in (200, 206):
                assert ids.isdisjoint(each["id"] for each in answer.json()["resultats"]), "no recruitment brings one"
        assert Pattern.CANARY not in {motif for _, motif in flagged(client)}
        siret = str(offers[0].siret)
        canary = made[0]
        swept = {"romeCode": canary.projects[0].rome_code, "lieuTravail": {"commune": canary.commune_insee}}
        answer = search(client, siret, swept)
        shown = next(each for each in answer.json()["resultats"] if each["id"] == canary.id)
        assert "temoin" not in str(shown)
        until(lambda: (f"demo:employeur:{siret}", Pattern.CANARY) in flagged(client))


def test_canaries_stand_where_nobody_recruits(bank: TestClient) -> None:
    engine = service_of(bank).engine
    places = quiet_places(engine, 1000, np.random.default_rng(1))
    communes = engine.lookups.reference.communes
    insee = {communes.insee[row] for row in places.tolist()}
    busy = {each.commune_insee for each in service_of(bank).store.page(Offer, 0, 300)}
    assert insee
    assert insee.isdisjoint(busy)


def test_who_may_read_flags(bank: TestClient) -> None:
    offer = recruiting(bank)[0]
    for token, status in (("demo:auditeur", 204), (f"demo:employeur:{offer.siret}", 403), ("demo:administrateur", 403)):
        assert bank.get("/v1/signalements", headers={"Authorization": f"Bearer {token}"}).status_code == status


def test_a_flag_is_one_line_a_day(bank: TestClient) -> None:
    store = service_of(bank).store
    flag = flags.Flag("compte-1", "employeur", "13000548100010", Pattern.DEEP, "2026-11-26T09:00:00+00:00", 10)
    later = flags.Flag("compte-1", "employeur", "13000548100010", Pattern.DEEP, "2026-11-26T11:00:00+00:00", 20)
    next_day = flags.Flag("compte-1", "employeur", "13000548100010", Pattern.DEEP, "2026-11-27T09:00:00+00:00", 20)
    assert [flags.put(store, each) for each in (flag, later, next_day)] == [True, False, True]
    assert flags.page(store, 0, 10) == ([next_day, flag], 2)
    assert flags.page(store, 1, 1, "compte-1") == ([flag], 2)
    assert flags.page(store, 0, 10, "compte-2") == ([], 0)
    assert flags.ids_before(store, dt.date(2026, 11, 27)) == [flag.id]
    flags.delete(store, [flag.id])
    assert flags.page(store, 0, 10) == ([next_day], 1)


def glances(n: int, **columns: Any) -> Any:
    from api.edge.ledger import GLANCE

    found = np.zeros(n, dtype=GLANCE)
    for name, value in columns.items():
        found[name] = value
    return found


@pytest.mark.parametrize(
    ("recent", "found"),
    [
        (glances(0), []),
        (glances(3, new=149), []),
        (glances(3, new=150), [Pattern.MANY]),
        (glances(5, first=300, shown=20), [Pattern.DEEP]),
        (glances(4, first=300, shown=20), []),
        (glances(20, first=0, shown=150), []),
        (glances(20, first=900), []),
        (glances(14, sought=range(14)), []),
        (glances(15, sought=range(15)), [Pattern.SWEEP]),
        (glances(3, refused=True), [Pattern.QUOTA]),
        (glances(2, refused=True), []),
    ],
)
def test_each_pattern_has_its_mark(recent: Any, found: list[Pattern]) -> None:
    assert patterns.patterns_of(recent) == found
