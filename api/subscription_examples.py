"""Examples of the routes about subscriptions, for the API page."""

from typing import Any, Final

from api.examples import EXAMPLES
from features.store import Kind

Json = dict[str, Any]

SETTING: Final[Json] = {
    "contenu": "offres",
    "frequence": "quotidienne",
    "canal": "page",
    "taille": 10,
    "criteres": {"typeContrat": "CDI"},
    "jours": 30,
}
ELEMENT: Final[Json] = {
    "id": "exemple-offre",
    "intitule": "Aide-soignant de nuit (H/F)",
    "score": 0.83,
    "raisons": ["C'est le métier que vous visez : « Aide-soignant / Aide-soignante »"],
    "lieu": "Guéret (23)",
    "distanceKm": 4.2,
    "entreprise": "Résidence des Tilleuls",
    "typeContrat": "Contrat à durée indéterminée",
}
BACKTEST: Final[Json] = {
    "texte": "Ce réglage vous aurait envoyé 14 offres en 30 jours, en 9 envois",
    "jours": 30,
    "nbOffres": 14,
    "nbEnvois": 9,
    "nbFormations": 3,
    "exemples": [ELEMENT],
    "pourElargir": [
        {
            "texte": "Sans le filtre « type de contrat » : 22 offres en 30 jours",
            "nbOffres": 22,
            "changement": {"criteres": {}},
        }
    ],
    "pourResserrer": [
        {
            "texte": "Seulement à temps plein : 11 offres en 30 jours",
            "nbOffres": 11,
            "changement": {"criteres": {"typeContrat": "CDI", "tempsPlein": "true"}},
        }
    ],
}
SENT: Final[Json] = {
    "resultats": [
        {
            "id": "0f5d3c1a9b7e4d2c8a6f1e0b3d5c7a90",
            "abonnement": "exemple-abonnement",
            "profil": "exemple-profil",
            "periode": "2026-09-01",
            "jour": "2026-09-01",
            "canal": "page",
            "offres": [ELEMENT],
            "etat": "remise",
            "remiseLe": "2026-09-01T06:00:00+00:00",
        },
        {
            "id": "7c1e5a9d3b8f4c2e6a0d1b9f5e3c7a84",
            "abonnement": "exemple-abonnement",
            "profil": "exemple-profil",
            "periode": "2026-08-31",
            "jour": "2026-08-31",
            "canal": "page",
            "etat": "sans_envoi",
            "pourquoiRien": "La seule offre nouvelle n'atteint que 41 points sur 100, sous le seuil de 50 : elle est "
            "restée dans votre liste, sans vous être envoyée",
        },
    ]
}
OWN: Final[Json] = {"resultats": [EXAMPLES[Kind.SUBSCRIPTION]]}
ACCESS: Final[Json] = {
    "flux": "https://vivier.exemple/v1/flux/eyJ0IjoiZiJ9.q1w2e3r4t5y6u7i8o9p0aa",
    "cleWebhook": "q1w2e3r4t5y6u7i8o9p0q1w2e3r4t5y6u7i8o9p0aaa",
}
