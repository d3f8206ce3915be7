"""Where a profile can stand that no recruitment finds, and profiles that stand there.

A canary's home is a commune without a firm, further from any live offer than the canary would travel: no offer brings
it, at whatever rank: a person's own reach is a filter. What brings it is a search that goes from commune to commune.
"""

import re
import secrets
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.records import Consents, Experience, Mobility, Profile, Project, SkillClaim
from matching.engine import Engine
from matching.schema import Collection

REACH_KM: Final = 5.0
_SKILLS: Final = 4
_TRIED_AT_ONCE: Final = 512


def quiet_places(engine: Engine, wanted: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Rows of at most `wanted` communes, drawn, that have no firm and no offer within `REACH_KM`; fewer, or none, where
    there are no more."""
    communes = engine.lookups.reference.communes
    offers = _communes_of(engine, Collection.OFFERS)
    busy = np.union1d(offers, _communes_of(engine, Collection.ESTABLISHMENTS))
    placed = np.flatnonzero(np.isfinite(communes.lat) & ~communes.is_arrondissement)
    free = rng.permutation(np.setdiff1d(placed, busy))
    found: list[NDArray[np.int64]] = []
    for first in range(0, len(free), _TRIED_AT_ONCE):
        tried = free[first : first + _TRIED_AT_ONCE]
        if len(offers):
            tried = tried[np.nanmin(engine.lookups.distances_among(tried, offers), axis=1) > REACH_KM]
        found.append(tried)
        if sum(map(len, found)) >= wanted:
            break
    return np.concatenate(found)[:wanted] if found else np.empty(0, dtype=np.int64)


def canaries(engine: Engine, wanted: int, rng: np.random.Generator, taken: Callable[[str], bool]) -> list[Profile]:
    """At most `wanted` profiles that look like others, of occupations that offers have; fewer where there are not so
    many quiet places. `taken` says whether an id is somebody's."""
    rome, communes = engine.lookups.reference.rome, engine.lookups.reference.communes
    offers = engine.catalogue(Collection.OFFERS)
    occupations = np.unique(offers.take("occupation", np.flatnonzero(offers.alive)))
    occupations = occupations[occupations >= 0]
    if len(occupations) == 0:
        occupations = np.arange(rome.n_occupations)
    found = []
    for place in quiet_places(engine, wanted, rng).tolist():
        occupation = int(rng.choice(occupations))
        skills, _ = rome.skills_of(occupation)
        titles = rome.appellations_of(occupation)
        title = rome.appellation_codes[int(rng.choice(titles))] if len(titles) else None
        months = int(rng.integers(3, 180))
        kept = rng.choice(skills, size=min(_SKILLS, len(skills)), replace=False).tolist()
        found.append(
            Profile(
                id=_fresh_id(engine, rng, taken),
                projects=(Project(rome_code=rome.codes[occupation], appellation_code=title),),
                experiences=(Experience(months=months, rome_code=rome.codes[occupation]),),
                skills=tuple([SkillClaim(code=rome.skill_codes[row]) for row in kept]),
                commune_insee=communes.insee[place],
                mobility=Mobility(km=REACH_KM),
                consents=Consents(visible_to_employers=True, profiling=True),
            )
        )
    return found


def _communes_of(engine: Engine, collection: Collection) -> NDArray[np.int64]:
    """Rows of the communes where anything of a collection is, each once."""
    catalogue = engine.catalogue(collection)
    found = np.unique(catalogue.take("commune", np.flatnonzero(catalogue.alive))).astype(np.int64)
    return found[found >= 0]


def _fresh_id(engine: Engine, rng: np.random.Generator, taken: Callable[[str], bool]) -> str:
    """An id in the form of the ids that are there: their last figures drawn anew."""
    profiles = engine.catalogue(Collection.PROFILES)
    rows = np.flatnonzero(profiles.alive)
    for _ in range(1000):
        model = profiles.id_of(int(rng.choice(rows))) if len(rows) else ""
        figures = re.search(r"[0-9]{4,}$", model)
        if figures is None:
            break
        drawn = "".join(rng.choice(list("0123456789"), size=len(figures[0])))
        if not taken(model[: figures.start()] + drawn):
            return model[: figures.start()] + drawn
    return secrets.token_hex(16)
