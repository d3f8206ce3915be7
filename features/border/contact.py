"""Contacts at the border: exchanges between a counsellor and a firm."""

from typing import TYPE_CHECKING

from pydantic import AwareDatetime, Field

from features.border.base import BorderModel, Id, clean_siret, compact, iso
from features.border.problems import BorderError
from features.records import Contact, ContactChannel, ContactOutcome

if TYPE_CHECKING:
    from features.reference import Reference


class ContactIn(BorderModel):
    """Un échange d'un conseiller avec un établissement."""

    id: Id
    conseiller: Id
    siret: str
    date: AwareDatetime = Field(description="Date et heure avec fuseau, ISO 8601")
    canal: ContactChannel
    issue: ContactOutcome | None = None
    note: str | None = None

    def to_record(self, _reference: "Reference") -> Contact:
        """The contact. Raises BorderError for a wrong SIRET."""
        siret = clean_siret(self.siret, "siret")
        if siret is None:
            raise BorderError.one("siret", self.siret, "bad_siret")
        return Contact(
            id=self.id,
            counsellor_id=self.conseiller,
            siret=siret,
            at=self.date,
            channel=self.canal,
            outcome=self.issue,
            note=self.note or None,
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
    )
