"""Whom accounts are shown: an employer at most a share of the bank a day, for an open offer; and no collecting.

An employer's accounts share one day (their SIRET's). Without an open offer they may count and diagnose, not list
people; for a need that is not published only a part of the day is theirs. Counsellors have no quota, and are watched as
employers are: a flag is a line that auditors read, it stops nobody. Lists are counted once they are made, before they
leave.
"""

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from fastapi import Request
from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge import metrics
from api.edge.ledger import Allowance, Ledger, Look, Standing
from api.edge.patterns import Pattern, patterns_of
from api.edge.telling import tell
from api.pagination import DEFAULT_RANGE, window_of
from api.problems import ApiProblem, ProblemType
from api.security.actor import Actor, Role
from features.store import canaries, flags
from matching.errors import BadParameter
from matching.explain.wording import counted
from matching.keys import key_number
from matching.lookups import day_number
from matching.schema import NO_DAY, Collection

if TYPE_CHECKING:
    from api.service import Service

WATCHED: Final = frozenset({Role.EMPLOYER, Role.COUNSELLOR})
FOLDER: Final = "seen"
CANARIES_EVERY_S: Final = 60.0
"""Canaries that are planted while the service runs are known by then."""

log = logging.getLogger(__name__)


class Watch:
    """What one process knows of whom accounts were shown. `clock` gives the time, in UTC."""

    def __init__(self, service: "Service", clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> None:
        self._service = service
        self._clock = clock
        self._zone = ZoneInfo(service.settings.timezone)
        self._canaries: frozenset[str] = frozenset()
        self._remarked: set[tuple[str, Pattern, dt.date]] = set()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="vivier-flags")
        self._reading: asyncio.Task[None] | None = None

    @cached_property
    def _ledger(self) -> Ledger:
        service = self._service
        return Ledger(service.settings.data_dir / FOLDER, service.house.signer.key_for(FOLDER))

    async def start(self) -> None:
        """Read the canaries, and again from time to time."""
        await self._read_canaries()
        self._reading = asyncio.create_task(self._keep_reading(), name="vivier-canaries")

    async def stop(self) -> None:
        """Stop reading; flags that are being written are written."""
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        await asyncio.to_thread(self._writer.shutdown)
        if "_ledger" in self.__dict__:
            self._ledger.close()

    async def _keep_reading(self) -> None:
        while True:
            await asyncio.sleep(CANARIES_EVERY_S)
            try:
                await self._read_canaries()
            except Exception:
                log.exception("the canaries could not be read")

    async def _read_canaries(self) -> None:
        self._canaries = await asyncio.to_thread(canaries.ids, self._service.store)

    def refusal(
        self, actor: Actor, people: tuple[str, ...], first: int, sought: str, published: bool
    ) -> ApiProblem | None:
        """Count a list of people that is about to be shown, an empty one too; why it may not be, or None."""
        if actor.role not in WATCHED:
            return None
        employer = actor.role is Role.EMPLOYER
        if employer and not (actor.siret is not None and self.has_open_offer(actor.siret)):
            return _offer_required()
        now = self._clock().astimezone(self._zone)
        look = Look(actor.siret or actor.id, people, first, sought, published)
        standing = self._ledger.note(look, self.allowance() if employer else None, now)
        found = patterns_of(standing.recent)
        if not standing.refused and not self._canaries.isdisjoint(people):
            found.append(Pattern.CANARY)
        for pattern in found:
            self._remark(actor, pattern, now, standing)
        return _over(standing, published, now) if standing.refused else None

    def allowance(self) -> Allowance:
        """What an employer may be shown in a day."""
        settings = self._service.settings
        bank = self._service.engine.catalogue(Collection.PROFILES).n_records
        people = max(settings.people_least, int(bank * settings.people_share))
        return Allowance(people, max(1, int(people * settings.need_share)) if settings.need_share else 0)

    def has_open_offer(self, siret: str) -> bool:
        """Whether an offer of an establishment is live and has not expired."""
        engine = self._service.engine
        offers = engine.catalogue(Collection.OFFERS)
        expires = offers.take("expires_day", offers.rows_where("firm", key_number(siret)))
        return bool(np.any((expires == NO_DAY) | (expires >= day_number(engine.today()))))

    def _remark(self, actor: Actor, pattern: Pattern, now: dt.datetime, standing: Standing) -> None:
        key = (actor.id, pattern, now.date())
        if key in self._remarked:
            return
        self._remarked = {each for each in self._remarked if each[2] == now.date()} | {key}
        at = now.astimezone(dt.UTC).isoformat(timespec="seconds")
        flag = flags.Flag(actor.id, str(actor.role), actor.siret, str(pattern), at, standing.people)
        metrics.FLAGS.labels(str(pattern)).inc()
        log.warning("account flagged: %s", pattern)
        self._writer.submit(self._keep, flag, key)

    def _keep(self, flag: flags.Flag, key: tuple[str, Pattern, dt.date]) -> None:
        try:
            flags.put(self._service.store, flag)
        except Exception:
            self._remarked.discard(key)  # the next look remarks it again
            log.exception("a flag could not be kept")


def check_before_writing(request: Request, actor: Actor, people: Sequence[str]) -> None:
    """Count people whom a request reaches before it writes anything: what is refused must not have happened. Raises
    ApiProblem (403 without an open offer, 429 beyond the day)."""
    watch: Watch = request.app.state.watch
    problem = watch.refusal(actor, tuple(people), 0, request.url.path, published=True)
    request.state.counted = True
    if problem is not None:
        request.state.seen = ()
        raise problem


def _offer_required() -> ApiProblem:
    told = "Votre établissement n'a pas d'offre en cours : les profils ne sont montrés que pour recruter."
    return ApiProblem(ProblemType.OFFER_REQUIRED, told)


def _over(standing: Standing, published: bool, now: dt.datetime) -> ApiProblem:
    """429 for a list that goes beyond the day."""
    left = standing.left or 0
    why = "par jour" if published else "par jour pour un besoin qui n'est pas publié"
    rest = (
        f"Il vous en reste {counted(left, 'nouvelle', 'nouvelles')} aujourd'hui : demandez une page plus courte"
        if left
        else "Vous pouvez revoir aujourd'hui celles que vous avez déjà vues"
    )
    told = f"Votre établissement a atteint le nombre de personnes différentes qu'il peut voir {why}. {rest}."
    tomorrow = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time(), now.tzinfo)
    wait_s = max(1, round((tomorrow - now).total_seconds()))
    return ApiProblem(ProblemType.QUOTA, told, headers={"Retry-After": str(wait_s)})


class Watched:
    """ASGI middleware: an answer that shows people (`request.state.seen`) leaves if the sender may see them."""

    def __init__(self, app: ASGIApp, watch: Watch) -> None:
        self.app = app
        self.watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = False

        async def checked(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] < 300:
                problem = self._problem(scope)
                if problem is not None:
                    refused = True
                    scope["state"]["seen"] = ()
                    await tell(problem, scope, receive, send)
            if not refused:
                await send(message)

        await self.app(scope, receive, checked)

    def _problem(self, scope: Scope) -> ApiProblem | None:
        state: dict[str, Any] = scope.get("state", {})
        actor, people = state.get("actor"), state.get("seen", ())
        if actor is None or state.get("counted") or not (people or "sought" in state):
            return None
        what, published = state.get("sought", (scope["path"], True))
        first = state.get("first", _first(scope))
        return self.watch.refusal(actor, tuple(people), first, what, published)


def _first(scope: Scope) -> int:
    """The first rank that a request asks for."""
    try:
        return window_of(QueryParams(scope["query_string"]).get("range", DEFAULT_RANGE)).first
    except BadParameter:
        return 0
