"""What ties records of different kinds together, kept beside the rows so that one change updates the other."""

import json
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from features.behaviour import responsiveness
from features.records import Contact, ContactOutcome, TrainingSession
from matching.keys import key_number
from matching.lookups import day_number
from matching.solicitation import ContactDays, contact_days

FILE = "links.json"


class Exchange(NamedTuple):
    """What is kept at hand of a contact with a firm."""

    siret: str
    counsellor_id: str
    minute: int
    """Since 1970, UTC."""
    day: int
    """Since 1970, where it took place."""
    refused: bool
    call_back_day: int | None

    @classmethod
    def of(cls, contact: Contact) -> Self:
        return cls(
            contact.siret,
            contact.counsellor_id,
            int(contact.at.timestamp() // 60),
            day_number(contact.at.date()),
            contact.outcome is ContactOutcome.REFUSED,
            None if contact.call_back_on is None else day_number(contact.call_back_on),
        )


class Dismissal(NamedTuple):
    """What a person put aside, and why; codes as they were when they did."""

    offer_id: str | None
    session_id: str | None
    reason: str | None
    """A `DismissReason`."""
    rome_code: str | None
    commune_insee: str | None


class Links:
    """Sessions of each training, contacts of each firm and its answers, the offers that stand behind another, and what
    people put aside."""

    def __init__(self) -> None:
        self.training_of_session: dict[str, str] = {}
        self.sessions_of_training: dict[str, set[str]] = {}
        self.contacts: dict[str, Exchange] = {}
        """By contact id."""
        self.contacts_of_firm: dict[str, set[str]] = {}
        """SIRET -> contact ids."""
        self.contacts_of_counsellor: dict[str, set[str]] = {}
        """Counsellor -> contact ids."""
        self.callbacks: dict[str, set[str]] = {}
        """Counsellor -> ids of their contacts that say when to call again."""
        self.canonical: dict[str, str] = {}
        """Offer id -> id of the offer shown in its place; an offer that is shown itself is absent."""
        self.applications: dict[int, list[int]] = {}
        """`key_number` of a SIRET -> applications to the firm, and how many led to an interview."""
        self.dismissals: dict[str, dict[str, Dismissal]] = {}
        """Profile id -> event id -> what was put aside."""
        self.dismissed_by: dict[str, str] = {}
        """Event id -> profile id."""

    def put_session(self, session: TrainingSession) -> None:
        self.drop_session(session.id)
        self.training_of_session[session.id] = session.training_id
        self.sessions_of_training.setdefault(session.training_id, set()).add(session.id)

    def drop_session(self, session_id: str) -> None:
        training_id = self.training_of_session.pop(session_id, None)
        if training_id is not None:
            self.sessions_of_training[training_id].discard(session_id)

    def put_contact(self, contact: Contact) -> str:
        """Note a contact; returns the firm's SIRET."""
        self.drop_contact(contact.id)
        self._keep(contact.id, Exchange.of(contact))
        return contact.siret

    def _keep(self, contact_id: str, exchange: "Exchange") -> None:
        self.contacts[contact_id] = exchange
        self.contacts_of_firm.setdefault(exchange.siret, set()).add(contact_id)
        self.contacts_of_counsellor.setdefault(exchange.counsellor_id, set()).add(contact_id)
        if exchange.call_back_day is not None:
            self.callbacks.setdefault(exchange.counsellor_id, set()).add(contact_id)

    def drop_contact(self, contact_id: str) -> str | None:
        """Forget a contact; returns the firm's SIRET, None when it was not known."""
        known = self.contacts.pop(contact_id, None)
        if known is None:
            return None
        self.contacts_of_firm[known.siret].discard(contact_id)
        self.contacts_of_counsellor[known.counsellor_id].discard(contact_id)
        self.callbacks.get(known.counsellor_id, set()).discard(contact_id)
        return known.siret

    def contact_days(self, siret: str) -> ContactDays:
        """The days of the firm's contacts that matter."""
        found = [self.contacts[key] for key in self.contacts_of_firm.get(siret, ())]
        return contact_days((each.day, each.refused) for each in found)

    def all_contact_days(self) -> dict[str, ContactDays]:
        """By SIRET, for the firms that were contacted."""
        return {siret: self.contact_days(siret) for siret, keys in self.contacts_of_firm.items() if keys}

    def last_contacts(self, siret: str) -> list[str]:
        """Ids of the firm's contacts, the latest first."""
        keys = self.contacts_of_firm.get(siret, ())
        return sorted(keys, key=lambda key: (self.contacts[key].minute, key), reverse=True)

    def is_done(self, contact_id: str) -> bool:
        """Whether the firm was called again since a contact."""
        asked = self.contacts[contact_id]
        keys = self.contacts_of_firm.get(asked.siret, ())
        return any(self.contacts[key].minute > asked.minute for key in keys)

    def put_canonical(self, offer_id: str, canonical_id: str) -> None:
        if offer_id == canonical_id:
            self.canonical.pop(offer_id, None)
        else:
            self.canonical[offer_id] = canonical_id

    def count_application(self, firm: int, answered: bool, times: int = 1) -> None:
        """Note an application to a firm, or an interview that one led to, or take one back (`times` -1); `firm` is the
        `key_number` of its SIRET."""
        counts = self.applications.setdefault(firm, [0, 0])
        counts[int(answered)] = max(counts[int(answered)] + times, 0)
        if counts == [0, 0]:
            del self.applications[firm]

    def put_dismissal(self, event_id: str, profile_id: str, dismissal: Dismissal) -> None:
        """Note what an event put aside, in place of what it said before."""
        self.drop_dismissal(event_id)
        self.dismissed_by[event_id] = profile_id
        self.dismissals.setdefault(profile_id, {})[event_id] = dismissal

    def drop_dismissal(self, event_id: str) -> None:
        """Forget what an event put aside; one that put nothing aside is ignored."""
        profile_id = self.dismissed_by.pop(event_id, None)
        if profile_id is not None:
            kept = self.dismissals[profile_id]
            kept.pop(event_id, None)
            if not kept:
                del self.dismissals[profile_id]

    def forget_person(self, number: int, profile_id: str | None) -> None:
        """Forget what a person put aside, by the number of their id (`key_number`) where the id is not known."""
        known = [profile_id]
        if profile_id is None:
            known = [key for key in self.dismissals if key_number(key) == number]
        for key in filter(None, known):
            for event_id in self.dismissals.pop(key, {}):
                del self.dismissed_by[event_id]

    def responsiveness(self, firms: NDArray[np.int64]) -> NDArray[np.float32]:
        """(n,) share of each firm's applications that are answered (`features.behaviour`); NaN where none is known."""
        none = (0, 0)
        counts = np.array([self.applications.get(firm, none) for firm in firms.tolist()], np.int64).reshape(-1, 2)
        return responsiveness(counts[:, 0], counts[:, 1])

    def save(self, folder: Path) -> None:
        (folder / FILE).write_text(
            json.dumps(
                {
                    "sessions": self.training_of_session,
                    "contacts": self.contacts,
                    "canonical": self.canonical,
                    "applications": self.applications,
                    "dismissals": self.dismissals,
                },
                ensure_ascii=False,
            )
        )

    @classmethod
    def load(cls, folder: Path) -> "Links":
        stored = json.loads((folder / FILE).read_text())
        links = cls()
        links.canonical = stored["canonical"]
        links.applications = {int(firm): counts for firm, counts in stored["applications"].items()}
        for profile_id, kept in stored.get("dismissals", {}).items():
            for event_id, dismissal in kept.items():
                links.put_dismissal(event_id, profile_id, Dismissal(*dismissal))
        links.training_of_session = stored["sessions"]
        for session_id, training_id in stored["sessions"].items():
            links.sessions_of_training.setdefault(training_id, set()).add(session_id)
        for contact_id, fields in stored["contacts"].items():
            links._keep(contact_id, Exchange(*fields))
        return links
