"""Every role at every endpoint, at what is theirs and at what is not. The matrix is made from the OpenAPI document: a
route joins by being there, and one that nobody placed in `WORLD` fails."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.security.accounts import register
from api.security.actor import Role
from features.border.registry import BORDERS
from features.records import (
    Contact,
    ContactChannel,
    ContactRequest,
    Establishment,
    Event,
    EventKind,
    Offer,
    Profile,
    Subscription,
    TalentPool,
    Training,
    TrainingSession,
)
from features.store import Kind, about_profile
from tests.api.conftest import client_over
from tests.waiting import until

Json = dict[str, Any]
FEED = "flux-essai"
NOBODYS = "inconnu-zzz"
ALL = "tout"
NOW = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)


@dataclass(frozen=True)
class World:
    """Who plays each role, and ids that are theirs and somebody else's."""

    client: TestClient
    tokens: dict[Role, str]
    own: dict[str, dict[Role, str]]
    """By the beginning of an address, up to `{id}`."""
    foreign: dict[str, str]

    def ask(self, role: Role | None, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens[role]}" if role is not None else ""}
        return self.client.request(method, path, json=body, headers=headers)


@pytest.fixture(scope="module")
def world(sample_data_dir: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    import shutil

    folder = tmp_path_factory.mktemp("matrix") / "var"
    shutil.copytree(sample_data_dir, folder)
    with client_over(folder) as client:
        yield _peopled(client)


def _peopled(client: TestClient) -> World:
    service = client.app.state.service  # type: ignore[attr-defined]
    store = service.store
    offers = [each for each in store.page(Offer, 0, 200) if each.siret is not None]
    mine = offers[0]
    other = next(each for each in offers if each.siret != mine.siret)
    people = [each for each in store.page(Profile, 0, 150) if each.counsellor_id is not None]
    me = next(each for each in people if each.consents.visible_to_employers and each.consents.profiling)
    you = next(each for each in people if each.counsellor_id != me.counsellor_id and each.consents.visible_to_employers)
    firms = [each.id for each in store.page(Establishment, 0, 3)]
    training, session = store.page(Training, 0, 2), store.page(TrainingSession, 0, 2)
    counsellor = str(me.counsellor_id)

    def written(records: list[Any], source: str = "api") -> None:
        store.upsert(records, source)

    for name, person in (("a-moi", me), ("a-toi", you)):
        written([Subscription(id=f"abo-{name}", profile_id=person.id)])
        written([Event(id=f"evt-{name}", kind=EventKind.OPENED, at=NOW, profile_id=person.id, offer_id=mine.id)])
    for name, who in (("a-moi", counsellor), ("a-toi", "conseiller-autre")):
        written(
            [
                Contact(
                    id=f"con-{name}", counsellor_id=who, siret=firms[0], at=NOW, channel=ContactChannel.PHONE, note="x"
                )
            ]
        )
        written([TalentPool(id=f"viv-c-{name}", name="Vivier", owner_id=who)])
    written([TalentPool(id="viv-e-a-moi", name="Vivier", owner_id=str(mine.siret))])
    for siret, person in ((mine.siret, me), (other.siret, you)):
        sent = ContactRequest(
            id=f"{siret}-demande",
            siret=str(siret),
            profile_id=person.id,
            need="Un poste",
            message="Bonjour",
            sent_at=dt.datetime.now(dt.UTC),
            lapses_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=10),
        )
        written([sent], about_profile(person.id))
    fed = {
        Kind.OFFER: BORDERS[Kind.OFFER].out(mine) | {"id": "offre-du-flux"},
        Kind.TRAINING: BORDERS[Kind.TRAINING].out(training[0]) | {"id": "formation-du-flux"},
        Kind.SESSION: BORDERS[Kind.SESSION].out(session[0]) | {"id": "session-du-flux"},
    }
    tokens = {
        Role.JOBSEEKER: f"demo:demandeur:{me.id}",
        Role.EMPLOYER: f"demo:employeur:{mine.siret}",
        Role.COUNSELLOR: f"demo:conseiller:{counsellor}",
        Role.PARTNER: f"demo:partenaire:{FEED}",
        Role.AUDITOR: "demo:auditeur",
        Role.ADMINISTRATOR: "demo:administrateur",
        Role.PILOT: "demo:pilote",
        Role.SERVICE: "demo:service",
        Role.NEWCOMER: "demo:arrivant",
    }
    asked_for = register(store, "https://fournisseur.example", "a-moi", Role.AUDITOR, "quelqu-un")
    everyone = dict.fromkeys(Role, "")
    own = {
        "/v1/profils/": everyone | dict.fromkeys(Role, me.id),
        "/v1/offres/": dict.fromkeys(Role, mine.id) | {Role.PARTNER: "offre-du-flux"},
        "/v1/formations/": dict.fromkeys(Role, training[0].id) | {Role.PARTNER: "formation-du-flux"},
        "/v1/sessions/": dict.fromkeys(Role, session[0].id) | {Role.PARTNER: "session-du-flux"},
        "/v1/etablissements/": dict.fromkeys(Role, str(mine.siret)),
        "/v1/evenements/": dict.fromkeys(Role, "evt-a-moi"),
        "/v1/abonnements/": dict.fromkeys(Role, "abo-a-moi"),
        "/v1/contacts/": dict.fromkeys(Role, "con-a-moi"),
        "/v1/viviers/": dict.fromkeys(Role, "viv-c-a-moi") | {Role.EMPLOYER: "viv-e-a-moi"},
        "/v1/mises-en-relation/": dict.fromkeys(Role, f"{mine.siret}-demande"),
        "/v1/prospection/etablissements/": dict.fromkeys(Role, firms[0]),
        "/v1/prospection/contacts/": dict.fromkeys(Role, "con-a-moi"),
        "/v1/rome/metiers/": dict.fromkeys(Role, "J1501"),
        "/v1/comptes/": dict.fromkeys(Role, asked_for.id),
        "/v1/listes/": dict.fromkeys(Role, "offres"),
    }
    foreign = {
        "/v1/profils/": you.id,
        "/v1/offres/": other.id,
        "/v1/formations/": training[1].id,
        "/v1/sessions/": session[1].id,
        "/v1/etablissements/": str(other.siret),
        "/v1/evenements/": "evt-a-toi",
        "/v1/abonnements/": "abo-a-toi",
        "/v1/contacts/": "con-a-toi",
        "/v1/viviers/": "viv-c-a-toi",
        "/v1/mises-en-relation/": f"{other.siret}-demande",
    }
    made = World(client, tokens, own, foreign)
    for kind, body in fed.items():
        answered = made.ask(Role.PARTNER, "PUT", f"/v1/{BORDERS[kind].path}/{body['id']}", body)
        assert answered.status_code == 201, answered.text
    for path in ("identite", "statut-protege"):
        for person in (me, you):
            made.ask(Role.SERVICE, "PUT", f"/v1/profils/{person.id}/{path}", {"id": person.id})
    until(lambda: made.ask(Role.SERVICE, "GET", "/health/ready").json()["retard"] == 0)
    return made


def operations(client: TestClient) -> Iterator[tuple[str, str, Json]]:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, described in methods.items():
            yield method.upper(), path, described


def deleting_last(operation: tuple[str, str, Json]) -> tuple[bool, bool]:
    """What goes with a profile is deleted before it."""
    method, path, _ = operation
    return method == "DELETE", path == "/v1/profils/{id}"


def prefix_of(path: str) -> str:
    return path.partition("{")[0]


def body_of(world: World, method: str, path: str, described: Json, key: str) -> object:
    """What a caller would send there: the record itself for a record's address, else the document's example."""
    if method == "PUT":
        found = world.ask(Role.SERVICE, "GET", path.replace("{id}", key))
        return found.json() if found.status_code == 200 else {"id": key}
    content = described.get("requestBody", {}).get("content", {})
    return next(iter(content.values()))["example"] if content else None


def test_every_operation_is_told_apart_by_role(world: World) -> None:
    """No token: 401. A role that the rule leaves out: 403. What is not theirs: 404. What is theirs: none of these."""
    n_checked = 0
    restored: list[tuple[str, object]] = []
    for method, path, described in sorted(operations(world.client), key=deleting_last):
        told: dict[str, str] = described["x-acces"]
        if not described["security"]:
            assert world.ask(None, method, path.replace("{", "").replace("}", "")).status_code not in (401, 403), path
            continue
        prefix = prefix_of(path)
        assert "{" not in path or prefix in world.own, f"{path}: place its ids in this test"
        for role in Role:
            own = re.sub(r"\{[^}]+\}", world.own[prefix][role], path) if "{" in path else path
            body = body_of(world, method, path, described, world.own[prefix][role]) if "{" in path else None
            if "{" not in path:
                body = body_of(world, method, path, described, "")
            assert world.ask(None, method, own, body).status_code == 401, (method, own)
            if role.value not in told:
                refused = world.ask(role, method, own, body)
                assert refused.status_code == 403, (role, method, own, refused.text[:200])
                n_checked += 1
                continue
            if "{" in path and told[role.value] != ALL and prefix in world.foreign:
                for key in (world.foreign[prefix], NOBODYS):
                    other = re.sub(r"\{[^}]+\}", key, path)
                    if method == "PUT" and key == NOBODYS and path.count("/") == 3:
                        continue  # creates: `test_nobody_writes_what_is_not_theirs`
                    sent = body_of(world, method, path, described, key)
                    hidden = world.ask(role, method, other, sent)
                    reading = method == "GET" and "/prospection/" not in path
                    assert hidden.status_code == 404 or (not reading and hidden.status_code == 422), (
                        role,
                        method,
                        other,
                        hidden.status_code,
                        hidden.text[:300],
                    )
                    n_checked += 1
            before = world.ask(Role.SERVICE, "GET", own).json() if method == "DELETE" else None
            answered = world.ask(role, method, own, body)
            assert answered.status_code not in (401, 403, 500), (role, method, own, answered.text[:200])
            if method in ("GET", "DELETE", "PUT") and role is not Role.SERVICE:  # who must say for whom it asks
                assert answered.status_code < 400, (role, method, own, answered.status_code, answered.text[:200])
            if before is not None and path != "/v1/profils/{id}":  # who is erased does not come back
                put_back = world.ask(Role.SERVICE, "PUT", own, before)
                restored.append((own, put_back.status_code))
            n_checked += 1
    assert n_checked > 300
    assert len(restored) > 10
