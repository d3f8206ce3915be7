"""A title by experience, the VAE (*validation des acquis de l'expérience*).

Code du travail, art. L6411-1, as law n° 2022-1598 of 21 December 2022 rewrote it, and décret n° 2023-1275: a title for
an activity in direct relation with its content. The law no longer asks for a least duration; `VAE_MONTHS` is our own
prudence, for a jury judges what was learned.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.rome.referential import Rome, UnknownRomeCode
from matching.doors import doors_before
from matching.lookups import Lookups
from matching.openings import openings_among
from matching.openness import Taught
from matching.paths.aim import Aim
from matching.paths.path import Path, Way
from matching.paths.steps import EACH
from matching.schema import OCCUPATION_WIDTH
from matching.session_search import Search
from matching.titles import closeness, gives

VAE_MONTHS: Final = 12
SAME_TITLE: Final = 0.75
"""Least cosine, of the encoder that ships, between a title and the occupation that it is said to be of."""


def by_experience(search: Search, aim: Aim) -> list[Path]:
    """Titles that past work may give, those that open most offers first; none to who refused that it be read."""
    engine, background = search.engine, search.background
    reference = engine.lookups.reference
    certifications, rome = reference.certifications, reference.rome
    worked = {
        certification: (occupation, months)
        for occupation, months in reversed(background.past)
        if months >= VAE_MONTHS and not background.certified[occupation]
        for certification in certifications.for_occupation(rome.codes[occupation])
        if certifications.active[certification]
        and certifications.codes[certification].startswith("RNCP")
        and 3 <= certifications.levels[certification] <= max(background.level + 1, 4)
    }
    rows = _in_direct_relation(engine.lookups, {row: occupation for row, (occupation, _) in worked.items()})
    if len(rows) == 0:
        return []
    led_to = np.full((len(rows), OCCUPATION_WIDTH), -1, dtype=np.int16)
    for at, row in enumerate(rows.tolist()):
        occupations = [each for code in certifications.rome_codes[row] for each in _resolved(rome, code)]
        label = certifications.labels[row]
        given = [each for each in dict.fromkeys(occupations) if gives(engine.lookups, label, each)][:OCCUPATION_WIDTH]
        led_to[at, : len(given)] = given
    levels = certifications.levels[rows]
    taught = Taught.titles_alone(led_to, levels)
    doors = doors_before(engine, search.columns, background, taught, among=aim.taken)
    occupation, opened = doors.standing.asked.occupation, doors.opened
    counts = np.count_nonzero(opened, axis=1)
    counts[aim.is_step_down(led_to, levels, background.level)] = 0
    order = np.lexsort((rows, levels, -counts))
    home = int(search.columns("commune")[0])
    return [
        Path(
            Way.BY_EXPERIENCE,
            openings_among(engine, doors, home, opened[at]),
            aim.served(occupation[opened[at]]),
            certification=int(rows[at]),
            worked_as=worked[int(rows[at])],
        )
        for at in order[:EACH].tolist()
        if counts[at] > 0
    ]


def _in_direct_relation(lookups: Lookups, worked: Mapping[int, int]) -> NDArray[np.int64]:
    """Of certifications (rows) by the occupation (row) that was worked in, those whose title says that very work: the
    register files them under v3 codes, each of which holds several occupations. Ascending."""
    labels = lookups.reference.certifications.labels
    kept = [row for row, occupation in worked.items() if closeness(lookups, labels[row], occupation) >= SAME_TITLE]
    return np.array(sorted(kept), dtype=np.int64)


def _resolved(rome: Rome, code: str) -> Sequence[int]:
    try:
        return rome.resolve(code)
    except UnknownRomeCode:
        return ()
