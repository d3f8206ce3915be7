"""Accounts that came to nothing: signed in and asked for nothing, asked and waited, or turned down."""

from collections.abc import Sequence
from typing import Final

from features.retention.base import Keeping, Rule
from features.store.access import accounts


def over(keeping: Keeping) -> list[str]:
    moment = int(keeping.before_moment(keeping.durations.refused_contacts).timestamp())
    with keeping.store.engine.connect() as connection:
        return accounts.came_to_nothing(connection, moment)


def _drop(keeping: Keeping, ids: Sequence[str]) -> None:
    with keeping.store.writing() as writer:
        accounts.drop(writer.connection, ids)


RULE: Final = Rule(
    "accounts",
    "accounts that were never approved, with what their provider vouched for",
    "les comptes jamais accordés, avec ce que le fournisseur d'identité en garantissait",
    "GDPR art. 5(1)(e): without an account there is no purpose; three months to ask, or to ask again",
    "RGPD, art. 5-1 e : sans compte, il n'y a pas d'objet ; trois mois pour demander, ou redemander",
    lambda durations: durations.refused_contacts,
    over,
    _drop,
)
