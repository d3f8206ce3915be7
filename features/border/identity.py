"""Who a profile is, and its protected status: kept apart from profiles, and never indexed or ranked."""

from typing import TYPE_CHECKING

from pydantic import Field

from features.border.base import BorderModel, Day, Id, ShortText, compact, iso
from features.records import Identity, ProtectedStatus

if TYPE_CHECKING:
    from features.reference import Reference


class IdentiteIn(BorderModel):
    """L'identité d'une personne, lue seulement pour la joindre."""

    id: Id = Field(description="Identifiant du profil")
    prenom: ShortText | None = None
    nom: ShortText | None = None
    courriel: ShortText | None = None
    telephone: ShortText | None = None
    adresse: ShortText | None = None
    dateNaissance: Day | None = None
    sexe: ShortText | None = None

    def to_record(self, _reference: "Reference") -> Identity:
        return Identity(
            id=self.id,
            first_name=self.prenom or None,
            last_name=self.nom or None,
            email=self.courriel or None,
            phone=self.telephone or None,
            address=self.adresse or None,
            birth_date=self.dateNaissance,
            sex=self.sexe or None,
        )


def identite_out(identity: Identity) -> dict[str, object]:
    """The JSON of an identity, for the person and those who may contact them."""
    return compact(
        id=identity.id,
        prenom=identity.first_name,
        nom=identity.last_name,
        courriel=identity.email,
        telephone=identity.phone,
        adresse=identity.address,
        dateNaissance=iso(identity.birth_date),
        sexe=identity.sex,
    )


class StatutProtegeIn(BorderModel):
    """La RQTH : ne sert qu'un filtre que la personne a choisi d'activer, et aucun score."""

    id: Id = Field(description="Identifiant du profil")
    rqth: bool = False
    utiliserDansFiltres: bool = False

    def to_record(self, _reference: "Reference") -> ProtectedStatus:
        return ProtectedStatus(id=self.id, rqth=self.rqth, use_in_filters=self.utiliserDansFiltres)


def statut_protege_out(status: ProtectedStatus) -> dict[str, object]:
    return {"id": status.id, "rqth": status.rqth, "utiliserDansFiltres": status.use_in_filters}
