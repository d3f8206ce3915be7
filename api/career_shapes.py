"""The shapes of possible occupations."""

from typing import Any

import msgspec
import numpy as np

from api.rounding import parts_of
from api.sessions import Ouverture, opening_json
from matching.career_field import Career
from matching.careers import Careers
from matching.explain import career as words
from matching.lookups import Lookups
from matching.rows.session import session_view


class RaisonMetier(msgspec.Struct, frozen=True):
    """Une part du score : `competences`, `proximite`, `offres` ou `tension`. Les parts font le score."""

    critere: str
    texte: str
    contribution: float


class CompetenceManquante(msgspec.Struct, frozen=True):
    """Une compétence clé du métier que la personne n'a pas."""

    code: str
    libelle: str


class MeilleureFormation(msgspec.Struct, frozen=True):
    """La session qui ouvre le plus d'offres de ce métier."""

    texte: str
    session: dict[str, Any]
    ouvre: Ouverture


class MetierPossible(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un métier proche de ce que la personne sait faire."""

    codeROME: str
    libelle: str
    score: float
    """De 0 à 1."""
    projetDeclare: bool
    raisons: list[RaisonMetier]
    ecart: str
    manquantes: list[CompetenceManquante]
    """Vide quand la personne a refusé le profilage : rien n'est comparé."""
    attendre: str
    """Offres, salaire : à quoi s'attendre."""
    offres: int
    """Offres en ligne à portée de la personne."""
    reglemente: bool
    accessibles: int | None = None
    """Celles qui le sont dès aujourd'hui ; absent quand la personne a refusé le profilage."""
    salaireMedian: float | None = None
    """En euros bruts par mois, dans le bassin d'emploi."""
    formation: MeilleureFormation | None = None


class MetiersPossibles(msgspec.Struct, frozen=True, omit_defaults=True):
    resultats: list[MetierPossible]
    avis: str | None = None


DIGITS = 4


def metiers_possibles(found: Careers, lookups: Lookups, asked: tuple[str, ...]) -> MetiersPossibles:
    """The answer."""
    return MetiersPossibles([_career(each, lookups, found) for each in found.shown], words.notice(found, asked))


def _career(career: Career, lookups: Lookups, found: Careers) -> MetierPossible:
    placed, profiled = found.placed, found.profiled
    rome = lookups.reference.rome
    shares = parts_of(np.array([career.score]), np.array([career.parts]), DIGITS)[0].tolist()
    unit = 10**DIGITS
    told = zip(words.PARTS, words.reasons(career, lookups, placed, profiled), shares, strict=True)
    way = words.way_in(career)
    return MetierPossible(
        rome.codes[career.occupation],
        rome.labels[career.occupation],
        sum(shares) / unit,
        career.is_project,
        [RaisonMetier(name, text, share / unit) for name, text, share in sorted(told, key=lambda item: -item[2])],
        words.gap(career, lookups, profiled),
        [
            CompetenceManquante(rome.skill_codes[row], rome.skill_labels[row])
            for row in (career.missing if profiled else ())
        ],
        words.expect(career, placed, profiled),
        career.offers,
        career.regulated,
        career.open_offers if profiled else None,
        None if career.pay_median is None else round(career.pay_median, 2),
        None
        if way is None or career.best is None or career.best_opens is None
        else MeilleureFormation(
            way, session_view(career.best, lookups.reference), opening_json(career.best_opens, rome)
        ),
    )
