"""An establishment gives one row: where it is, how big, what its sector hires, how much it should hire soon."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from features.records import Establishment
from matching.catalogue import Rows
from matching.lookups import Lookups
from matching.rows.base import RowWriter, number_or_nan, payload_of, place_columns
from matching.schema import Collection
from models.hiring import expected_hirings

SECTOR_WEIGHT = 0.4
OCCUPATIONS_WEIGHT = 1.0
OCCUPATIONS_KEPT = 5


def project_establishments(records: Sequence[Establishment], lookups: Lookups, today: dt.date) -> Rows:
    """Rows of establishments, one each; `today` dates the hiring forecast."""
    writer = RowWriter(Collection.ESTABLISHMENTS, lookups)
    labels = lookups.reference.naf.labels
    for firm in records:
        naf = lookups.naf_rows.get(firm.naf, -1)
        shares = lookups.naf_share[naf]
        main = [int(row) for row in np.argsort(-shares)[:OCCUPATIONS_KEPT] if shares[row] > 0]
        total = float(shares[main].sum()) or 1.0
        writer.add(
            firm.id,
            {
                **place_columns(lookups, firm.commune_insee, firm.lat, firm.lon),
                "naf": naf,
                "headcount_min": -1 if firm.headcount_min is None else firm.headcount_min,
                "headcount_max": -1 if firm.headcount_max is None else firm.headcount_max,
                "expected_hirings": number_or_nan(expected_hirings(firm.hirings, today)),
                "engaged": firm.engaged,
                "opt_out": firm.opt_out,
            },
            payload_of(firm),
            [(labels.get(firm.naf), SECTOR_WEIGHT)],
            [(row, OCCUPATIONS_WEIGHT * float(shares[row]) / total) for row in main],
        )
    return writer.rows()
