"""How people sign in and out: to a provider, back from it, and out again."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from api.openapi import content
from api.problems import ApiProblem, ProblemType
from api.security import cookies, csrf
from api.security.login import own_path, transport_to
from api.security.oidc import LoginFailed
from api.security.rules import PUBLIC, allowed
from api.security.session import session_of
from api.security.sign_in_page import Link, page
from api.security.tokens import BadToken
from api.service import ServiceOf
from matching.errors import BadParameter

router = APIRouter(prefix="/connexion", tags=["Connexion"])

_HTML: Final = "text/html; charset=utf-8"
_PAGE: Final = {
    "description": "Le choix d'un fournisseur, quand il y en a plusieurs.",
    "content": content({"type": "string"}, "<!doctype html>…", _HTML),
}
_LEAVES: Final = {"description": "Vers le fournisseur d'identité."}
ENTER: Final = "/connexion/entrer"

Name = Annotated[
    str | None, Query(alias="fournisseur", description="Fournisseur d'identité choisi.", examples=["proconnect"])
]
Back = Annotated[
    str | None,
    Query(alias="retour", description="Adresse de ce service où aller ensuite.", examples=["/v1/moi"]),
]


@router.get(
    "/entrer",
    summary="Se connecter",
    description=(
        "Pour les personnes, dans un navigateur : mène au fournisseur d'identité (ProConnect, FranceConnect…), qui "
        "ramène ici et ouvre une session de huit heures au plus, tenue par un cookie."
    ),
    response_class=Response,
    responses={200: _PAGE, 303: _LEAVES},
)
@allowed(PUBLIC)
async def enter(request: Request, service: ServiceOf, name: Name = None, back: Back = None) -> Response:
    parties = service.doors.parties
    return_to = own_path(back)
    if return_to is None:
        raise BadParameter("retour", str(back), "une adresse de ce service, par exemple /v1/moi")
    if not parties:
        return page(
            "Connexion", ["Aucun fournisseur d'identité n'est réglé sur ce service : personne ne s'y connecte."]
        )
    if name is None and len(parties) > 1:
        links = [
            Link(party.provider.label, f"{ENTER}?{urlencode({'fournisseur': each, 'retour': return_to})}")
            for each, party in parties.items()
        ]
        return page("Se connecter", ["Choisissez par où vous identifier."], links)
    chosen = name or next(iter(parties))
    if chosen not in parties:
        raise BadParameter("fournisseur", chosen, f"un de ceux-ci : {', '.join(parties)}")
    try:
        return await service.doors.leave(chosen, return_to, transport_to(parties[chosen], request))
    except LoginFailed as failed:
        return _failed(failed)


@router.get("/retour/{fournisseur}", include_in_schema=False)
@allowed(PUBLIC)
async def come_back(
    request: Request, service: ServiceOf, name: Annotated[str, Path(alias="fournisseur", max_length=32)]
) -> Response:
    """Where a provider sends a browser back."""
    doors = service.doors
    if name not in doors.parties:
        raise ApiProblem(ProblemType.NOT_FOUND, f"Le fournisseur « {name} » n'existe pas.")
    try:
        return await doors.come_back(name, request, transport_to(doors.parties[name], request))
    except LoginFailed as failed:
        doors.access.note(None, "connexion refusée", fournisseur=name)
        response = _failed(failed)
        cookies.forget(response, doors.cookie)
        return response


@router.post(
    "/sortir",
    summary="Se déconnecter",
    description=(
        "Met fin à la session, ici et dans tous les processus en moins d'une seconde, puis chez le fournisseur "
        "d'identité. La demande montre le jeton de la session (`X-Jeton-CSRF`, ou le champ `jetonCsrf`)."
    ),
    response_class=Response,
    responses={303: {"description": "Vers le fournisseur d'identité, ou la page d'au revoir."}},
)
@allowed(PUBLIC)
async def leave(request: Request, service: ServiceOf) -> Response:
    doors = service.doors
    try:
        session = session_of(request, doors.sessions)
    except BadToken:
        session = None
    if session is None:
        response = Response(status_code=303, headers={"Location": "/connexion/au-revoir"})
        cookies.forget(response, doors.sessions.cookie)
        return response
    await csrf.check(request, session.csrf, doors.sessions.public_url)
    return await doors.sign_out(session, lambda party: transport_to(party, request))


@router.get("/au-revoir", include_in_schema=False)
@allowed(PUBLIC)
async def left() -> Response:
    """Where a provider sends a browser after signing out."""
    return page("À bientôt", ["La déconnexion est faite."], [Link("Se connecter de nouveau", ENTER)])


def _failed(failed: LoginFailed) -> Response:
    return page("Connexion impossible", [str(failed)], [Link("Recommencer", ENTER)], 400)
