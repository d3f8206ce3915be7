"""What a person brings to an offer: skills, level, licences, languages, work done and titles held, as arrays.

Skills are those of the profile's row, the same that lists count: those that the person declares and those that their
work practised, the *cœur de métier* of an occupation held for `PRACTISED_MONTHS` or more. Of people who refused
profiling nothing of this is read: they bring what they say that they drive, and no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.pairs.base import NO_SKILL
from features.records import LanguageLevel, Profile
from features.rome.referential import UnknownRomeCode
from matching.lookups import Lookups
from matching.rows.profile import declared_skills, longest_first, occupations_held
from matching.sides import ColumnReader
from matching.titles import gives

_BEGINNING: Final = (LanguageLevel.A1, LanguageLevel.A2)


@dataclass(frozen=True, eq=False)
class Background:
    """One person. Arrays over skills and occupations have one entry more, the last, for an unknown one: never held."""

    profiled: bool
    """Whether the person agreed that skills and career serve recommendations; all below is empty when not, but for
    `licences`."""
    declared: NDArray[np.bool_]
    """(n_skills + 1,) skills that the person names."""
    practised: NDArray[np.bool_]
    """(n_skills + 1,) skills that their work practised and that they do not name."""
    level: int
    """0: none declared."""
    licences: int
    """Bits, those that a category implies included."""
    languages: int
    """Bits."""
    weak_french: bool
    """French is declared, and no better than A2."""
    past: tuple[tuple[int, int], ...]
    """(occupation row, months) of the work whose occupation is known, the longest first; an occupation once."""
    family_months: NDArray[np.float32]
    """(n_families + 1,) months in each v3 family; the last, of an unknown one, is 0."""
    certified: NDArray[np.bool_]
    """(n_occupations + 1,) occupations that the titles held are of (`matching.titles`)."""

    @property
    def skills(self) -> NDArray[np.bool_]:
        """(n_skills + 1,) declared or practised."""
        held: NDArray[np.bool_] = self.declared | self.practised
        return held


def background_of(profile: Profile, read: ColumnReader, lookups: Lookups) -> Background:
    """The background of a person whose row (any of their projects) `read` reads."""
    rome = lookups.reference.rome
    profiled = bool(read("profiling")[0])
    held = occupations_held(profile, lookups) if profiled else []
    past = longest_first(held)
    family_months = np.zeros(len(rome.families) + 1, dtype=np.float32)
    for occupation, months in past:
        family_months[rome.family_of[occupation]] += months
    known, declared = (np.zeros(rome.n_skills + 1, dtype=np.bool_) for _ in range(2))
    if profiled:
        rows = read("skills")[0]
        known[rows[rows != NO_SKILL]] = True
        declared[declared_skills(profile, lookups)] = True
    return Background(
        profiled,
        declared & known,
        known & ~declared,
        int(read("education_level")[0]) if profiled else 0,
        int(read("licences")[0]),
        int(read("languages")[0]) if profiled else 0,
        profiled and any(spoken.language == "fr" and spoken.level in _BEGINNING for spoken in profile.languages),
        past,
        family_months,
        _certified([item.rncp for item in profile.education if item.rncp is not None] if profiled else (), lookups),
    )


def _certified(codes: Sequence[str], lookups: Lookups) -> NDArray[np.bool_]:
    reference = lookups.reference
    certified = np.zeros(reference.rome.n_occupations + 1, dtype=np.bool_)
    for code in codes:
        row = reference.certifications.get_row(code)
        for rome_code in () if row is None else reference.certifications.rome_codes[row]:
            try:
                found = reference.rome.resolve(rome_code)
            except UnknownRomeCode:
                continue
            label = reference.certifications.labels[row or 0]
            certified[[occupation for occupation in found if gives(lookups, label, occupation)]] = True
    return certified
