"""The groups of people as segments of held-out lists: what the gate tells apart, and no training reads."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from features.audit_groups import axes_of
from features.store.fairness_groups import AuditGroups
from models.ranking.held_out import HeldOut
from models.ranking.table import Segment


def with_groups(held_out: HeldOut, ids: Sequence[str], groups: Mapping[str, AuditGroups]) -> HeldOut:
    """`held_out` with a segment for each axis of which something is known; `ids` are those of the people that its
    table's `person` points into. Rows, features and gains stay as they are."""
    person: NDArray[np.int32] = held_out.table.person
    told = {
        axis.name: Segment(axis.labels, axis.of_person[person].astype(np.int16))
        for axis in axes_of(ids, groups)
        if (axis.of_person[person] >= 0).any()
    }
    table = dataclasses.replace(held_out.table, segments={**held_out.table.segments, **told})
    return HeldOut(table, held_out.gains)
