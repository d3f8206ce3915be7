"""*Métiers possibles*: occupations near what a person knows that recruit where they look, the shortest way first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.answer import Window
from matching.background import background_of
from matching.best_sessions import best_sessions
from matching.career_field import Career, Field, Kept
from matching.engine import Engine
from matching.errors import BadParameter, NotFound, UnknownParameter
from matching.filters.base import Parameter, parse_flag, parse_integer
from matching.filters.registry import nearest_name
from matching.jobs import profile_at
from matching.relaxing import without_each
from matching.schema import Collection
from matching.session_search import search_of
from matching.sides import columns_of

PARAMETERS: Final = (
    Parameter("nouveaux", "true : sans les métiers que la personne vise déjà.", "true"),
    Parameter("grandDomaine", "Lettres de grands domaines du ROME, séparées par des virgules.", "J,K"),
    Parameter("offresMin", "Au moins ce nombre d'offres en ligne à portée de la personne.", "5"),
)


@dataclass(frozen=True)
class Careers:
    """A page of possible occupations, best first."""

    shown: tuple[Career, ...]
    total: int
    placed: bool
    profiled: bool
    relaxed: tuple[tuple[str, int], ...] = ()
    """Of an empty answer: the parameters that would fill it, left out alone, and what they would bring."""


def careers(engine: Engine, profile_id: str, parameters: Mapping[str, str], window: Window) -> Careers:
    """The occupations that a person could move to. Raises NotFound, UnknownParameter, BadParameter.

    `nouveaux` leaves declared projects out, `grandDomaine` keeps those of some *grands domaines*, `offresMin` those
    with as many live offers in reach.
    """
    kept = _parse(engine, parameters)
    profiles = engine.catalogue(Collection.PROFILES)
    projects = profiles.rows_of(profile_id)
    if len(projects) == 0:
        raise NotFound("Le profil", profile_id)
    columns = columns_of(profiles, projects)
    background = background_of(profile_at(engine, int(projects[0])), columns, engine.lookups)
    field = Field(engine, columns, background)
    ordered = field.ordered(kept)
    shown = ordered[window.first : window.last + 1]
    relaxed = without_each(parameters, lambda others: len(field.ordered(_parse(engine, others)))) if not ordered else ()
    best = best_sessions(search_of(engine, profile_id, {}), shown)
    return Careers(
        tuple([field.career(occupation, *best.get(occupation, (None, None))) for occupation in shown]),
        len(ordered),
        bool((columns("commune") >= 0).any()),
        background.profiled,
        relaxed,
    )


def _parse(engine: Engine, given: Mapping[str, str]) -> Kept:
    names = [parameter.name for parameter in PARAMETERS]
    for name in given:
        if name not in names:
            raise UnknownParameter(name, nearest_name(name, names))
    rome = engine.lookups.reference.rome
    only_new = "nouveaux" in given and parse_flag("nouveaux", given["nouveaux"])
    least = parse_integer("offresMin", given["offresMin"], 1, 100_000) if "offresMin" in given else 1
    letters = [each.strip().upper() for each in given.get("grandDomaine", "").split(",") if each.strip()]
    for letter in letters:
        if letter not in rome.grand_domains:
            raise BadParameter("grandDomaine", letter, f"l'une des lettres {', '.join(sorted(rome.grand_domains))}")
    of_domain = np.array([not letters or code[:1] in letters for code in rome.codes], dtype=np.bool_)

    def kept(field: "Field") -> NDArray[np.bool_]:
        enough = field.offers >= least
        if "offresMin" not in given:
            enough = enough | field.is_project
        marked: NDArray[np.bool_] = of_domain & enough & ~(field.is_project & only_new)
        return marked

    return kept
