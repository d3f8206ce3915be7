"""The hirings foretold of one establishment: in all, and by occupation."""

from typing import Final

import msgspec
import numpy as np

from matching.engine import Engine
from matching.errors import BadParameter, NotFound
from matching.prospection import Expected, expected_of
from matching.schema import Collection
from models.hiring.forecast import in_occupations

MOST: Final = 20
"""Occupations that are told without being asked for, those hired most."""


class ByOccupation(msgspec.Struct, frozen=True):
    """The hirings foretold in one occupation."""

    rome_code: str
    label: str
    share: float
    """Of the sector's hirings."""
    expected: Expected


def previsions(
    engine: Engine, siret: str, rome_codes: tuple[str, ...] = ()
) -> tuple[Expected | None, tuple[ByOccupation, ...]]:
    """The hirings of a firm over six months, in all and in the asked occupations, without any in the `MOST` that its
    sector hires most; none where its sector is not known.

    Occupations of one family (a v3 code) are told once, by the one that the sector hires by that name. Raises NotFound
    (a firm), BadParameter (an occupation).
    """
    firms = engine.catalogue(Collection.ESTABLISHMENTS)
    rows = firms.rows_of(siret)
    if len(rows) == 0:
        raise NotFound("L'établissement", siret)
    rome = engine.lookups.reference.rome
    means = firms.take("expected_hirings", rows).astype(np.float64)
    shapes = firms.take("hirings_shape", rows).astype(np.float64)
    shares = engine.lookups.naf_share[int(firms.take("naf", rows)[0])]
    if rome_codes:
        chosen = [_occupation(engine, code) for code in rome_codes]
    else:
        own = np.array([code == parent for code, parent in zip(rome.codes, rome.parents, strict=True)])
        order = np.lexsort((~own, -shares))
        _, first = np.unique(rome.family_of[order], return_index=True)
        chosen = [row for row in order[np.sort(first)][:MOST].tolist() if shares[row] > 0]
    part = in_occupations(means, shapes, shares[chosen], engine.lookups.hiring.kappa)
    told = expected_of(*part)
    return expected_of(means, shapes)[0], tuple(
        ByOccupation(rome.codes[row], rome.labels[row], float(shares[row]), expected)
        for row, expected in zip(chosen, told, strict=True)
        if expected is not None
    )


def _occupation(engine: Engine, code: str) -> int:
    rome = engine.lookups.reference.rome
    try:
        return rome.resolve(code)[0]
    except ValueError:
        raise BadParameter("codeROME", code, "un code ROME, ou plusieurs séparés par des virgules") from None
