"""What somebody is shown of a kind of record, page by page: all of it, or what is theirs."""

from typing import Any, Final

import numpy as np
from starlette.concurrency import run_in_threadpool

from api.security.actor import Actor
from api.security.owners import ALL, RULES, reaches
from api.service import Service
from features.records import Profile
from features.store import RECORD_TYPES, Kind
from matching.rows.profile import counsellor_number
from matching.schema import Collection

PROFILES_LISTED: Final = (
    "Par ordre d'identifiant, page par page. Un conseiller y voit les personnes que lui ou son équipe suivent et dont "
    "au moins un projet est reconnu."
)


async def listed(service: Service, kind: Kind, actor: Actor, first: int, size: int) -> tuple[list[Any], int]:
    """The records at positions `first` to `first + size - 1` of those that an actor may list, in order of id, and how
    many there are."""
    if kind is Kind.PROFILE and RULES[kind].read[actor.role] is not ALL:
        ids = await service.searches.beside(portfolio_ids, service, actor)
        found = await run_in_threadpool(service.store.get_many, Profile, ids[first : first + size])
        return [found[each] for each in ids[first : first + size] if each in found], len(ids)
    return await run_in_threadpool(_stored, service, kind, actor, first, size)


def _stored(service: Service, kind: Kind, actor: Actor, first: int, size: int) -> tuple[list[Any], int]:
    record_type = RECORD_TYPES[kind]
    if RULES[kind].read[actor.role] is ALL:
        return service.store.page(record_type, first, size), service.store.count(kind)
    theirs = [
        record
        for batch in service.store.scan(record_type)
        for record in batch
        if reaches(RULES[kind].read, actor, record, None)
    ]
    return theirs[first : first + size], len(theirs)


def portfolio_ids(service: Service, actor: Actor) -> list[str]:
    """Ids of the people whom a counsellor or their team follow, in order. Reads the engine (`api.searching`)."""
    profiles = service.engine.catalogue(Collection.PROFILES)
    team = actor.team_ids | ({actor.counsellor_id} if actor.counsellor_id is not None else set())
    rows = [profiles.rows_where("counsellor", counsellor_number(each)) for each in sorted(team)]
    found = np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)
    return sorted({profiles.id_of(row) for row in found.tolist()})
