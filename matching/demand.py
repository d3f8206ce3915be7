"""What an employer looks for and what a counsellor looks for, as they ask it: already validated at the border."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.records import Offer


@dataclass(frozen=True)
class Demand:
    """An employer's search for people: an offer that is not published, and criteria on the people."""

    offer: Offer
    """Carries the words, occupation, place, skills and conditions of the job."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Filters on profiles, in the names of the public API."""
    liked: tuple[str, ...] = ()
    """Ids of profiles that the results should be more like."""
    unliked: tuple[str, ...] = ()
    """Ids of profiles that the results should be less like; they are not shown."""
    without_diploma: bool = False
    """Diplomas play no part in the order and in what is said."""
    by_skills: bool = False
    """People are found and ordered by skills alone, without title, diploma or past (*méthode par habiletés*)."""
    open_domain: bool = False
    """People who aim at any occupation of the same ROME domain come in, behind those who aim at a near one."""


@dataclass(frozen=True)
class ProspectionDemand:
    """A counsellor's search for firms: for whom, and where.

    For whom: a counsellor's portfolio, chosen profiles, or target occupations; they add up.
    """

    counsellor_id: str | None = None
    profile_ids: tuple[str, ...] = ()
    rome_codes: tuple[str, ...] = ()
    commune_insee: str | None = None
    """Centre of the search; without it, where most of the portfolio lives."""
    radius_km: float = 30.0
    not_contacted_days: int | None = None
    """Leave out firms that were contacted less than so many days ago; None or 0: none for that."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Filters on firms, in the names of the public API."""
