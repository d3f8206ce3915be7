"""Events at the border: what a person saw, did and obtained."""

from typing import TYPE_CHECKING

from pydantic import Field

from features.border.base import BorderModel, Id, Moment, clean_siret, compact, iso
from features.records import DismissReason, Event, EventKind

if TYPE_CHECKING:
    from features.reference import Reference


class EvenementIn(BorderModel):
    """Un fait daté à propos d'un profil et d'une offre, d'une session ou d'un établissement."""

    id: Id
    type: EventKind
    date: Moment = Field(description="Date et heure avec fuseau, ISO 8601")
    profil: Id
    offre: Id | None = None
    session: Id | None = None
    siret: str | None = None
    rang: int | None = Field(None, ge=0, le=1_000_000, description="Position d'affichage, à partir de 0")
    motif: DismissReason | None = Field(None, description="Pourquoi l'élément est écarté")
    codeROME: str | None = Field(
        None, max_length=10, description="Métier de l'offre écartée ; complété par le service quand il la connaît"
    )
    commune: str | None = Field(
        None, max_length=5, description="Commune de l'offre écartée ; complétée par le service quand il la connaît"
    )

    def to_record(self, _reference: "Reference") -> Event:
        """The event. Raises BorderError for a wrong SIRET."""
        return Event(
            id=self.id,
            kind=self.type,
            at=self.date,
            profile_id=self.profil,
            offer_id=self.offre,
            session_id=self.session,
            siret=clean_siret(self.siret, "siret"),
            rank=self.rang,
            reason=self.motif,
            rome_code=self.codeROME or None,
            commune_insee=self.commune or None,
        )


def evenement_out(event: Event) -> dict[str, object]:
    """The JSON of an event, in the shape that `EvenementIn` reads."""
    return compact(
        id=event.id,
        type=event.kind.value,
        date=iso(event.at),
        profil=event.profile_id,
        offre=event.offer_id,
        session=event.session_id,
        siret=event.siret,
        rang=event.rank,
        motif=event.reason and event.reason.value,
        codeROME=event.rome_code,
        commune=event.commune_insee,
    )
