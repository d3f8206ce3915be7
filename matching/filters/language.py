"""Languages: those that a person speaks, those that an offer requires."""

from collections.abc import Mapping

import numpy as np

from features.bits import LANGUAGES, language_bits
from matching.errors import BadParameter
from matching.filters.base import AllOf, Condition, Context, Filter, Parameter, parse_list
from matching.schema import Collection

MOST = 10


def speaking(bits: int) -> Condition:
    """Profiles that name all of those languages, of people who agreed that their background be used."""
    wanted = np.uint64(bits)
    return AllOf((lambda view: (view.column("languages") & wanted) == wanted, lambda view: view.column("profiling")))


def requiring(bits: int) -> Condition:
    """Offers that require one of those languages."""
    return lambda view: (view.column("languages_required") & np.uint64(bits)) != 0


def _parse(given: Mapping[str, str], context: Context) -> Condition:
    codes = parse_list("langue", given["langue"], MOST)
    for code in codes:
        if code not in LANGUAGES:
            raise BadParameter("langue", code, f"un code de langue ISO 639-1 parmi {', '.join(LANGUAGES)}")
    bits = language_bits(codes)
    return speaking(bits) if context.collection is Collection.PROFILES else requiring(bits)


FILTER = Filter(
    {
        Collection.OFFERS: (
            Parameter("langue", "Langue exigée par l'offre (l'une de la liste, codes ISO 639-1).", "en,de"),
        ),
        Collection.PROFILES: (
            Parameter(
                "langue",
                "Langues parlées (toutes celles de la liste, codes ISO 639-1). Les personnes qui n'ont pas accepté que "
                "leur parcours serve aux recommandations n'y figurent pas.",
                "en",
            ),
        ),
    },
    _parse,
)
