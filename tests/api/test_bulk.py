"""Bulk NDJSON: valid lines are kept, the others are told, and a second sending changes nothing."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.examples import EXAMPLES
from api.routes.bulk import BATCH_LINES
from features.store import Kind
from tests.api.conftest import client_over

NDJSON = {"content-type": "application/x-ndjson"}


def offer(number: int, **fields: object) -> bytes:
    example = {**EXAMPLES[Kind.OFFER], "id": f"lot-{number:05d}", "intitule": f"Poste numéro {number}", **fields}
    return json.dumps(example).encode()


def test_valid_lines_are_kept_and_the_others_told(client: TestClient) -> None:
    lines = [offer(1), b"", offer(2, romeCode="Z9999"), b"{", offer(3), offer(1, intitule="Le dernier")]
    response = client.post("/v1/offres/lot", content=b"\n".join(lines), headers=NDJSON)
    assert response.status_code == 200
    answer = response.json()
    rejects = answer.pop("rejets")
    assert answer == {"lues": 5, "ajoutees": 2, "modifiees": 0, "inchangees": 0, "repetees": 1, "rejetees": 2}
    assert [(reject["ligne"], reject["champ"], reject["valeur"]) for reject in rejects] == [
        (3, "romeCode", "Z9999"),
        (4, "(document)", "{"),
    ]
    assert all(reject["motif"] and reject["remede"] for reject in rejects)
    assert client.get("/v1/offres/lot-00001").json()["intitule"] == "Le dernier"
    assert client.get("/v1/offres/lot-00002").status_code == 404


def test_the_same_lot_again_changes_nothing(client: TestClient) -> None:
    lot = b"\n".join(offer(number) for number in range(BATCH_LINES + 5))
    first = client.post("/v1/offres/lot", content=lot, headers=NDJSON).json()
    second = client.post("/v1/offres/lot", content=lot, headers=NDJSON).json()
    assert (first["lues"], first["ajoutees"]) == (BATCH_LINES + 5, BATCH_LINES + 5)
    assert (second["ajoutees"], second["modifiees"], second["inchangees"]) == (0, 0, BATCH_LINES + 5)


def test_nothing_sent_is_nothing_done(client: TestClient) -> None:
    assert client.post("/v1/offres/lot", content=b"", headers=NDJSON).json()["lues"] == 0


def test_another_content_type_is_refused(client: TestClient) -> None:
    response = client.post("/v1/offres/lot", content=offer(1), headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["type"]) == (415, "/problemes/type-de-contenu")


def test_limits(deployment: Path) -> None:
    limits = {"bulk_limit_bytes": 20_000, "bulk_line_limit_bytes": 2_000, "bulk_rejects_listed": 1}
    with client_over(deployment, **limits) as client:
        long = offer(2, description="x" * 3_000)
        answer = client.post("/v1/offres/lot", content=b"\n".join([offer(1), long, long]), headers=NDJSON).json()
        assert (answer["ajoutees"], answer["rejetees"], len(answer["rejets"])) == (1, 2, 1)
        assert answer["rejets"][0]["motif"] == "la ligne est trop longue"
        too_much = client.post("/v1/offres/lot", content=offer(3) * 40, headers=NDJSON)
        assert (too_much.status_code, too_much.json()["type"]) == (413, "/problemes/corps-trop-gros")


@pytest.mark.parametrize("path", ["identites", "statuts-proteges"])
def test_identities_and_rqth_have_no_bulk(client: TestClient, path: str) -> None:
    assert client.post(f"/v1/{path}/lot", content=b"", headers=NDJSON).status_code == 404
