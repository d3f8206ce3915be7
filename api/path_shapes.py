"""The shapes of the ways to more doors."""

from typing import Any

import msgspec

from api.sessions import Ouverture, opening_json
from matching.explain.path import RULES, hours_of, left_to_pay, summary
from matching.lookups import Lookups
from matching.paths.path import Path
from matching.rows.session import session_view


class OffreVisee(msgspec.Struct, frozen=True, omit_defaults=True):
    """L'offre à laquelle mènerait une formation avant embauche."""

    id: str
    intitule: str
    entreprise: str | None = None
    typeContrat: str | None = None


class TitreVise(msgspec.Struct, frozen=True):
    """Le titre que l'expérience peut donner."""

    codeRNCP: str
    intitule: str
    niveau: int


class ProjetServi(msgspec.Struct, frozen=True):
    """Le projet que le parcours sert."""

    codeROME: str
    libelle: str
    proche: bool
    """Vrai quand les offres ouvertes sont celles de métiers proches, et non du projet même."""


class Parcours(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un chemin vers plus d'offres."""

    nature: str
    """`formation` (une seule), `deux_etapes`, `poei` (formation avant embauche) ou `vae` (titre par l'expérience)."""
    resume: str
    projet: ProjetServi
    ouvre: Ouverture
    """Les offres du projet et des métiers proches, elles seules."""
    etapes: tuple[dict[str, Any], ...] = ()
    """Les sessions, dans l'ordre, chacune avec sa formation."""
    dureeHeures: float | None = None
    dateDebut: str | None = None
    dateFin: str | None = None
    resteAPayer: float | None = None
    """En euros ; absent quand il n'est pas connu, ou dépend des droits CPF."""
    offre: OffreVisee | None = None
    titre: TitreVise | None = None
    regle: str | None = None
    """Le texte qui fonde la mesure."""


class ParcoursTrouves(msgspec.Struct, frozen=True, omit_defaults=True):
    resultats: list[Parcours]
    avis: str | None = None


def parcours(path: Path, lookups: Lookups, placed: bool) -> Parcours:
    """A path in French; `placed`: where the person lives is known."""
    reference = lookups.reference
    sessions = [card.session for card in path.steps]
    last = sessions[-1].ends_on if sessions else None
    offer, row = path.offer, path.certification
    return Parcours(
        path.way.value,
        summary(path, lookups, placed),
        ProjetServi(
            reference.rome.codes[path.serves.occupation],
            reference.rome.labels[path.serves.occupation],
            not path.serves.itself,
        ),
        opening_json(path.opening, reference.rome),
        tuple([session_view(card, reference) for card in path.steps]),
        hours_of(path.steps),
        sessions[0].starts_on.isoformat() if sessions else None,
        None if last is None else last.isoformat(),
        left_to_pay(path.steps),
        None
        if offer is None
        else OffreVisee(
            offer.id, offer.title, offer.firm_name, None if offer.contract is None else offer.contract.value
        ),
        None
        if row < 0
        else TitreVise(
            reference.certifications.codes[row],
            reference.certifications.labels[row],
            int(reference.certifications.levels[row]),
        ),
        RULES.get(path.way),
    )
