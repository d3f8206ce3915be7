"""What ties records of different kinds together, kept beside the rows so that one change updates the other."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.behaviour import responsiveness
from features.records import Contact, TrainingSession
from matching.lookups import day_number
from matching.schema import NO_DAY

FILE = "links.json"


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
        self.contacts: dict[str, tuple[str, int]] = {}
        """Contact id -> (siret, day)."""
        self.contact_days: dict[str, dict[str, int]] = {}
        """SIRET -> contact id -> day."""
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
        day = day_number(contact.at.date())
        self.contacts[contact.id] = (contact.siret, day)
        self.contact_days.setdefault(contact.siret, {})[contact.id] = day
        return contact.siret

    def drop_contact(self, contact_id: str) -> str | None:
        """Forget a contact; returns the firm's SIRET, None when it was not known."""
        known = self.contacts.pop(contact_id, None)
        if known is None:
            return None
        self.contact_days[known[0]].pop(contact_id, None)
        return known[0]

    def last_contact_day(self, siret: str) -> int:
        """Day (since 1970) of the firm's last contact, NO_DAY when there is none."""
        return max(self.contact_days.get(siret, {}).values(), default=NO_DAY)

    def last_contact_days(self) -> dict[str, int]:
        return {siret: self.last_contact_day(siret) for siret, days in self.contact_days.items() if days}

    def put_canonical(self, offer_id: str, canonical_id: str) -> None:
        if offer_id == canonical_id:
            self.canonical.pop(offer_id, None)
        else:
            self.canonical[offer_id] = canonical_id

    def count_application(self, firm: int, answered: bool) -> None:
        """Note an application to a firm, or an interview that one led to; `firm` is the `key_number` of its SIRET."""
        self.applications.setdefault(firm, [0, 0])[int(answered)] += 1

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
        for contact_id, (siret, day) in stored["contacts"].items():
            links.contacts[contact_id] = (siret, day)
            links.contact_days.setdefault(siret, {})[contact_id] = day
        return links
