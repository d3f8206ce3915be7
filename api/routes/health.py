"""Is the process alive, and can it answer? For load balancers and for people."""

import asyncio
from typing import Any, Final

from fastapi import APIRouter, Response

from api.edge.outages import standing
from api.openapi import answer
from api.pagination import json_response
from api.security.rules import PUBLIC, allowed
from api.service import Service, ServiceOf
from features.store import is_outage

router = APIRouter(prefix="/health", tags=["Santé du service"])

PATIENCE_S: Final = 1.0
"""What is waited for the database to say how far its log goes."""

_OBJECT = {"type": "object"}
_READY: dict[str, Any] = {
    "pret": True,
    "degrade": False,
    "pannes": [],
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
        "de changements du magasin restent à appliquer (`retard`, `null` quand la base de données ne répond pas). "
        "`noeud` dit de quoi ses réponses sont faites (`etat` : deux nœuds qui disent le même répondent la même chose) "
        "et de combien de secondes ce qu'il sait peut dater (`ageS`). Quand ce dont le service dépend ne répond plus, "
        "`degrade` est vrai et `pannes` dit quoi, depuis quand et avec quelle conséquence : les recherches répondent "
        "encore, et chaque réponse porte l'en-tête `Vivier-Degrade`. 503 quand le service ne peut plus répondre du "
        "tout : ce que le nœud sait date trop, le journal d'audit n'a plus de place, ou l'un des deux journaux "
        "rencontre une autre erreur (`suivi`, `journalAudit`)."
    ),
    responses={
        200: answer("Prêt.", _OBJECT, _READY),
        503: answer("Pas prêt.", _OBJECT, {**_READY, "pret": False, "retard": 12, "suivi": "OSError"}),
    },
)
@allowed(PUBLIC)
async def ready(service: ServiceOf) -> Response:
    found, node, limit_s = standing(service), service.node, service.settings.stale_after_s
    is_stale = limit_s is not None and node.age_s() > limit_s
    is_ready = found.is_ready and not is_stale and not node.awaits_copy
    body = {
        "pret": is_ready,
        "degrade": bool(found.outages),
        "pannes": found.outages,
        "suivi": service.follower.failure,
        "retard": await _behind(service),
        "journalAudit": service.audit.failure,
        "noeud": node.status(),
        "index": service.engine.status(),
    }
    return json_response(body, 200 if is_ready else 503)


async def _behind(service: Service) -> int | None:
    """Changes of the store that are not applied yet; None when it does not say so soon."""
    watch = service.node.watch
    if watch is not None:  # as far as is known here: a database elsewhere is not waited for
        known = max(watch.head - service.engine.watermark, 0)
        return known if service.store.availability.since is None else None
    reading = asyncio.create_task(asyncio.to_thread(service.store.watermark))
    reading.add_done_callback(_seen)
    done, _ = await asyncio.wait({reading}, timeout=PATIENCE_S)
    error = reading.exception() if done else None
    if not done or (error is not None and is_outage(error)):
        return None
    return max(reading.result() - service.engine.watermark, 0)


def _seen(reading: "asyncio.Task[int]") -> None:
    """Nobody may be waiting for it any more."""
    if not reading.cancelled():
        reading.exception()
