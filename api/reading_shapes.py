"""What reading an employer's words asks and answers."""

from typing import Annotated, Any

import msgspec
from pydantic import Field, StringConstraints

from features.border.base import BorderModel
from features.rome.referential import Rome
from matching.reading.items import Item
from matching.reading.need import LONGEST, NeedReading

FIELDS = {
    "intitule": "Poste",
    "romeCode": "Métier",
    "nombrePostes": "Nombre de postes",
    "typeContrat": "Contrat",
    "dureeContratMois": "Durée du contrat",
    "alternance": "Alternance",
    "tempsPlein": "Temps de travail",
    "dureeHebdomadaireHeures": "Heures par semaine",
    "dureeTravailLibelle": "Horaires",
    "experienceExige": "Expérience",
    "experienceMois": "Durée d'expérience",
    "formations": "Diplôme",
    "permis": "Permis",
    "langues": "Langue",
    "competences": "Compétence",
    "qualitesProfessionnelles": "Qualité",
    "lieuTravail.commune": "Lieu de travail",
    "lieuTravail.departement": "Département",
    "criteres.commune": "Autour de",
    "criteres.distance": "Rayon",
    "criteres.tempsTrajet": "Temps de trajet",
    "criteres.region": "Région",
    "criteres.disponibleAvant": "Disponibilité",
    "criteres": "Zone",
    "salaire": "Salaire",
    "salaire.minMensuel": "Salaire minimum",
    "salaire.maxMensuel": "Salaire maximum",
    "teletravail": "Télétravail",
    "accessibleTH": "Accessibilité",
    "effectif": "Effectif",
}
"""What each field is called, to the employer who corrects it."""


class LectureIn(BorderModel):
    """Un besoin, en une phrase ou quelques-unes."""

    texte: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, strip_whitespace=False)] = Field(
        description="Le besoin, avec les mots de l'employeur",
        examples=["soudeur TIG à 20 km de Saint-Nazaire, dispo tout de suite, débutant accepté"],
    )


class ChoixPossible(msgspec.Struct, frozen=True):
    """Une autre valeur que les mêmes mots peuvent désigner."""

    valeur: str
    libelle: str


class ElementLu(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un élément lu : où il va dans le besoin, ce qu'il dit, et les mots dont il vient (`fin` non compris)."""

    champ: str
    nom: str
    libelle: str
    debut: int
    fin: int
    extrait: str
    valeur: Any = None
    """What stands in the need; absent where the words ask for nothing ("aucun permis")."""
    choix: tuple[ChoixPossible, ...] = ()
    avis: str | None = None
    recherche: bool = True
    """False: understood, but no criterion of the search."""


class PassageNonCompris(msgspec.Struct, frozen=True, omit_defaults=True):
    """Des mots qui n'ont pas été compris."""

    debut: int
    fin: int
    extrait: str
    avis: str | None = None
    """Why, where the words look like something that a need takes."""


class MetierPossible(msgspec.Struct, frozen=True):
    """Un métier que les mots peuvent désigner."""

    codeROME: str
    libelle: str
    score: float


class FormulationLue(msgspec.Struct, frozen=True, omit_defaults=True):
    """Des mots discriminants : aucun ne devient un critère de la recherche."""

    debut: int
    fin: int
    extrait: str
    critere: str
    interdit: bool
    reecriture: str
    exception: str | None = None


class LectureBesoin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un besoin lu : à corriger, puis à envoyer tel quel à la recherche de profils."""

    besoin: dict[str, Any]
    elements: tuple[ElementLu, ...]
    metiers: tuple[MetierPossible, ...]
    nonCompris: tuple[PassageNonCompris, ...]
    resume: str
    avis: str | None = None
    formulations: tuple[FormulationLue, ...] = ()
    """Wordings that an offer may not have or that keep people away."""


NO_JOB = (
    "Aucun métier n'a été reconnu : dites le poste (« serveur », « aide-soignante de nuit »), puis le lieu et les "
    "conditions."
)
UNSURE_JOB = "Le métier n'est pas certain : choisissez-le dans la liste, ou dites-le autrement."


def lecture(text: str, reading: NeedReading, rome: Rome) -> LectureBesoin:
    """A reading in the shapes of the API."""
    notice = NO_JOB if "intitule" not in reading.need else UNSURE_JOB if "romeCode" not in reading.need else None
    return LectureBesoin(
        besoin=reading.need,
        elements=tuple(_element(text, item) for item in reading.items),
        metiers=tuple(
            MetierPossible(rome.codes[each.occupation], rome.labels[each.occupation], each.score)
            for each in reading.occupations
        ),
        nonCompris=tuple(
            PassageNonCompris(start, end, text[start:end], reading.reasons.get((start, end)))
            for start, end in reading.unread
        ),
        resume=_summary(reading),
        avis=notice,
        formulations=tuple(
            FormulationLue(
                each.start,
                each.end,
                each.passage,
                each.ground.value,
                each.forbidden,
                each.rewriting,
                each.exception,
            )
            for each in reading.discriminating
        ),
    )


def _element(text: str, item: Item) -> ElementLu:
    return ElementLu(
        champ=item.field,
        nom=FIELDS[item.field],
        libelle=item.label,
        debut=item.start,
        fin=item.end,
        extrait=text[item.start : item.end],
        valeur=item.value,
        choix=tuple(ChoixPossible(each.value, each.label) for each in item.choices),
        avis=item.note,
        recherche=item.used,
    )


def _summary(reading: NeedReading) -> str:
    """« Soudeur TIG ; Saint-Nazaire (44) ; 20 km autour ; débutant accepté. »"""
    told: list[str] = []
    for item in reading.items:
        if item.field in ("romeCode", "criteres.commune") or not item.used:
            continue
        if item.label not in told:
            told.append(item.label)
    return " ; ".join(told) + "." if told else "Rien n'a été compris."
