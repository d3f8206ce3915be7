"""Public views made anew: where labels have changed since a generation was written, results show the new ones."""

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from features.border.employer_view import profile_for_employer
from features.records import Establishment, Profile
from features.reference import Reference
from matching.payload import payload_of, record_part
from matching.rows.establishment import establishment_view
from matching.rows.offer import OfferCard, offer_view
from matching.rows.session import SessionCard, session_view
from matching.schema import Collection

VIEWS: Final = 1
"""To be raised with every change of what a view shows."""

_KEPT: Final[Mapping[Collection, tuple[msgspec.json.Decoder[Any], Callable[[Any, Reference], object]]]] = {
    Collection.PROFILES: (msgspec.json.Decoder(Profile), profile_for_employer),
    Collection.OFFERS: (msgspec.json.Decoder(OfferCard), offer_view),
    Collection.SESSIONS: (msgspec.json.Decoder(SessionCard), session_view),
    Collection.ESTABLISHMENTS: (msgspec.json.Decoder(Establishment), establishment_view),
}
"""What reads the record that a collection keeps, and what makes its view."""


def renewal(collection: Collection, reference: Reference) -> Callable[[bytes], bytes]:
    """What makes of a payload of `collection` the one that would be written today."""
    decoder, view = _KEPT[collection]
    return partial(_renewed, decoder, view, reference)


def _renewed(
    decoder: msgspec.json.Decoder[Any],
    view: Callable[[Any, Reference], object],
    reference: Reference,
    payload: bytes,
) -> bytes:
    record = decoder.decode(record_part(payload))
    return payload_of(record, view(record, reference))


def labels_fingerprint(reference: Reference) -> str:
    """Changes when views say other words, or other things, of the same records."""
    rome, communes, certifications = reference.rome, reference.communes, reference.certifications
    digest = hashlib.sha256(str(VIEWS).encode())
    for words in (
        rome.codes,
        rome.labels,
        rome.appellation_codes,
        rome.appellation_labels,
        rome.skill_codes,
        rome.skill_labels,
        communes.insee,
        communes.names,
        communes.departements,
        certifications.codes,
        certifications.labels,
        [f"{code} {label}" for code, label in reference.naf.labels.items()],
    ):
        digest.update("\n".join([*words, ""]).encode())
    return digest.hexdigest()[:16]
