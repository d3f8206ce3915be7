"""The open indicators: the market by occupation, for the country and by employment area, as anybody may have it."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.spreadsheet import csv_of
from features.communes import Communes
from features.rome.referential import Rome
from matching.discretion import Discretion
from matching.lookups import Lookups
from matching.steering.market import Line, Market, Order, lines

HEADER: Final = (
    "Code ROME",
    "Métier",
    "Grand domaine",
    "Code du bassin",
    "Bassin d'emploi",
    "Personnes en recherche (à cinq près)",
    "Offres",
    "Postes",
    "Offres pour dix personnes",
    "Part de recrutements jugés difficiles",
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_SMALL: Final = frozenset(["A", "AU", "AUX", "D", "DE", "DES", "DU", "EN", "ET", "L", "LA", "LE", "LES", "SOUS", "SUR"])
COUNTRY: Final = "France entière"
NOT_TOLD: Final = "non connu"


@dataclass(frozen=True)
class Names:
    """What families and areas are called."""

    family_codes: tuple[str, ...]
    family_labels: tuple[str, ...]
    domains: Mapping[str, str]
    """Letter of a *grand domaine* -> its label."""
    areas: tuple[str, ...]
    area_labels: tuple[str, ...]

    @classmethod
    def of(cls, lookups: Lookups) -> "Names":
        rome, communes = lookups.reference.rome, lookups.reference.communes
        labels = tuple(family_label(rome, code) for code in rome.families)
        return cls(rome.families, labels, rome.grand_domains, lookups.areas, _area_labels(lookups.areas, communes))

    def families_in(self, domain: str | None) -> list[int]:
        """Rows of the families of a *grand domaine* (its letter), all of them for None."""
        return [row for row, code in enumerate(self.family_codes) if domain is None or code[0] == domain]

    def domain_label(self, code: str) -> str:
        """Of the *grand domaine* of an occupation's code."""
        return self.domains.get(code[0], code[0])


def family_label(rome: Rome, code: str) -> str:
    """What a v3 fiche is called: as the 4.0 fiche of its code, else as the first that descends from it."""
    row = rome.row_of(code) if rome.contains(code) else rome.children_of(code)[0]
    return rome.labels[row]


def _area_labels(areas: Sequence[str], communes: Communes) -> tuple[str, ...]:
    names = dict(zip(communes.employment_areas, communes.employment_area_names, strict=True))
    return tuple(as_written(names.get(area) or area) for area in areas)


def as_written(label: str) -> str:
    """« Saint-Jean-de-Maurienne », of a name that its publisher gives in capitals; others are left as they are."""
    if not label.isupper():
        return label
    words = _WORD.sub(lambda word: word[0].lower() if word[0] in _SMALL else word[0].capitalize(), label)
    return words[0].upper() + words[1:]


@dataclass(frozen=True, eq=False)
class Indicators:
    """Every line that may be told, ready to be given."""

    names: Names
    by_place: Mapping[tuple[int | None, str | None], Sequence[Line]]
    """Lines of an area (None: the country), of one *grand domaine* or of all (None)."""
    csv: bytes

    def of(self, area: int | None, domain: str | None) -> Sequence[Line]:
        return self.by_place.get((area, domain), ())


def indicators_of(market: Market, names: Names, discretion: Discretion) -> Indicators:
    """All lines with an offer or enough people; makes them one by one: not for a request's path."""
    found: defaultdict[tuple[int | None, str | None], list[Line]] = defaultdict(list)
    rows = range(len(names.family_codes))
    places: list[int | None] = [None, *range(len(names.areas))]
    for area in places:
        for each in sorted(lines(market, rows, area, discretion, Order.OFFERS), key=lambda each: each.family):
            found[area, None].append(each)
            found[area, names.family_codes[each.family][0]].append(each)
    table = [cells(each, names) for area in places for each in found[area, None]]
    return Indicators(names, dict(found), csv_of(HEADER, table))


def cells(each: Line, names: Names) -> tuple[str, ...]:
    """A line of the spreadsheet, numbers as French writes them."""
    code = names.family_codes[each.family]
    return (
        code,
        names.family_labels[each.family],
        names.domain_label(code),
        "" if each.area is None else names.areas[each.area],
        COUNTRY if each.area is None else names.area_labels[each.area],
        f"moins de {each.people.below}" if each.people.count is None else str(each.people.count),
        str(each.offers),
        str(each.posts),
        _decimal(each.offers_for_ten, 1),
        _decimal(each.tension, 2),
    )


def _decimal(value: float | None, digits: int) -> str:
    return NOT_TOLD if value is None else f"{value:.{digits}f}".replace(".", ",")
