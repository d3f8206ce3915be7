"""The card of a list: how it is ordered, on what, what one can change, and whom to ask. For whoever reads the list."""

from collections.abc import Mapping
from typing import Final

import msgspec

from matching.explain.criteria import FAMILIES, NAMES
from matching.explain.families import LABELS, Family
from matching.rank import Floats
from matching.rankers import Serving
from models.champions import TRANSPARENT
from models.ranked import Ranked

DIGITS: Final = 3


class FamilleCriteres(msgspec.Struct, frozen=True, omit_defaults=True):
    """Une famille de critères de la liste, la plus lourde d'abord."""

    famille: str
    libelle: str
    criteres: tuple[str, ...]
    part: float | None = None
    """Part du poids total, de 0 à 1 ; absente quand les critères se multiplient au lieu de s'additionner."""


class ModeleListe(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ce qui classe la liste aujourd'hui."""

    nom: str
    """`transparent`, ou un modèle appris et sa version : `vivier-offres/3`."""
    nature: str
    generation: str | None = None


class FicheListe(msgspec.Struct, frozen=True):
    """La fiche d'une liste : comment elle est classée, sur quelles données, ce qui peut changer, à qui s'adresser."""

    service: str
    titre: str
    modele: ModeleListe
    familles: tuple[FamilleCriteres, ...]
    donnees: tuple[str, ...]
    jamaisUtilise: tuple[str, ...]
    """Ce qui n'entre dans aucun classement."""
    ceQueVousPouvezChanger: tuple[str, ...]
    aucuneDecision: str
    contact: str


TITLES: Final[Mapping[Ranked, str]] = {
    Ranked.OFFERS: "Les offres proposées à une personne",
    Ranked.SESSIONS: "Les formations proposées à une personne",
    Ranked.PROFILES: "Les personnes proposées à un employeur",
    Ranked.FIRMS: "Les établissements à démarcher pour des personnes",
}
_DATA: Final[Mapping[Ranked, tuple[str, ...]]] = {
    Ranked.OFFERS: (
        "Le projet de la personne : métiers, mots employés, contrats, temps de travail, salaire, lieu et mobilité.",
        "Ses compétences, expériences, diplômes, langues et permis, et ce qu'elle fait des offres, si elle a accepté "
        "le profilage.",
        "L'offre telle qu'elle est publiée, le ROME, les distances et l'enquête Besoins en main-d'œuvre.",
    ),
    Ranked.SESSIONS: (
        "Le projet de la personne, son lieu et sa mobilité ; ses compétences et ses diplômes, si elle a accepté le "
        "profilage.",
        "La session et sa formation telles qu'elles sont publiées, avec le retour à l'emploi quand il est connu.",
        "Les offres du moment que la formation ouvrirait.",
    ),
    Ranked.PROFILES: (
        "L'offre ou le besoin de l'employeur, tel qu'il l'a écrit.",
        "Les personnes qui ont accepté d'être visibles des employeurs : projets, compétences, expériences, diplômes, "
        "langues, permis, et la distance par tranches de 5 km.",
        "Le ROME.",
    ),
    Ranked.FIRMS: (
        "Les métiers visés par les personnes du portefeuille et leur mobilité.",
        "Les embauches passées et attendues des établissements, leur secteur et leur taille.",
        "Les échanges notés par les conseillers.",
    ),
}
_CHANGES: Final[Mapping[Ranked, tuple[str, ...]]] = {
    Ranked.OFFERS: (
        "Votre projet, vos conditions et vos compétences : la liste suit en moins d'une seconde.",
        "Chaque offre que vous mettez de côté, et le motif que vous donnez ; vous pouvez revenir dessus.",
        "Vos consentements : sans profilage, la liste ne tient compte que de votre projet et de vos conditions.",
        "Les filtres de la recherche, qui ne gardent que ce que vous demandez.",
    ),
    Ranked.SESSIONS: (
        "Votre projet, votre mobilité, vos diplômes et vos compétences.",
        "Vos consentements : sans profilage, la liste ne tient compte que de votre projet.",
        "Les filtres : dates, durée, financement, à distance ou sur place.",
    ),
    Ranked.PROFILES: (
        "Le besoin : retirer une exigence inutile, élargir le rayon, accepter des débutants.",
        "La recherche par compétences seules, ou sans tenir compte des diplômes.",
        "La personne décide d'être visible ou non, et peut changer d'avis à tout moment.",
    ),
    Ranked.FIRMS: (
        "Le portefeuille, les métiers visés, la commune et le rayon.",
        "Les échanges que vous notez : un refus ou une visite récente comptent aussitôt.",
    ),
}
NEVER: Final = (
    "Le nom, le sexe, l'âge et la date de naissance.",
    "La nationalité, l'origine, la religion et les opinions.",
    "L'adresse en tant que telle : seuls la distance, la durée du trajet et le marché du travail du bassin comptent.",
    "La situation de famille, la grossesse, la santé et le handicap. La RQTH ne sert qu'un filtre que la personne a "
    "choisi d'activer.",
)
NO_DECISION: Final = (
    "Cette liste est une aide. Elle n'écarte personne et ne décide de rien : une personne choisit de candidater, un "
    "employeur choisit de contacter, un conseiller choisit d'appeler. Un résultat placé plus bas reste consultable."
)
NO_CONTACT: Final = "Votre conseiller, ou votre interlocuteur dans le réseau pour l'emploi."
_LEARNED: Final = (
    "Un modèle appris de ce que les personnes et les employeurs ont fait de listes passées. Chaque résultat dit la "
    "part de chaque critère."
)
_SUM: Final = "Une somme pondérée, dont les poids sont fixes et publics. Chaque résultat dit la part de chaque critère."
_PRODUCT: Final = (
    "Un produit de facteurs publics : combien de personnes du portefeuille pourraient être embauchées dans les six "
    "mois."
)


def list_card(ranked: Ranked, serving: Serving, contact: str | None) -> FicheListe:
    """The card of a list as it is ranked now."""
    learned = serving.model != TRANSPARENT
    multiplied = ranked is Ranked.FIRMS and not learned
    return FicheListe(
        service=ranked.value,
        titre=TITLES[ranked],
        modele=ModeleListe(
            serving.model, _LEARNED if learned else _PRODUCT if multiplied else _SUM, serving.generation
        ),
        familles=families_of(ranked, serving.ranker.names, serving.ranker.weights, multiplied),
        donnees=_DATA[ranked],
        jamaisUtilise=NEVER,
        ceQueVousPouvezChanger=_CHANGES[ranked],
        aucuneDecision=NO_DECISION,
        contact=contact or NO_CONTACT,
    )


def families_of(
    ranked: Ranked, names: tuple[str, ...], weights: Floats, multiplied: bool
) -> tuple[FamilleCriteres, ...]:
    """The families of the criteria that count, the heaviest first, each with its share of all weights."""
    found: dict[Family, list[tuple[float, str]]] = {}
    for name, weight in zip(names, weights.tolist(), strict=True):
        if weight > 0:
            found.setdefault(FAMILIES[ranked][name], []).append((weight, name))
    total = sum(weight for each in found.values() for weight, _ in each) or 1.0
    heaviest = sorted(found, key=lambda family: -sum(weight for weight, _ in found[family]))
    return tuple(
        FamilleCriteres(
            family,
            LABELS[family] if family is not Family.ACTIVITY or ranked is Ranked.OFFERS else "Activité de la personne",
            tuple(NAMES[name] for _, name in sorted(found[family], key=lambda each: (-each[0], each[1]))),
            None if multiplied else round(sum(weight for weight, _ in found[family]) / total, DIGITS),
        )
        for family in heaviest
    )
