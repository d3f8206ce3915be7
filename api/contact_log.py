"""The contact log as counsellors read it: a firm's history, who is to be called again, offers drafted from needs."""

import datetime as dt
from typing import Any, Final

import msgspec

from features.border.contact import contact_out
from features.records import Contact, ContactChannel, ContactOutcome, Establishment
from features.reference import Reference
from matching.explain.wording import counted, quoted
from matching.lookups import EPOCH
from matching.reading.items import Json
from matching.reading.need import NeedReading
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
    words: str, reading: NeedReading, firm: Establishment | None, contact: Contact, at: int, reference: Reference
) -> dict[str, Any]:
    """The draft of a need in the shape that `POST /v1/offres` reads, with what to ask and what to write otherwise.

    Nothing is made up: what the words do not say stays out. The place is the firm's where the words name none.
    """
    rome, need = reference.rome, reading.need
    first = reading.occupations[0] if "romeCode" in need else None
    place = need.get("lieuTravail") or _place(firm, reference)
    offer: dict[str, Any] = {
        **{name: value for name, value in need.items() if name != "criteres"},
        "id": f"brouillon-{contact.id}-{at + 1}",
        "intitule": need.get("intitule", words[:200]) if first is None else rome.appellation_labels[first.appellation],
        "description": words,
        "dateCreation": contact.at.date().isoformat(),
        "romeLibelle": None if first is None else rome.labels[first.occupation],
        "appellationCode": None if first is None else rome.appellation_codes[first.appellation],
        "nombrePostes": need.get("nombrePostes", 1),
        "entreprise": _employer(firm, contact.siret),
        "codeNAF": None if firm is None else firm.naf,
        "lieuTravail": place,
    }
    found = {
        "besoin": words,
        "offre": {name: value for name, value in offer.items() if value is not None},
        "scoreMetier": 0.0 if first is None else first.score,
        "aDemander": _to_ask(need, placed=place is not None),
    }
    if reading.discriminating:
        found["aReecrire"] = [f"{quoted(each.passage)} : {each.rewriting}" for each in reading.discriminating]
    return found


def _to_ask(need: Json, placed: bool) -> list[str]:
    """What the words of a need do not say, as questions to the firm."""
    pay, day = "salaire" in need, "disponibleAvant" in need.get("criteres", {})
    last = None if pay and day else "Quel salaire ?" if day else "À partir de quand ?" if pay else _PAY_AND_DAY
    asked = (
        ("romeCode" in need, "Quel est le métier ? Il n'a pas été reconnu dans le besoin noté"),
        ("typeContrat" in need or "alternance" in need, "Quel contrat ?"),
        ("tempsPlein" in need, "À temps plein ou à temps partiel ?"),
        ("experienceExige" in need, "Un débutant conviendrait-il ?"),
        (placed, "Où est le poste ?"),
    )
    questions = [question for is_told, question in asked if not is_told]
    return questions if last is None else [*questions, last]


_PAY_AND_DAY: Final = "Quel salaire, et à partir de quand ?"


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
