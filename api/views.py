"""The public fields of what was found: the shapes of the border, with the labels that a reader needs."""

import math

import msgspec

from api.employer_view import profile_for_employer
from features.border.establishment import etablissement_out
from features.border.offer import offre_out
from features.border.training import formation_out, session_out
from features.records import Profile
from features.reference import Reference
from matching.prospection import Target
from matching.rows.offer import OfferCard
from matching.rows.session import SessionCard


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


def profile_view(profile: Profile, reference: Reference) -> dict[str, object]:
    """A profile as an employer sees it."""
    shown: dict[str, object] = msgspec.to_builtins(profile_for_employer(profile, reference))
    return shown


def target_view(target: Target, reference: Reference) -> dict[str, object]:
    """A firm with the names of *La Bonne Boîte*, and whom to present there."""
    firm = target.record
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
    if target.expected_hirings is not None:
        shown["hiring_potential"] = round(target.expected_hirings, 1)
    shown["aPresenter"] = [{"id": person.profile_id, "metier": person.occupation_label} for person in target.present]
    return shown


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
