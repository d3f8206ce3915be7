"""The public fields of what was found: the shapes of the border, with the labels that a reader needs.

What is found often is made once: the JSON of a record depends on its payload and on the reference data alone.
"""

import math
from functools import lru_cache
from typing import Final

import msgspec

from api.employer_view import profile_for_employer
from api.results import merged
from features.border.establishment import etablissement_out
from features.border.offer import offre_out
from features.border.training import formation_out, session_out
from features.records import Establishment, Profile
from features.reference import Reference
from matching.prospection import Target
from matching.rows.offer import OfferCard
from matching.rows.session import SessionCard

KEPT: Final = 8_192
"""Views of each kind that are kept, some 3 kB each with the payload that is their key."""

_OFFER: Final = msgspec.json.Decoder(OfferCard)
_SESSION: Final = msgspec.json.Decoder(SessionCard)
_PROFILE: Final = msgspec.json.Decoder(Profile)
_ESTABLISHMENT: Final = msgspec.json.Decoder(Establishment)


@lru_cache(maxsize=KEPT)
def offer_json(payload: bytes, reference: Reference) -> bytes:
    """The JSON of an offer found, from what its catalogue keeps of it."""
    return msgspec.json.encode(offer_view(_OFFER.decode(payload), reference))


@lru_cache(maxsize=KEPT)
def session_json(payload: bytes, reference: Reference) -> bytes:
    """The JSON of a session found, with its training in full."""
    return msgspec.json.encode(session_view(_SESSION.decode(payload), reference))


@lru_cache(maxsize=KEPT)
def profile_json(payload: bytes, reference: Reference) -> bytes:
    """The JSON of a profile found, as an employer sees it."""
    return msgspec.json.encode(profile_for_employer(_PROFILE.decode(payload), reference))


def target_json(target: Target, reference: Reference) -> bytes:
    """The JSON of a firm to prospect, and of those to present there."""
    return merged(_establishment_json(target.payload, reference), msgspec.json.encode(_prospects(target)))


@lru_cache(maxsize=KEPT)
def _establishment_json(payload: bytes, reference: Reference) -> bytes:
    return msgspec.json.encode(establishment_view(_ESTABLISHMENT.decode(payload), reference))


def forget() -> None:
    """Drop every view that is kept."""
    for view in (offer_json, session_json, profile_json, _establishment_json):
        view.cache_clear()


def offer_view(card: OfferCard, reference: Reference) -> dict[str, object]:
    """An offer as *Offres d'emploi v2* shows it; `origineOffre.partenaires` are the other boards that publish it."""
    shown = offre_out(card.offer)
    place = card.offer.commune_insee
    row = None if place is None else reference.communes.get_row(place)
    if row is not None and card.offer.place_label is None:
        shown["lieuTravail"] = {**_dict(shown.get("lieuTravail")), "libelle": reference.communes.label(row)}
    code = card.offer.rome_code
    inferred = card.offer.inferred
    if inferred is not None and reference.rome.contains(inferred.rome_code):
        label = reference.rome.labels[reference.rome.row_of(inferred.rome_code)]
        shown["metierDeduit"] = {**_dict(shown.get("metierDeduit")), "libelle": label}
    if code is not None and reference.rome.contains(code):
        shown["romeLibelle"] = reference.rome.labels[reference.rome.row_of(code)]
    appellation = card.offer.appellation_code
    if appellation is not None and (found := reference.rome.get_appellation_row(appellation)) is not None:
        shown["appellationlibelle"] = reference.rome.appellation_labels[found]
    if card.also:
        partners = [{"nom": source.name, "url": source.url} for source in card.also]
        shown["origineOffre"] = {**_dict(shown.get("origineOffre")), "partenaires": partners}
    return shown


def session_view(card: SessionCard, reference: Reference) -> dict[str, object]:
    """A session with its training in full."""
    shown = session_out(card.session)
    insee = card.session.commune_insee
    row = None if insee is None else reference.communes.get_row(insee)
    if row is not None:
        shown["lieu"] = {**_dict(shown.get("lieu")), "libelle": reference.communes.label(row)}
    return {**shown, "formation": formation_out(card.training)}


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


def _prospects(target: Target) -> dict[str, object]:
    present = [{"id": person.profile_id, "metier": person.occupation_label} for person in target.present]
    if target.expected_hirings is None:
        return {"aPresenter": present}
    return {"hiring_potential": round(target.expected_hirings, 1), "aPresenter": present}


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
