"""What the OpenAPI document says beyond what FastAPI reads from signatures: bodies, answers, examples, problems."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.openapi_links import add_links
from api.pagination import DEFAULT_RANGE, RANGE_PATTERN
from api.problems import ERASED, MEDIA_TYPE, ApiProblem, ErreurChamp, ProblemType
from api.security.csrf import FORM
from api.security.described import tell_access
from features.border.registry import BORDERS, Border
from features.store import Kind
from matching.filters.base import Parameter

REF: Final = "#/components/schemas/{name}"


FEMININE: Final = frozenset({Kind.OFFER, Kind.TRAINING, Kind.SESSION, Kind.IDENTITY})

Json = dict[str, Any]


@dataclass(frozen=True)
class Described:
    """A kind of record in French sentences: "une offre", "l'offre", "les offres"."""

    a: str
    the: str
    all: str

    @classmethod
    def of(cls, border: Border) -> "Described":
        label, feminine = border.label_fr, border.kind in FEMININE
        vowel = label[0] in "aeéiouy"
        the = "l'" if vowel else "la " if feminine else "le "
        first, *rest = label.split(" ", 1)
        plural = " ".join([first + "s", *rest])
        return cls(f"{'une' if feminine else 'un'} {label}", f"{the}{label}", f"les {plural}")

    def not_found(self, key: str) -> ApiProblem:
        """404 for a record of this kind."""
        return ApiProblem(ProblemType.NOT_FOUND, f"{self.the[0].upper()}{self.the[1:]} « {key[:80]} » n'existe pas.")


def ref(name: str) -> Json:
    return {"$ref": REF.format(name=name)}


def content(schema: Json, example: object, media_type: str = "application/json") -> Json:
    return {media_type: {"schema": schema, "example": example}}


def answer(description: str, schema: Json, example: object) -> Json:
    """One response of an operation."""
    return {"description": description, "content": content(schema, example)}


def body(schema: Json, example: object, media_type: str = "application/json", description: str = "") -> Json:
    """`openapi_extra` for a route that reads its body itself."""
    return {
        "requestBody": {
            "required": True,
            "description": description,
            "content": content(schema, example, media_type),
        }
    }


def page_answers(unit_fr: str, schema: Json, example: object) -> dict[int | str, Json]:
    """The three answers of a page: all, part, none."""
    headers = {
        "Content-Range": {
            "description": f"Rangs rendus et total : `{unit_fr} 0-19/132`.",
            "schema": {"type": "string"},
        }
    }
    return {
        200: {**answer("Tous les résultats.", schema, example), "headers": headers},
        206: {**answer("Une partie des résultats.", schema, example), "headers": headers},
        204: {"description": "Aucun résultat à ces rangs.", "headers": headers},
    }


def record_schema(border: Border) -> Json:
    return ref(border.model.__name__)


def record_body(border: Border, example: object) -> Json:
    """The body of a route that takes one record."""
    return body(record_schema(border), example)


def record_answer(border: Border, example: object, description: str) -> Json:
    """The answer of a route that gives one record."""
    return answer(description, record_schema(border), example)


def list_schema(items: Json) -> Json:
    return {"type": "object", "required": ["resultats"], "properties": {"resultats": {"type": "array", "items": items}}}


RANGE_PARAMETER: Final[Json] = {
    "name": "range",
    "in": "query",
    "required": False,
    "description": "Rangs du premier et du dernier résultat, à partir de 0 ; 150 résultats au plus.",
    "schema": {"type": "string", "default": DEFAULT_RANGE, "pattern": RANGE_PATTERN},
    "example": "0-19",
}


def query_parameters(declared: Iterable[Parameter]) -> list[Json]:
    """The search parameters, as the filters declare them, and `range`."""
    return [
        *(
            {
                "name": parameter.name,
                "in": "query",
                "required": False,
                "description": parameter.description,
                "schema": {"type": "string"},
                "example": parameter.example,
            }
            for parameter in declared
        ),
        RANGE_PARAMETER,
    ]


def problem_answer(kind: ProblemType, detail: str, errors: tuple[ErreurChamp, ...] = ()) -> Json:
    """One problem response of an operation."""
    example = msgspec.json.decode(ApiProblem(kind, detail, errors=errors).response().body)
    return {"description": kind.title, "content": content(ref("Probleme"), example, MEDIA_TYPE)}


NAMED_IN_BODY: Final = problem_answer(ProblemType.NOT_FOUND, "Le profil « profil-000041 » n'existe pas, ou plus.")
"""404 of a route whose body names people."""

_FIELD: Final = ErreurChamp(
    "projets[0].codeROME", "Z9999", "le code ROME est inconnu", "Utiliser un code ROME 4.0 ou v3"
)
_WITH_PATH: Final = {"404": problem_answer(ProblemType.NOT_FOUND, "L'offre « 12 » n'existe pas.")}
_WITH_BODY: Final = {
    "400": problem_answer(ProblemType.UNREADABLE, "Le corps n'est pas un document JSON bien formé."),
    "408": problem_answer(ProblemType.SLOW_BODY, "Le corps n'est pas arrivé en 30 s."),
    "413": problem_answer(ProblemType.TOO_LARGE, "Le corps de la requête dépasse la limite."),
    "415": problem_answer(ProblemType.CONTENT_TYPE, "Type de contenu attendu : application/json ; reçu : text/plain."),
    "422": problem_answer(ProblemType.INVALID_BODY, "Un champ est refusé.", (_FIELD,)),
}
_ALWAYS: Final = {
    "400": problem_answer(
        ProblemType.UNKNOWN_PARAMETER, "Le paramètre « distanc » n'existe pas. Vouliez-vous dire « distance » ?"
    ),
    "405": problem_answer(ProblemType.METHOD, "Cette adresse n'accepte pas cette méthode."),
    "421": problem_answer(ProblemType.HOST, "Ce service ne répond pas sous le nom d'hôte de la requête."),
    "429": problem_answer(ProblemType.RATE, "Au plus 300 requêtes par minute."),
    "431": problem_answer(ProblemType.HEADERS_TOO_LARGE, "Au plus 100 en-têtes, et 16384 octets avec l'adresse."),
    "500": problem_answer(ProblemType.INTERNAL, "Le service n'a pas pu répondre."),
    "503": problem_answer(ProblemType.NOT_READY, "Les index ne sont pas encore chargés."),
    "504": problem_answer(ProblemType.TIMEOUT, "La réponse n'a pas pu être établie en 30 s."),
}


_WITH_PUT: Final = {"409": problem_answer(ProblemType.ERASED, ERASED)}
_ACCESS: Final = {
    "401": problem_answer(ProblemType.UNAUTHENTICATED, "Cette adresse demande de se connecter."),
    "403": problem_answer(ProblemType.FORBIDDEN, "Cette adresse n'est pas ouverte aux comptes « partenaire »."),
}


def install(app: FastAPI, schemas: Callable[[], Mapping[str, Json]], mounted: Sequence[APIRouter]) -> None:
    """Make `app`, whose routers are `mounted`, describe itself completely; `schemas` gives the components that routes
    refer to."""

    def document() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = complete(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    summary=app.summary,
                    description=app.description,
                    routes=app.routes,
                    tags=app.openapi_tags,
                ),
                schemas(),
            )
            tell_access(app.openapi_schema, mounted)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def complete(document: Json, schemas: Mapping[str, Json]) -> Json:
    """`document` with the components of `schemas` and, on every operation, the problems that it can answer."""
    components = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
    components.update(schemas)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            _drop_default_validation(responses)
            extra = {
                **(_WITH_PATH if "{" in path else {}),
                **_of_body(operation),
                **(_WITH_PUT if method == "put" else {}),
                **_ACCESS,
                **_ALWAYS,
            }
            for status, response in extra.items():
                responses.setdefault(status, response)
            operation["responses"] = dict(sorted(responses.items()))
    add_links(document)
    return document


def _of_body(operation: Json) -> Json:
    """The problems of a body; a form is refused as a whole, with 400."""
    if "requestBody" not in operation:
        return {}
    is_form = FORM in operation["requestBody"]["content"]
    return {status: told for status, told in _WITH_BODY.items() if not (is_form and status == "422")}


def _drop_default_validation(responses: Json) -> None:
    """FastAPI announces its own 422 for parameters; this API answers them with 400."""
    schema = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if schema.get("$ref", "").endswith("HTTPValidationError"):
        del responses["422"]


def border_schemas(others: Iterable[type[BaseModel]]) -> dict[str, Json]:
    """The components of the public shapes of all records, and of the `others`."""
    _, definitions = models_json_schema(
        [(border.model, "validation") for border in BORDERS.values()] + [(model, "validation") for model in others],
        ref_template="#/components/schemas/{model}",
    )
    found: dict[str, Json] = definitions["$defs"]
    return found


def struct_schemas(structs: Iterable[type[msgspec.Struct]]) -> dict[str, Json]:
    """The components of msgspec structs."""
    _, components = msgspec.json.schema_components(structs, ref_template=REF)
    return components
