"""The columns of each collection: their names, written once, with dtype and missing value.

Every row holds `commune` (row of `Communes`, -1 unknown), so that distance is one gather from a table of
distances between communes, whatever the size of the collection.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.behaviour import FAMILIES_KEPT
from features.bits import ATTENDANCE_BIT
from features.pairs.base import NO_SKILL, PAST_KEPT
from features.records import Attendance
from features.store import Kind

SKILL_WIDTH: Final = 32
"""Skills kept a row, the most important first."""
OCCUPATION_WIDTH: Final = 6
"""Occupations a training may lead to."""

WORD_WIDTH: Final = 32
"""Distinct words kept a row for keyword search."""

NAN: Final = float("nan")
NO_DAY: Final = -(2**31)
"""A date that is not known, in columns of days since 1970-01-01."""


class Collection(StrEnum):
    """The four things that are searched."""

    PROFILES = "profils"
    OFFERS = "offres"
    SESSIONS = "formations"
    ESTABLISHMENTS = "etablissements"


SOURCE_KIND: Final[Mapping[Collection, Kind]] = {
    Collection.PROFILES: Kind.PROFILE,
    Collection.OFFERS: Kind.OFFER,
    Collection.SESSIONS: Kind.SESSION,
    Collection.ESTABLISHMENTS: Kind.ESTABLISHMENT,
}


@dataclass(frozen=True)
class Column:
    """One column: `width` 0 for a value a row, else that many values a row."""

    name: str
    dtype: str
    missing: float
    width: int = 0


_PLACE = (Column("commune", "int32", -1), Column("departement", "int16", -1))

SCHEMAS: Final[Mapping[Collection, tuple[Column, ...]]] = {
    Collection.PROFILES: (
        *_PLACE,
        Column("occupation", "int16", -1),
        Column("radius_km", "float32", NAN),
        Column("contracts", "uint16", 0),
        Column("working_time", "int8", 0),
        Column("pay_floor", "float32", NAN),
        Column("available_day", "int32", NO_DAY),
        Column("visible", "bool", 0),
        Column("profiling", "bool", 0),
        Column("experience_months", "float32", 0),
        Column("education_level", "int8", 0),
        Column("licences", "uint32", 0),
        Column("languages", "uint64", 0),
        Column("skills", "uint16", NO_SKILL, SKILL_WIDTH),
        Column("declared_skills", "uint8", 0),
        Column("counsellor", "int64", -1),
        Column("appellation", "int16", -1),
        Column("minutes_per_km", "float16", NAN),
        Column("past_families", "int16", -1, PAST_KEPT),
        Column("past_months", "float16", 0, PAST_KEPT),
        Column("interest_families", "int16", -1, FAMILIES_KEPT),
        Column("interest_points", "float32", 0, FAMILIES_KEPT),
        Column("interest_day", "int32", 0),
    ),
    Collection.OFFERS: (
        *_PLACE,
        Column("occupation", "int16", -1),
        Column("inferred", "bool", 0),
        Column("contract", "uint16", 0),
        Column("apprenticeship", "bool", 0),
        Column("working_time", "int8", 0),
        Column("weekly_hours", "float32", NAN),
        Column("experience_demand", "int8", 0),
        Column("experience_months", "float32", NAN),
        Column("education_required", "int8", 0),
        Column("education_wished", "int8", 0),
        Column("licences_required", "uint32", 0),
        Column("licences_wished", "uint32", 0),
        Column("languages_required", "uint64", 0),
        Column("pay_min", "float32", NAN),
        Column("pay_max", "float32", NAN),
        Column("posts", "int16", 1),
        Column("published_day", "int32", NO_DAY),
        Column("expires_day", "int32", NO_DAY),
        Column("open_to_rqth", "bool", 0),
        Column("skills", "uint16", NO_SKILL, SKILL_WIDTH),
        Column("skill_weights", "float16", 0, SKILL_WIDTH),
        Column("words", "uint32", 0, WORD_WIDTH),
        Column("appellation", "int16", -1),
        Column("firm", "int64", -1),
        Column("shown", "float32", 0),
        Column("shown_day", "int32", 0),
        Column("responsiveness", "float32", NAN),
    ),
    Collection.SESSIONS: (
        *_PLACE,
        Column("occupations", "int16", -1, OCCUPATION_WIDTH),
        Column("skills", "uint16", NO_SKILL, SKILL_WIDTH),
        Column("level", "int8", 0),
        Column("entry_level", "int8", 0),
        Column("start_day", "int32", NO_DAY),
        Column("attendance", "uint8", 0),
        Column("seats_left", "int32", -1),
        Column("fundings", "uint16", 0),
        Column("accessible", "int8", -1),
        Column("outcome_rate", "float32", NAN),
        Column("certification", "int32", 0),
        Column("training", "int64", -1),
        Column("price", "float32", NAN),
        Column("words", "uint32", 0, WORD_WIDTH),
        Column("end_day", "int32", NO_DAY),
        Column("hours", "float32", NAN),
        Column("licences", "uint32", 0),
        Column("basics", "uint8", 0),
        Column("presumes", "uint8", 0),
        Column("titled", "uint8", 0),
    ),
    Collection.ESTABLISHMENTS: (
        *_PLACE,
        Column("naf", "int16", -1),
        Column("headcount_min", "int32", -1),
        Column("headcount_max", "int32", -1),
        Column("expected_hirings", "float32", NAN),
        Column("hirings_shape", "float32", NAN),
        Column("engaged", "bool", 0),
        Column("last_contact_day", "int32", NO_DAY),
        Column("capped_day", "int32", NO_DAY),
        Column("refused_day", "int32", NO_DAY),
        Column("opt_out", "bool", 0),
    ),
}

BEHAVIOUR: Final[Mapping[Collection, tuple[str, ...]]] = {
    Collection.PROFILES: ("interest_families", "interest_points", "interest_day"),
    Collection.OFFERS: ("shown", "shown_day", "responsiveness"),
    Collection.SESSIONS: (),
    Collection.ESTABLISHMENTS: (),
}
"""Columns that events change in place (`matching.behaviour`); no filter may rely on the ranges written with them."""

WITHOUT_VECTORS: Final = frozenset({Collection.ESTABLISHMENTS})
"""Collections that are found by arrays alone (a firm's fit is a table of its sector), and need no vector index."""

WORKING_TIME_FULL: Final = 1
WORKING_TIME_PART: Final = 2


@dataclass(frozen=True)
class Bands:
    """Bands that the rows of a collection are parted into before places: each is searched in its own circle."""

    count: int
    of: Callable[[Callable[[str], NDArray[Any]]], NDArray[np.uint8]]
    """Column reader -> (n,) band of each row."""


REACH_LIMITS_KM: Final = (10.0, 20.0, 30.0, 50.0)
"""People who go no further than each of these stand together, so that a workplace reads few who would not come."""

HIDDEN_BAND: Final = len(REACH_LIMITS_KM) + 1
"""People whom employers may not see, whatever their reach."""


def _reach_band(read: Callable[[str], NDArray[Any]]) -> NDArray[np.uint8]:
    bands = np.searchsorted(np.array(REACH_LIMITS_KM, dtype=np.float32), read("radius_km")).astype(np.uint8)
    return np.where(read("visible"), bands, np.uint8(HIDDEN_BAND))


def _remote_band(read: Callable[[str], NDArray[Any]]) -> NDArray[np.uint8]:
    bands: NDArray[np.uint8] = (read("attendance") == ATTENDANCE_BIT[Attendance.REMOTE]).astype(np.uint8)
    return bands


_ONE_BAND: Final = Bands(1, lambda read: np.zeros(len(read("commune")), dtype=np.uint8))

BANDS: Final[Mapping[Collection, Bands]] = {
    Collection.PROFILES: Bands(HIDDEN_BAND + 1, _reach_band),
    Collection.OFFERS: _ONE_BAND,
    Collection.SESSIONS: Bands(2, _remote_band),
    Collection.ESTABLISHMENTS: _ONE_BAND,
}

POSTINGS: Final[Mapping[Collection, tuple[str, ...]]] = {
    Collection.PROFILES: ("counsellor",),
    Collection.OFFERS: ("firm",),
    Collection.SESSIONS: (),
    Collection.ESTABLISHMENTS: (),
}
"""Columns whose rows of one value are found without reading the others (`Catalogue.rows_where`)."""

SECOND_ORDER: Final[Mapping[Collection, str]] = {
    Collection.PROFILES: "occupation",
    Collection.OFFERS: "occupation",
    Collection.SESSIONS: "occupations",
    Collection.ESTABLISHMENTS: "naf",
}
"""Column by which the rows of one commune stand; of several values, by the first."""
