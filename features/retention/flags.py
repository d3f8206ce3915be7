"""Flags of accounts: as long as other logs of who did what."""

from collections.abc import Sequence
from typing import Final

from features.retention.base import Keeping, Rule
from features.store import flags


def over(keeping: Keeping) -> list[str]:
    return flags.ids_before(keeping.store, keeping.before(keeping.durations.logs))


def _drop(keeping: Keeping, ids: Sequence[str]) -> None:
    flags.delete(keeping.store, ids)


RULE: Final = Rule(
    "flags",
    "flags of accounts that collect people",
    "les signalements des comptes qui consultent trop de profils",
    "CNIL, recommendation on logging (2021-122): six months to a year",
    "CNIL, recommandation sur la journalisation (2021-122) : de six mois à un an",
    lambda durations: durations.logs,
    over,
    _drop,
)
