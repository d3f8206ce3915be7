"""Talent pools (*viviers*): who is in one now, and who came and left since it was last looked at.

A pool has the people that its team put in by hand and, where it has a rule (occupations, an area, criteria), those who
meet all of it. Who is in it is worked
out when it is read, from the live rows alone: a person who withdraws from employers' eyes is out at once, whatever the
last refresh found.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from features.records import PoolMove, Profile, TalentPool, TalentPoolState
from matching.engine import Engine
from matching.errors import NotFound
from matching.filters import consent, place
from matching.filters.base import Context
from matching.filters.registry import parse
from matching.jobs import PROFILE_DECODER
from matching.payload import record_part, view_part
from matching.schema import Collection
from matching.selection import select
from matching.sourcing import LEAST_KM

MOST_BY_RULE: Final = 2_000
"""People whom a rule may bring: more are a search, not a pool."""
MOST_MOVES: Final = 2_000
"""Moves that are kept of a pool, the newest."""


@dataclass(frozen=True)
class Member:
    """Somebody in a pool, whom employers may see."""

    id: str
    by_hand: bool
    payload: bytes

    @property
    def shown(self) -> bytes:
        """The public fields, as employers see them."""
        return view_part(self.payload)

    @property
    def record(self) -> Profile:
        return PROFILE_DECODER.decode(record_part(self.payload))


@dataclass(frozen=True)
class Members:
    """Who is in a pool now, by id."""

    people: tuple[Member, ...]
    left_out: int = 0
    """People who meet the rule beyond `MOST_BY_RULE`."""

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(member.id for member in self.people)


def shared_pool(pool: TalentPool | None, pool_id: str, user: str) -> TalentPool:
    """The pool, where `user` owns it or is of its team. Raises NotFound: others are not told that it exists."""
    if pool is None or (user != pool.owner_id and user not in pool.member_ids):
        raise NotFound("Le vivier", pool_id)
    return pool


def members_of(engine: Engine, pool: TalentPool) -> Members:
    """The visible people of a pool. Raises UnknownParameter, BadParameter for a rule that no search takes."""
    profiles = engine.catalogue(Collection.PROFILES)
    first_row: dict[str, int] = {}
    by_hand: set[str] = set()
    for key in pool.profile_ids:
        rows = consent.visible_rows(profiles, key)
        if len(rows):
            first_row[key] = int(rows[0])
            by_hand.add(key)
    ruled: dict[str, int] = {}
    given = rule_of(pool)
    if given:
        place.refuse_narrow(engine.lookups, given, LEAST_KM)
        asked = parse(given, Context(Collection.PROFILES, engine.lookups, engine.today()))
        for row in select(profiles, [*asked, consent.visible_to_employers]).rows.tolist():
            ruled.setdefault(profiles.id_of(row), row)
    kept = sorted(ruled)[:MOST_BY_RULE]
    for key in kept:
        first_row.setdefault(key, ruled[key])
    keys = sorted(first_row)
    payloads = profiles.payloads_of(np.array([first_row[key] for key in keys], dtype=np.int64))
    people = tuple([Member(key, key in by_hand, payload) for key, payload in zip(keys, payloads, strict=True)])
    return Members(people, len(ruled) - len(kept))


def rule_of(pool: TalentPool) -> dict[str, str]:
    """The parameters that a person meets to be in the pool: its occupations and its area, and its criteria, which take
    their place where they say the same. Empty for a pool that is filled by hand alone."""
    criteria = dict(pool.criteria)
    given: dict[str, str] = {}
    if pool.rome_codes and "codeROME" not in criteria:
        given["codeROME"] = ",".join(pool.rome_codes)
    if pool.commune_insee is not None and place.PLACE_PARAMETERS.isdisjoint(criteria):
        given["commune"] = pool.commune_insee
        given["distance"] = f"{max(pool.radius_km or place.DEFAULT_KM, LEAST_KM):g}"
    return {**given, **criteria}


def refreshed(
    pool_id: str, ids: Sequence[str], before: TalentPoolState | None, now: dt.datetime
) -> tuple[TalentPoolState, list[str], list[str]]:
    """The state of a pool that has `ids` now; who came in and who left since `before`, by id."""
    there = set(ids)
    earlier = set() if before is None else set(before.present_ids)
    entered, left = sorted(there - earlier), sorted(earlier - there)
    moves = [PoolMove(profile_id=key, at=now, entered=True) for key in entered]
    moves += [PoolMove(profile_id=key, at=now, entered=False) for key in left]
    kept = (*moves, *(() if before is None else before.moves))[:MOST_MOVES]
    state = TalentPoolState(id=pool_id, refreshed_at=now, present_ids=tuple(sorted(there)), moves=kept)
    return state, entered, left


def visible(engine: Engine, key: str) -> bool:
    """Whether employers may see a person now."""
    return len(consent.visible_rows(engine.catalogue(Collection.PROFILES), key)) > 0


def shown_moves(engine: Engine, state: TalentPoolState | None) -> list[PoolMove]:
    """The moves of a pool, the newest first; of people who may no longer be seen the id is left out ("")."""
    moves = () if state is None else state.moves
    seen = {key: visible(engine, key) for key in {move.profile_id for move in moves}}
    return [move if seen[move.profile_id] else msgspec.structs.replace(move, profile_id="") for move in moves]
