"""Bulk writes: one NDJSON line a record; the valid ones are kept, the others are listed with their remedy."""

from collections.abc import Sequence

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.examples import EXAMPLES
from api.intake import NDJSON, lines_of, parse, require_content_type
from api.openapi import Described, answer, body, record_schema, ref
from api.pagination import json_response
from api.problems import ErreurChamp
from api.security.actor import Actor
from api.security.gate import ActorOf
from api.security.owners import RULES, rule_by_record, source_of
from api.security.rules import allowed
from api.service import Service, ServiceOf
from features.border.problems import BorderError, Problem
from features.border.registry import Border
from features.records import Record
from features.store import WriteCounts, Writer, record_id

BATCH_LINES = 1000
"""Lines of one transaction."""

BATCH_BYTES = 8 * 1024 * 1024
"""A batch is written earlier when its lines weigh more."""


class LigneRejetee(msgspec.Struct, frozen=True):
    """One line that was not kept, and the first reason."""

    ligne: int
    champ: str
    valeur: str
    motif: str
    remede: str


class LotReponse(msgspec.Struct, frozen=True):
    """What a bulk did, in lines."""

    lues: int
    ajoutees: int
    modifiees: int
    inchangees: int
    repetees: int
    """Lines whose id comes back further down: the last one counts."""
    rejetees: int
    rejets: tuple[LigneRejetee, ...]
    """The first ones; `rejetees` counts all."""


ANSWER_EXAMPLE = LotReponse(
    lues=3,
    ajoutees=1,
    modifiees=0,
    inchangees=1,
    repetees=0,
    rejetees=1,
    rejets=(
        LigneRejetee(3, "dateCreation", "hier", "la valeur n'est pas une date", "Écrire la date AAAA-MM-JJ (ISO 8601)"),
    ),
)


def bulk_router(border: Border) -> APIRouter:
    """`POST /v1/<path>/lot` for one kind of record."""
    router = APIRouter(tags=[border.label_fr.capitalize()])
    described = Described.of(border)
    rules = RULES[border.kind]

    @router.post(
        f"/v1/{border.path}/lot",
        summary=f"Créer ou remplacer {described.all} par lot",
        description=(
            "Un document JSON par ligne (NDJSON), lu au fil de l'eau. Les lignes valides sont gardées, par "
            f"transactions de {BATCH_LINES} lignes au plus ; les autres sont rendues dans `rejets` avec ligne, champ, "
            "valeur, motif et remède. De deux lignes de même identifiant, la dernière compte. Renvoyer le même lot ne "
            "change rien : après une coupure, on recommence."
        ),
        openapi_extra=body(record_schema(border), EXAMPLES[border.kind], NDJSON, "Un enregistrement par ligne."),
        responses={
            200: answer("Ce que le lot a fait, en lignes.", ref("LotReponse"), msgspec.to_builtins(ANSWER_EXAMPLE))
        },
    )
    @allowed(rule_by_record(rules.write_scope, rules.bulk))
    async def bulk(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
        require_content_type(request, NDJSON)
        tally = Tally(service.settings.bulk_rejects_listed)
        batch: list[tuple[int, bytes | None]] = []
        weight = 0
        try:
            async for number, line in lines_of(request.stream(), service.settings.bulk_line_limit_bytes):
                batch.append((number, line))
                weight += len(line or b"")
                if len(batch) == BATCH_LINES or weight >= BATCH_BYTES:
                    await run_in_threadpool(keep, service, border, actor, batch, tally)
                    service.follower.nudge()
                    batch, weight = [], 0
        except ClientDisconnect:
            return Response(status_code=400)
        await run_in_threadpool(keep, service, border, actor, batch, tally)
        service.follower.nudge()
        return json_response(tally.answer())

    return router


class Tally:
    """The running counts of one bulk."""

    def __init__(self, listed: int) -> None:
        self._listed = listed
        self._lines = 0
        self._repeated = 0
        self._rejected = 0
        self._counts = WriteCounts()
        self._rejects: list[LigneRejetee] = []

    def reject(self, number: int, error: ErreurChamp) -> None:
        self._rejected += 1
        if len(self._rejects) < self._listed:
            self._rejects.append(LigneRejetee(number, error.champ, error.valeur, error.motif, error.remede))

    def add(self, lines: int, valid: int, counts: WriteCounts) -> None:
        self._lines += lines
        self._repeated += valid - counts.inserted - counts.updated - counts.unchanged
        self._counts += counts

    def answer(self) -> LotReponse:
        counts = self._counts
        return LotReponse(
            self._lines,
            counts.inserted,
            counts.updated,
            counts.unchanged,
            self._repeated,
            self._rejected,
            tuple(self._rejects),
        )


def keep(
    service: Service, border: Border, actor: Actor, batch: Sequence[tuple[int, bytes | None]], tally: Tally
) -> None:
    """Write the valid lines of `batch` in one transaction and count the others in `tally`."""
    records: list[tuple[int, Record]] = []
    for number, line in batch:
        if line is None:
            limit = service.settings.bulk_line_limit_bytes
            error = ErreurChamp("(ligne)", "", "la ligne est trop longue", f"Ne pas dépasser {limit} octets par ligne")
            tally.reject(number, error)
            continue
        try:
            record = service.completed(parse(border, line, service.reference))
        except BorderError as wrong:
            tally.reject(number, ErreurChamp.of(wrong.problems[0]))
            continue
        if service.store.is_about_erased(record):
            tally.reject(number, ErreurChamp.of(Problem.of("id", "", "erased")))
        else:
            records.append((number, record))
    counts = WriteCounts()
    if records:
        with service.writing() as writer:
            theirs = _not_of_another_feed(writer, border, actor, records, tally)
            counts = writer.upsert(theirs, source_of(actor))
        tally.add(len(batch), len(theirs), counts)
    else:
        tally.add(len(batch), 0, counts)


def _not_of_another_feed(
    writer: Writer, border: Border, actor: Actor, records: Sequence[tuple[int, Record]], tally: Tally
) -> list[Record]:
    """The records whose ids are free, or were given by the same partner; the others are rejected. Only a partner is
    bound to its feed."""
    if actor.feed is None:
        return [record for _, record in records]
    sources = writer.sources_of(border.kind, [record_id(record) for _, record in records])
    kept = []
    for number, record in records:
        if sources.get(record_id(record), actor.feed) == actor.feed:
            kept.append(record)
        else:
            taken = ErreurChamp(
                "id", record_id(record)[:80], "l'identifiant est déjà pris", "Choisir un autre identifiant"
            )
            tally.reject(number, taken)
    return kept
