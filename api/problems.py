"""Errors as the API tells them: `application/problem+json` (RFC 9457), in French, without internal detail."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Final

import msgspec
from fastapi import Request
from starlette.responses import Response

from api.edge.masking import masked
from features.border.problems import Problem as FieldProblem

MEDIA_TYPE: Final = "application/problem+json"

ERASED: Final = (
    "Cet enregistrement porte sur une personne qui a été effacée : son identifiant ne peut pas servir de nouveau."
)


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
