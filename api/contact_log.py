"""The contact log as counsellors read it: a firm's history, who is to be called again, offers drafted from needs."""

import datetime as dt
from typing import Any

import msgspec

from features.border.contact import contact_out
from features.records import Contact, ContactChannel, ContactOutcome, Establishment
from features.reference import Reference
from matching.drafts import Draft
from matching.explain.wording import counted
from matching.lookups import EPOCH
from matching.schema import NO_DAY
from matching.solicitation import CAP_DAYS, SOLICITATION_CAP, ContactDays, Rest, left_alone

CHANNELS = {
    ContactChannel.VISIT: "Visite",
    ContactChannel.PHONE: "Appel",
    ContactChannel.EMAIL: "Courriel",
    ContactChannel.EVENT: "Rencontre lors d'un événement",
}
OUTCOMES = {
    ContactOutcome.NO_ANSWER: "sans réponse",
    ContactOutcome.NOT_NOW: "pas de besoin pour l'instant",
    ContactOutcome.NEED: "besoin relevé",
    ContactOutcome.REFUSED: "refus",
    ContactOutcome.CALL_BACK: "à rappeler",
}


class Sollicitation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Si l'établissement peut être démarché aujourd'hui, et sinon pourquoi."""

    demarchable: bool
    texte: str
    dernierContact: dt.date | None = None
    deNouveauLe: dt.date | None = None
    """Jour où il pourra l'être de nouveau."""


def solicitation(firm: Establishment, days: ContactDays, today: int) -> Sollicitation:
    """Whether the firm may be called on today (days since 1970)."""
    last = None if days.last == NO_DAY else _date(days.last)
    if firm.opt_out:
        return Sollicitation(False, "L'établissement refuse d'être démarché.", last)
    if last is None:
        return Sollicitation(True, "Jamais contacté.")
    since = counted(today - days.last, "jour", "jours")
    told = "aujourd'hui" if days.last == today else f"il y a {since}"
    rest = left_alone(days, today)
    if rest is None:
        return Sollicitation(True, f"Dernier contact {told}.", last)
    again = _date(rest[0])
    until = f"à laisser tranquille jusqu'au {again:%d/%m/%Y}"
    match rest[1]:
        case Rest.REFUSED:
            text = f"Il a refusé récemment : {until}."
        case Rest.CAPPED:
            count = f"{SOLICITATION_CAP} fois en {CAP_DAYS} jours, tous conseillers confondus"
            text = f"Il a déjà été sollicité {count} : {until}."
        case Rest.CONTACTED:
            text = f"Il a été contacté {told} : {until}, sauf rappel convenu."
    return Sollicitation(False, text, last, again)


def entry(contact: Contact) -> dict[str, Any]:
    """One contact of a history: the record, and a sentence."""
    text = f"{CHANNELS[contact.channel]} du {contact.at:%d/%m/%Y}"
    if contact.outcome is not None:
        text += f" : {OUTCOMES[contact.outcome]}"
    if contact.call_back_on is not None:
        text += f", à rappeler le {contact.call_back_on:%d/%m/%Y}"
    return {**contact_out(contact), "texte": text}


def callback(contact: Contact, firm: Establishment | None, today: dt.date) -> dict[str, Any]:
    """One firm to be called again. `contact` has a day for it."""
    due = contact.call_back_on or today
    late = (today - due).days
    when = (
        f"En retard de {counted(late, 'jour', 'jours')}"
        if late > 0
        else "Aujourd'hui"
        if late == 0
        else f"Dans {counted(-late, 'jour', 'jours')}"
    )
    found: dict[str, Any] = {
        **contact_out(contact),
        "nom": None if firm is None else firm.name,
        "texte": f"{when} : {entry(contact)['texte'][0].lower()}{entry(contact)['texte'][1:]}",
    }
    return {name: value for name, value in found.items() if value is not None}


def draft_json(
    draft: Draft, firm: Establishment | None, contact: Contact, at: int, reference: Reference
) -> dict[str, Any]:
    """The draft in the shape that `POST /v1/offres` reads, with what to ask beside it."""
    offer: dict[str, Any] = {
        "id": f"brouillon-{contact.id}-{at + 1}",
        "intitule": draft.appellation_label or draft.rome_label or draft.words[:200],
        "description": draft.words,
        "dateCreation": contact.at.date().isoformat(),
        "romeCode": draft.rome_code,
        "romeLibelle": draft.rome_label,
        "appellationCode": draft.appellation_code,
        "typeContrat": None if draft.contract is None else draft.contract.value,
        "dureeContratMois": draft.contract_months,
        "alternance": draft.apprenticeship or None,
        "tempsPlein": None if draft.working_time is None else draft.working_time.value == "temps_plein",
        "experienceExige": None if draft.beginner is None else "D" if draft.beginner else "E",
        "competences": [{"code": code, "libelle": label, "exigence": "S"} for code, label in draft.skills] or None,
        "permis": None if draft.licence is None else [{"libelle": draft.licence, "exigence": "S"}],
        "nombrePostes": draft.posts,
        "entreprise": _employer(firm, contact.siret),
        "codeNAF": None if firm is None else firm.naf,
        "lieuTravail": _place(firm, reference),
    }
    return {
        "besoin": draft.words,
        "offre": {name: value for name, value in offer.items() if value is not None},
        "scoreMetier": draft.score or 0.0,
        "aDemander": list(draft.to_ask),
    }


def _employer(firm: Establishment | None, siret: str) -> dict[str, str]:
    return {"siret": siret} if firm is None or firm.name is None else {"siret": siret, "nom": firm.name}


def _place(firm: Establishment | None, reference: Reference) -> dict[str, str] | None:
    if firm is None or firm.commune_insee is None:
        return None
    row = reference.communes.get_row(firm.commune_insee)
    if row is None:
        return None
    departement = reference.communes.departements[row]
    return {"commune": firm.commune_insee, "libelle": f"{departement} - {reference.communes.names[row]}"}


def _date(day: int) -> dt.date:
    return EPOCH + dt.timedelta(days=day)
