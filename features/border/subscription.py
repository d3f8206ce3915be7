"""Subscriptions (abonnements) at the border."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import Field

from features.border.base import BorderModel, Day, Id, compact, iso, known_rome
from features.border.problems import BorderError
from features.records import Channel, DigestContent, Frequency, Subscription

if TYPE_CHECKING:
    from features.reference import Reference


class ReglageIn(BorderModel):
    """Ce qu'une personne veut recevoir, quand et comment."""

    contenu: DigestContent = DigestContent.BOTH
    frequence: Frequency = Frequency.DAILY
    canal: Channel = Channel.PAGE
    taille: int = Field(10, ge=1, le=150, description="Nombre d'offres par envoi, au plus")
    criteres: dict[str, str] = Field(
        default_factory=dict, max_length=50, description="Paramètres de recherche d'offres, avec leurs noms publics"
    )
    projets: tuple[str, ...] = Field(
        (), max_length=50, description="Codes ROME des projets concernés ; vide : tous", examples=[["J1501"]]
    )
    adresseWebhook: str | None = Field(
        None, max_length=2000, description="Adresse https où poster les envois du canal « webhook »"
    )

    def to_subscription(self, reference: "Reference", key: str, profile_id: str, **own: object) -> Subscription:
        """The subscription of these wishes. Raises BorderError for an unknown ROME code or a wrong webhook address."""
        wanted = [known_rome(reference, code, f"projets[{place}]") for place, code in enumerate(self.projets)]
        return Subscription(
            id=key,
            profile_id=profile_id,
            content=self.contenu,
            frequency=self.frequence,
            channel=self.canal,
            size=self.taille,
            criteria=tuple(sorted(self.criteres.items())),
            project_codes=tuple(dict.fromkeys(wanted)),
            webhook_url=_webhook_address(self.canal, self.adresseWebhook),
            **own,  # type: ignore[arg-type]
        )


class AbonnementIn(ReglageIn):
    """Ce qu'une personne veut recevoir, quand et comment ; et si c'est suspendu."""

    id: Id
    profil: Id
    actif: bool = Field(True, description="false : plus rien n'est préparé, jusqu'à nouvel ordre")
    pauseJusquau: Day | None = Field(None, description="Rien n'est envoyé avant ce jour")
    versionFlux: int = Field(
        0, ge=0, le=1_000_000_000, description="Changer ce nombre rend caduque l'adresse secrète du flux Atom"
    )
    parDefaut: bool = Field(False, description="Créé par le service pour un projet établi")

    def to_record(self, reference: "Reference") -> Subscription:
        """The subscription. Raises BorderError for an unknown ROME code or a wrong webhook address."""
        return self.to_subscription(
            reference,
            self.id,
            self.profil,
            active=self.actif,
            paused_until=self.pauseJusquau,
            feed_version=self.versionFlux,
            by_default=self.parDefaut,
        )


def _webhook_address(channel: Channel, address: str | None) -> str | None:
    """The address of a webhook. Raises BorderError where one is missing or is not one that may be posted to."""
    if address is None:
        if channel is Channel.WEBHOOK:
            raise BorderError.one("adresseWebhook", "", "missing")
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise BorderError.one("adresseWebhook", address, "bad_webhook") from None
    named = parts.scheme in ("https", "http") and bool(parts.hostname)
    if not named or parts.username is not None or parts.password is not None or parts.fragment:
        raise BorderError.one("adresseWebhook", address, "bad_webhook")
    return address


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
        projets=list(subscription.project_codes),
        adresseWebhook=subscription.webhook_url,
        actif=subscription.active,
        pauseJusquau=iso(subscription.paused_until),
        versionFlux=subscription.feed_version or None,
        parDefaut=subscription.by_default or None,
    )
