"""What every endpoint keeps to. The suite walks the OpenAPI document: a new route joins by being in the registry."""

import importlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.problems import MEDIA_TYPE
from api.routes import registry
from tests.api.conftest import client_over

Json = dict[str, Any]

ROUTES = Path(registry.__file__).parent
FRENCH = re.compile(r"\b(?:le|la|les|l'|un|une|des|du|de|d'|et|à|au|par|pour|sur)(?:\b|(?<='))", re.IGNORECASE)
ENGLISH = re.compile(r"\b(?:the|of|and|for|with|get|list|create|read|delete|returns?)\b", re.IGNORECASE)
NDJSON = "application/x-ndjson"
FORM = "application/x-www-form-urlencoded"
"""Of the token endpoint alone, which answers as OAuth has it: see tests/api/security."""


@pytest.fixture(scope="module")
def client(sample_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = Path(shutil.copytree(sample_data_dir, tmp_path_factory.mktemp("endpoints") / "var"))
    with client_over(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def document(client: TestClient) -> Json:
    found: Json = client.get("/openapi.json").json()
    return found


@dataclass(frozen=True)
class Operation:
    """One method of one path, as the document describes it."""

    method: str
    path: str
    described: Json

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def parameters(self) -> list[Json]:
        found: list[Json] = self.described.get("parameters", [])
        return found

    @property
    def body_type(self) -> str | None:
        return next(iter(self.described["requestBody"]["content"])) if "requestBody" in self.described else None

    def address(self, key: str = "inconnu-zzz") -> str:
        return re.sub(r"\{[^}]+\}", key, self.path)


@pytest.fixture(scope="module")
def operations(document: Json) -> list[Operation]:
    return [
        Operation(method, path, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]


def problem(response: Any, status: int) -> Json:
    """The problem that a response must be."""
    assert response.status_code == status, f"{response.request.method} {response.request.url}: {response.text[:300]}"
    assert response.headers["content-type"] == MEDIA_TYPE
    body: Json = response.json()
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    return body


def test_every_routes_file_is_in_the_registry() -> None:
    listed = {id(router) for router in registry.routers()}
    factories = {"registry", "records", "bulk", "protected", "__init__"}
    for path in ROUTES.glob("*.py"):
        if path.stem not in factories:
            router = importlib.import_module(f"api.routes.{path.stem}").router
            assert isinstance(router, APIRouter)
            assert id(router) in listed, f"{path.name} has no line in registry.py"


def test_summaries_and_descriptions_are_in_french(operations: list[Operation]) -> None:
    for operation in operations:
        summary, description = operation.described["summary"], operation.described["description"]
        assert summary[0].isupper(), operation
        assert not summary.endswith("."), operation
        assert FRENCH.search(description), operation
        for text in (summary, description):
            assert not ENGLISH.search(text), f"{operation}: {text}"
        assert operation.described["tags"], operation


def test_operation_ids_are_unique(operations: list[Operation]) -> None:
    ids = [operation.described["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))


def test_every_parameter_is_described_with_an_example(operations: list[Operation]) -> None:
    for operation in operations:
        names = [(parameter["in"], parameter["name"]) for parameter in operation.parameters]
        assert len(names) == len(set(names)), operation
        for parameter in operation.parameters:
            schema = parameter["schema"]
            shown = "example" in parameter or "examples" in parameter or "examples" in schema or "default" in schema
            assert shown, f"{operation}: {parameter['name']} has no example"
            assert len(parameter["description"]) > 5, f"{operation}: {parameter['name']} has no description"


def test_bodies_and_answers_have_examples(operations: list[Operation]) -> None:
    for operation in operations:
        described = [operation.described.get("requestBody", {}), *operation.described["responses"].values()]
        for part in described:
            for media_type, content in part.get("content", {}).items():
                assert "example" in content or "examples" in content, f"{operation}: {media_type} without example"
                assert content["schema"], f"{operation}: {media_type} without schema"


def test_every_problem_that_can_happen_is_announced(operations: list[Operation]) -> None:
    for operation in operations:
        expected = {"400", "405", "500", "503"}
        expected |= {"404"} if "{" in operation.path else set()
        expected |= {"413", "415"} if operation.body_type else set()
        expected |= {"422"} if operation.body_type not in (None, FORM) else set()
        responses = operation.described["responses"]
        assert expected <= set(responses), operation
        for status, response in responses.items():
            if status >= "400" and not operation.path.startswith("/health/ready"):
                assert list(response["content"]) == [MEDIA_TYPE], f"{operation}: {status}"


def schema_errors(document: Json, content: Json, value: object) -> list[str]:
    """Where `value` departs from the schema of a body or an answer."""
    validator = Draft202012Validator({**content["schema"], "components": document["components"]})
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]


def test_the_document_is_valid(document: Json) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_examples_have_the_shape_that_is_declared(document: Json, operations: list[Operation]) -> None:
    for operation in operations:
        for part in (operation.described.get("requestBody", {}), *operation.described["responses"].values()):
            for content in part.get("content", {}).values():
                if "example" in content:
                    assert schema_errors(document, content, content["example"]) == [], operation


def test_answers_have_the_shape_that_is_declared(
    client: TestClient, document: Json, operations: list[Operation]
) -> None:
    """Every list and every single record of a GET route, with keys taken from the lists."""
    keys = {}
    for operation in operations:
        if operation.method == "get" and operation.path.startswith("/v1/") and "{" not in operation.path:
            response = client.get(operation.path, params={each["name"]: each["example"] for each in needed(operation)})
            check_answer(document, operation, response)
            if response.status_code in (200, 206) and is_json(response) and response.json().get("resultats"):
                first = response.json()["resultats"][0]
                keys[operation.path] = first.get("id") or first.get("siret") or first.get("code")
    for operation in operations:
        parent = operation.path.split("/{")[0]
        if operation.method == "get" and "{" in operation.path and parent in keys:
            check_answer(document, operation, client.get(operation.address(str(keys[parent]))))


def needed(operation: Operation) -> list[Json]:
    """The parameters that must be given, each with an example."""
    return [
        {"name": each["name"], "example": each.get("example") or each["schema"]["examples"][0]}
        for each in operation.parameters
        if each["required"]
    ]


def check_answer(document: Json, operation: Operation, response: Any) -> None:
    status = str(response.status_code)
    assert status in operation.described["responses"], f"{operation} answers {status}, which is not announced"
    if response.content:
        media_type = response.headers["content-type"]
        content = operation.described["responses"][status]["content"][media_type]
        said = response.json() if is_json(response) else response.text
        assert schema_errors(document, content, said) == [], operation


def is_json(response: Any) -> bool:
    return "json" in response.headers["content-type"]


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def test_every_reference_leads_somewhere(document: Json) -> None:
    for reference in references(document):
        node: Any = document
        for part in reference.removeprefix("#/").split("/"):
            assert part in node, reference
            node = node[part]


def test_links_lead_to_an_operation_under_the_record(document: Json, operations: list[Operation]) -> None:
    by_id = {operation.described["operationId"]: operation for operation in operations}
    found = 0
    for operation in operations:
        for response in operation.described["responses"].values():
            for link in response.get("links", {}).values():
                found += 1
                target = by_id[link["operationId"]]
                assert target.path.startswith(f"{operation.path}/{{"), operation
                asked = {f"path.{each['name']}" for each in target.parameters if each["in"] == "path"}
                assert set(link["parameters"]) <= asked, operation
    assert found > 100


def test_a_created_record_is_followed_along_its_links(client: TestClient, document: Json) -> None:
    links = document["paths"]["/v1/profils"]["get"]["responses"]["206"]["links"]
    first = client.get("/v1/profils").json()["resultats"][0]["id"]
    (expression,) = {link["parameters"]["path.id"] for link in links.values()}
    assert expression == "$response.body#/resultats/0/id"
    assert client.get(f"/v1/profils/{first}").status_code == 200


def test_allow_lists_the_methods_of_the_very_address(client: TestClient) -> None:
    for address, methods in (("/v1/profils/lot", "POST"), ("/v1/profils/p", "DELETE, GET, HEAD, PUT")):
        assert client.options(address).headers["allow"] == methods


def test_an_unknown_parameter_is_refused(client: TestClient, operations: list[Operation]) -> None:
    for operation in operations:
        response = client.request(operation.method, operation.address(), params={"zzz": "1"})
        body = problem(response, 400)
        assert body["type"] == "/problemes/parametre-inconnu", operation
        assert "« zzz »" in body["detail"]


def test_a_misspelt_parameter_is_told_its_nearest_name(client: TestClient, operations: list[Operation]) -> None:
    for operation in operations:
        for parameter in operation.parameters:
            if parameter["in"] == "query" and len(parameter["name"]) > 4:
                response = client.request(operation.method, operation.address(), params={parameter["name"][:-1]: "1"})
                assert "« " in problem(response, 400)["detail"].split("»", 1)[1], operation


def test_a_parameter_that_comes_twice_is_refused(client: TestClient, operations: list[Operation]) -> None:
    for operation in operations:
        for parameter in operation.parameters:
            if parameter["in"] == "query":
                address = f"{operation.address()}?{parameter['name']}=1&{parameter['name']}=2"
                assert problem(client.request(operation.method, address), 400)["detail"]


WHO_ASKS = {"utilisateur": "conseiller-0001", "siret": "13000548100010"}
"""Parameters that say who calls: they are looked at before what is called for."""


def test_an_unknown_record_is_not_found(client: TestClient, operations: list[Operation]) -> None:
    for operation in operations:
        if "{" in operation.path and operation.method in ("get", "delete"):
            asked = {each["name"]: WHO_ASKS[each["name"]] for each in operation.parameters if each["name"] in WHO_ASKS}
            response = client.request(operation.method, operation.address(), params=asked)
            assert "inconnu-zzz" in problem(response, 404)["detail"].lower(), operation


def test_a_wrong_range_is_refused(client: TestClient, operations: list[Operation]) -> None:
    for operation in operations:
        if any(parameter["name"] == "range" for parameter in operation.parameters) and operation.method == "get":
            response = client.get(operation.address(), params={"range": "9-1"})
            assert "« range »" in problem(response, 400)["detail"], operation


def test_a_body_that_is_not_json_is_told(client: TestClient, operations: list[Operation]) -> None:
    for operation in operations:
        if operation.body_type in (None, FORM):
            continue
        headers = {"content-type": operation.body_type}
        response = client.request(operation.method, operation.address(), content=b"{", headers=headers)
        if operation.body_type == NDJSON:
            assert response.json()["rejets"][0]["ligne"] == 1, operation
        else:
            assert problem(response, 400)["type"] == "/problemes/corps-illisible", operation


def test_a_body_of_another_type_is_refused(client: TestClient, operations: list[Operation]) -> None:
    for operation in operations:
        if operation.body_type is not None:
            headers = {"content-type": "text/plain"}
            response = client.request(operation.method, operation.address(), content=b"{}", headers=headers)
            assert operation.body_type in problem(response, 415)["detail"], operation


def test_a_wrong_field_is_told_with_value_reason_and_remedy(client: TestClient, operations: list[Operation]) -> None:
    for operation in operations:
        if operation.body_type in (None, FORM):
            continue
        headers = {"content-type": operation.body_type}
        response = client.request(operation.method, operation.address(), content=b'{"zzz": 12}', headers=headers)
        errors = response.json()["rejets"] if operation.body_type == NDJSON else problem(response, 422)["erreurs"]
        for error in errors:
            assert {"champ", "valeur", "motif", "remede"} <= set(error), operation
        assert {error["champ"] for error in errors}, operation


def test_search_examples_are_answered(client: TestClient, document: Json, operations: list[Operation]) -> None:
    for operation in operations:
        if operation.body_type == "application/json" and operation.path.endswith(("/recherche", "/cibles")):
            example = operation.described["requestBody"]["content"][operation.body_type]["example"]
            response = client.request(operation.method, operation.address(), json=example)
            assert response.status_code in (200, 204, 206), f"{operation}: {response.text}"
            check_answer(document, operation, response)
