"""Is the process alive, and can it answer? For load balancers and for people."""

from typing import Any

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from api.openapi import answer
from api.pagination import json_response
from api.security.rules import PUBLIC, allowed
from api.service import Service, ServiceOf

router = APIRouter(prefix="/health", tags=["Santé du service"])

_OBJECT = {"type": "object"}
_READY: dict[str, Any] = {
    "pret": True,
    "suivi": None,
    "retard": 0,
    "journalAudit": None,
    "noeud": {
        "etat": "000002.1843.9f0c1a77",
        "ageS": 0.112,
        "attendUneCopie": False,
        "copiesRefusees": {},
    },
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
        "de changements du magasin restent à appliquer (`retard`). `noeud` dit de quoi ses réponses sont faites "
        "(`etat` : deux nœuds qui disent le même répondent la même chose) et de combien de secondes ce qu'il sait peut "
        "dater (`ageS`). 503 quand c'est trop, quand le journal des changements ne peut plus "
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
    head = await _head(service)
    status = service.engine.status()
    node, limit_s = service.node, service.settings.stale_after_s
    is_stale = limit_s is not None and node.age_s() > limit_s
    is_ready = failure is None and unwritten is None and not is_stale and not node.awaits_copy
    body = {
        "pret": is_ready,
        "suivi": failure,
        "retard": max(head - service.engine.watermark, 0),
        "journalAudit": unwritten,
        "noeud": node.status(),
        "index": status,
    }
    return json_response(body, 200 if is_ready else 503)


async def _head(service: Service) -> int:
    """How far the log goes, as far as is known here; a database elsewhere is not waited for."""
    watch = service.node.watch
    return await run_in_threadpool(service.store.watermark) if watch is None else watch.head
