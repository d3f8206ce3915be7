"""The components of the OpenAPI document: every shape that goes in or out, by its French name."""

import inspect
from typing import Any

import msgspec

from api import diagnosis_shapes, introduction_shapes, pool_shapes, reading_shapes, results, rome_shapes, text_shapes
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


def schemas() -> dict[str, Json]:
    """All components."""
    found = border_schemas(
        [
            BesoinIn,
            CiblesIn,
            reading_shapes.LectureIn,
            introduction_shapes.MiseEnRelationIn,
            introduction_shapes.ReponseIn,
            introduction_shapes.SuiteIn,
            text_shapes.PredictionMetiersIn,
            text_shapes.PredictionCompetencesIn,
        ]
    )
    found |= struct_schemas([Probleme, ErreurChamp, LotReponse, LigneRejetee])
    for module in (
        employer_view,
        results,
        diagnosis_shapes,
        introduction_shapes,
        pool_shapes,
        reading_shapes,
        rome_shapes,
        text_shapes,
    ):
        found |= struct_schemas(_structs_of(module))
    offer = _result(found["OffreIn"], found, "Une offre, et pourquoi elle est proposée.")
    offer["properties"]["origineOffre"] = _with(found["OrigineIn"], {"partenaires": PARTNERS})
    offer["properties"]["metierDeduit"] = _with(found["DeductionIn"], {"libelle": {"type": "string"}})
    found["OffresTrouvees"] = _answer(offer)
    session = _result(found["SessionIn"], found, "Une session, sa formation, et pourquoi elle est proposée.")
    session["properties"] |= {
        "formation": {"$ref": "#/components/schemas/FormationIn"},
        "lieu": _with(found["LieuSessionIn"], {"libelle": {"type": "string"}}),
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
        "aPresenter": {
            "type": "array",
            "description": "Les personnes à présenter, et le métier visé par chacune.",
            "items": {"type": "object", "properties": {"id": {"type": "string"}, "metier": {"type": "string"}}},
        },
    }
    found["CiblesTrouvees"] = _answer(firm)
    found["CiblesTrouvees"]["properties"]["centre"] = {
        "type": "string",
        "description": "Code INSEE de la commune autour de laquelle la recherche a porté.",
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
        },
    }
