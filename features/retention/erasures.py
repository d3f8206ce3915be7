"""What is left of an erasure: for a day a number in the log, for three years a hash of the id, that it not return."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from features.retention.base import Durations, Keeping, Rule
from features.store.erasure_log import blank, numbered_before

NUMBER_DAYS: Final = 1
"""Longer than any index takes to be built; within it a number of the id tells indexes whom to bury."""


def numbers_over(keeping: Keeping) -> list[str]:
    moment = dt.datetime.combine(keeping.today, dt.time(), dt.UTC)
    taken_in = keeping.taken_in()  # an index that is behind needs the number: without it, it would be refused
    return [str(seq) for seq in numbered_before(keeping.store, moment) if seq <= taken_in]


def _drop_numbers(keeping: Keeping, seqs: Sequence[str]) -> None:
    blank(keeping.store, [int(seq) for seq in seqs])


def _number_days(_durations: Durations) -> int:
    return NUMBER_DAYS


NUMBERS: Final = Rule(
    "erasure-numbers",
    "numbers of erased people in the log",
    "le numéro par lequel les index apprennent un effacement",
    "GDPR art. 17: within a day of the erasure nothing tells who it was",
    "RGPD, art. 17 : un jour après l'effacement, rien ne dit plus de qui il s'agissait",
    _number_days,
    numbers_over,
    _drop_numbers,
)


def hashes_over(keeping: Keeping) -> list[str]:
    erased = keeping.store.erased
    count = 0 if erased is None else erased.count_before(keeping.before(keeping.durations.erased))
    return [f"{number + 1}" for number in range(count)]


def _drop_hashes(keeping: Keeping, _numbers: Sequence[str]) -> None:
    if keeping.store.erased is not None:
        keeping.store.erased.drop_before(keeping.before(keeping.durations.erased))


HASHES: Final = Rule(
    "tombstones",
    "hashes of erased ids",
    "l'empreinte qui empêche un identifiant effacé de revenir",
    "GDPR art. 17 and 21: an objection is kept as long as it must be honoured (CNIL: three years)",
    "RGPD, art. 17 et 21 : une opposition est gardée tant qu'il faut la respecter (CNIL : trois ans)",
    lambda durations: durations.erased,
    hashes_over,
    _drop_hashes,
)
