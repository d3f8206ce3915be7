"""The hirings foretold of one establishment: in all, and by occupation."""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from matching.engine import Engine
from matching.errors import BadParameter, NotFound
from matching.hirings import Expected, expected_of
from matching.hooks import RECENT_DAYS
from matching.keys import key_number
from matching.lookups import day_number
from matching.schema import Collection
from models.hiring.forecast import in_occupations

MOST: Final = 20
"""Occupations that are told without being asked for, those hired most."""


class ByOccupation(msgspec.Struct, frozen=True):
    """The hirings foretold in one occupation."""

    rome_code: str
    label: str
    share: float
    """Of the hirings of its sector and the firm's own recent posts, as targets weigh them."""
    posts: int
    """Posts that the firm published itself over the last `RECENT_DAYS` days, of the whole family."""
    expected: Expected


def previsions(
    engine: Engine, siret: str, rome_codes: tuple[str, ...] = ()
) -> tuple[Expected | None, tuple[ByOccupation, ...]]:
    """The hirings of a firm over six months, in all and in the asked occupations, without any in the `MOST` that it is
    likeliest to hire: those of its sector, and those of its own recent posts, which count as `kappa` hirings of the
    sector do. None where its sector is not known.

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
    kappa = engine.lookups.hiring.kappa
    posts, published = _own_posts(engine, siret)
    of_sector = engine.lookups.naf_share[int(firms.take("naf", rows)[0])]
    shares = (kappa * of_sector + posts[rome.family_of[:-1]]) / (kappa + posts.sum())
    if rome_codes:
        chosen = [_occupation(engine, code) for code in rome_codes]
    else:
        own = np.array([code == parent for code, parent in zip(rome.codes, rome.parents, strict=True)])
        order = np.lexsort((~own, ~published, -shares))
        _, first = np.unique(rome.family_of[order], return_index=True)
        chosen = [row for row in order[np.sort(first)][:MOST].tolist() if shares[row] > 0]
    part = in_occupations(means, shapes, shares[chosen], kappa)
    told = expected_of(*part)
    return expected_of(means, shapes)[0], tuple(
        ByOccupation(rome.codes[row], rome.labels[row], float(shares[row]), int(posts[rome.family_of[row]]), expected)
        for row, expected in zip(chosen, told, strict=True)
        if expected is not None
    )


def _own_posts(engine: Engine, siret: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Posts that a firm published lately, by family of occupations; and whether each occupation is one of theirs."""
    offers, rome = engine.catalogue(Collection.OFFERS), engine.lookups.reference.rome
    rows = offers.rows_where("firm", key_number(siret))
    occupations = offers.take("occupation", rows)
    recent = offers.take("published_day", rows) >= day_number(engine.today()) - RECENT_DAYS
    rows, occupations = rows[recent & (occupations >= 0)], occupations[recent & (occupations >= 0)]
    weights = np.maximum(offers.take("posts", rows), 1).astype(np.float64)
    published = np.zeros(rome.n_occupations, dtype=np.bool_)
    published[occupations] = True
    posts: NDArray[np.float64] = np.zeros(len(rome.families))
    np.add.at(posts, rome.family_of[occupations], weights)
    return posts, published


def _occupation(engine: Engine, code: str) -> int:
    rome = engine.lookups.reference.rome
    try:
        return rome.resolve(code)[0]
    except ValueError:
        raise BadParameter("codeROME", code, "un code ROME, ou plusieurs séparés par des virgules") from None
