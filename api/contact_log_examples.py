"""Examples of the contact log, for the API page."""

from typing import Any, Final

from api.examples import EXAMPLES
from features.store import Kind

Json = dict[str, Any]

_CONTACT: Final[Json] = EXAMPLES[Kind.CONTACT]
HISTORY: Final[Json] = {
    "resultats": [{**_CONTACT, "texte": "Visite du 15/01/2026 : besoin relevé, à rappeler le 02/02/2026"}],
    "sollicitation": {
        "demarchable": False,
        "texte": "Il a été contacté il y a 5 jours : à laisser tranquille jusqu'au 14/02/2026, sauf rappel convenu.",
        "dernierContact": "2026-01-15",
        "deNouveauLe": "2026-02-14",
    },
}
CALLBACKS: Final[Json] = {
    "resultats": [
        {
            **_CONTACT,
            "nom": "Résidence des Tilleuls",
            "texte": "Dans 3 jours : visite du 15/01/2026 : besoin relevé, à rappeler le 02/02/2026",
        }
    ]
}
DRAFTS: Final[Json] = {
    "resultats": [
        {
            "besoin": "Deux aides-soignants de nuit en CDI, débutants acceptés",
            "offre": {
                "id": "brouillon-exemple-contact-1",
                "intitule": "Aide-soignant / Aide-soignante de nuit",
                "description": "Deux aides-soignants de nuit en CDI, débutants acceptés",
                "dateCreation": "2026-01-15",
                "romeCode": "J1501",
                "romeLibelle": "Aide-soignant / Aide-soignante",
                "typeContrat": "CDI",
                "experienceExige": "D",
                "nombrePostes": 2,
                "entreprise": {"siret": "13000548100010", "nom": "Résidence des Tilleuls"},
                "lieuTravail": {"commune": "23096", "libelle": "23 - Guéret"},
            },
            "scoreMetier": 0.93,
            "aDemander": ["À temps plein ou à temps partiel ?", "Quel salaire, et à partir de quand ?"],
        }
    ]
}
