"""What each criterion is called where a ranking is described: all features of all lists, in French."""

from collections.abc import Mapping
from typing import Final

from matching.explain.families import FIRM_FAMILIES, JOB_FAMILIES, SESSION_FAMILIES, Family
from models.ranked import Ranked

FAMILIES: Final[Mapping[Ranked, Mapping[str, Family]]] = {
    Ranked.OFFERS: JOB_FAMILIES,
    Ranked.PROFILES: JOB_FAMILIES,
    Ranked.SESSIONS: SESSION_FAMILIES,
    Ranked.FIRMS: FIRM_FAMILIES,
}
"""The family of each feature of each list."""

NAMES: Final[Mapping[str, str]] = {
    "closeness": "proximité des mots du projet et de l'offre",
    "relation": "lien entre les deux métiers dans le ROME",
    "affinity": "part de travail commune aux deux métiers",
    "skills": "compétences de l'offre déjà déclarées",
    "experience": "expérience au regard de celle demandée",
    "education": "niveau de diplôme au regard de celui demandé",
    "licence": "permis demandés",
    "languages": "langues exigées",
    "pay": "salaire proposé au regard du salaire souhaité",
    "distance": "distance au regard de la mobilité déclarée",
    "freshness": "ancienneté de l'offre",
    "tension": "difficulté à recruter dans ce métier et ce bassin",
    "closeness_best": "projet le plus proche, par les mots",
    "closeness_mean": "proximité moyenne des projets, par les mots",
    "appellation": "même appellation exacte",
    "skills_core": "compétences de cœur de métier déclarées",
    "skills_required": "compétences exigées déclarées",
    "skills_missing": "compétences manquantes",
    "contract": "type de contrat accepté",
    "working_time": "temps de travail souhaité",
    "hours": "heures par semaine au regard du souhait",
    "pay_market": "salaire au regard de ce qui se pratique",
    "minutes": "durée du trajet",
    "posts": "nombre de postes",
    "interest": "offres récemment ouvertes, gardées ou écartées",
    "responsiveness": "réponses habituelles de l'entreprise aux candidatures",
    "crowding": "nombre de fois où l'offre a déjà été proposée",
    "collaborative": "intérêts de personnes au parcours d'usage semblable",
    "experience_held": "expérience dans la famille de métiers",
    "experience_asked": "expérience demandée par l'offre",
    "gap_covered": "compétences manquantes que la formation apporte",
    "entry": "niveau d'entrée au regard du diplôme",
    "progress": "niveau gagné",
    "outcome": "retour à l'emploi six mois après",
    "start": "date de début",
    "doors": "postes à portée dans les métiers préparés",
    "funded": "financement possible",
    "price": "prix",
    "opened": "offres que la formation ouvrirait",
    "opened_tension": "difficulté à pourvoir ces offres",
    "training_hours": "durée de la formation",
    "to_pay": "reste à payer",
    "seats": "places restantes",
    "from_home": "possibilité de suivre la formation de chez soi",
    "firm_fit": "part des embauches du secteur dans les métiers visés",
    "firm_people": "personnes du portefeuille à présenter",
    "firm_hirings": "embauches attendues sur six mois",
    "firm_tension": "difficulté à recruter dans les métiers visés",
    "firm_contact": "temps écoulé depuis le dernier échange",
    "firm_engaged": "engagement signé avec le réseau",
    "firm_openings": "embauches attendues dans les métiers visés",
    "firm_take": "part de ces embauches que le portefeuille peut pourvoir",
    "firm_answer": "réponses habituelles de l'établissement",
}
