"""Errors as the API tells them: `application/problem+json` (RFC 9457), in French, without internal detail."""

import logging
import uuid
from collections.abc import Iterable, Mapping
from enum import Enum
from http import HTTPStatus
from typing import Final

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from api.edge.masking import masked
from features.artifacts import ArtifactError
from features.border.problems import BorderError
from features.border.problems import Problem as FieldProblem
from features.disk_trouble import DiskTrouble, disk_trouble
from features.store import DatabaseDown, KeyMissing, PersonErased, is_outage
from matching.errors import BadParameter, ClusterUnreachable, NotFound, NotReady, UnknownParameter, VivierError

MEDIA_TYPE: Final = "application/problem+json"

log = logging.getLogger(__name__)

ERASED: Final = (
    "Cet enregistrement porte sur une personne qui a été effacée : son identifiant ne peut pas servir de nouveau."
)

STORE_DOWN: Final = (
    "La base de données ne répond pas. Si la demande devait enregistrer quelque chose, rien ne dit qu'elle l'a fait : "
    "elle peut être renvoyée telle quelle."
)
STORE_RETRY_S: Final = 5


class ProblemType(Enum):
    """The kinds of problem: the last part of the `type` URI, the HTTP status, the title, and what to do."""

    UNKNOWN_PARAMETER = (
        "parametre-inconnu",
        400,
        "Paramètre inconnu",
        "Corriger le nom du paramètre : `detail` cite le plus proche. Aucun paramètre n'est ignoré en silence.",
    )
    BAD_PARAMETER = (
        "parametre-invalide",
        400,
        "Valeur de paramètre invalide",
        "Corriger la valeur du paramètre : `detail` dit la forme attendue.",
    )
    UNREADABLE = (
        "corps-illisible",
        400,
        "Corps de requête illisible",
        "Envoyer un document JSON en UTF-8, entier et bien formé.",
    )
    UNAUTHENTICATED = (
        "connexion-demandee",
        401,
        "Connexion demandée",
        "Obtenir un jeton à `/connexion/oauth2/access_token`, et l'envoyer dans `Authorization: Bearer …`.",
    )
    FORBIDDEN = (
        "acces-refuse",
        403,
        "Accès refusé",
        "Demander un compte ou un droit qui ouvre cette adresse : `/docs` dit lesquels.",
    )
    UNKNOWN_ADDRESS = (
        "adresse-inconnue",
        404,
        "Adresse inconnue",
        "Vérifier l'adresse : la documentation de l'API liste toutes les routes.",
    )
    NOT_FOUND = ("introuvable", 404, "Ressource introuvable", "Vérifier l'identifiant, ou créer la ressource.")
    METHOD = (
        "methode-refusee",
        405,
        "Méthode refusée",
        "Employer une des méthodes de l'en-tête `Allow`.",
    )
    CONFLICT = (
        "conflit",
        409,
        "Conflit avec ce qui existe déjà",
        "Lire `detail`. Un identifiant déjà pris : remplacer la ressource par PUT, ou choisir un autre identifiant.",
    )
    ERASED = (
        "personne-effacee",
        409,
        "Personne effacée",
        "Donner un autre identifiant si la personne revient d'elle-même ; sinon, ne plus l'envoyer.",
    )
    BUSY = (
        "trop-de-requetes-en-cours",
        503,
        "Service occupé",
        "Recommencer après le délai de l'en-tête `Retry-After`.",
    )
    OFFER_REQUIRED = (
        "offre-requise",
        403,
        "Offre publiée requise",
        "Publier une offre, ou en prolonger une ; compter et diagnostiquer reste possible (`/v1/offres/diagnostic`).",
    )
    RATE = (
        "trop-de-requetes",
        429,
        "Trop de requêtes",
        "Attendre le délai de l'en-tête `Retry-After` ; l'en-tête `RateLimit` dit ce qui reste.",
    )
    QUOTA = (
        "quota-de-personnes",
        429,
        "Quota de personnes atteint",
        "Attendre le lendemain (`Retry-After`), ou resserrer la recherche ; compter et diagnostiquer reste possible.",
    )
    HOST = (
        "hote-inconnu",
        421,
        "Nom d'hôte inconnu",
        "Appeler le service par son nom public ; `VIVIER_ALLOWED_HOSTS` liste ceux qu'il reconnaît.",
    )
    SLOW_BODY = (
        "corps-trop-lent",
        408,
        "Corps de requête trop lent",
        "Envoyer le corps d'une traite ; un gros envoi passe par la route `/lot`.",
    )
    TIMEOUT = (
        "delai-depasse",
        504,
        "Réponse trop longue à établir",
        "Recommencer plus tard, ou resserrer la demande.",
    )
    HEADERS_TOO_LARGE = (
        "en-tetes-trop-gros",
        431,
        "Adresse ou en-têtes trop gros",
        "Raccourcir l'adresse et les en-têtes ; ce qui est long va dans le corps.",
    )
    TOO_LARGE = (
        "corps-trop-gros",
        413,
        "Corps de requête trop gros",
        "Découper l'envoi, ou passer par la route `/lot` en NDJSON.",
    )
    CONTENT_TYPE = (
        "type-de-contenu",
        415,
        "Type de contenu refusé",
        "Envoyer `application/json`, ou `application/x-ndjson` sur les routes `/lot`.",
    )
    INVALID_BODY = (
        "corps-invalide",
        422,
        "Contenu invalide",
        "Corriger chaque champ de `erreurs` : champ, valeur, motif et remède y sont.",
    )
    LOCKED = (
        "trop-d-echecs",
        429,
        "Trop d'échecs de suite",
        "Attendre le délai de l'en-tête `Retry-After` : il s'allonge à chaque nouvel échec.",
    )
    INTERNAL = (
        "erreur-interne",
        500,
        "Erreur interne",
        "Réessayer plus tard ; `instance` permet de retrouver l'incident dans les journaux.",
    )
    NOT_READY = (
        "pas-pret",
        503,
        "Service pas encore prêt",
        "Réessayer dans quelques secondes ; `/health/ready` dit ce qui manque.",
    )
    STORE_DOWN = (
        "base-indisponible",
        503,
        "Base de données indisponible",
        "Recommencer après le délai de l'en-tête `Retry-After` : les recherches continuent, rien ne s'enregistre.",
    )
    STALE = (
        "noeud-en-retard",
        503,
        "Nœud en retard",
        "Recommencer après le délai de `Retry-After` : un autre nœud répond, ou celui-ci aura rattrapé son retard.",
    )
    STORAGE_FULL = (
        "stockage-plein",
        507,
        "Disque plein",
        "Recommencer après le délai de `Retry-After` : rien n'a été écrit. Les recherches répondent toujours ; "
        "l'exploitant du service doit faire de la place.",
    )
    STORAGE = (
        "stockage-indisponible",
        503,
        "Écriture impossible",
        "Recommencer après le délai de `Retry-After` : rien n'a été écrit. Les recherches répondent toujours ; si cela "
        "dure, prévenir l'exploitant du service.",
    )
    OTHER = ("refus", 400, "Requête refusée", "Lire `detail`.")

    def __init__(self, slug: str, status: int, title: str, remedy: str) -> None:
        self.slug = slug
        self.status = status
        self.title = title
        self.remedy = remedy

    @property
    def uri(self) -> str:
        """Relative to the service: `GET` on it explains the problem."""
        return f"/problemes/{self.slug}"


class ErreurChamp(msgspec.Struct, frozen=True):
    """One wrong field of a body."""

    champ: str
    valeur: str
    motif: str
    remede: str

    @classmethod
    def of(cls, problem: FieldProblem) -> "ErreurChamp":
        """What is told of a problem: not the value of a field that nobody asked for, nor what joins a person."""
        value = "" if problem.code == "extra_forbidden" else masked(problem.value)
        return cls(masked(problem.field), value, masked(problem.reason_fr), problem.remedy_fr)


class Probleme(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of every error (RFC 9457), with `erreurs` for the fields of a body."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    erreurs: tuple[ErreurChamp, ...] = ()


class ApiProblem(Exception):
    """A refusal that the API answers as problem+json."""

    def __init__(
        self,
        kind: ProblemType,
        detail: str,
        *,
        errors: tuple[ErreurChamp, ...] = (),
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        instance: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.status = kind.status if status is None else status
        self.headers = dict(headers or {})
        self.instance = instance

    def response(self) -> Response:
        """The HTTP answer: type, title, status, detail; `erreurs` and `instance` when there are any."""
        detail = masked(self.detail)
        body = Probleme(self.kind.uri, self.kind.title, self.status, detail, self.instance, self.errors)
        return Response(msgspec.json.encode(body), status_code=self.status, headers=self.headers, media_type=MEDIA_TYPE)

    def response_to(self, _request: Request) -> Response:
        """The answer to this very request: the same for all, unless a problem has another for people."""
        return self.response()


def invalid_body(problems: Iterable[FieldProblem], with_values: bool = True) -> ApiProblem:
    """422 with one line per wrong field, its value too unless told otherwise; 400 when the document is no JSON."""
    found = tuple(problems)
    if len(found) == 1 and found[0].code == "json_invalid":
        return ApiProblem(ProblemType.UNREADABLE, "Le corps n'est pas un document JSON bien formé.")
    count = "Un champ est refusé." if len(found) == 1 else f"{len(found)} champs sont refusés."
    errors = tuple([ErreurChamp.of(problem) for problem in found])
    if not with_values:
        errors = tuple([msgspec.structs.replace(error, valeur="") for error in errors])
    return ApiProblem(ProblemType.INVALID_BODY, count, errors=errors)


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
