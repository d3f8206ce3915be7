"""The groups that an audit tells apart, kept in a table of their own that nothing which ranks, searches or shows reads.

A group is what the law forbids to decide by (Code du travail, L1132-1) and an auditor must see to find out whether it
was decided by all the same. Each person has one label on each axis, or none: what is not known is not guessed.
"""

import csv
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.records import Identity, Profile, ProtectedStatus
from features.store import Store, fairness_groups
from features.store.fairness_groups import AuditGroups
from features.travel_time import Density, density_of

UNKNOWN: Final = -1

AXES: Final[Mapping[str, tuple[str, ...]]] = {
    "sexe": ("femmes", "hommes"),
    "age": ("moins de 26 ans", "26 à 49 ans", "50 ans et plus"),
    "quartier_prioritaire": ("hors quartier prioritaire", "quartier prioritaire"),
    "rqth": ("sans RQTH", "RQTH"),
    "territoire": ("rural", "intermédiaire", "urbain dense"),
}
"""Labels of each axis: a group is kept as its place among them, or `UNKNOWN`."""

TITLES: Final[Mapping[str, str]] = {
    "sexe": "Femmes et hommes",
    "age": "Âge",
    "quartier_prioritaire": "Quartiers prioritaires de la politique de la ville",
    "rqth": "Reconnaissance de la qualité de travailleur handicapé (RQTH)",
    "territoire": "Type de territoire",
}

_SEXES: Final = {
    "f": 0,
    "femme": 0,
    "feminin": 0,
    "féminin": 0,
    "2": 0,
    "m": 1,
    "h": 1,
    "homme": 1,
    "masculin": 1,
    "1": 1,
}
_DENSITIES: Final = {Density.RURAL: 0, Density.MIXED: 1, Density.DENSE: 2}
_YOUNG, _SENIOR = 26, 50
_DAYS_A_YEAR: Final = 365.25


class QuartersUnusable(ValueError):
    """A list of priority neighbourhoods that cannot be read; the message says what it must hold."""


@dataclass(frozen=True)
class Quarters:
    """Who lives in a priority neighbourhood: people, as a deployment has placed their addresses, or whole communes."""

    people: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()

    @classmethod
    def read(cls, file: Path) -> "Quarters":
        """From a CSV with a column `id` (profiles) or `commune` (INSEE codes), separated by commas or semicolons.

        Raises QuartersUnusable, naming the columns that were found.
        """
        with file.open(encoding="utf-8-sig", newline="") as stream:
            first = stream.readline()
            stream.seek(0)
            rows = csv.DictReader(stream, delimiter=";" if ";" in first else ",")
            names = [name.strip() for name in rows.fieldnames or ()]
            column = next((name for name in ("id", "commune") if name in names), None)
            if column is None:
                told = ", ".join(names) or "nothing"
                raise QuartersUnusable(f"{file} has {told}: give a column `id` (profiles) or `commune` (INSEE codes)")
            found = frozenset(value.strip() for row in rows if (value := row.get(column)) and value.strip())
        return cls(people=found) if column == "id" else cls(communes=found)


def groups_of(
    profiles: Sequence[Profile],
    identities: Mapping[str, Identity],
    statuses: Mapping[str, ProtectedStatus],
    area: Callable[[str], int],
    quarters: Quarters | None,
    today: dt.date,
) -> Iterator[AuditGroups]:
    """The groups of some people. Without `quarters` nobody's neighbourhood is known; who told no RQTH has none."""
    for profile in profiles:
        identity = identities.get(profile.id)
        sex = "" if identity is None or identity.sex is None else identity.sex.strip().lower()
        commune = profile.commune_insee
        if quarters is None or (quarters.communes and commune is None):
            quarter = UNKNOWN
        else:
            quarter = int(profile.id in quarters.people or commune in quarters.communes)
        status = statuses.get(profile.id)
        yield AuditGroups(
            profile_id=profile.id,
            sex=_SEXES.get(sex, UNKNOWN),
            age=UNKNOWN if identity is None or identity.birth_date is None else _age_band(identity.birth_date, today),
            quarter=quarter,
            rqth=int(status is not None and status.rqth),
            area=UNKNOWN if commune is None else area(commune),
        )


def _age_band(born: dt.date, today: dt.date) -> int:
    years = (today - born).days / _DAYS_A_YEAR
    return 0 if years < _YOUNG else 2 if years >= _SENIOR else 1


def area_of(people_around: int) -> int:
    """Place in the labels of `territoire` of a commune with so many people within 10 km."""
    return _DENSITIES[density_of(people_around)]


@dataclass(frozen=True, eq=False)
class Axis:
    """One way to part people into groups."""

    name: str
    title: str
    labels: tuple[str, ...]
    of_person: NDArray[np.int64]
    """(n_people,) place in `labels`; -1 where it is not known."""


def axes_of(ids: Sequence[str], groups: Mapping[str, AuditGroups]) -> list[Axis]:
    """The axes over people, in this order; who is in no group stands at -1 everywhere."""
    found = [groups.get(key) for key in ids]
    columns = {
        "sexe": [UNKNOWN if each is None else each.sex for each in found],
        "age": [UNKNOWN if each is None else each.age for each in found],
        "quartier_prioritaire": [UNKNOWN if each is None else each.quarter for each in found],
        "rqth": [UNKNOWN if each is None else each.rqth for each in found],
        "territoire": [UNKNOWN if each is None else each.area for each in found],
    }
    return [Axis(name, TITLES[name], AXES[name], np.array(columns[name], dtype=np.int64)) for name in AXES]


def refill(store: Store, area: Callable[[str], int], quarters: Quarters | None, today: dt.date) -> int:
    """Fill the audit table anew from identities, protected statuses and places; how many people it has now. `area`
    gives the place of a commune (INSEE code) in the labels of `territoire`."""
    count = 0
    with store.writing() as writer:
        fairness_groups.forget(writer.connection)
    for profiles in store.scan(Profile):
        ids = [profile.id for profile in profiles]
        found = list(
            groups_of(
                profiles,
                store.get_many(Identity, ids),
                store.get_many(ProtectedStatus, ids),
                area,
                quarters,
                today,
            )
        )
        with store.writing() as writer:
            fairness_groups.put(writer.connection, found)
        count += len(found)
    return count
