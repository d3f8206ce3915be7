"""What each operation of the API does, in the words of the audit log: told by its method and address, or listed."""

from functools import cache
from typing import Final

from features.audit.actions import Action

NOT_AUDITED: Final = (
    "/health/",
    "/problemes/",
    "/docs",
    "/openapi.json",
    "/metrics",
    "/static/",
    "/.well-known/",
    "/connexion/jwks.json",
    "/connexion/entrer",
    "/connexion/au-revoir",
    "/fournisseur-local/",
)
"""How the addresses begin that show nothing of anybody and change nothing."""

LISTED: Final = {
    "GET /v1/profils/{id}/offres": Action.SEARCHED,
    "GET /v1/profils/{id}/formations": Action.SEARCHED,
    "GET /v1/profils/{id}/metiers": Action.SEARCHED,
    "GET /v1/profils/{id}/ecarts": Action.SEARCHED,
    "GET /v1/profils/{id}/parcours": Action.SEARCHED,
    "GET /v1/offres/{id}/profils": Action.SEARCHED,
    "GET /v1/rome/recherche": Action.SEARCHED,
    "GET /v1/rome/suggestions": Action.SEARCHED,
    "POST /v1/rome/prediction": Action.SEARCHED,
    "POST /v1/rome/prediction-competences": Action.SEARCHED,
    "POST /v1/profils/recherche": Action.SEARCHED,
    "POST /v1/offres/diagnostic": Action.SEARCHED,
    "POST /v1/besoins/lecture": Action.SEARCHED,
    "POST /v1/prospection/cibles": Action.SEARCHED,
    "POST /v1/prospection/plan": Action.SEARCHED,
    "POST /v1/profils/{id}/abonnements/simulation": Action.SEARCHED,
    "POST /v1/viviers/{id}/actualisation": Action.CHANGED,
    "POST /v1/mises-en-relation": Action.CONTACTED,
    "POST /v1/mises-en-relation/{id}/reponse": Action.ANSWERED,
    "POST /v1/mises-en-relation/{id}/suite": Action.ANSWERED,
    "POST /v1/abonnements/{id}/pause": Action.CHANGED,
    "POST /v1/abonnements/{id}/reprise": Action.CHANGED,
    "POST /v1/gestes/{jeton}": Action.CHANGED,
    "POST /v1/desabonnement/{jeton}": Action.CHANGED,
    "GET /v1/profils/{id}/archive": Action.EXPORTED,
    "POST /v1/profils/{id}/code-de-rattachement": Action.CREATED,
    "POST /v1/moi/demande": Action.CREATED,
    "POST /v1/moi/profil/code": Action.CREATED,
    "POST /v1/moi/profil": Action.CHANGED,
    "POST /v1/comptes/{id}/accord": Action.CHANGED,
    "POST /v1/comptes/{id}/refus": Action.CHANGED,
    "POST /v1/comptes/{id}/desactivation": Action.CHANGED,
    "POST /v1/comptes/{id}/reouverture": Action.CHANGED,
    "POST /connexion/oauth2/access_token": Action.SIGNED_IN,
    "GET /connexion/retour/{fournisseur}": Action.SIGNED_IN,
    "POST /connexion/sortir": Action.SIGNED_OUT,
    "POST /demonstration": Action.SIGNED_IN,
    "POST /demonstration/quitter": Action.SIGNED_OUT,
    "GET /espace": Action.SEARCHED,
    "GET /espace/formations": Action.SEARCHED,
    "GET /espace/metiers": Action.SEARCHED,
    "GET /espace/metiers/ecart": Action.SEARCHED,
    "POST /espace/profil/lecture": Action.SEARCHED,
    "POST /espace/demandes": Action.ANSWERED,
    "GET /espace/donnees/archive": Action.EXPORTED,
    "POST /espace/donnees/effacer": Action.DELETED,
    "GET /recruter": Action.SEARCHED,
    "POST /recruter/demandes": Action.CONTACTED,
    "POST /recruter/demandes/{id}": Action.ANSWERED,
}
"""Operations whose method and address do not tell what they do; a test wants every other POST to be a creation."""

OF_NOBODY: Final = frozenset(
    {"offres", "formations", "sessions", "etablissements", "viviers", "contacts", "rome", "prospection", "comptes"}
)
"""Natures whose ids name nobody (those of accounts are drawn): they are written as they are, once they are known to be
there."""


@cache
def action_of(method: str, path: str) -> Action:
    """What an operation does; `path` as the API declares it."""
    listed = LISTED.get(f"{'GET' if method == 'HEAD' else method} {path}")
    if listed is not None:
        return listed
    if path.endswith("/export"):
        return Action.EXPORTED
    if method in ("GET", "HEAD"):
        return Action.SEEN if "{" in path else Action.LISTED
    if method == "DELETE":
        return Action.DELETED
    return Action.CREATED if method == "POST" and is_creation(path) else Action.CHANGED


def is_creation(path: str) -> bool:
    """Whether a POST there makes a record: `/v1/offres` does, `/v1/offres/lot` replaces too."""
    return path.startswith("/v1/") and path.count("/") == 2 and "{" not in path


@cache
def nature_of(path: str) -> str:
    """What an operation is about: the first part of its address after the version."""
    parts = path.strip("/").split("/")
    return parts[1] if len(parts) > 1 and parts[0] == "v1" else parts[0] or "accueil"
