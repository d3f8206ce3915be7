"""The kinds of record that cross the border, in order: one line each, and the API and the importers know it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from features.border.base import BorderModel
from features.border.contact import ContactIn, contact_out
from features.border.establishment import EtablissementIn, etablissement_out
from features.border.event import EvenementIn, evenement_out
from features.border.identity import IdentiteIn, StatutProtegeIn, identite_out, statut_protege_out
from features.border.offer import OffreIn, offre_out
from features.border.profile import ProfilIn, profil_out
from features.border.subscription import AbonnementIn, abonnement_out
from features.border.talent_pool import VivierIn, vivier_out
from features.border.training import FormationIn, SessionIn, formation_out, session_out
from features.records import Record
from features.store.kinds import Kind

if TYPE_CHECKING:
    from features.reference import Reference


@dataclass(frozen=True, slots=True)
class Border:
    """One kind: its path under /v1, its public shape, and the ways in and out."""

    kind: Kind
    path: str
    model: type[BorderModel]
    to_record: "Callable[[Any, Reference], Record]"
    """(validated model, reference) -> record; raises `problems.BorderError`."""
    out: Callable[[Any], dict[str, object]]
    """record -> JSON-ready dict in the shape of `model`."""
    label_fr: str


BORDERS: dict[Kind, Border] = {
    border.kind: border
    for border in (
        Border(Kind.PROFILE, "profils", ProfilIn, ProfilIn.to_record, profil_out, "profil"),
        Border(Kind.IDENTITY, "identites", IdentiteIn, IdentiteIn.to_record, identite_out, "identité"),
        Border(
            Kind.PROTECTED,
            "statuts-proteges",
            StatutProtegeIn,
            StatutProtegeIn.to_record,
            statut_protege_out,
            "statut protégé",
        ),
        Border(Kind.OFFER, "offres", OffreIn, OffreIn.to_record, offre_out, "offre"),
        Border(Kind.TRAINING, "formations", FormationIn, FormationIn.to_record, formation_out, "formation"),
        Border(Kind.SESSION, "sessions", SessionIn, SessionIn.to_record, session_out, "session de formation"),
        Border(
            Kind.ESTABLISHMENT,
            "etablissements",
            EtablissementIn,
            EtablissementIn.to_record,
            etablissement_out,
            "établissement",
        ),
        Border(Kind.EVENT, "evenements", EvenementIn, EvenementIn.to_record, evenement_out, "événement"),
        Border(Kind.CONTACT, "contacts", ContactIn, ContactIn.to_record, contact_out, "contact"),
        Border(Kind.SUBSCRIPTION, "abonnements", AbonnementIn, AbonnementIn.to_record, abonnement_out, "abonnement"),
        Border(Kind.TALENT_POOL, "viviers", VivierIn, VivierIn.to_record, vivier_out, "vivier"),
    )
}
