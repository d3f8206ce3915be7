"""ROME as it goes out, over HTTP and from the command line: French names, codes always beside labels."""

from typing import Final

import msgspec

from features.rome.referential import Rome
from features.rome.search import Hit


class Libelle(msgspec.Struct, frozen=True):
    """Un code et son libellé."""

    code: str
    libelle: str


class Metier(msgspec.Struct, frozen=True):
    """Un métier (fiche ROME 4.0) en une ligne."""

    code: str
    libelle: str
    codeParent: str
    grandDomaine: Libelle
    domaine: Libelle


class Appellation(msgspec.Struct, frozen=True):
    """Une appellation et le métier qui la porte."""

    code: str
    libelle: str
    libelleCourt: str
    codeROME: str
    principale: bool
    peuUsitee: bool


class Competence(msgspec.Struct, frozen=True):
    """Un savoir-faire, un savoir-être ou un savoir."""

    code: str
    libelle: str
    nature: str


class CompetenceMetier(msgspec.Struct, frozen=True):
    """Une compétence vue d'un métier."""

    code: str
    libelle: str
    nature: str
    coeurMetier: bool
    emergente: bool


class Mobilite(msgspec.Struct, frozen=True):
    """Un métier proche ; l'ordre 1 est le plus proche."""

    code: str
    libelle: str
    ordre: int


class FicheMetier(msgspec.Struct, frozen=True):
    """Un métier et tout ce que le ROME en dit."""

    version: str
    code: str
    libelle: str
    codeParent: str
    grandDomaine: Libelle
    domaine: Libelle
    definition: str
    acces: str
    reglemente: bool
    cadre: bool
    transitionEcologique: str
    transitionNumerique: bool
    transitionDemographique: bool
    appellations: list[Appellation]
    competences: list[CompetenceMetier]
    contextes: list[Libelle]
    centresInteret: list[Libelle]
    themes: list[Libelle]
    secteursActivite: list[Libelle]
    secteursNaf: list[Libelle]
    mobilites: list[Mobilite]
    memeParent: list[Libelle]


class Trouve(msgspec.Struct, frozen=True):
    """Un libellé trouvé ; `score` de 0 à 1 ne se compare qu'au sein d'une même réponse."""

    type: str
    code: str
    libelle: str
    codeROME: str | None
    score: float


class Metiers(msgspec.Struct, frozen=True):
    resultats: list[Metier]


class Appellations(msgspec.Struct, frozen=True):
    resultats: list[Appellation]


class Competences(msgspec.Struct, frozen=True):
    resultats: list[Competence]


class CompetencesMetier(msgspec.Struct, frozen=True):
    resultats: list[CompetenceMetier]


class Trouves(msgspec.Struct, frozen=True):
    resultats: list[Trouve]


STRUCTS: Final = (FicheMetier, Metiers, Appellations, Competences, CompetencesMetier, Trouves)
"""The shapes that the OpenAPI document describes."""


def metier(rome: Rome, row: int) -> Metier:
    """One line of an occupation row."""
    code = rome.codes[row]
    return Metier(code, rome.labels[row], rome.parents[row], *_place(rome, code))


def appellation(rome: Rome, row: int) -> Appellation:
    """An appellation row."""
    return Appellation(
        rome.appellation_codes[row],
        rome.appellation_labels[row],
        rome.appellation_short_labels[row],
        rome.codes[rome.appellation_occupation[row]],
        bool(rome.appellation_main[row]),
        bool(rome.appellation_rare[row]),
    )


def competence(rome: Rome, row: int) -> Competence:
    """A skill row."""
    return Competence(rome.skill_codes[row], rome.skill_labels[row], rome.skill_kinds[row].value)


def competences_of(rome: Rome, row: int) -> list[CompetenceMetier]:
    """Skills of an occupation row, *cœur de métier* first, then by label."""
    span = slice(rome.skill_offsets[row], rome.skill_offsets[row + 1])
    found = [
        CompetenceMetier(
            rome.skill_codes[skill], rome.skill_labels[skill], rome.skill_kinds[skill].value, core, emerging
        )
        for skill, core, emerging in zip(
            rome.skill_links[span].tolist(),
            rome.skill_core[span].tolist(),
            rome.skill_emerging[span].tolist(),
            strict=True,
        )
    ]
    return sorted(found, key=lambda skill: (not skill.coeurMetier, skill.libelle))


def fiche(rome: Rome, row: int) -> FicheMetier:
    """All of an occupation row."""
    code, parent = rome.codes[row], rome.parents[row]
    targets, orders = rome.mobility_of(row)
    return FicheMetier(
        rome.version,
        code,
        rome.labels[row],
        parent,
        *_place(rome, code),
        rome.definitions[row],
        rome.access[row],
        bool(rome.regulated[row]),
        bool(rome.executive[row]),
        rome.ecology[row],
        bool(rome.digital[row]),
        bool(rome.demographic[row]),
        [appellation(rome, each) for each in rome.appellations_of(row).tolist()],
        competences_of(rome, row),
        _labels(rome.contexts_of(row)),
        _labels(rome.interests_of(row)),
        _labels(rome.themes_of(row)),
        _labels(rome.sectors_of(row)),
        _labels(rome.naf_divisions_of(row)),
        [
            Mobilite(rome.codes[target], rome.labels[target], order)
            for target, order in zip(targets.tolist(), orders.tolist(), strict=True)
        ],
        [Libelle(rome.codes[each], rome.labels[each]) for each in rome.children_of(parent) if each != row],
    )


def trouve(hit: Hit) -> Trouve:
    """A search hit."""
    return Trouve(hit.kind.value, hit.code, hit.label, hit.rome_code, hit.score)


def _place(rome: Rome, code: str) -> tuple[Libelle, Libelle]:
    grand_domain, domain = code[:1], code[:3]
    return (
        Libelle(grand_domain, rome.grand_domains.get(grand_domain, "")),
        Libelle(domain, rome.domains.get(domain, "")),
    )


def _labels(pairs: tuple[tuple[str, str], ...]) -> list[Libelle]:
    return [Libelle(code, label) for code, label in pairs]
