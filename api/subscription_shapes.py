"""The shapes of the routes about subscriptions: a setting to try out, what it would have sent, how to reach it."""

from typing import Any

import msgspec
from pydantic import Field

from api.delivery.shapes import ElementEnvoye, element_of
from features.border.subscription import ReglageIn
from matching.digests.backtest import Backtest, Variant


class SimulationIn(ReglageIn):
    """Un réglage d'abonnement à essayer ; rien n'est enregistré."""

    jours: int = Field(30, ge=1, le=90, description="Nombre de jours rejoués, jusqu'à aujourd'hui")


class Variante(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un autre réglage, et le nombre exact d'offres qu'il aurait envoyées."""

    texte: str
    nbOffres: int
    changement: dict[str, Any] = {}
    """Les champs de l'abonnement à changer ; absent quand c'est le profil qui est à changer."""


class Simulation(msgspec.Struct, frozen=True):
    """Ce qu'un réglage aurait envoyé, cinq exemples, et ce qui en donnerait plus ou moins."""

    texte: str
    jours: int
    nbOffres: int
    nbEnvois: int
    nbFormations: int
    """Formations que la liste propose aujourd'hui, quand le réglage en envoie : leur date de publication n'est pas
    connue."""
    exemples: tuple[ElementEnvoye, ...]
    pourElargir: tuple[Variante, ...]
    pourResserrer: tuple[Variante, ...]


class Acces(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ce qui permet de lire un abonnement par machine. À ne confier à personne."""

    flux: str
    """L'adresse secrète du flux Atom ; changer `versionFlux` la rend caduque."""
    cleWebhook: str | None = None
    """La clé qui signe les envois du canal « webhook » (HMAC-SHA256)."""


def simulation_of(found: Backtest) -> Simulation:
    return Simulation(
        found.text,
        found.days,
        found.offers,
        found.digests,
        found.trainings,
        tuple([element_of(item) for item in found.examples]),
        tuple([_variant(each) for each in found.wider]),
        tuple([_variant(each) for each in found.narrower]),
    )


def _variant(variant: Variant) -> Variante:
    return Variante(variant.text, variant.offers, dict(variant.changes))
