"""Groups join lists that are kept apart, and change nothing else of them."""

import numpy as np

from features.store.fairness_groups import AuditGroups
from models.fairness.segments import with_groups
from models.ranking.held_out import HeldOut
from tests.models.training.trainings import N_LISTS, lists


def test_known_axes_become_segments_and_rows_stay() -> None:
    held_out = HeldOut.graded(lists())
    ids = [f"p{row}" for row in range(N_LISTS)]
    groups = {
        key: AuditGroups(profile_id=key, sex=row % 2, age=-1, quarter=-1, rqth=0, area=row % 3)
        for row, key in enumerate(ids)
        if row < 40
    }
    told = with_groups(held_out, ids, groups)
    assert set(told.table.segments) == {"urbain_rural", "sexe", "rqth", "territoire"}
    assert np.array_equal(told.table.features, held_out.table.features, equal_nan=True)
    assert np.array_equal(told.gains, held_out.gains)
    sexes = told.table.segments["sexe"].of_row
    person = told.table.person
    assert (sexes[person >= 40] == -1).all()
    assert (sexes[person < 40] == person[person < 40] % 2).all()
    assert set(with_groups(held_out, ids, {}).table.segments) == {"urbain_rural"}
