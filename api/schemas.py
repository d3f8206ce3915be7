"""The components of the OpenAPI document: every shape that goes in or out, by its French name."""

import inspect
from typing import Any

import msgspec

from api import (
    account_shapes,
    audit_shapes,
    career_shapes,
    contact_log,
    diagnosis_shapes,
    fairness_shapes,
    flag_shapes,
    gap_shapes,
    indicator_shapes,
    introduction_shapes,
    list_card,
    path_shapes,
    plan_shapes,
    pool_shapes,
    reading_shapes,
    results,
    rome_shapes,
    sessions,
    subscription_shapes,
    text_shapes,
)
from api.delivery import shapes as delivery_shapes
from api.demands import BesoinIn, CiblesIn
from api.openapi import border_schemas, struct_schemas
from api.problems import ErreurChamp, Probleme
from api.routes.bulk import LigneRejetee, LotReponse
from features.border import employer_view

Json = dict[str, Any]


PARTNERS: Json = {
    "type": "array",
    "description": "Les autres sites où la même offre est publiée.",
    "items": {
        "type": "object",
        "properties": {"nom": {"type": "string"}, "url": {"type": ["string", "null"]}},
    },
}

EXPECTED: Json = {
    "type": "object",
    "description": "Embauches attendues sur six mois : la moyenne, et l'intervalle où tombent quatre cas sur cinq.",
    "required": ["moyenne", "min", "max"],
    "properties": {"moyenne": {"type": "number"}, "min": {"type": "integer"}, "max": {"type": "integer"}},
}
TARGET: Json = {
    "embauchesAttendues": EXPECTED,
    "embauchesMetiersVises": EXPECTED,
    "aPresenter": {
        "type": "array",
        "description": "Les personnes à présenter, le métier visé par chacune, et pourquoi elles.",
        "items": {
            "type": "object",
            "required": ["id", "metier", "pourquoi"],
            "properties": {name: {"type": "string"} for name in ("id", "metier", "pourquoi")},
        },
    },
    "accroches": {
        "type": "array",
        "description": "Ce par quoi ouvrir l'échange : offres récentes, formation à monter, immersion.",
        "items": {"type": "string"},
    },
    "offresRecentes": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["id", "intitule", "ageJours"],
            "properties": {
                "id": {"type": "string"},
                "intitule": {"type": "string"},
                "ageJours": {"type": "integer"},
            },
        },
    },
}
"""What a firm to prospect has besides."""

VISIT: Json = {
    "type": "object",
    "description": "Une visite ; sans `jour`, aucun jour n'avait de place pour elle.",
    "required": ["conseiller", "siret", "ordre", "trajetMinutes", "statut", "motif", "valeur", "score"],
    "properties": {
        **{name: {"type": "string"} for name in ("conseiller", "siret", "nom", "ville", "secteur", "motif")},
        "jour": {"type": "string", "format": "date"},
        "debut": {"type": "string", "format": "date-time"},
        "fin": {"type": "string", "format": "date-time"},
        "ordre": {"type": "integer"},
        "trajetMinutes": {"type": "integer", "description": "Depuis l'étape d'avant."},
        "statut": {"type": "string", "enum": ["verrouillee", "maintenue", "deplacee", "nouvelle"]},
        "valeur": {"type": "number"},
        "score": {"type": "number"},
        "hiring_potential": {"type": "number"},
        **{name: TARGET[name] for name in ("embauchesMetiersVises", "accroches", "aPresenter")},
    },
}
ASIDE: Json = {
    "type": "array",
    "description": "Ce que la personne a écarté et qui agit encore sur cette liste ; `DELETE` sur `annuler` y revient.",
    "items": {
        "type": "object",
        "required": ["evenement", "texte", "annuler"],
        "properties": {
            "evenement": {"type": "string"},
            "offre": {"type": "string"},
            "motif": {"type": "string"},
            "texte": {"type": "string"},
            "annuler": {"type": "string", "description": "Adresse de l'événement."},
        },
    },
}


def schemas() -> dict[str, Json]:
    """All components."""
    found = border_schemas(
        [
            account_shapes.AccordIn,
            account_shapes.DemandeCodeIn,
            account_shapes.DemandeCompteIn,
            account_shapes.RattachementIn,
            BesoinIn,
            CiblesIn,
            plan_shapes.PlanIn,
            plan_shapes.ExportIn,
            subscription_shapes.SimulationIn,
            reading_shapes.LectureIn,
            introduction_shapes.MiseEnRelationIn,
            introduction_shapes.ReponseIn,
            introduction_shapes.SuiteIn,
            text_shapes.PredictionMetiersIn,
            text_shapes.PredictionCompetencesIn,
        ]
    )
    found |= struct_schemas(
        [Probleme, ErreurChamp, LotReponse, LigneRejetee, *plan_shapes.STRUCTS, contact_log.Sollicitation]
    )
    for module in (
        account_shapes,
        audit_shapes,
        career_shapes,
        delivery_shapes,
        diagnosis_shapes,
        employer_view,
        fairness_shapes,
        flag_shapes,
        gap_shapes,
        indicator_shapes,
        introduction_shapes,
        list_card,
        path_shapes,
        pool_shapes,
        reading_shapes,
        results,
        rome_shapes,
        sessions,
        subscription_shapes,
        text_shapes,
    ):
        found |= struct_schemas(_structs_of(module))
    offer = _result(found["OffreIn"], found, "Une offre, et pourquoi elle est proposée.")
    offer["properties"]["origineOffre"] = _with(found["OrigineIn"], {"partenaires": PARTNERS})
    offer["properties"]["metierDeduit"] = _with(found["DeductionIn"], {"libelle": {"type": "string"}})
    found["OffresTrouvees"] = _answer(offer)
    found["OffresTrouvees"]["properties"]["misesDeCote"] = ASIDE
    session = _result(found["SessionIn"], found, "Une session, sa formation, et pourquoi elle est proposée.")
    session["properties"] |= {
        "formation": {"$ref": "#/components/schemas/FormationIn"},
        "lieu": _with(found["LieuSessionIn"], {"libelle": {"type": "string"}}),
        "ouvre": {"$ref": "#/components/schemas/Ouverture"},
    }
    found["SessionsTrouvees"] = _answer(session)
    found["ProfilsTrouves"] = _answer(
        _result(found["ProfilVu"], found, "Un profil tel qu'un employeur le voit, et pourquoi il est proposé.")
    )
    member = _with(
        found["ProfilVu"],
        {"origine": {"type": "string", "description": "`main` ou `regle`.", "enum": ["main", "regle"]}},
    )
    found["MembresVivier"] = {
        "type": "object",
        "required": ["resultats"],
        "properties": {"resultats": {"type": "array", "items": member}, "avis": {"type": "string"}},
    }
    firm = _result(found["EtablissementIn"], found, "Un établissement à démarcher, et pourquoi.")
    firm["properties"] |= {
        "naf_label": {"type": "string"},
        "city": {"type": "string"},
        "hiring_potential": {"type": "number", "description": "Embauches attendues sur les six mois à venir."},
        **TARGET,
    }
    found["CiblesTrouvees"] = _answer(firm)
    found["CiblesTrouvees"]["properties"]["centre"] = {
        "type": "string",
        "description": "Code INSEE de la commune autour de laquelle la recherche a porté.",
    }
    noted = _with(found["ContactIn"], {"texte": {"type": "string", "description": "L'échange en une phrase."}})
    found["HistoriqueEtablissement"] = {
        "type": "object",
        "required": ["resultats", "sollicitation"],
        "properties": {
            "resultats": {"type": "array", "items": noted},
            "sollicitation": {"$ref": "#/components/schemas/Sollicitation"},
        },
    }
    found["Rappels"] = {
        "type": "object",
        "required": ["resultats"],
        "properties": {
            "resultats": {"type": "array", "items": _with(noted, {"nom": {"type": "string"}})},
            "avis": {"type": "string", "description": "Ce que le lecteur doit savoir de toute la réponse."},
        },
    }
    found["OffresPreparees"] = {
        "type": "object",
        "required": ["resultats"],
        "properties": {
            "resultats": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["besoin", "offre", "scoreMetier", "aDemander"],
                    "properties": {
                        "besoin": {"type": "string"},
                        "offre": {"$ref": "#/components/schemas/OffreIn"},
                        "scoreMetier": {"type": "number", "description": "Sûreté du métier lu, de 0 à 1."},
                        "aDemander": {"type": "array", "items": {"type": "string"}},
                        "aReecrire": {
                            "type": "array",
                            "items": {"type": "string"},
                            "description": "Les mots qu'une offre ne peut pas dire, et comment les écrire.",
                        },
                    },
                },
            },
            "avis": {"type": "string", "description": "Ce que le lecteur doit savoir de toute la réponse."},
        },
    }
    found["PrevisionsEtablissement"] = {
        "type": "object",
        "required": ["siret", "metiers"],
        "properties": {
            "siret": {"type": "string"},
            "embauchesAttendues": EXPECTED,
            "metiers": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["codeROME", "libelle", "partSecteur", "embauchesAttendues"],
                    "properties": {
                        "codeROME": {"type": "string"},
                        "libelle": {"type": "string"},
                        "partSecteur": {
                            "type": "number",
                            "description": "Part du métier dans ce qu'embauche le secteur, corrigée des postes que "
                            "l'établissement a publiés lui-même.",
                        },
                        "postesPublies": {
                            "type": "integer",
                            "description": "Postes que l'établissement a publiés depuis six mois dans cette famille.",
                        },
                        "embauchesAttendues": EXPECTED,
                    },
                },
            },
        },
    }
    found["PlanProspection"] = {
        "type": "object",
        "required": ["visites", "charges", "bilan"],
        "properties": {
            "visites": {"type": "array", "items": VISIT},
            "charges": {"type": "array", "items": {"$ref": "#/components/schemas/ChargePlan"}},
            "bilan": {"$ref": "#/components/schemas/BilanPlan"},
            "avis": {"type": "string", "description": "Ce que le lecteur doit savoir de tout le plan."},
        },
    }
    return found


def _structs_of(module: Any) -> list[type[msgspec.Struct]]:
    return [
        item
        for _, item in inspect.getmembers(module, inspect.isclass)
        if issubclass(item, msgspec.Struct) and item.__module__ == module.__name__
    ]


def _with(shape: Json, properties: Json) -> Json:
    return {**shape, "properties": {**shape["properties"], **properties}}


def _result(shape: Json, found: dict[str, Json], description: str) -> Json:
    """A record's shape with what every result carries besides."""
    closeness = found["Rapprochement"]
    return {
        "type": "object",
        "description": description,
        "properties": {**shape["properties"], **closeness["properties"]},
        "required": [*shape.get("required", ()), *closeness["required"]],
    }


def _answer(item: Json) -> Json:
    return {
        "type": "object",
        "required": ["resultats", "filtresPossibles"],
        "properties": {
            "resultats": {"type": "array", "items": item},
            "filtresPossibles": {"type": "array", "items": {"$ref": "#/components/schemas/FiltrePossible"}},
            "avis": {"type": "string", "description": "Ce que le lecteur doit savoir de toute la réponse."},
            "modele": {
                "type": "string",
                "description": "Ce qui a classé les résultats : `vivier-offres/3`, un modèle appris et sa version, ou "
                "`transparent`, la somme pondérée.",
            },
            "fiche": {"type": "string", "description": "Adresse de la fiche de la liste : comment elle est classée."},
        },
    }
