"""What the service does without, told on every answer: lists come from memory, and nothing written since is in them.

    Vivier-Degrade: base-de-donnees;depuis="2026-11-26T16:20:00Z"

(A list of tokens with a parameter, as RFC 9651 writes them.) `/health/ready` says more.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from features.store.availability import Availability

if TYPE_CHECKING:
    from api.service import Service

HEADER: Final = "Vivier-Degrade"
DATABASE: Final = "base-de-donnees"


class MarkedDegraded:
    """ASGI middleware: answers given while the database is away say so."""

    def __init__(self, app: ASGIApp, availability: Availability) -> None:
        self.app = app
        self._availability = availability

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            since = self._availability.since
            if since is not None and message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = f'{DATABASE};depuis="{moment(since)}"'
            await send(message)

        await self.app(scope, receive, marked)


@dataclass(frozen=True)
class Standing:
    """How the service stands: whether it can answer searches, and what it does without."""

    is_ready: bool
    outages: tuple[dict[str, Any], ...]


def standing(service: "Service") -> Standing:
    """Ready unless something is broken, or the database has been away for too long to go on without."""
    follower, audit, database = service.follower, service.audit, service.store.availability
    level, room = service.access.directory.is_level, audit.waiting < audit.capacity
    broken = (follower.failure is not None and not follower.is_cut_off) or (
        audit.failure is not None and not audit.is_cut_off
    )
    outages = []
    if database.since is not None:
        outages.append(
            _outage(
                DATABASE,
                database.since,
                database.failure,
                "Les recherches répondent de mémoire ; ce qui doit être lu ou écrit ailleurs est refusé (503).",
            )
        )
    if audit.failure is not None:
        told = f"{audit.waiting} lignes attendent d'être écrites, sur {audit.capacity} au plus."
        outages.append(_outage("journal-d-audit", None, audit.failure, told))
    if not level:
        told = "Personne n'est admis : nul ne sait plus de qui l'accès a pris fin."
        outages.append(_outage("acces", None, None, told))
    for name, party in service.doors.parties.items():
        if party.away_since is not None:
            told = f"Personne ne peut se connecter par {party.provider.label} ; les sessions ouvertes continuent."
            outages.append(_outage(f"fournisseur:{name}", party.away_since, None, told))
    return Standing(not broken and level and room, tuple(outages))


def _outage(what: str, since: dt.datetime | None, reason: str | None, consequence: str) -> dict[str, Any]:
    return {
        "quoi": what,
        "depuis": None if since is None else moment(since),
        "motif": reason,
        "consequence": consequence,
    }


def moment(at: dt.datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
