"""Ways to more doors of a person's projects: one training, two in a row, a training before hiring (POEI), or a title by
experience (VAE).

A path serves a project, or an occupation that ROME holds near it: only offers of those are counted, and what opens
none of them is no path, however many others it opens.
"""

from collections.abc import Mapping

import numpy as np

from matching.engine import Engine
from matching.explain.filter_names import filters
from matching.paths.aim import Aim
from matching.paths.before_hiring import before_hiring
from matching.paths.by_experience import by_experience
from matching.paths.path import Path, Way
from matching.paths.steps import Steps
from matching.paths.two_steps import in_two_steps
from matching.relaxing import without_each
from matching.schema import Collection
from matching.session_search import search_of


def paths(engine: Engine, profile_id: str, parameters: Mapping[str, str]) -> tuple[Path, ...]:
    """The best ways of each kind, those to a project itself first, then those that open most; sessions pass the filters
    of `parameters`. What experience may give is not told as a training too.

    Raises NotFound, UnknownParameter, BadParameter.
    """
    search = search_of(engine, profile_id, parameters)
    aim = Aim.of(engine.lookups, search.columns("occupation").tolist())
    steps = Steps.of(search, aim)
    titles = by_experience(search, aim)
    codes = engine.lookups.reference.certifications.codes
    by_then = frozenset([codes[path.certification] for path in titles])
    found = [*_single(steps, by_then), *in_two_steps(steps), *before_hiring(steps), *titles]
    return tuple(sorted(found, key=lambda path: (not path.serves.itself, -path.opening.offers)))


def _single(steps: Steps, besides: frozenset[str]) -> list[Path]:
    """The sessions one may enter today that open something, as the list of trainings ranks them; none that ends with a
    certification of `besides` (RNCP codes)."""
    open_to = np.flatnonzero(~steps.short_of_level & (steps.counts > 0) & (steps.scores > 0))
    order = open_to[np.argsort(-steps.scores[open_to], kind="stable")].tolist()
    found = []
    for at in steps.distinct(order, besides):
        opened = steps.doors.opened[steps.training[at]]
        served = steps.aim.served(steps.occupations_of(opened))
        found.append(Path(Way.ONE_STEP, steps.opening(opened), served, steps.cards(at)))
    return found


def placed(engine: Engine, profile_id: str) -> bool:
    """Whether it is known where the person looks from."""
    profiles = engine.catalogue(Collection.PROFILES)
    return bool((profiles.take("commune", profiles.rows_of(profile_id)) >= 0).any())


def profiled(engine: Engine, profile_id: str) -> bool:
    """Whether the person agreed that their background serves recommendations."""
    profiles = engine.catalogue(Collection.PROFILES)
    return bool(profiles.take("profiling", profiles.rows_of(profile_id)[:1]).any())


def no_path(engine: Engine, profile_id: str, parameters: Mapping[str, str]) -> str:
    """Why there is no path, in French, and the filter that would bring some, with their number."""
    relaxed = without_each(parameters, lambda others: len(paths(engine, profile_id, others)))
    if relaxed:
        (name, count), *_ = relaxed
        return f"Aucun parcours avec ces filtres. Sans {filters([name])}, il y en aurait {count}."
    return (
        "Aucun parcours n'ouvre en ce moment d'offre de plus dans vos métiers ni dans les métiers proches : ce qui est "
        "en ligne à votre portée vous est déjà accessible, ou demande une expérience que seule la pratique donne. "
        "Élargir votre rayon ou ajouter un métier à votre projet en ferait apparaître."
    )
