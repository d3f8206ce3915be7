"""Examples of the search routes, for the API page."""

from typing import Any, Final

from api.examples import EXAMPLES
from features.store import Kind
from matching.explain.families import LABELS, Family

Json = dict[str, Any]

NEED: Final[Json] = {
    "intitule": "Aide-soignant de nuit",
    "romeCode": "J1501",
    "lieuTravail": {"commune": "23096"},
    "typeContrat": "CDI",
    "tempsPlein": True,
}
SEARCH: Final[Json] = {"codesROME": ["J1501", "K1304"], "commune": "23096", "rayonKm": 40}


def _closeness(score: float, km: float | None, reason: str, part: str, gaps: list[str], **besides: object) -> Json:
    near = round(score - 0.28, 4)
    found: Json = {
        "score": score,
        "familles": [
            {"famille": Family.PLACE.value, "libelle": LABELS[Family.PLACE], "contribution": near},
            {"famille": Family.OCCUPATION.value, "libelle": LABELS[Family.OCCUPATION], "contribution": 0.28},
        ],
        "raisons": [
            {"critere": "distance", "famille": Family.PLACE.value, "texte": part, "contribution": near},
            {"critere": "relation", "famille": Family.OCCUPATION.value, "texte": reason, "contribution": 0.28},
        ],
        "manques": gaps,
        **besides,
    }
    return found if km is None else {**found, "distanceKm": km}


def _answer(record: Json, closeness: Json, facet: str, value: str, label: str) -> Json:
    return {
        "resultats": [{**record, **closeness}],
        "filtresPossibles": [
            {"filtre": facet, "agregation": [{"valeurPossible": value, "libelle": label, "nbResultats": 1}]}
        ],
        "modele": "transparent",
    }


OFFER_ANSWER: Final = _answer(
    EXAMPLES[Kind.OFFER],
    _closeness(
        0.83,
        4.2,
        "C'est le métier que vous visez : « Aide-soignant / Aide-soignante »",
        "À 4,2 km de chez vous, dans votre rayon de 20 km",
        ["Permis B souhaité, non déclaré"],
        plusPetitChangement={
            "nature": "permis",
            "texte": "Avec le permis B, cette offre gagnerait 3 points sur 100",
            "gain": 0.03,
        },
    ),
    "typeContrat",
    "CDI",
    "Contrat à durée indéterminée",
)
OPENING: Final[Json] = {
    "offres": 37,
    "metiers": [{"codeROME": "J1501", "libelle": "Aide-soignant / Aide-soignante", "offres": 37}],
    "exemples": ["exemple-offre"],
    "enTension": 0.71,
}
SESSION_ANSWER: Final = _answer(
    {**EXAMPLES[Kind.SESSION], "formation": EXAMPLES[Kind.TRAINING], "ouvre": OPENING},
    _closeness(
        0.74,
        0.0,
        "Mène au métier que vous visez : « Aide-soignant / Aide-soignante »",
        "Dans votre commune",
        [],
        obstacles=["Niveau d'entrée demandé : CAP ou équivalent (déclaré : niveau 2)"],
    ),
    "financement",
    "CPF",
    "Compte personnel de formation",
)
PROFILE_ANSWER: Final = _answer(
    {
        "id": "exemple-profil",
        "projets": [{"codeROME": "J1501", "libelle": "Aide-soignant / Aide-soignante", "typesContrat": ["CDI"]}],
        "experiences": [{"mois": 30, "codeROME": "J1501", "libelle": "Aide-soignant / Aide-soignante"}],
        "diplomes": [{"niveau": 4, "codeRNCP": "RNCP35830"}],
        "permis": ["B"],
        "departement": "23",
    },
    {
        "score": 0.81,
        "familles": [
            {"famille": Family.OCCUPATION.value, "libelle": LABELS[Family.OCCUPATION], "contribution": 0.48},
            {"famille": Family.ACCEPTED.value, "libelle": LABELS[Family.ACCEPTED], "contribution": 0.33},
        ],
        "raisons": [
            {
                "critere": "relation",
                "famille": Family.OCCUPATION.value,
                "texte": "C'est le métier que la personne vise : « Aide-soignant / Aide-soignante »",
                "contribution": 0.48,
            },
            {
                "critere": "accord",
                "famille": Family.ACCEPTED.value,
                "texte": "À 5 km environ du lieu de travail, et ce que la personne accepte ou recherche "
                "(le détail lui appartient)",
                "contribution": 0.33,
            },
        ],
        "manques": ["Compétences ni déclarées ni exercées : Transmettre les informations à l'équipe"],
        "plusPetitChangement": {
            "nature": "competence",
            "texte": "Avec la compétence « Transmettre les informations à l'équipe » (à vérifier en entretien, "
            "ou à acquérir en formation), ce profil gagnerait 2 points sur 100 et passerait du 3e au 2e rang",
            "gain": 0.02,
            "rang": 2,
        },
        "distanceKm": 5.0,
    },
    "codeROME",
    "J1501",
    "Aide-soignant / Aide-soignante",
)
FIRM_ANSWER: Final = _answer(
    {
        "siret": "13000548100010",
        "naf": "8710A",
        "naf_label": "Hébergement médicalisé pour personnes âgées",
        "headcount_min": 50,
        "headcount_max": 99,
        "city": "Guéret",
        "location": {"lat": 46.17, "lon": 1.87},
        "hiring_potential": 4.5,
        "embauchesAttendues": {"moyenne": 4.5, "min": 1, "max": 9},
        "embauchesMetiersVises": {"moyenne": 1.8, "min": 0, "max": 4},
        "aPresenter": [
            {
                "id": "exemple-profil",
                "metier": "Aide-soignant / Aide-soignante",
                "pourquoi": "2 ans et 6 mois d'expérience dans ce métier, à moins de 5 km",
            }
        ],
        "accroches": ["L'entreprise a publié « Aide-soignant de nuit » il y a 12 jours"],
        "offresRecentes": [{"id": "exemple-offre", "intitule": "Aide-soignant de nuit", "ageJours": 12}],
    },
    _closeness(
        0.69,
        3.1,
        "Environ 40 % de ses embauches devraient aller aux métiers visés (Aide-soignant / Aide-soignante)",
        "À 3,1 km du centre de la recherche",
        ["Moins d'une embauche attendue d'ici six mois"],
    ),
    "trancheEffectif",
    "50-99",
    "50 à 99 salariés",
)
FIRM_ANSWER["centre"] = "23096"
PREVISIONS: Final[Json] = {
    "siret": "13000548100010",
    "embauchesAttendues": {"moyenne": 4.5, "min": 1, "max": 9},
    "metiers": [
        {
            "codeROME": "J1501",
            "libelle": "Aide-soignant / Aide-soignante",
            "partSecteur": 0.31,
            "postesPublies": 2,
            "embauchesAttendues": {"moyenne": 1.4, "min": 0, "max": 4},
        }
    ],
}

DIAGNOSIS: Final[Json] = {
    "intitule": "Aide-soignant de nuit (H/F)",
    "description": "Nous recherchons une personne de moins de 40 ans pour nos vingt résidents, salaire selon profil.",
    "romeCode": "J1501",
    "lieuTravail": {"commune": "23096"},
    "typeContrat": "CDI",
    "permis": [{"libelle": "B", "exigence": "E"}],
}
DIAGNOSIS_ANSWER: Final[Json] = {
    "metier": {"codeROME": "J1501", "libelle": "Aide-soignant / Aide-soignante", "deduit": False},
    "criteres": [
        {"critere": "metier", "texte": "viser « Aide-soignant / Aide-soignante » ou un métier proche"},
        {"critere": "permis", "texte": "avoir le permis B"},
    ],
    "profils": {"nombre": 35, "texte": "environ 35 profils"},
    "scoreMedian": 70,
    "assouplissements": [
        {
            "criteres": ["permis"],
            "texte": "Sans le permis B : environ 20 profils de plus, aussi proches de la demande (score médian "
            "d'environ "
            "65 sur 100).",
            "profilsEnPlus": {"nombre": 20, "texte": "environ 20 profils de plus"},
            "scoreMedian": 65,
        }
    ],
    "paires": [],
    "delaiRecrutement": {
        "jours": 75,
        "partDifficile": 0.69,
        "texte": "Il faut compter de l'ordre de 75 jours : 69 % des recrutements de ce métier sont jugés difficiles "
        "par "
        "les employeurs des environs, contre 50 % tous métiers confondus.",
        "source": "Ordre de grandeur : délai médian de 47 jours des offres pourvues en 2022.",
    },
    "salaire": {
        "mediane": 2050.0,
        "texte": "Aucun salaire n'est annoncé. Pour ce métier et ce secteur, la moitié des offres proposent "
        "2\u202f050 € "
        "brut par mois ou plus.",
    },
    "formulations": [
        {
            "champ": "description",
            "debut": 21,
            "fin": 48,
            "passage": "personne de moins de 40 ans",
            "motif": "age",
            "interdit": True,
            "texte": "« personne de moins de 40 ans » évoque l'âge, que la loi interdit de faire entrer dans un "
            "recrutement (Code "
            "du "
            "travail, art. L1132-1).",
            "proposition": "Retirer la limite d'âge et dire l'expérience ou les compétences attendues.",
        }
    ],
    "aPreciser": [
        {"champ": "tempsPlein", "texte": "Ni temps plein, ni temps partiel, ni heures : donner les heures par semaine."}
    ],
    "termesVagues": [
        {
            "champ": "description",
            "debut": 75,
            "fin": 95,
            "passage": "salaire selon profil",
            "proposition": "Donner une fourchette : « de 1 900 € à 2 150 € brut par mois ».",
        }
    ],
    "note": "Les nombres sont arrondis à 5 près et légèrement brouillés ; en dessous de 5, ils ne sont pas dits.",
}
