"""Errors of pages: a page, in plain words, with a way on. What the API answers stays problem+json."""

from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from starlette.responses import Response

from api import errors
from api.errors import KINDS, problem_of, unexpected
from api.pages.filters import in_words
from api.pages.shell import html
from api.problems import ApiProblem, ProblemType

PAGES: Final = ("/espace", "/recruter", "/prospection", "/pilotage", "/compte", "/accessibilite", "/demonstration")
MACHINES: Final = ("/v1", "/openapi.json", "/docs", "/health", "/problemes", "/connexion", "/.well-known", "/static")

WORDS: Final[dict[ProblemType, tuple[str, str]]] = {
    ProblemType.UNAUTHENTICATED: (
        "Vous n'êtes pas connecté",
        "Cette page est personnelle : connectez-vous pour la voir.",
    ),
    ProblemType.FORBIDDEN: ("Cette page n'est pas la vôtre", "Elle n'est pas ouverte à votre compte."),
    ProblemType.NOT_FOUND: (
        "Introuvable",
        "Ce que vous cherchez n'existe pas, n'existe plus, ou ne vous est pas ouvert.",
    ),
    ProblemType.UNKNOWN_ADDRESS: (
        "Cette page n'existe pas",
        "L'adresse est peut-être mal recopiée, ou la page a changé.",
    ),
    ProblemType.METHOD: ("Cette page n'existe pas", "Cette adresse ne s'ouvre pas directement : passez par un bouton."),
    ProblemType.UNKNOWN_PARAMETER: (
        "Cette adresse n'est pas comprise",
        "Elle demande quelque chose que la page ne sait pas faire.",
    ),
    ProblemType.BAD_PARAMETER: ("Cette valeur n'est pas comprise", "Corrigez-la, puis recommencez."),
    ProblemType.UNREADABLE: ("Le formulaire n'a pas pu être lu", "Revenez à la page précédente et recommencez."),
    ProblemType.CONTENT_TYPE: ("Le formulaire n'a pas pu être lu", "Revenez à la page précédente et recommencez."),
    ProblemType.TOO_LARGE: ("C'est trop long", "Raccourcissez le texte, puis renvoyez-le."),
    ProblemType.INVALID_BODY: (
        "Quelque chose est à corriger",
        "Revenez à la page précédente, corrigez, puis renvoyez.",
    ),
    ProblemType.CONFLICT: ("Ce n'est plus possible", "La situation a changé depuis que vous avez ouvert la page."),
    ProblemType.ERASED: ("Ce n'est plus possible", "La personne dont il s'agit a été effacée."),
    ProblemType.OFFER_REQUIRED: (
        "Il faut une offre en cours",
        "Les profils ne sont montrés que pour recruter : publiez une offre, ou prolongez-en une.",
    ),
    ProblemType.QUOTA: (
        "C'est tout pour aujourd'hui",
        "Un établissement ne voit qu'un nombre limité de personnes par jour.",
    ),
    ProblemType.RATE: ("Un peu vite", "Attendez quelques instants, puis rechargez la page."),
    ProblemType.TIMEOUT: ("C'est trop long", "La page n'a pas pu être préparée à temps. Réessayez dans un moment."),
    ProblemType.BUSY: ("Beaucoup de monde en ce moment", "Attendez quelques secondes, puis rechargez la page."),
    ProblemType.STALE: ("Un instant", "Attendez quelques secondes, puis rechargez la page."),
    ProblemType.NOT_READY: ("Le service démarre", "Attendez quelques secondes, puis rechargez la page."),
    ProblemType.STORE_DOWN: (
        "C'est momentanément impossible",
        "Vos informations ne peuvent être ni lues ni enregistrées pour l'instant. Réessayez dans une minute : les "
        "recherches, elles, continuent.",
    ),
    ProblemType.STORAGE_FULL: (
        "Rien n'a pu être enregistré",
        "Le service manque de place en ce moment. Ce que vous avez écrit n'est pas gardé : réessayez plus tard.",
    ),
    ProblemType.STORAGE: (
        "Rien n'a pu être enregistré",
        "Le service ne peut rien écrire en ce moment. Ce que vous avez écrit n'est pas gardé : réessayez plus tard.",
    ),
    ProblemType.INTERNAL: ("La page n'a pas pu être préparée", "Ce n'est pas votre faute. Réessayez dans un moment."),
}
"""The title and the sentence of each kind of error."""
_FORM_REFUSED: Final = (
    "Le formulaire n'a pas été pris",
    "Votre session a changé depuis que la page est ouverte : rechargez la page, puis recommencez.",
)
TELLS: Final = frozenset(
    {
        ProblemType.BAD_PARAMETER,
        ProblemType.INVALID_BODY,
        ProblemType.CONFLICT,
        ProblemType.QUOTA,
    }
)
"""Kinds whose own detail says something to a reader."""


def is_page(request: Request) -> bool:
    """Whether a person, rather than a machine, is at the other end."""
    path = request.url.path
    if any(path == start or path.startswith(f"{start}/") for start in MACHINES):
        return False
    return path == "/" or path.startswith(PAGES) or "text/html" in request.headers.get("accept", "")


async def answer(request: Request, error: Exception) -> Response:
    """The page, or the problem+json, of any error."""
    if not is_page(request):
        return await errors.answer(request, error)
    return page_of(request, problem_of(error) or unexpected(error))


def page_of(request: Request, problem: ApiProblem) -> Response:
    title, sentence = WORDS.get(problem.kind, ("La demande est refusée", "Revenez à la page précédente."))
    if problem.kind is ProblemType.FORBIDDEN and request.method == "POST":
        title, sentence = _FORM_REFUSED
    actor = getattr(request.state, "actor", None)
    told = in_words(problem.detail) if problem.kind in TELLS and not problem.errors else None
    if problem.instance is not None:
        told = f"Si cela dure, donnez ce numéro au service : {problem.instance.rpartition(':')[2]}."
    page = html(
        request,
        request.app.state.service,
        actor,
        "error.html.j2",
        problem.status,
        title=title,
        sentence=sentence,
        told=told,
        fields=problem.errors,
        sign_in=problem.status == HTTPStatus.UNAUTHORIZED,
    )
    page.headers.update(problem.headers)
    return page


def install(app: FastAPI) -> None:
    """Make every error of a page a page; after `api.errors.install`."""
    for kind in KINDS:
        app.add_exception_handler(kind, answer)
