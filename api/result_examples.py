"""Examples of the search routes, for the API page."""

from typing import Any, Final

from api.examples import EXAMPLES
from features.store import Kind

Json = dict[str, Any]

NEED: Final[Json] = {
    "intitule": "Aide-soignant de nuit",
    "romeCode": "J1501",
    "lieuTravail": {"commune": "23096"},
    "typeContrat": "CDI",
    "tempsPlein": True,
}
SEARCH: Final[Json] = {"codesROME": ["J1501", "K1304"], "commune": "23096", "rayonKm": 40}


def _closeness(score: float, km: float | None, reason: str, part: str, gap: str) -> Json:
    found: Json = {
        "score": score,
        "raisons": [
            {"critere": "relation", "texte": reason, "contribution": 0.28},
            {"critere": "distance", "texte": part, "contribution": round(score - 0.28, 4)},
        ],
        "manques": [gap],
    }
    return found if km is None else {**found, "distanceKm": km}


def _answer(record: Json, closeness: Json, facet: str, value: str, label: str) -> Json:
    return {
        "resultats": [{**record, **closeness}],
        "filtresPossibles": [
            {"filtre": facet, "agregation": [{"valeurPossible": value, "libelle": label, "nbResultats": 1}]}
        ],
    }


OFFER_ANSWER: Final = _answer(
    EXAMPLES[Kind.OFFER],
    _closeness(0.83, 4.2, "Même métier que votre projet.", "À 4 km de chez vous.", "Permis B souhaité."),
    "typeContrat",
    "CDI",
    "Contrat à durée indéterminée",
)
SESSION_ANSWER: Final = _answer(
    {**EXAMPLES[Kind.SESSION], "formation": EXAMPLES[Kind.TRAINING]},
    _closeness(0.74, 0.0, "Mène au métier que vous visez.", "Dans votre commune.", "Niveau 3 demandé à l'entrée."),
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
    _closeness(0.81, 4.2, "Vise ce métier.", "À 4 km du poste.", "Une compétence demandée n'est pas déclarée."),
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
        "aPresenter": [{"id": "exemple-profil", "metier": "Aide-soignant / Aide-soignante"}],
    },
    _closeness(0.69, 3.1, "Ce secteur embauche ce métier.", "À 3 km du centre.", "Aucune embauche connue ce mois-ci."),
    "trancheEffectif",
    "50-99",
    "50 à 99 salariés",
)
FIRM_ANSWER["centre"] = "23096"
