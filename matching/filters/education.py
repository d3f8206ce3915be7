"""Levels of education: what a person holds, what an offer requires."""

from collections.abc import Mapping

from matching.filters.base import AllOf, Condition, Context, Filter, Parameter, parse_integer
from matching.schema import Collection

LEAST, MOST = 3, 8
_LEVELS = "3 CAP, 4 baccalauréat, 5 BTS, 6 licence, 7 master, 8 doctorat"


def held(level: int) -> Condition:
    """Profiles of that level at least, of people who agreed that their background be used: of others it is unknown."""
    return AllOf((lambda view: view.column("education_level") >= level, lambda view: view.column("profiling")))


def required_at_most(level: int) -> Condition:
    """Offers that require that level at most, or none."""
    return lambda view: view.column("education_required") <= level


def _parse(given: Mapping[str, str], context: Context) -> Condition:
    level = parse_integer("niveauFormation", given["niveauFormation"], LEAST, MOST)
    return held(level) if context.collection is Collection.PROFILES else required_at_most(level)


FILTER = Filter(
    {
        Collection.OFFERS: (
            Parameter(
                "niveauFormation",
                f"Niveau de formation de la personne ({_LEVELS}) : offres qui n'exigent pas plus.",
                "4",
            ),
        ),
        Collection.PROFILES: (
            Parameter(
                "niveauFormation",
                f"Niveau de formation au moins ({_LEVELS}). Les personnes qui n'ont pas accepté que leur parcours "
                "serve aux recommandations n'y figurent pas.",
                "5",
            ),
        ),
    },
    _parse,
)
