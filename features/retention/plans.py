"""Plans of visits of weeks that are over: as long as other logs of who did what."""

from collections.abc import Sequence
from typing import Final

from features.retention.base import Keeping, Rule
from features.store import visits


def over(keeping: Keeping) -> list[str]:
    return visits.weeks_before(keeping.store, keeping.before(keeping.durations.logs))


def _drop(keeping: Keeping, ids: Sequence[str]) -> None:
    visits.delete_weeks(keeping.store, ids)


RULE: Final = Rule(
    "plans",
    "plans of visits that counsellors kept",
    "les plans de visites des conseillers, qui ne nomment aucun demandeur d'emploi",
    "CNIL, recommendation on logging (2021-122): six months to a year",
    "CNIL, recommandation sur la journalisation (2021-122) : de six mois à un an",
    lambda durations: durations.logs,
    over,
    _drop,
)
