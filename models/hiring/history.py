"""Monthly hirings of establishments as a table: what the forecast is fitted on, read from a file or from records.

The file is a Parquet or a CSV (optionally gzipped) of one line an establishment and month:

    siret,naf,headcount_min,commune,month,hirings
    13000548100010,8710A,50,23096,2024-03,4

`month` is YYYY-MM; `headcount_min` and `commune` (INSEE code) may be empty. It is what declarations of hirings (DPAE)
count to. The oldest line of an establishment says since when its hirings are known: write one with 0 where nobody was
hired that month. From there on a month without a line counts as zero.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import numpy as np
from numpy.typing import NDArray

from features.place_labels import departement_of
from features.records import Establishment, MonthlyHirings

if TYPE_CHECKING:
    import pandas as pd

WINDOW: Final = 36
"""Months of the past that a forecast reads."""
COLUMNS: Final = ("siret", "naf", "headcount_min", "commune", "month", "hirings")
_MONTH: Final = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")


class WrongHistory(ValueError):
    """A table that is not one of hirings; the message names the column or the value, and what would do."""


@dataclass(frozen=True, eq=False)
class HiringHistory:
    """n establishments over consecutive months."""

    ids: tuple[str, ...]
    naf: tuple[str, ...]
    headcount_min: NDArray[np.int32]
    """(n,) -1: not known."""
    departement: tuple[str, ...]
    """"" where it is not known."""
    tension: NDArray[np.float32]
    """(n,) share of the sector's recruitments judged difficult in the area; NaN: not known."""
    first_month: int
    """Year x 12 + month - 1 of the first column of `counts`."""
    counts: NDArray[np.float32]
    """(n, months) NaN: not known."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def data_hash(self) -> str:
        """sha256 of all that a forecast is fitted on."""
        digest = hashlib.sha256("\n".join((*self.ids, *self.naf, *self.departement, str(self.first_month))).encode())
        for array in (self.headcount_min, self.tension, self.counts):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    @property
    def months(self) -> int:
        return int(self.counts.shape[1])

    def window(self, origin: int) -> NDArray[np.float32]:
        """(n, WINDOW) the months before column `origin`, the last one last; NaN where they are not known."""
        start = max(origin - WINDOW, 0)
        kept = self.counts[:, start:origin]
        return np.pad(kept, ((0, 0), (WINDOW - kept.shape[1], 0)), constant_values=np.nan)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The table of a file. Raises WrongHistory, and FileNotFoundError."""
        import pandas as pd  # a service has no use for it

        if path.suffix == ".parquet":
            table = pd.read_parquet(path)
        else:
            table = pd.read_csv(path, dtype=dict.fromkeys(("siret", "naf", "commune", "month"), "str"))
        missing = [name for name in COLUMNS if name not in table.columns]
        if missing:
            raise WrongHistory(f"{path} has no column {missing[0]!r}: it needs {', '.join(COLUMNS)}")
        if table.empty:
            raise WrongHistory(f"{path} has no line: it needs one an establishment and month")
        months = table["month"].astype(str)
        wrong = months[~months.str.fullmatch(_MONTH.pattern)]
        if len(wrong):
            raise WrongHistory(f"{path}: {wrong.iloc[0]!r} is not a month: write it YYYY-MM")
        hirings = pd.to_numeric(table["hirings"], errors="coerce")
        if hirings.isna().any() or (hirings < 0).any():
            bad = table["hirings"][hirings.isna() | (hirings < 0)].iloc[0]
            raise WrongHistory(f"{path}: {bad!r} is not a number of hirings: write 0 or more")
        numbers = months.str[:4].astype(int) * 12 + months.str[5:].astype(int) - 1
        return cls._of(table, np.asarray(numbers, dtype=np.int64), hirings.to_numpy(dtype=np.float32))

    @classmethod
    def of_records(cls, firms: Sequence[Establishment], today: dt.date) -> Self:
        """The hirings that establishments carry, up to the month before `today`'s."""
        end = month_number(today)
        firsts = [int(item.month[:4]) * 12 + int(item.month[5:]) - 1 for firm in firms for item in firm.hirings]
        months = max(end - min(firsts, default=end), 0)
        return cls(
            ids=tuple(firm.id for firm in firms),
            naf=tuple(firm.naf for firm in firms),
            headcount_min=np.array([-1 if f.headcount_min is None else f.headcount_min for f in firms], dtype=np.int32),
            departement=tuple(departement_of(firm.commune_insee) or "" for firm in firms),
            tension=np.full(len(firms), np.nan, dtype=np.float32),
            first_month=end - months,
            counts=windows_of([firm.hirings for firm in firms], today, months),
        )

    @classmethod
    def _of(cls, table: "pd.DataFrame", numbers: NDArray[np.int64], hirings: NDArray[np.float32]) -> Self:
        import pandas as pd

        siret = table["siret"].astype(str).to_numpy()
        ids, first_line, place = np.unique(siret, return_index=True, return_inverse=True)
        first, last = int(numbers.min()), int(numbers.max())
        counts = np.zeros((len(ids), last - first + 1), dtype=np.float32)
        np.add.at(counts, (place, numbers - first), hirings)
        known_since = np.full(len(ids), last - first + 1)
        np.minimum.at(known_since, place, numbers - first)
        counts[np.arange(counts.shape[1])[None, :] < known_since[:, None]] = np.nan
        of_firm = table.iloc[first_line]
        headcount = pd.to_numeric(of_firm["headcount_min"], errors="coerce").fillna(-1).to_numpy()
        return cls(
            ids=tuple(ids.tolist()),
            naf=tuple(of_firm["naf"].astype(str).str.replace(".", "", regex=False).tolist()),
            headcount_min=headcount.astype(np.int32),
            departement=tuple(
                departement_of(code) or "" for code in of_firm["commune"].fillna("").astype(str).tolist()
            ),
            tension=np.full(len(ids), np.nan, dtype=np.float32),
            first_month=first,
            counts=counts,
        )


def month_number(day: dt.date) -> int:
    """Year x 12 + month - 1."""
    return day.year * 12 + day.month - 1


def windows_of(
    histories: Sequence[Sequence[MonthlyHirings]], today: dt.date, months: int = WINDOW
) -> NDArray[np.float32]:
    """(n, months) the months before `today`'s, the last one last. A firm's oldest month says since when its hirings are
    known; later ones that it leaves out are zero. All NaN where no month of the window or before is known."""
    end = month_number(today)
    found = np.full((len(histories), months), np.nan, dtype=np.float32)
    for row, history in enumerate(histories):
        past = [(int(item.month[:4]) * 12 + int(item.month[5:]) - 1, item.count) for item in history]
        places = [(months - end + number, count) for number, count in past if number < end]
        if not places:
            continue
        found[row, max(min(place for place, _ in places), 0) :] = 0
        for place, count in places:
            if place >= 0:
                found[row, place] += count
    return found
