"""What the routes of accounts ask and answer."""

import datetime as dt
from typing import Annotated, Final

import msgspec
from pydantic import Field, StringConstraints

from api.security.actor import Actor, Role
from api.security.presented import Presented
from features.border.base import BorderModel, Id
from features.store.access.accounts import Account, AccountState


class DemandeCompteIn(BorderModel):
    """Ce qu'une personne connectée demande à être."""

    role: Annotated[str, StringConstraints(pattern="^(employeur|conseiller|auditeur|administrateur|pilote)$")] = Field(
        description="employeur, conseiller, auditeur, administrateur ou pilote", examples=["employeur"]
    )
    siret: str | None = Field(None, description="D'un employeur : son établissement", examples=["13000548100010"])
    conseiller: Id | None = Field(None, description="D'un conseiller : son identifiant")


class DemandeCodeIn(BorderModel):
    """Le profil dont le code est envoyé au courriel qui y figure."""

    profil: Id = Field(description="Identifiant du profil", examples=["exemple-profil"])


class RattachementIn(BorderModel):
    """La preuve qu'un profil est le sien."""

    profil: Id = Field(description="Identifiant du profil", examples=["exemple-profil"])
    code: Annotated[str, StringConstraints(min_length=1, max_length=20)] = Field(
        description="Code reçu par courriel, ou donné par son conseiller", examples=["AB2C4-DE6FG"]
    )


class AccordIn(BorderModel):
    """L'accord donné à un compte."""

    equipe: list[Id] = Field(
        default_factory=list, description="D'un conseiller : les collègues dont il partage le portefeuille"
    )


class Moi(msgspec.Struct, frozen=True, omit_defaults=True):
    """Qui le service croit avoir devant lui, et ce qu'il lui permet."""

    id: str
    role: str
    texte: str
    droits: list[str]
    etat: str | None = None
    """State of the account, of people."""
    profil: str | None = None
    siret: str | None = None
    conseiller: str | None = None
    equipe: list[str] = []
    flux: str | None = None
    demonstration: bool = False
    jetonCsrf: str | None = None
    """Of a session: shown with every change."""


class Presentation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ce que le fournisseur d'identité garantit ; effacé une fois la décision prise."""

    nom: str | None = None
    courriel: str | None = None
    siret: str | None = None


class Compte(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un compte, pour qui en décide."""

    id: str
    etat: str
    fournisseur: str
    demandeLe: dt.datetime
    role: str | None = None
    siret: str | None = None
    conseiller: str | None = None
    equipe: list[str] = []
    profilLie: bool = False
    """Whose profile it is, is not an administrator's business."""
    demandePar: str | None = None
    decideLe: dt.datetime | None = None
    decidePar: str | None = None
    presente: Presentation | None = None
    avis: str | None = None


class Comptes(msgspec.Struct, frozen=True):
    """Des comptes, les demandes les plus récentes d'abord."""

    resultats: list[Compte]


class CodeRattachement(msgspec.Struct, frozen=True):
    """Un code qui lie un compte à un profil ; il n'est montré que cette fois."""

    code: str
    expireLe: dt.datetime
    texte: str


_TITLES: Final = {
    Role.JOBSEEKER: "en recherche d'emploi",
    Role.EMPLOYER: "au nom d'un établissement",
    Role.COUNSELLOR: "pour l'accompagnement",
    Role.PARTNER: "comme flux d'un partenaire",
    Role.AUDITOR: "pour l'audit",
    Role.ADMINISTRATOR: "pour l'administration des comptes",
    Role.PILOT: "pour le pilotage du réseau",
    Role.SERVICE: "comme machine du réseau",
}
_NEXT: Final = {
    AccountState.NEW: (
        "La connexion est faite, mais vous n'avez pas encore de compte ici. Si vous cherchez un emploi, liez votre "
        "profil avec un code, reçu par courriel ou donné en agence. Pour recruter ou accompagner, demandez un compte."
    ),
    AccountState.REQUESTED: "Votre demande de compte attend l'accord d'une deuxième personne.",
    AccountState.REFUSED: "Votre demande de compte n'a pas été acceptée. Vous pouvez en faire une autre.",
    AccountState.APPROVED: "Votre compte est ouvert.",
    AccountState.DISABLED: "Votre compte est fermé.",
}


def me(actor: Actor, account: Account | None, csrf: str | None) -> Moi:
    """Of whoever asks; `account` and `csrf` are of people with a session."""
    if account is not None and actor.role is Role.NEWCOMER:
        text = _NEXT[account.state]
    elif actor.role is Role.NEWCOMER:
        text = _NEXT[AccountState.NEW]
    else:
        text = f"Vous utilisez ce service {_TITLES[actor.role]}."
    return Moi(
        id=actor.id,
        role=actor.role.value,
        texte=text,
        droits=sorted(scope.value for scope in actor.scopes),
        etat=None if account is None else account.state.value,
        profil=actor.profile_id,
        siret=actor.siret,
        conseiller=actor.counsellor_id,
        equipe=sorted(actor.team_ids),
        flux=actor.feed,
        demonstration=actor.demo,
        jetonCsrf=csrf,
    )


def shown(account: Account, told: Presented | None) -> Compte:
    """An account as an administrator sees it, with what its provider vouches for."""
    owner = account.owner
    notice = None
    if account.state is AccountState.REQUESTED and owner.siret is not None:
        vouched = None if told is None else told.siret
        notice = (
            "Le fournisseur d'identité confirme ce SIRET."
            if vouched == owner.siret
            else "Le fournisseur d'identité ne confirme pas ce SIRET : vérifiez que la personne y travaille."
        )
    return Compte(
        id=account.id,
        etat=account.state.value,
        fournisseur=account.issuer,
        demandeLe=_moment(account.asked_at),
        role=account.role,
        siret=owner.siret,
        conseiller=owner.counsellor_id,
        equipe=list(owner.team_ids),
        profilLie=owner.profile_id is not None,
        demandePar=None if account.asked_by == account.id else account.asked_by,
        decideLe=None if account.decided_at is None else _moment(account.decided_at),
        decidePar=account.decided_by,
        presente=None if told is None else Presentation(told.name, told.email, told.siret),
        avis=notice,
    )


def _moment(at: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(at, dt.UTC)
