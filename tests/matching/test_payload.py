"""What is kept of a record: the view that is sent, and the record; labels that change are shown as they are today."""

from dataclasses import replace

import msgspec

from features.records import Profile
from features.reference import Reference
from matching.engine import Engine
from matching.lookups import Lookups
from matching.payload import payload_of, record_part, view_part
from matching.rows.renewal import labels_fingerprint, renewal
from matching.schema import Collection
from models.published import published_models
from tests.matching.conftest import TODAY, House, every


def test_a_payload_is_two_lines_whatever_is_written_in_them() -> None:
    record = {"text": "one\ntwo\r\n\u2028three"}
    payload = payload_of(record, {"shown": "a\nb"})
    assert msgspec.json.decode(view_part(payload)) == {"shown": "a\nb"}
    assert msgspec.json.decode(record_part(payload)) == record


def test_of_a_profile_the_view_is_the_employers(engine: Engine, town: House) -> None:
    profiles = engine.catalogue(Collection.PROFILES)
    kept = [record for record in every(town.store, Profile).values() if record.id in profiles][:50]
    for record in kept:
        payload = profiles.payload_of(int(profiles.rows_of(record.id)[0]))
        assert msgspec.json.decode(record_part(payload), type=Profile).projects == record.projects
        shown = msgspec.json.decode(view_part(payload))
        assert not {"commune_insee", "summary", "consents", "counsellor_id"} & shown.keys()


def relabelled(reference: Reference) -> Reference:
    """The same reference data, every occupation under another name."""
    rome = replace(reference.rome, labels=tuple([f"Nouveau {label}" for label in reference.rome.labels]))
    return replace(reference, rome=rome)


def test_labels_that_have_changed_since_are_shown_as_they_are_today(
    town: House, engine: Engine, reference: Reference
) -> None:
    changed = relabelled(reference)
    assert labels_fingerprint(changed) != labels_fingerprint(reference)
    fresh = Engine.open(town.store, changed, published_models(), town.data_dir, clock=lambda: TODAY)
    for collection in (Collection.PROFILES, Collection.OFFERS):
        before, after = engine.catalogue(collection), fresh.catalogue(collection)
        for row in range(0, len(before), 97):
            old, new = before.payload_of(row), after.payload_of(row)
            assert record_part(old) == record_part(new)
            assert new == renewal(collection, changed)(old)
        assert b"Nouveau" in view_part(after.payload_of(0))
        assert b"Nouveau" not in view_part(before.payload_of(0))


def test_a_renewed_payload_of_unchanged_labels_is_the_same(engine: Engine, lookups: Lookups) -> None:
    for collection in Collection:
        catalogue = engine.catalogue(collection)
        same = renewal(collection, lookups.reference)
        for row in range(0, len(catalogue), 131):
            assert same(catalogue.payload_of(row)) == catalogue.payload_of(row)
