"""Files that tell what was done: rows that imports refused, logs, the prices of each day's digests."""

import datetime as dt
import shutil
from collections.abc import Sequence
from typing import Final

from features.retention.base import Keeping, Rule

PRICES: Final = "digest-prices"
LOGS: Final = ("rejects/*", "*.log", "*.log.*", "logs/*")


def over(keeping: Keeping) -> list[str]:
    """Files by the day they were last written, folders of prices by the day they are of."""
    since = keeping.before(keeping.durations.logs)
    files = [path for pattern in LOGS for path in keeping.data_dir.glob(pattern) if path.is_file()]
    old = [path for path in files if dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date() < since]
    old += [
        path for path in keeping.data_dir.glob(f"{PRICES}/*-*-*") if path.is_dir() and path.name < since.isoformat()
    ]
    return sorted({str(path.relative_to(keeping.data_dir)) for path in old})


def _drop(keeping: Keeping, paths: Sequence[str]) -> None:
    for name in paths:
        path = keeping.data_dir / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


RULE: Final = Rule(
    "files",
    "rejects of imports, logs, prices of digests",
    "les journaux techniques et les lignes refusées des imports",
    "CNIL, recommendation on logging (2021-122): six months to a year",
    "CNIL, recommandation sur la journalisation (2021-122) : de six mois à un an",
    lambda durations: durations.logs,
    over,
    _drop,
)
