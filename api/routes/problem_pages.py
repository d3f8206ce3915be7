"""What the `type` of a problem leads to: its title, its status, and what to do."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.openapi import answer
from api.pagination import json_response
from api.problems import ApiProblem, ProblemType
from api.security.rules import PUBLIC, allowed

router = APIRouter(prefix="/problemes", tags=["Problèmes"])

_EXAMPLE = ProblemType.UNKNOWN_PARAMETER


def _described(kind: ProblemType) -> dict[str, object]:
    return {"type": kind.uri, "title": kind.title, "status": kind.status, "remede": kind.remedy}


@router.get(
    "/{nom}",
    summary="Expliquer un type de problème",
    description="L'adresse que porte le membre `type` des réponses `application/problem+json` (RFC 9457).",
    responses={200: answer("Le problème et son remède.", {"type": "object"}, _described(_EXAMPLE))},
)
@allowed(PUBLIC)
async def explain(
    name: Annotated[str, Path(alias="nom", description="Nom du problème.", examples=[_EXAMPLE.slug])],
) -> Response:
    for kind in ProblemType:
        if kind.slug == name:
            return json_response(_described(kind))
    raise ApiProblem(ProblemType.NOT_FOUND, f"Le problème « {name[:80]} » n'existe pas.")
