"""Digests in the names of the public API."""

import msgspec

from features.store.digests import DigestRow, DigestState
from matching.digests.digest import Digest, Item, from_json


class ElementEnvoye(msgspec.Struct, frozen=True, omit_defaults=True):
    """Une offre ou une session de formation, telle qu'elle a été envoyée."""

    id: str
    intitule: str
    score: float
    raisons: tuple[str, ...]
    obstacles: tuple[str, ...] = ()
    lieu: str | None = None
    distanceKm: float | None = None
    entreprise: str | None = None
    typeContrat: str | None = None
    salaire: str | None = None
    dateDebut: str | None = None
    url: str | None = None
    formation: str | None = None


class Envoi(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ce qu'un abonnement a donné pour une période, ou pourquoi il n'a rien donné."""

    id: str
    abonnement: str
    profil: str
    periode: str
    jour: str
    canal: str
    offres: tuple[ElementEnvoye, ...] = ()
    formations: tuple[ElementEnvoye, ...] = ()
    etat: str | None = None
    """`preparee`, `remise`, `sans_envoi` ou `echouee`."""
    remiseLe: str | None = None
    pourquoiRien: str | None = None
    """Pourquoi rien n'est parti, et ce qui y changerait quelque chose."""


def envoi_of(digest: Digest, row: DigestRow | None = None) -> Envoi:
    """A digest, with how far it got where its row is given."""
    why = digest.why_nothing
    if row is not None and row.state is DigestState.FAILED and row.failure is not None:
        why = f"Cet envoi n'a pas pu partir : {row.failure}"
    return Envoi(
        id=digest.id,
        abonnement=digest.subscription_id,
        profil=digest.profile_id,
        periode=digest.period,
        jour=digest.day,
        canal=digest.channel.value,
        offres=tuple([element_of(item) for item in digest.offers]),
        formations=tuple([element_of(item) for item in digest.trainings]),
        etat=None if row is None else row.state.value,
        remiseLe=None if row is None else row.handed_over_at,
        pourquoiRien=why,
    )


def envoi_of_row(row: DigestRow) -> Envoi:
    return envoi_of(from_json(row.body), row)


def element_of(item: Item) -> ElementEnvoye:
    return ElementEnvoye(
        id=item.id,
        intitule=item.title,
        score=item.score,
        raisons=item.reasons,
        obstacles=item.obstacles,
        lieu=item.place,
        distanceKm=item.distance_km,
        entreprise=item.firm,
        typeContrat=item.contract,
        salaire=item.pay,
        dateDebut=item.starts_on,
        url=item.url,
        formation=item.training_id,
    )
