"""Reading job text: the occupation that a title means, the skills that a text speaks of, and type-ahead."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.intake import model_of
from api.openapi import answer, body, ref
from api.pagination import json_response
from api.security.reaches import ANYONE_SIGNED_IN
from api.security.rules import PUBLIC, allowed
from api.service import ServiceOf
from api.text_shapes import (
    MOST_TEXTS,
    PredictionCompetencesIn,
    PredictionMetiersIn,
    Suggestions,
    predicted,
    read,
    suggested,
)
from models.suggestions import suggest

router = APIRouter(prefix="/v1/rome", tags=["ROME"])

_ASKED: Final = {
    "appellations": [{"intitule": "boucher", "contexte": "commerce", "identifiant": "123456"}],
    "options": {"nbResultats": 2, "seuilScorePrediction": 0.1},
}
_PREDICTED: Final = [
    {
        "intitule": "boucher",
        "contexte": "commerce",
        "identifiant": "123456",
        "reconnu": True,
        "metiersRome": [
            {
                "codeRome": "D1101",
                "libelleRome": "Boucher / Bouchère",
                "codeAppellation": "11564",
                "libelleAppellation": "Boucher / Bouchère",
                "scorePrediction": 0.93,
            }
        ],
        "uuidInference": "7f0a6f3e-8f0b-4a3f-9d52-2f8c4f5f1c11",
    }
]
_TEXTS: Final = {
    "textes": [{"texte": "Vous réalisez les devis.", "intitule": "Assistante de gestion", "identifiant": "offre-7"}]
}
_READ: Final = [
    {
        "identifiant": "offre-7",
        "competencesRome": [
            {
                "debut": 5,
                "fin": 23,
                "extrait": "réalisez les devis",
                "codeCompetence": "117243",
                "libelleCompetence": "Etablir un devis",
                "nature": "savoir-faire",
                "scorePrediction": 0.81,
            }
        ],
    }
]
_SUGGESTED: Final = {
    "resultats": [
        {
            "codeAppellation": "11155",
            "libelleAppellation": "Aide-soignant / Aide-soignante",
            "codeRome": "J1501",
            "libelleRome": "Aide-soignant / Aide-soignante",
            "score": 0.93,
        }
    ]
}


def _list_of(name: str) -> dict[str, Any]:
    return {"type": "array", "items": ref(name)}


@router.post(
    "/prediction",
    summary="Prédire le métier d'un intitulé",
    description=(
        f"Rend, pour chacun de {MOST_TEXTS} intitulés au plus, les métiers du ROME qu'il peut vouloir dire, avec une "
        "probabilité calibrée. Requête et réponse sont celles de ROMEO v2 ; `reconnu` à false veut dire que le service "
        "ne sait pas. Un contexte (la description de l'offre ou le secteur) aide à choisir."
    ),
    openapi_extra=body(ref("PredictionMetiersIn"), _ASKED),
    responses={200: answer("Un élément par intitulé, dans l'ordre.", _list_of("IntitulePredit"), _PREDICTED)},
)
@allowed(ANYONE_SIGNED_IN)
async def predict(request: Request, service: ServiceOf) -> Response:
    asked = await model_of(request, PredictionMetiersIn)
    titles = [title.intitule for title in asked.appellations]
    contexts = [title.contexte for title in asked.appellations]
    tagger, rome = service.engine.lookups.tagger, service.reference.rome
    predictions = await run_in_threadpool(tagger.tag, titles, contexts, asked.options.nbResultats)
    return json_response(
        [
            predicted(title, found, rome, asked.options)
            for title, found in zip(asked.appellations, predictions, strict=True)
        ]
    )


@router.post(
    "/prediction-competences",
    summary="Lire les compétences d'un texte",
    description=(
        "Rend les compétences du ROME dont parle une offre ou un CV, avec l'endroit du texte, le code OGR et un score. "
        "Elles sont à confirmer par la personne : rien n'est gardé."
    ),
    openapi_extra=body(ref("PredictionCompetencesIn"), _TEXTS),
    responses={200: answer("Un élément par texte, dans l'ordre.", _list_of("TexteLu"), _READ)},
)
@allowed(ANYONE_SIGNED_IN)
async def read_skills(request: Request, service: ServiceOf) -> Response:
    asked = await model_of(request, PredictionCompetencesIn)
    least = asked.options.seuilScorePrediction
    reader, rome = service.engine.lookups.skill_reader, service.reference.rome
    found = await run_in_threadpool(lambda: [reader.read(text.texte, text.intitule, least) for text in asked.textes])
    return json_response([read(text, mentions, rome) for text, mentions in zip(asked.textes, found, strict=True)])


@router.get(
    "/suggestions",
    summary="Proposer des appellations pendant la frappe",
    description=(
        "Complète un nom de métier en train d'être tapé. Les fautes et les noms de tous les jours (« nounou », "
        "« chauffeur PL ») sont compris ; la fin du dernier mot peut manquer."
    ),
    responses={200: answer("Les appellations, de la meilleure à la moins bonne.", ref("Suggestions"), _SUGGESTED)},
)
@allowed(PUBLIC)
async def suggestions(
    service: ServiceOf,
    q: Annotated[str, Query(description="Ce qui est tapé.", max_length=200, examples=["aide soig"])],
    limite: Annotated[int, Query(description="Nombre d'appellations au plus.", ge=1, le=50)] = 10,
) -> Response:
    rome = service.reference.rome
    found = await run_in_threadpool(suggest, q, rome, service.engine.lookups.tagger, limite)
    return json_response(Suggestions([suggested(suggestion, rome) for suggestion in found]))
