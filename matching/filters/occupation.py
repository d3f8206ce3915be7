"""In given ROME occupations, professional domains or grands domaines."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from features.rome.referential import UnknownRomeCode
from matching.catalogue import View
from matching.errors import BadParameter
from matching.filters.base import AnyElement, Condition, Context, Filter, Parameter, Told, for_all, parse_list
from matching.schema import Collection

MOST = 200


def in_occupations(wanted: NDArray[np.bool_]) -> Condition:
    """Rows whose occupation, or one of them, is marked in `wanted` (n_occupations + 1,); the last entry is -1."""

    def told(collection: Collection) -> Condition:
        if collection is Collection.SESSIONS:
            return AnyElement("occupations", lambda values: wanted.take(values, mode="wrap"))
        return lambda view: wanted[view.column("occupation")]

    return Told(lambda view: _marked(view, wanted), told)


def _marked(view: View, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if view.collection is Collection.SESSIONS:
        marks = wanted.take(view.column("occupations").T, mode="wrap")
        reached: NDArray[np.bool_] = np.logical_or.reduce(marks, axis=0)
        return reached
    marked: NDArray[np.bool_] = wanted[view.column("occupation")]
    return marked


def _parse(given: Mapping[str, str], context: Context) -> Condition:
    rome = context.lookups.reference.rome
    wanted = np.zeros(rome.n_occupations + 1, dtype=np.bool_)
    for code in parse_list("codeROME", given["codeROME"], MOST) if "codeROME" in given else []:
        try:
            wanted[list(rome.resolve(code))] = True
        except UnknownRomeCode as error:
            near = f", par exemple {', '.join(error.nearest)}" if error.nearest else ""
            raise BadParameter("codeROME", code, f"un code ROME{near}") from None
    for code in parse_list("appellation", given["appellation"], MOST) if "appellation" in given else []:
        row = rome.get_appellation_row(code)
        if row is None:
            raise BadParameter("appellation", code, "un code d'appellation ROME (OGR)")
        wanted[rome.appellation_occupation[row]] = True
    for name, length, labels in (("grandDomaine", 1, rome.grand_domains), ("domaine", 3, rome.domains)):
        for code in parse_list(name, given[name], MOST) if name in given else []:
            if code not in labels:
                raise BadParameter(name, code, f"l'un de {', '.join(sorted(labels)[:20])}")
            wanted[:-1] |= np.array([occupation[:length] == code for occupation in rome.codes])
    return in_occupations(wanted)


FILTER = Filter(
    for_all(
        (Collection.PROFILES, Collection.OFFERS, Collection.SESSIONS),
        Parameter("codeROME", "Codes ROME (4.0 ou v3), séparés par des virgules.", "J1501"),
        Parameter("appellation", "Codes d'appellations ROME, séparés par des virgules.", "10891"),
        Parameter("grandDomaine", "Lettres de grands domaines, séparées par des virgules.", "J"),
        Parameter("domaine", "Codes de domaines professionnels, séparés par des virgules.", "J15"),
    ),
    _parse,
)
