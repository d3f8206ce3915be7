"""An establishment gives one row: where it is, how big, what its sector hires, how much it should hire soon."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence

from features.border.establishment import etablissement_out
from features.records import Establishment
from features.reference import Reference
from matching.catalogue import Rows
from matching.lookups import Lookups
from matching.payload import payload_of
from matching.rows.base import RowWriter, number_or_nan, place_columns
from matching.schema import NO_DAY, Collection
from models.hiring import expected_hirings


def project_establishments(
    records: Sequence[Establishment], lookups: Lookups, last_contacts: Mapping[str, int], today: dt.date
) -> Rows:
    """Rows of establishments, one each.

    `last_contacts` gives the day (since 1970) of the last contact by SIRET; `today` dates the hiring forecast.
    """
    writer = RowWriter(Collection.ESTABLISHMENTS, lookups)
    for firm in records:
        writer.add(
            firm.id,
            {
                **place_columns(lookups, firm.commune_insee, firm.lat, firm.lon),
                "naf": lookups.naf_rows.get(firm.naf, -1),
                "headcount_min": -1 if firm.headcount_min is None else firm.headcount_min,
                "headcount_max": -1 if firm.headcount_max is None else firm.headcount_max,
                "expected_hirings": number_or_nan(_expected(firm, today)),
                "engaged": firm.engaged,
                "opt_out": firm.opt_out,
                "last_contact_day": last_contacts.get(firm.id, NO_DAY),
            },
            payload_of(firm, establishment_view(firm, lookups.reference)),
            texts=(),
            occupations=(),
        )
    return writer.rows()


def establishment_view(firm: Establishment, reference: Reference) -> dict[str, object]:
    """A firm with the names of *La Bonne Boîte*."""
    shown = etablissement_out(firm)
    label = reference.naf.labels.get(firm.naf)
    if label is not None:
        shown["naf_label"] = label
    row = None if firm.commune_insee is None else reference.communes.get_row(firm.commune_insee)
    if row is not None:
        shown["city"] = reference.communes.names[row]
        lat, lon = float(reference.communes.lat[row]), float(reference.communes.lon[row])
        if firm.lat is None and not math.isnan(lat):
            shown["location"] = {"lat": round(lat, 5), "lon": round(lon, 5)}
    return shown


def _expected(firm: Establishment, today: dt.date) -> float | None:
    """A firm without employees and without known hirings is expected to make none; other silence is not known."""
    if not firm.hirings and firm.headcount_max == 0:
        return 0.0
    return expected_hirings(firm.hirings, today)
