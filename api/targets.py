"""The JSON of results that show more than the view of their record."""

import msgspec

from api.results import merged
from matching.prospection import Target


def target_json(target: Target) -> bytes:
    """The JSON of a firm to prospect, and of those to present there."""
    return merged(target.shown, msgspec.json.encode(_prospects(target)))


def _prospects(target: Target) -> dict[str, object]:
    present = [{"id": person.profile_id, "metier": person.occupation_label} for person in target.present]
    if target.expected_hirings is None:
        return {"aPresenter": present}
    return {"hiring_potential": round(target.expected_hirings, 1), "aPresenter": present}
