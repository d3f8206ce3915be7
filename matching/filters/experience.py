"""Experience: what an offer asks for, how much a person has."""

from collections.abc import Mapping

import numpy as np

from matching.errors import BadParameter
from matching.filters.base import Condition, Context, Filter, Parameter, parse_integer, parse_list
from matching.schema import Collection

_DEMANDS = {"D": 1, "S": 2, "E": 3}


def demands(codes: set[int]) -> Condition:
    """Offers with one of those demands (1 débutant accepté, 2 souhaitée, 3 exigée)."""
    wanted = np.array(sorted(codes), dtype=np.int8)
    return lambda view: np.isin(view.column("experience_demand"), wanted)


def at_least(months: int) -> Condition:
    """Profiles with at least so many months in the target occupation."""
    return lambda view: view.column("experience_months") >= months


def _parse(given: Mapping[str, str], context: Context) -> Condition:
    if context.collection is Collection.PROFILES:
        return at_least(parse_integer("experienceMois", given["experienceMois"], 0, 600))
    codes = parse_list("experience", given["experience"], len(_DEMANDS))
    for code in codes:
        if code not in _DEMANDS:
            raise BadParameter("experience", code, "D (débutant accepté), S (souhaitée) ou E (exigée)")
    return demands({_DEMANDS[code] for code in codes})


FILTER = Filter(
    {
        Collection.OFFERS: (
            Parameter("experience", "Expérience demandée : D débutant accepté, S souhaitée, E exigée.", "D,S"),
        ),
        Collection.PROFILES: (Parameter("experienceMois", "Mois d'expérience au moins dans le métier visé.", "12"),),
    },
    _parse,
)
