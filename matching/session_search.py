"""One person's search for sessions: those to come, with seats, wanted, in reach, scored by the doors that they open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.bits import ATTENDANCE_BIT
from features.pairs import SESSION_FEATURES, SessionPairs
from features.records import Attendance, Profile
from features.training_words import Basics
from matching import same_doors
from matching.background import Background, background_of
from matching.doors import Doors, doors_of
from matching.engine import Engine
from matching.errors import NotFound
from matching.explain.session import VOICE
from matching.facts import CORE_GAP, PLAIN_GAP
from matching.filters import place, session_dates
from matching.filters.base import Condition, Context
from matching.filters.registry import parse
from matching.jobs import profile_at
from matching.keys import key_number
from matching.lookups import day_number
from matching.rankers import Serving
from matching.retrieve import Candidates, kinship_from, retrieve
from matching.rows.session import certification_number
from matching.schema import Collection
from matching.scoring import Scored, joined, score
from matching.sides import ColumnReader, columns_of, one_of
from models.ranked import Ranked

EXPERIENCE_MONTHS = 12
"""Months in a family of occupations that a training takes where it asks for experience instead of a level."""


LOOKED_AHEAD_DAYS = 730


def search_of(
    engine: Engine,
    profile_id: str,
    parameters: Mapping[str, str],
    only: Callable[[NDArray[np.int64]], NDArray[np.int64]] = lambda projects: projects,
) -> "Search":
    """The search that a person's list is made of; `only` as for `sessions_for_profile`. Raises NotFound,
    UnknownParameter, BadParameter."""
    profiles = engine.catalogue(Collection.PROFILES)
    projects = profiles.rows_of(profile_id)
    if len(projects) == 0:
        raise NotFound("Le profil", profile_id)
    projects = only(projects)
    asked = parse(parameters, Context(Collection.SESSIONS, engine.lookups, engine.today()))
    elsewhere = not place.PLACE_PARAMETERS.isdisjoint(parameters)
    columns = columns_of(profiles, projects)
    profile = profile_at(engine, int(projects[0]))
    background = background_of(profile, columns, engine.lookups)
    wanted = put_aside_trainings(engine, profile_id)
    if background.profiled:
        wanted.append(_not_held(profile))
    return Search(engine, columns, background, wanted, asked, elsewhere, engine.rankers[Ranked.SESSIONS])


@dataclass(frozen=True, eq=False)
class Found:
    """What a search brings: pairs and scores, project after project, and the doors that they were ranked by."""

    pairs: Sequence[SessionPairs]
    scored: Sequence[Scored]
    doors: Doors


@dataclass(frozen=True, eq=False)
class Search:
    """One person's search for sessions."""

    engine: Engine
    columns: ColumnReader
    """Of the person's projects."""
    background: Background
    wanted: Sequence[Condition]
    """No title that is held, no training that was put aside."""
    asked: Sequence[Condition]
    elsewhere: bool
    """The search names a place of its own."""
    serving: Serving

    @cached_property
    def today(self) -> int:
        """Days since 1970."""
        return day_number(self.engine.today())

    @property
    def n_projects(self) -> int:
        return len(self.columns("occupation"))

    def found(self, least_reach_km: float = 0.0) -> Found:
        """The sessions of each project, scored; reaches under `least_reach_km` are stretched to it."""
        candidates = [
            self._candidates(one_of(self.columns, project), least_reach_km) for project in range(self.n_projects)
        ]
        rows = joined([each.rows for each in candidates])
        doors = doors_of(self.engine, self.columns, self.background, np.unique(rows))
        pairs: list[SessionPairs] = []
        scored: list[Scored] = []
        for project, each in enumerate(candidates):
            of_project = self._pairs(each, one_of(self.columns, project), doors)
            kept = _opens_something(of_project)
            pairs.append(part_of(of_project, kept))
            scored.append(score(each.rows[kept], SESSION_FEATURES, pairs[-1], self.serving.ranker, VOICE.reads))
        return Found(pairs, self._charged(scored, doors), doors)

    def _charged(self, scored: Sequence[Scored], doors: Doors) -> list[Scored]:
        """The scores, less where a training opens the same offers as better ones (`same_doors`)."""
        sessions = self.engine.catalogue(Collection.SESSIONS)
        training = [doors.of_sessions(sessions.take("training", item.rows)) for item in scored]
        best = np.full(len(doors.trainings), -np.inf, dtype=np.float32)
        np.maximum.at(best, joined(training), joined([item.scores for item in scored]))
        listed = np.flatnonzero(np.isfinite(best))
        charges = np.zeros(len(best), dtype=np.float32)
        charges[listed] = same_doors.charges(best[listed], doors.opened[listed])
        return [item.charged(charges[of_it]) for item, of_it in zip(scored, training, strict=True)]

    def _candidates(self, read: ColumnReader, least_reach_km: float) -> Candidates:
        lookups = self.engine.lookups
        occupation = int(read("occupation")[0])
        return retrieve(
            self.engine.catalogue(Collection.SESSIONS),
            lookups.occupation_vectors[occupation],
            kinship_from(lookups, occupation),
            [*self.asked, *self.own_conditions(read, least_reach_km)],
        )

    def own_conditions(self, read: ColumnReader, least_reach_km: float = 0.0) -> list[Condition]:
        """Sessions to come, with seats, wanted, in reach of the project that `read` reads."""
        conditions = [
            session_dates.starts_between(self.today, self.today + LOOKED_AHEAD_DAYS),
            session_dates.has_seats(),
            *self.wanted,
        ]
        home = int(read("commune")[0])
        if home >= 0 and not self.elsewhere:
            reach_km = max(float(read("radius_km")[0]), least_reach_km)
            conditions.append(place.within_or_remote(self.engine.lookups, home, reach_km))
        return conditions

    def _pairs(self, candidates: Candidates, read: ColumnReader, doors: Doors) -> SessionPairs:
        """Pairs of a project, whose row `read` reads, and its candidates."""
        lookups, background = self.engine.lookups, self.background
        to_sessions = columns_of(self.engine.catalogue(Collection.SESSIONS), candidates.rows)
        remote = is_remote(to_sessions("attendance"))
        distances = lookups.distances_between(int(read("commune")[0]), to_sessions("commune"))
        posts = doors.posts_by_occupation
        training = doors.of_sessions(to_sessions("training"))
        seats = to_sessions("seats_left").astype(np.float32)
        return SessionPairs(
            relation_to_project=candidates.relation,
            gap_weights=missing_skills(self.engine, int(read("occupation")[0]), background.skills),
            skills=to_sessions("skills"),
            education_level=np.array([background.level], dtype=np.int8),
            entry_level=to_sessions("entry_level"),
            exit_level=to_sessions("level"),
            outcome_rate=to_sessions("outcome_rate"),
            start_in_days=(to_sessions("start_day") - self.today).astype(np.float32),
            distance_km=np.where(remote, np.float32(np.nan), distances),
            reach_km=read("radius_km"),
            doors=posts.take(to_sessions("occupations").T, mode="wrap").sum(axis=0).astype(np.float32),
            closeness=candidates.closeness,
            fundings=to_sessions("fundings"),
            price_eur=to_sessions("price"),
            opened=doors.counts[training],
            opened_tension=doors.mean_tension[training],
            training_hours=to_sessions("hours"),
            seats_left=np.where(seats < 0, np.float32(np.nan), seats),
            remote=remote,
            experience_enters=self.experience_enters(to_sessions),
        )

    def experience_enters(self, to_sessions: ColumnReader) -> NDArray[np.bool_]:
        """(n,) sessions that take experience for a level, where the person has worked long enough in one of the
        families of occupations that they lead to."""
        taken = (to_sessions("presumes") & np.uint8(Basics.INSTEAD)) != 0
        months = self.background.family_months[self.engine.lookups.reference.rome.family_of[to_sessions("occupations")]]
        entered: NDArray[np.bool_] = taken & (months >= EXPERIENCE_MONTHS).any(axis=1)
        return entered

    def count(self, least_reach_km: float = 0.0) -> int:
        """Trainings that the search brings."""
        sessions = self.engine.catalogue(Collection.SESSIONS)
        rows = joined([item.rows for item in self.found(least_reach_km).scored])
        return len(np.unique(sessions.take("training", rows)))


def _opens_something(pairs: SessionPairs) -> NDArray[np.bool_]:
    """(n,) sessions that open an offer, teach something the project lacks, or raise the person's level."""
    lacking = pairs.gap_weights > 0
    teaches = np.logical_or.reduce(lacking[np.minimum(pairs.skills, len(lacking) - 1)], axis=1)
    raises = np.logical_and(pairs.education_level > 0, pairs.exit_level > pairs.education_level)
    opens: NDArray[np.bool_] = teaches | (pairs.opened > 0) | raises
    return opens


def part_of(pairs: SessionPairs, kept: NDArray[np.bool_] | NDArray[np.int64]) -> SessionPairs:
    """The kept sessions of `pairs`, a mask or positions; what is the person's own stays."""
    of_sessions = {
        name: getattr(pairs, name)[kept]
        for name in SessionPairs.__dataclass_fields__
        if name not in ("gap_weights", "education_level", "reach_km")
    }
    return replace(pairs, **of_sessions)


def missing_skills(engine: Engine, occupation: int, held: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(n_skills + 1,) weight of each skill of an occupation that is not `held` (n_skills + 1,); the last entry is
    padding, 0."""
    rome = engine.lookups.reference.rome
    weights = np.zeros(rome.n_skills + 1, dtype=np.float32)
    rows, core = rome.skills_of(occupation)
    weights[rows] = np.where(core, CORE_GAP, PLAIN_GAP)
    weights[held] = 0
    return weights


def put_aside_trainings(engine: Engine, profile_id: str) -> list[Condition]:
    """Sessions of other trainings than those that the person put aside; no condition where there are none."""
    links = engine.links
    sessions = [
        each.session_id for each in links.dismissals.get(profile_id, {}).values() if each.session_id is not None
    ]
    unwanted = np.array(
        [key_number(training) for key in sessions if (training := links.training_of_session.get(key)) is not None],
        dtype=np.int64,
    )
    return [lambda view: np.isin(view.column("training"), unwanted, invert=True)] if len(unwanted) else []


def is_remote(attendance: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(n,) sessions that are followed at a distance alone."""
    remote: NDArray[np.bool_] = attendance == ATTENDANCE_BIT[Attendance.REMOTE]
    return remote


def _not_held(profile: Profile) -> Condition:
    """Sessions that lead to something the person does not hold yet."""
    held = np.array([certification_number(item.rncp) for item in profile.education if item.rncp], dtype=np.int32)
    held = held[held != 0]
    return lambda view: np.isin(view.column("certification"), held, invert=True)
