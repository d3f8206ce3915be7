"""An establishment gives one row: where it is, how big, what its sector hires, how much it should hire soon."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from features.border.establishment import etablissement_out
from features.place_labels import departement_of
from features.records import Establishment
from features.reference import Reference
from matching.catalogue import Rows
from matching.lookups import Lookups
from matching.payload import payload_of
from matching.rows.base import RowWriter, place_columns
from matching.schema import Collection
from matching.solicitation import ContactDays
from models.hiring.history import month_number, windows_of

NO_CONTACT: Final = ContactDays()


def project_establishments(
    records: Sequence[Establishment], lookups: Lookups, contacts: Mapping[str, ContactDays], today: dt.date
) -> Rows:
    """Rows of establishments, one each.

    `contacts` gives the days of their contacts by SIRET; `today` dates the hiring forecast.
    """
    writer = RowWriter(Collection.ESTABLISHMENTS, lookups)
    means, shapes = _forecast(records, lookups, today)
    for firm, mean, shape in zip(records, means, shapes, strict=True):
        writer.add(
            firm.id,
            {
                **place_columns(lookups, firm.commune_insee, firm.lat, firm.lon),
                "naf": lookups.naf_rows.get(firm.naf, -1),
                "headcount_min": -1 if firm.headcount_min is None else firm.headcount_min,
                "headcount_max": -1 if firm.headcount_max is None else firm.headcount_max,
                "expected_hirings": mean,
                "hirings_shape": shape,
                "engaged": firm.engaged,
                "opt_out": firm.opt_out,
                "last_contact_day": contacts.get(firm.id, NO_CONTACT).last,
                "capped_day": contacts.get(firm.id, NO_CONTACT).capped,
                "refused_day": contacts.get(firm.id, NO_CONTACT).refused,
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


def _forecast(
    records: Sequence[Establishment], lookups: Lookups, today: dt.date
) -> tuple[Sequence[float], Sequence[float]]:
    """Mean and shape of the hirings of each firm over the six months from `today`'s."""
    if not records:
        return (), ()
    communes = lookups.reference.communes
    places = [None if firm.commune_insee is None else communes.get_row(firm.commune_insee) for firm in records]
    areas = lookups.area_of_commune[[-1 if place is None else place for place in places]]
    sectors = np.array([lookups.naf_rows.get(firm.naf, -1) for firm in records])
    means, shapes = lookups.hiring.of(
        [firm.naf for firm in records],
        np.array([-1 if firm.headcount_min is None else firm.headcount_min for firm in records]),
        [departement_of(firm.commune_insee) or "" for firm in records],
        lookups.sector_tension[sectors, areas],
        windows_of([firm.hirings for firm in records], today),
        month_number(today),
    )
    return means.tolist(), shapes.tolist()
