"""The filters of a search as people call them: what is told to a person names no parameter."""

from collections.abc import Iterable, Mapping
from typing import Final

from matching.explain.wording import enumeration, quoted

NAMES: Final[Mapping[str, str]] = {
    "accesTravailleurHandicape": "accès aux travailleurs handicapés",
    "alternance": "alternance",
    "appellation": "appellation",
    "bassin": "bassin d'emploi",
    "certifiante": "formation certifiante",
    "codeROME": "métier",
    "commune": "commune",
    "debutApres": "début au plus tôt",
    "debutAvant": "début au plus tard",
    "departement": "département",
    "disponibleAvant": "disponibilité",
    "distance": "rayon",
    "domaine": "domaine professionnel",
    "dureeHebdoMax": "durée hebdomadaire maximale",
    "dureeHebdoMin": "durée hebdomadaire minimale",
    "dureeHeuresMax": "durée de la formation",
    "effectifMax": "effectif maximal",
    "effectifMin": "effectif minimal",
    "engagee": "entreprise engagée",
    "exclure": "résultats à ne pas montrer",
    "experience": "expérience",
    "experienceMois": "mois d'expérience",
    "financement": "financement",
    "grandDomaine": "grand domaine",
    "langue": "langue",
    "modalite": "modalité",
    "mode": "mode de transport",
    "motsCles": "mots clés",
    "naf": "secteur d'activité",
    "niveauFormation": "niveau de formation",
    "nouveaux": "nouveaux métiers",
    "offresMin": "nombre d'offres",
    "periodeSalaire": "période du salaire",
    "permis": "permis",
    "publieeDepuis": "date de publication",
    "region": "région",
    "resteAPayerMax": "reste à payer",
    "salaireMin": "salaire minimum",
    "tempsPlein": "temps de travail",
    "tempsTrajet": "temps de trajet",
    "typeContrat": "type de contrat",
}
"""Every parameter of the searches; a test compares."""


def filter_name(parameter: str) -> str:
    """« type de contrat », in quotation marks."""
    return quoted(NAMES.get(parameter, parameter))


def filters(parameters: Iterable[str], most: int = 10) -> str:
    """« le filtre « rayon » », « les filtres « rayon » et « permis » »; what is beyond `most` is counted."""
    names = [filter_name(each) for each in parameters]
    return f"le filtre {names[0]}" if len(names) == 1 else f"les filtres {enumeration(names, most)}"
