"""What each error means over HTTP, whatever route raises it; one that nobody expected is an incident."""

import logging
import uuid
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from api.problems import ERASED, ApiProblem, ProblemType, invalid_body
from features.artifacts import ArtifactError
from features.border.problems import BorderError
from features.border.problems import Problem as FieldProblem
from features.disk_trouble import DiskTrouble, disk_trouble
from features.store import DatabaseDown, KeyMissing, PersonErased, is_outage
from matching.errors import BadParameter, ClusterUnreachable, NotFound, NotReady, UnknownParameter, VivierError

STORE_DOWN: Final = (
    "La base de données ne répond pas. Si la demande devait enregistrer quelque chose, rien ne dit qu'elle l'a fait : "
    "elle peut être renvoyée telle quelle."
)
STORE_RETRY_S: Final = 5
_BY_STATUS: Final = {
    400: (ProblemType.UNREADABLE, "Le corps de la requête n'a pas pu être lu."),
    404: (ProblemType.UNKNOWN_ADDRESS, "Aucune route ne répond à cette adresse."),
    405: (ProblemType.METHOD, "Cette adresse n'accepte pas cette méthode."),
    413: (ProblemType.TOO_LARGE, "Le corps de la requête dépasse la limite."),
}
OF_DISK: Final = {
    DiskTrouble.FULL: (ProblemType.STORAGE_FULL, "Le disque du service est plein : rien n'a été écrit."),
    DiskTrouble.READ_ONLY: (ProblemType.STORAGE, "Le service ne peut pas écrire sur son disque : rien n'a été écrit."),
    DiskTrouble.FAILING: (ProblemType.STORAGE, "Le disque du service répond par des erreurs : rien n'a été écrit."),
    DiskTrouble.HELD: (ProblemType.STORAGE, "Une autre écriture tient le magasin : rien n'a été écrit."),
}
DISK_RETRY_S: Final = {ProblemType.STORAGE_FULL: 60, ProblemType.STORAGE: 30}

KINDS: Final[tuple[type[Exception], ...]] = (
    ApiProblem,
    VivierError,
    KeyMissing,
    PersonErased,
    DatabaseDown,
    BorderError,
    RequestValidationError,
    HTTPException,
    ArtifactError,
    SQLAlchemyError,
    OSError,
    Exception,
)
"""The errors that are answered, whatever route raises them."""

log = logging.getLogger(__name__)


def problem_of(error: Exception) -> ApiProblem | None:
    """What an expected error means over HTTP; None for one that nobody expected."""
    match error:
        case ApiProblem():
            return error
        case UnknownParameter():
            return ApiProblem(ProblemType.UNKNOWN_PARAMETER, str(error))
        case BadParameter():
            return ApiProblem(ProblemType.BAD_PARAMETER, str(error))
        case NotFound():
            return ApiProblem(ProblemType.NOT_FOUND, str(error))
        case NotReady() | ClusterUnreachable():
            return ApiProblem(ProblemType.NOT_READY, str(error), headers={"Retry-After": "5"})
        case KeyMissing():
            return ApiProblem(
                ProblemType.NOT_READY,
                "Le service n'a pas les clés sans lesquelles il ne tient aucune donnée d'identité : son administrateur "
                "doit les lui donner.",
            )
        case ArtifactError():
            log.error("%s", error)
            return ApiProblem(
                ProblemType.NOT_READY,
                "Un fichier de l'index est abîmé, et ce qui y était n'est pas rendu : l'exploitant du service doit "
                "reconstruire l'index.",
            )
        case PersonErased():
            return ApiProblem(ProblemType.ERASED, ERASED)
        case BorderError():
            return invalid_body(error.problems)
        case RequestValidationError():
            return _bad_path_or_query(error)
        case HTTPException():
            kind, detail = _BY_STATUS.get(error.status_code, (ProblemType.OTHER, HTTPStatus(error.status_code).phrase))
            return ApiProblem(kind, detail, status=error.status_code, headers=error.headers)
        case DatabaseDown() | SQLAlchemyError() | OSError():
            return _of_disk(error) or _of_outage(error)
    return None


def _of_outage(error: Exception) -> ApiProblem | None:
    """What a request is told that the database did not answer; None for an error that is about something else."""
    if not is_outage(error):
        return None
    log.warning("the database could not be used: %s", type(error).__name__)
    return ApiProblem(ProblemType.STORE_DOWN, STORE_DOWN, headers={"Retry-After": str(STORE_RETRY_S)})


def _of_disk(error: Exception) -> ApiProblem | None:
    """What a write that the disk did not take is told; None for an error that is about something else."""
    trouble = disk_trouble(error)
    if trouble is None:
        return None
    log.error("a write was refused: %s (%s)", trouble.value, str(error).splitlines()[0])
    kind, detail = OF_DISK[trouble]
    return ApiProblem(kind, detail, headers={"Retry-After": str(DISK_RETRY_S[kind])})


def _bad_path_or_query(error: RequestValidationError) -> ApiProblem:
    first = error.errors()[0]
    name = str(first["loc"][-1])
    problem = FieldProblem.of(name, first.get("input", ""), first["type"], **first.get("ctx", {}))
    if first["type"] == "missing":
        return ApiProblem(ProblemType.BAD_PARAMETER, f"Le paramètre « {name} » est obligatoire.")
    detail = f"Le paramètre « {name} » a la valeur « {problem.value} » : {problem.reason_fr}. {problem.remedy_fr}."
    return ApiProblem(ProblemType.BAD_PARAMETER, detail)


async def answer(request: Request, error: Exception) -> Response:
    """The problem+json for any error; an unexpected one is logged under the incident that the answer names."""
    problem = problem_of(error)
    if problem is not None and problem.kind is ProblemType.METHOD:
        problem.headers["Allow"] = ", ".join(sorted(_methods_at(request)))
    if problem is None:
        problem = unexpected(error)
    return problem.response_to(request)


def unexpected(error: Exception) -> ApiProblem:
    """500 for an error that nobody expected, logged under the incident that it names."""
    incident = uuid.uuid4()
    log.error("incident %s", incident, exc_info=error)
    return ApiProblem(ProblemType.INTERNAL, "Le service n'a pas pu répondre.", instance=f"urn:uuid:{incident}")


def _methods_at(request: Request) -> set[str]:
    """The methods of the routes at the request's address, of all that a template matches unless one is the address
    itself; Starlette tells those of the first one."""
    paths: dict[str, dict[str, object]] = request.app.openapi()["paths"]
    address = request.url.path
    matching = [address] if address in paths else [path for path in paths if compile_path(path)[0].fullmatch(address)]
    found = {method.upper() for path in matching for method in paths[path]}
    return found | {"HEAD"} if "GET" in found else found


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem+json."""
    for kind in KINDS:
        app.add_exception_handler(kind, answer)
