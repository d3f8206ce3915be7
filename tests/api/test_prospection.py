"""A counsellor's Monday on the sample world: who to call, whom to present, what was said, the week's plan."""

import csv
import datetime as dt
import io
from itertools import pairwise
from typing import Any

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar

from api.service import Service
from features.records import Contact, Profile
from tests.waiting import until

Json = dict[str, Any]


def service_of(client: TestClient) -> Service:
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    return service


def level(client: TestClient) -> None:
    """Until the searches hold what was written."""
    service = service_of(client)
    until(lambda: service.engine.watermark >= service.store.watermark())


def targets(client: TestClient, **body: Any) -> list[Json]:
    answer = client.post("/v1/prospection/cibles?range=0-149", json={"rayonKm": 60, **body})
    assert answer.status_code in (200, 204, 206), answer.text
    found: list[Json] = [] if answer.status_code == 204 else answer.json()["resultats"]
    return found


def counsellors(client: TestClient, least: int = 3) -> list[str]:
    """Those who have enough firms to call on, in order of id."""
    people = service_of(client).store.page(Profile, 0, 1000)
    names = sorted({person.counsellor_id for person in people if person.counsellor_id})
    found = []
    for name in names:
        answer = client.post("/v1/prospection/cibles", json={"conseiller": name, "rayonKm": 60})
        if answer.status_code in (200, 206) and len(answer.json()["resultats"]) >= least:
            found.append(name)
    return found


@pytest.fixture(scope="module")
def able(reader: TestClient) -> list[str]:
    found = counsellors(reader)
    assert len(found) >= 2
    return found


def log(client: TestClient, key: str, siret: str, counsellor: str, at: dt.datetime, **besides: Any) -> None:
    body = {
        "id": key,
        "siret": siret,
        "conseiller": counsellor,
        "date": at.isoformat(),
        "canal": "telephone",
        **besides,
    }
    answer = client.put(f"/v1/contacts/{key}", json=body)
    assert answer.status_code in (200, 201), answer.text
    level(client)


def test_a_counsellors_monday(client: TestClient) -> None:
    name = counsellors(client)[0]
    first, *others = targets(client, conseiller=name)
    assert first["score"] >= others[0]["score"]
    assert first["base"] + sum(each["contribution"] for each in first["raisons"]) == pytest.approx(first["score"])
    expected = first["embauchesAttendues"]
    assert expected["min"] <= expected["moyenne"] <= expected["max"]
    assert first["hiring_potential"] == expected["moyenne"]
    mine = {p.id for p in service_of(client).store.page(Profile, 0, 1000) if p.counsellor_id == name}
    presented = [person for firm in (first, *others) for person in firm["aPresenter"]]
    assert presented
    assert {person["id"] for person in presented} <= mine
    assert not any(person["pourquoi"][0].islower() for person in presented)

    # she calls: they need two carers, and want to be called again
    siret, now = first["siret"], dt.datetime.now(dt.UTC).replace(microsecond=0)
    again = now.date() + dt.timedelta(days=3)
    need = "Deux aides-soignants de nuit en CDI à temps plein, débutants acceptés"
    log(client, "appel-1", siret, name, now, issue="besoin", besoins=[need], rappelerLe=again.isoformat())
    assert siret not in {firm["siret"] for firm in targets(client, conseiller=name)}
    assert siret in {firm["siret"] for firm in targets(client, conseiller=name, nonContactesDepuisJours=0)}

    # the offer that this makes is accepted as it is
    drafts = client.get("/v1/prospection/contacts/appel-1/offres").json()["resultats"]
    offer = drafts[0]["offre"]
    assert (offer["romeCode"], offer["typeContrat"], offer["nombrePostes"]) == ("J1501", "CDI", 2)
    assert (offer["tempsPlein"], offer["experienceExige"]) == (True, "D")
    assert offer["entreprise"]["siret"] == siret
    assert drafts[0]["aDemander"] == ["Quel salaire, et à partir de quand ?"]
    assert client.post("/v1/offres", json=offer).status_code == 201

    # the callback is there, and goes once someone else has called
    address = f"/v1/prospection/rappels?conseiller={name}"
    (due,) = client.get(address).json()["resultats"]
    assert due["siret"] == siret
    assert due["texte"].startswith("Dans 3 jours : appel du ")
    empty = client.get(f"{address}&jusquA={now.date().isoformat()}")
    assert empty.status_code == 200
    assert f"le prochain est le {again:%d/%m/%Y}" in empty.json()["avis"]
    log(client, "appel-2", siret, "conseiller-9999", now + dt.timedelta(minutes=5), issue="pas_maintenant")
    assert client.get(address).json()["resultats"] == []

    # a third call within 90 days is the last for a while, whoever makes it
    log(client, "appel-3", siret, name, now - dt.timedelta(days=40), issue="sans_reponse")
    told = client.get(f"/v1/prospection/etablissements/{siret}/historique").json()
    assert [each["id"] for each in told["resultats"]][:3] == ["appel-2", "appel-1", "appel-3"]
    assert not told["sollicitation"]["demarchable"]
    assert "sollicité 3 fois en 90 jours" in told["sollicitation"]["texte"]
    assert siret not in {firm["siret"] for firm in targets(client, conseiller=name, nonContactesDepuisJours=0)}


def test_a_firm_that_refused_is_left_alone(client: TestClient) -> None:
    name = counsellors(client)[0]
    siret = targets(client, conseiller=name)[0]["siret"]
    refused = dt.datetime.now(dt.UTC) - dt.timedelta(days=100)
    log(client, "refus", siret, name, refused, issue="refus")
    assert siret not in {firm["siret"] for firm in targets(client, conseiller=name, nonContactesDepuisJours=0)}
    told = client.get(f"/v1/prospection/etablissements/{siret}/historique").json()["sollicitation"]
    assert told["texte"].startswith("Il a refusé récemment : à laisser tranquille jusqu'au ")
    assert client.delete("/v1/contacts/refus").status_code == 204
    level(client)
    assert siret in {firm["siret"] for firm in targets(client, conseiller=name)}


def test_a_firm_that_was_just_called_is_left_alone_in_the_history_as_among_targets(client: TestClient) -> None:
    name = counsellors(client)[0]
    siret = targets(client, conseiller=name)[0]["siret"]
    address = f"/v1/prospection/etablissements/{siret}/historique"
    now = dt.datetime.now(dt.UTC)
    for days, free in ((29, False), (30, True)):
        log(client, "appel", siret, name, now - dt.timedelta(days=days), issue="pas_maintenant")
        told = client.get(address).json()["sollicitation"]
        assert told["demarchable"] is free
        assert (siret in {firm["siret"] for firm in targets(client, conseiller=name)}) is free
        if not free:
            again = now.date() + dt.timedelta(days=1)
            until = f"à laisser tranquille jusqu'au {again:%d/%m/%Y}, sauf rappel convenu."
            assert told["texte"] == f"Il a été contacté il y a 29 jours : {until}"


def test_a_plan_does_not_begin_in_the_past(reader: TestClient, able: list[str]) -> None:
    today = dt.datetime.now(dt.UTC).date()
    body = {"conseillers": [{"id": able[0]}], "debut": (today - dt.timedelta(days=1)).isoformat()}
    answer = reader.post("/v1/prospection/plan", json=body)
    assert answer.status_code == 422
    (error,) = answer.json()["erreurs"]
    assert error["champ"] == "debut"
    assert error["remede"] == f"Donner un jour à partir du {today.isoformat()}"


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("2026-02-02T10:00:00+01:00", "2026-02-02T09:15:00+01:00", "visites[0].fin"),
        ("2026-02-30T09:15:00+01:00", "2026-02-30T10:00:00+01:00", "visites[0].debut"),
    ],
)
def test_a_visit_that_no_calendar_takes_is_not_exported(reader: TestClient, start: str, end: str, field: str) -> None:
    visit = {"conseiller": "c", "siret": "12345678901234", "debut": start, "fin": end}
    answer = reader.post("/v1/prospection/plan/export", params={"format": "ics"}, json={"visites": [visit]})
    assert answer.status_code == 422
    assert answer.json()["erreurs"][0]["champ"] == field


def test_the_posts_that_a_firm_published_itself_count_in_what_it_is_foretold(client: TestClient) -> None:
    firm = targets(client, conseiller=counsellors(client)[0])[0]
    address = f"/v1/prospection/etablissements/{firm['siret']}/previsions"
    before = client.get(address, params={"codeROME": "N4101"}).json()["metiers"][0]
    offer = {
        "id": "zz-pl",
        "intitule": "Conducteur poids lourd",
        "romeCode": "N4101",
        "dateCreation": dt.datetime.now(dt.UTC).date().isoformat(),
        "nombrePostes": 4,
        "entreprise": {"siret": firm["siret"]},
        "lieuTravail": {"commune": firm["commune"]} if "commune" in firm else {},
    }
    assert client.post("/v1/offres", json=offer).status_code == 201
    level(client)
    after = client.get(address, params={"codeROME": "N4101"}).json()["metiers"][0]
    assert after["postesPublies"] == before["postesPublies"] + 4
    assert after["partSecteur"] > before["partSecteur"]
    assert after["embauchesAttendues"]["moyenne"] > before["embauchesAttendues"]["moyenne"]
    assert "N4101" in {each["codeROME"] for each in client.get(address).json()["metiers"]}


def test_a_plan_gives_each_firm_to_one_counsellor_and_is_kept_when_made_again(
    reader: TestClient, able: list[str]
) -> None:
    body: Json = {
        "conseillers": [{"id": name, "visites": 5} for name in able[:3]],
        "debut": "2027-05-05",
        "jours": 2,
        "rayonKm": 60,
    }
    answer = reader.post("/v1/prospection/plan", json=body)
    assert answer.status_code == 200, answer.text
    plan = answer.json()
    visits = plan["visites"]
    assert visits
    assert len({visit["siret"] for visit in visits}) == len(visits)
    assert {visit["jour"] for visit in visits if "jour" in visit} <= {
        "2027-05-05",
        "2027-05-07",
    }  # the 6th is a holiday
    for load in plan["charges"]:
        mine = [visit for visit in visits if visit["conseiller"] == load["conseiller"]]
        assert len(mine) == load["visites"] <= load["capacite"] <= 5
        for day in {visit["jour"] for visit in mine if "jour" in visit}:
            hours = [(visit["debut"], visit["fin"]) for visit in mine if visit.get("jour") == day]
            assert len(hours) <= 4
            assert all(end <= start for (_, end), (start, _) in pairwise(hours))
    assert plan["bilan"]["ecart"] == pytest.approx(0, abs=1e-3)

    earlier = [
        {
            "siret": visit["siret"],
            "conseiller": visit["conseiller"],
            "verrouillee": at == 0,
            **({"jour": visit["jour"]} if "jour" in visit else {}),
        }
        for at, visit in enumerate(visits)
    ]
    again = reader.post("/v1/prospection/plan", json={**body, "planPrecedent": earlier}).json()
    assert {(v["siret"], v["conseiller"]) for v in again["visites"]} == {(v["siret"], v["conseiller"]) for v in visits}
    (agreed,) = [v for v in again["visites"] if v["statut"] == "verrouillee"]
    assert (agreed["siret"], agreed.get("jour")) == (visits[0]["siret"], visits[0].get("jour"))
    assert (again["bilan"]["maintenues"], again["bilan"]["deplacees"]) == (len(visits), 0)
    assert {v["statut"] for v in again["visites"]} <= {"verrouillee", "maintenue"}

    table = reader.post("/v1/prospection/plan/export?format=csv", json=plan)
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["siret"] for row in rows] == [visit["siret"] for visit in visits]
    agenda = reader.post("/v1/prospection/plan/export?format=ics", json={**plan, "conseiller": able[0]})
    assert agenda.headers["content-type"].startswith("text/calendar")
    events = Calendar.from_ical(agenda.text).walk("VEVENT")
    mine = [visit for visit in visits if visit["conseiller"] == able[0] and "jour" in visit]
    assert [event.decoded("dtstart") for event in events] == [dt.datetime.fromisoformat(v["debut"]) for v in mine]
    assert "profil-" not in agenda.text


def test_a_firm_that_opts_out_leaves_even_an_agreed_plan(client: TestClient) -> None:
    name = counsellors(client)[0]
    siret = targets(client, conseiller=name)[0]["siret"]
    firm = client.get(f"/v1/etablissements/{siret}").json()
    assert client.put(f"/v1/etablissements/{siret}", json={**firm, "nePasDemarcher": True}).status_code == 200
    level(client)
    earlier = [{"siret": siret, "conseiller": name, "verrouillee": True}]
    plan = client.post(
        "/v1/prospection/plan", json={"conseillers": [{"id": name, "visites": 2}], "planPrecedent": earlier}
    ).json()
    assert siret not in {visit["siret"] for visit in plan["visites"]}
    assert plan["bilan"]["retirees"] == [{"siret": siret, "conseiller": name}]


@pytest.mark.parametrize(
    ("changed", "status", "named"),
    [
        ({"conseillers": []}, 422, "conseillers"),
        ({"conseillers": [{"id": "conseiller-inconnu"}]}, 404, "« conseiller-inconnu »"),
        ({"jours": 0}, 422, "jours"),
        ({"debut": "9999-12-28"}, 422, "jusqu'au 2999-12-31"),
        ({"planPrecedent": [{"siret": "12", "conseiller": "a"}]}, 422, "planPrecedent[0].siret"),
        (
            {"planPrecedent": [{"siret": "00000000000001", "conseiller": "b", "verrouillee": True}]},
            422,
            "planPrecedent[0].conseiller",
        ),
    ],
)
def test_a_plan_that_cannot_be_made_is_told(
    reader: TestClient, able: list[str], changed: Json, status: int, named: str
) -> None:
    body = {"conseillers": [{"id": able[0]}], **changed}
    answer = reader.post("/v1/prospection/plan", json=body)
    assert answer.status_code == status, answer.text
    assert named in answer.text


def test_the_same_counsellor_twice_is_told(reader: TestClient, able: list[str]) -> None:
    answer = reader.post("/v1/prospection/plan", json={"conseillers": [{"id": able[0]}, {"id": able[0]}]})
    assert answer.status_code == 422
    assert answer.json()["erreurs"][0]["champ"] == "conseillers[1].id"


def test_an_empty_list_says_why_and_what_would_fill_it(reader: TestClient, able: list[str]) -> None:
    nobody = reader.post("/v1/prospection/cibles?effectifMin=900000", json={"conseiller": able[0], "rayonKm": 60})
    assert nobody.status_code == 200
    assert nobody.json()["avis"].startswith(
        "Aucun établissement avec ces filtres : sans le filtre « effectif minimal », il y en a "
    )
    near = reader.post("/v1/prospection/cibles", json={"codesROME": ["J1501"], "commune": "23096", "rayonKm": 0})
    if near.status_code == 200 and not near.json()["resultats"]:
        assert "km" in near.json()["avis"]


def test_a_contact_that_tells_no_need_has_no_draft(client: TestClient) -> None:
    contact = next(c for batch in service_of(client).store.scan(Contact) for c in batch if not c.note and not c.needs)
    told = client.get(f"/v1/prospection/contacts/{contact.id}/offres").json()
    assert told["resultats"] == []
    assert told["avis"] == "Ce contact ne note aucun besoin : écrivez-y chacun d'eux, un par poste."


def test_a_call_back_before_the_contact_is_refused(client: TestClient) -> None:
    body = {
        "id": "c",
        "conseiller": "k",
        "siret": "00000000000001",
        "date": "2026-03-02T10:00:00+01:00",
        "canal": "visite",
        "rappelerLe": "2026-03-01",
    }
    answer = client.post("/v1/contacts", json=body)
    assert answer.status_code == 422
    assert answer.json()["erreurs"][0]["champ"] == "rappelerLe"


def test_hirings_are_foretold_in_all_and_by_occupation(reader: TestClient, able: list[str]) -> None:
    firm = targets(reader, conseiller=able[0])[0]
    address = f"/v1/prospection/etablissements/{firm['siret']}/previsions"
    told = reader.get(address).json()
    assert told["embauchesAttendues"] == firm["embauchesAttendues"]
    assert told["metiers"]
    total = told["embauchesAttendues"]["moyenne"]
    for each in told["metiers"]:
        part = each["embauchesAttendues"]
        assert part["moyenne"] == pytest.approx(total * each["partSecteur"], abs=0.11)
        assert part["min"] <= part["moyenne"] + 1
        assert part["max"] <= told["embauchesAttendues"]["max"] + 1
    shares = [each["partSecteur"] for each in told["metiers"]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1 + 1e-3
    (one,) = reader.get(address, params={"codeROME": told["metiers"][0]["codeROME"]}).json()["metiers"]
    assert one == told["metiers"][0]
    wrong = reader.get(address, params={"codeROME": "Z9999"})
    assert wrong.status_code == 400
    assert "« Z9999 »" in wrong.json()["detail"]
