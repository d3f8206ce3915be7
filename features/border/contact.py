"""Contacts at the border: exchanges between a counsellor and a firm."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from features.border.base import BorderModel, Day, Id, Moment, clean_siret, compact, iso
from features.border.problems import BorderError
from features.records import Contact, ContactChannel, ContactOutcome

if TYPE_CHECKING:
    from features.reference import Reference


class ContactIn(BorderModel):
    """Un échange d'un conseiller avec un établissement."""

    id: Id
    conseiller: Id
    siret: str
    date: Moment = Field(description="Date et heure avec fuseau, ISO 8601")
    canal: ContactChannel
    issue: ContactOutcome | None = None
    note: str | None = None
    besoins: tuple[Annotated[str, StringConstraints(min_length=1, max_length=2_000)], ...] = Field(
        (),
        max_length=20,
        description="Les besoins relevés, un par poste, avec les mots de l'entreprise",
        examples=[["Deux aides-soignants de nuit en CDI, débutants acceptés"]],
    )
    rappelerLe: Day | None = Field(None, description="Jour où rappeler l'établissement", examples=["2026-02-02"])

    def to_record(self, _reference: "Reference") -> Contact:
        """The contact. Raises BorderError for a wrong SIRET, and for a day to call back before the contact."""
        siret = clean_siret(self.siret, "siret")
        if siret is None:
            raise BorderError.one("siret", self.siret, "bad_siret")
        if self.rappelerLe is not None and self.rappelerLe < self.date.date():
            raise BorderError.one("rappelerLe", self.rappelerLe, "bad_order")
        return Contact(
            id=self.id,
            counsellor_id=self.conseiller,
            siret=siret,
            at=self.date,
            channel=self.canal,
            outcome=self.issue,
            note=self.note or None,
            needs=self.besoins,
            call_back_on=self.rappelerLe,
        )


def contact_out(contact: Contact) -> dict[str, object]:
    """The JSON of a contact, in the shape that `ContactIn` reads."""
    return compact(
        id=contact.id,
        conseiller=contact.counsellor_id,
        siret=contact.siret,
        date=iso(contact.at),
        canal=contact.channel.value,
        issue=contact.outcome and contact.outcome.value,
        note=contact.note,
        besoins=list(contact.needs) or None,
        rappelerLe=iso(contact.call_back_on),
    )
