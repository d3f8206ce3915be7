"""The JSON of results that show more than the view of their record."""

import msgspec

from api.results import merged
from matching.hirings import Expected
from matching.prospection import Target


def target_json(target: Target) -> bytes:
    """The JSON of a firm to prospect, with what to expect there, whom to present, and how to begin."""
    return merged(target.shown, msgspec.json.encode(_prospects(target)))


def expected_json(expected: Expected) -> dict[str, object]:
    """Hirings to be expected, in French."""
    return {"moyenne": round(expected.mean, 1), "min": expected.low, "max": expected.high}


def _prospects(target: Target) -> dict[str, object]:
    found: dict[str, object] = {}
    if target.expected is not None:
        found["hiring_potential"] = round(target.expected.mean, 1)
        found["embauchesAttendues"] = expected_json(target.expected)
    if target.openings is not None:
        found["embauchesMetiersVises"] = expected_json(target.openings)
    found["aPresenter"] = [
        {"id": person.profile_id, "metier": person.occupation_label, "pourquoi": person.why}
        for person in target.present
    ]
    found["accroches"] = list(target.hooks)
    found["offresRecentes"] = [
        {"id": offer.offer_id, "intitule": offer.title, "ageJours": offer.age_days} for offer in target.offers
    ]
    return found
