"""Talent pools (viviers) at the border."""

from typing import TYPE_CHECKING

from pydantic import Field

from features.border.base import BorderModel, Id, Title, compact, if_given, known_commune, known_rome
from features.records import TalentPool

if TYPE_CHECKING:
    from features.reference import Reference


class VivierIn(BorderModel):
    """Un vivier : un ensemble nommé et partagé de profils pour un secteur ou un besoin."""

    id: Id
    nom: Title
    proprietaire: Id
    codesROME: tuple[str, ...] = Field((), max_length=50, description="Règle : viser l'un de ces métiers")
    commune: str | None = Field(None, description="Règle : habiter autour de cette commune (code INSEE)")
    rayonKm: float | None = Field(None, ge=10, le=20_000, description="Règle : à tant de km au plus de `commune`")
    profils: tuple[Id, ...] = Field((), max_length=100_000, description="Profils mis à la main")
    membres: tuple[Id, ...] = Field(
        (), max_length=200, description="L'équipe : les utilisateurs avec qui le propriétaire le partage"
    )
    criteres: dict[str, str] = Field(
        default_factory=dict,
        max_length=30,
        description="Règle : paramètres de recherche de profils, avec leurs noms publics. Qui répond à toute la règle "
        "fait partie du vivier ; un critère prend la place de `codesROME` ou de `commune` quand il dit la même chose",
    )

    def to_record(self, reference: "Reference") -> TalentPool:
        """The pool, its codes checked. Raises BorderError."""
        return TalentPool(
            id=self.id,
            name=self.nom,
            owner_id=self.proprietaire,
            rome_codes=tuple(known_rome(reference, code, f"codesROME[{i}]") for i, code in enumerate(self.codesROME)),
            commune_insee=if_given(known_commune, reference, self.commune, "commune"),
            radius_km=self.rayonKm,
            profile_ids=self.profils,
            member_ids=self.membres,
            criteria=tuple(sorted(self.criteres.items())),
        )


def vivier_out(pool: TalentPool) -> dict[str, object]:
    """The JSON of a pool, in the shape that `VivierIn` reads."""
    return compact(
        id=pool.id,
        nom=pool.name,
        proprietaire=pool.owner_id,
        codesROME=list(pool.rome_codes),
        commune=pool.commune_insee,
        rayonKm=pool.radius_km,
        profils=list(pool.profile_ids),
        membres=list(pool.member_ids),
        criteres=dict(pool.criteria),
    )
