"""Examples of the plan of prospection, for the API page."""

from typing import Any, Final

Json = dict[str, Any]

PLAN: Final[Json] = {
    "conseillers": [
        {"id": "conseiller-0001", "visites": 4},
        {"id": "conseiller-0002", "visites": 4, "absences": ["2026-02-03"]},
    ],
    "debut": "2026-02-02",
    "jours": 2,
    "planPrecedent": [
        {"siret": "13000548100010", "conseiller": "conseiller-0001", "jour": "2026-02-02", "verrouillee": True}
    ],
}
_VISIT: Final[Json] = {
    "conseiller": "conseiller-0001",
    "siret": "13000548100010",
    "nom": "Résidence des Tilleuls",
    "ville": "Guéret",
    "secteur": "Hébergement médicalisé pour personnes âgées",
    "jour": "2026-02-02",
    "debut": "2026-02-02T09:15:00+01:00",
    "fin": "2026-02-02T10:00:00+01:00",
    "ordre": 1,
    "trajetMinutes": 12,
    "statut": "verrouillee",
    "motif": "Déjà en relation avec l'entreprise, 2 personnes de son portefeuille à y présenter, à 8,4 km",
    "valeur": 0.21,
    "score": 0.18,
    "hiring_potential": 4.5,
    "embauchesMetiersVises": {"moyenne": 1.8, "min": 0, "max": 4},
    "accroches": ["L'entreprise a publié « Aide-soignant de nuit » il y a 12 jours"],
    "aPresenter": [
        {
            "id": "exemple-profil",
            "metier": "Aide-soignant / Aide-soignante",
            "pourquoi": "2 ans et 6 mois d'expérience dans ce métier, à moins de 5 km",
        }
    ],
}
PLAN_ANSWER: Final[Json] = {
    "visites": [_VISIT],
    "charges": [
        {
            "conseiller": "conseiller-0001",
            "depart": "23096",
            "visites": 1,
            "capacite": 4,
            "trajetMinutes": 24,
            "etablissementsAPortee": 37,
        }
    ],
    "bilan": {
        "valeur": 0.21,
        "borne": 0.21,
        "ecart": 0.0,
        "maintenues": 1,
        "deplacees": 0,
        "retirees": [],
        "sansJour": 0,
        "dureeCalculSecondes": 1.4,
    },
}
EXPORT: Final[Json] = {"visites": [_VISIT], "conseiller": "conseiller-0001"}
EXPORT_CSV: Final = "conseiller;jour;debut;fin\r\nconseiller-0001;2026-02-02;09:15;10:00\r\n"
EXPORT_ICS: Final = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
