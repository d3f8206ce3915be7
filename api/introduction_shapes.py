"""What the routes that put employers and people in touch ask and answer."""

import datetime as dt
from typing import Annotated

import msgspec
from pydantic import Field, StringConstraints

from features.border.base import BorderModel, Id, Title
from features.contact_message import MOST
from features.records import ContactRequest, Identity, Sequel
from matching.introductions import SEQUEL_DAYS, Record, state_of


class MiseEnRelationIn(BorderModel):
    """La demande d'un employeur : être mis en relation avec une personne, pour une offre ou un besoin."""

    siret: str = Field(description="L'établissement qui demande", examples=["13000548100010"])
    profil: Id = Field(description="Identifiant du profil, tel que la recherche le donne")
    offre: Id | None = Field(None, description="L'offre publiée dont il s'agit")
    besoin: Title | None = Field(None, description="À défaut d'offre, le poste en quelques mots")
    message: Annotated[str, StringConstraints(min_length=1, max_length=MOST)] = Field(
        description="Ce que la personne lira ; sans coordonnées : elles s'échangent ensuite"
    )


class ReponseIn(BorderModel):
    """La réponse d'une personne à une demande de mise en relation."""

    profil: Id = Field(description="Identifiant du profil qui répond")
    accepte: bool = Field(description="true : l'identité et les coordonnées sont données à cet employeur, à lui seul")


class SuiteIn(BorderModel):
    """Ce que l'employeur a fait d'une acceptation."""

    siret: str
    suite: Sequel


class Coordonnees(msgspec.Struct, frozen=True, omit_defaults=True):
    """Qui est la personne, donné après son accord à l'employeur qui l'a demandée."""

    prenom: str | None = None
    nom: str | None = None
    courriel: str | None = None
    telephone: str | None = None


class MiseEnRelation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Une demande de mise en relation et où elle en est."""

    id: str
    etat: str
    """`en_attente`, `acceptee`, `refusee` or `expiree`."""
    siret: str
    profil: str
    envoyeeLe: str
    expireLe: str
    message: str
    offre: str | None = None
    besoin: str | None = None
    entreprise: str | None = None
    reponduLe: str | None = None
    suite: str | None = None
    coordonnees: Coordonnees | None = None
    avis: str | None = None


class MisesEnRelation(msgspec.Struct, frozen=True):
    """Les demandes reçues par une personne, les plus récentes d'abord."""

    resultats: list[MiseEnRelation]


class BilanMisesEnRelation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ce que sont devenues les demandes d'un établissement."""

    siret: str
    demandes: int
    enAttente: int
    acceptees: int
    refusees: int
    expirees: int
    suites: int
    enRetard: int
    tauxSuite: float | None = None
    """Share of acceptances due for a sequel that had one; absent where none is due."""
    avis: str | None = None


def shown(
    request: ContactRequest,
    now: dt.datetime,
    firm: str | None = None,
    identity: Identity | None = None,
    notice: str | None = None,
) -> MiseEnRelation:
    """A request; with the identity of the person where it is given."""
    return MiseEnRelation(
        id=request.id,
        etat=state_of(request, now).value,
        siret=request.siret,
        profil=request.profile_id,
        envoyeeLe=request.sent_at.isoformat(),
        expireLe=request.lapses_at.isoformat(),
        message=request.message,
        offre=request.offer_id,
        besoin=request.need,
        entreprise=firm,
        reponduLe=None if request.answered_at is None else request.answered_at.isoformat(),
        suite=None if request.sequel is None else request.sequel.value,
        coordonnees=(
            None
            if identity is None
            else Coordonnees(identity.first_name, identity.last_name, identity.email, identity.phone)
        ),
        avis=notice,
    )


def balance(siret: str, record: Record) -> BilanMisesEnRelation:
    """What a firm's requests came to, in the shape of the API."""
    rate = record.answer_rate
    return BilanMisesEnRelation(
        siret,
        record.sent,
        record.waiting,
        record.accepted,
        record.refused,
        record.lapsed,
        record.followed,
        record.late,
        None if rate is None else round(rate, 2),
        reminder(record),
    )


def reminder(record: Record) -> str | None:
    """What an employer that lets people wait is told; None where nobody waits."""
    if not record.late:
        return None
    who = "Une personne a accepté" if record.late == 1 else f"{record.late} personnes ont accepté"
    return (
        f"{who} d'être mise{'s' if record.late > 1 else ''} en relation depuis plus de {SEQUEL_DAYS} jours et "
        f"n'{'ont' if record.late > 1 else 'a'} "
        "pas eu de suite. Dites-leur la vôtre, même négative : vos offres sont classées plus bas tant qu'elles "
        "attendent."
    )
