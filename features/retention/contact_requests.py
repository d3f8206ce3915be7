"""Employers' requests that were refused, or that lapsed without an answer, with what they wrote."""

from collections.abc import Sequence
from typing import Final

from features.records import ContactRequest
from features.retention.base import Keeping, Rule
from features.store import Kind


def over(keeping: Keeping) -> list[str]:
    moment = keeping.before_moment(keeping.durations.refused_contacts)
    found = []
    for batch in keeping.store.scan(ContactRequest):
        for each in batch:
            ended_at = each.lapses_at if each.accepted is None else None if each.accepted else each.answered_at
            if ended_at is not None and ended_at < moment:
                found.append(each.id)
    return found


def _drop(keeping: Keeping, ids: Sequence[str]) -> None:
    keeping.store.delete(Kind.CONTACT_REQUEST, ids)


RULE: Final = Rule(
    "contact-requests",
    "contact requests that were refused or lapsed",
    "les demandes d'employeurs refusées ou restées sans réponse",
    "GDPR art. 5(1)(e): their purpose ended with the refusal; three months to contest it",
    "RGPD, art. 5-1 e : leur objet s'éteint avec le refus ; trois mois pour le contester",
    lambda durations: durations.refused_contacts,
    over,
    _drop,
)
