"""Is the process alive, and can it answer? For load balancers and for people."""

from typing import Any

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from api.openapi import answer
from api.pagination import json_response
from api.security.rules import PUBLIC, allowed
from api.service import ServiceOf

router = APIRouter(prefix="/health", tags=["Santé du service"])

_OBJECT = {"type": "object"}
_READY: dict[str, Any] = {
    "pret": True,
    "suivi": None,
    "retard": 0,
    "journalAudit": None,
    "index": {
        "generation": "000002",
        "refused_generation": None,
        "built_at": "2026-01-15T08:00:00+00:00",
        "backend": "faiss-flat",
        "watermark": 1843,
        "collections": {"offres": {"records": 1200, "rows": 1204}},
        "prices": {
            "generation": "000004",
            "offers": 212,
            "refused_generation": None,
            "refused_because": None,
        },
        "rankers": {
            "offres": {
                "model": "vivier-offres/3",
                "generation": "000002",
                "refused_generation": None,
                "refused_because": None,
            }
        },
    },
}


@router.get(
    "/live",
    summary="Le processus répond",
    description="Toujours 200 tant que le processus tourne : à ne pas confondre avec `/health/ready`.",
    responses={200: answer("Vivant.", _OBJECT, {"vivant": True})},
)
@allowed(PUBLIC)
async def live() -> Response:
    return json_response({"vivant": True})


@router.get(
    "/ready",
    summary="Le service peut répondre aux recherches",
    description=(
        "Dit quelle génération d'index sert, laquelle a été refusée si elle est abîmée, quels modèles classent les "
        "résultats (`rankers`) et lequel a été refusé, quels prix des offres encombrées servent (`prices`), combien "
        "de changements du magasin restent à appliquer (`retard`). 503 quand le journal des changements ne peut plus "
        "être suivi (`suivi` dit pourquoi), ou que le journal d'audit ne peut plus être écrit (`journalAudit`)."
    ),
    responses={
        200: answer("Prêt.", _OBJECT, _READY),
        503: answer("Pas prêt.", _OBJECT, {**_READY, "pret": False, "retard": 12, "suivi": "OperationalError"}),
    },
)
@allowed(PUBLIC)
async def ready(service: ServiceOf) -> Response:
    failure, unwritten = service.follower.failure, service.audit.failure
    head = await run_in_threadpool(service.store.watermark)
    status = service.engine.status()
    is_ready = failure is None and unwritten is None
    body = {
        "pret": is_ready,
        "suivi": failure,
        "retard": head - service.engine.watermark,
        "journalAudit": unwritten,
        "index": status,
    }
    return json_response(body, 200 if is_ready else 503)
