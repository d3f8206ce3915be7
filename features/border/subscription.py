"""Subscriptions (abonnements) at the border."""

from typing import TYPE_CHECKING

from pydantic import Field

from features.border.base import BorderModel, Id, compact
from features.records import Channel, DigestContent, Frequency, Subscription

if TYPE_CHECKING:
    from features.reference import Reference


class AbonnementIn(BorderModel):
    """Ce qu'une personne veut recevoir, quand et comment."""

    id: Id
    profil: Id
    contenu: DigestContent = DigestContent.BOTH
    frequence: Frequency = Frequency.DAILY
    canal: Channel = Channel.PAGE
    taille: int = Field(10, ge=1, le=150, description="Nombre d'éléments par envoi")
    criteres: dict[str, str] = Field(
        default_factory=dict, max_length=50, description="Paramètres de recherche d'offres, avec leurs noms publics"
    )
    actif: bool = True

    def to_record(self, _reference: "Reference") -> Subscription:
        return Subscription(
            id=self.id,
            profile_id=self.profil,
            content=self.contenu,
            frequency=self.frequence,
            channel=self.canal,
            size=self.taille,
            criteria=tuple(sorted(self.criteres.items())),
            active=self.actif,
        )


def abonnement_out(subscription: Subscription) -> dict[str, object]:
    """The JSON of a subscription, in the shape that `AbonnementIn` reads."""
    return compact(
        id=subscription.id,
        profil=subscription.profile_id,
        contenu=subscription.content.value,
        frequence=subscription.frequency.value,
        canal=subscription.channel.value,
        taille=subscription.size,
        criteres=dict(subscription.criteria),
        actif=subscription.active,
    )
