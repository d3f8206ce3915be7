"""How results split over the values of a parameter: `filtresPossibles`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.bits import CONTRACT_BIT, FUNDING_BIT
from features.records import Contract, Funding
from matching.answer import Facet, FacetValue
from matching.catalogue import Catalogue
from matching.lookups import Lookups
from matching.schema import Collection

CONTRACT_LABELS = {
    Contract.CDI: "Contrat à durée indéterminée",
    Contract.CDD: "Contrat à durée déterminée",
    Contract.INTERIM: "Mission intérimaire",
    Contract.SEASONAL: "Contrat saisonnier",
    Contract.SELF_EMPLOYED: "Profession libérale",
    Contract.FRANCHISE: "Franchise",
    Contract.COMMERCIAL: "Profession commerciale",
    Contract.TAKEOVER: "Reprise d'entreprise",
    Contract.CDI_INTERIM: "CDI intérimaire",
    Contract.INSERTION_CDD: "CDD insertion",
    Contract.INSERTION_INTERIM: "Travail temporaire d'insertion",
    Contract.TREMPLIN_CDD: "CDD Tremplin",
}

FUNDING_LABELS = {
    Funding.CPF: "Compte personnel de formation",
    Funding.REGION: "Région",
    Funding.FRANCE_TRAVAIL: "France Travail",
    Funding.POEI: "Préparation opérationnelle à l'emploi individuelle",
    Funding.POEC: "Préparation opérationnelle à l'emploi collective",
    Funding.AFPR: "Action de formation préalable au recrutement",
    Funding.OPCO: "Opérateur de compétences",
    Funding.SELF: "Financement personnel",
}

_WORKING_TIME = {1: ("true", "Temps plein"), 2: ("false", "Temps partiel")}
_EXPERIENCE = {1: ("D", "Débutant accepté"), 2: ("S", "Expérience souhaitée"), 3: ("E", "Expérience exigée")}


@dataclass(frozen=True)
class _Values:
    """A column of candidate rows, and the result (a number) that each row belongs to."""

    values: NDArray[Any]
    results: NDArray[np.int64]

    def count(self, mask: NDArray[np.bool_]) -> int:
        """Results with a row in `mask`."""
        return len(np.unique(self.results[mask]))

    def counted(self) -> list[tuple[int, int]]:
        """Each value that is known (not negative), with the number of results that have it."""
        known = self.values >= 0
        pairs = np.unique(np.stack([self.values[known], self.results[known]]), axis=1)
        found, counts = np.unique(pairs[0], return_counts=True)
        return list(zip(found.tolist(), counts.tolist(), strict=True))


def facets_of(
    catalogue: Catalogue, rows: NDArray[np.int64], results: NDArray[np.int64], lookups: Lookups
) -> tuple[Facet, ...]:
    """How many results each value of a parameter would keep, the most frequent first; values that keep none are left
    out.

    `rows` are all the candidates, `results` (same length) the result each belongs to: a person with two projects, or a
    training with two sessions, counts once a value.
    """
    read: Callable[[str], _Values] = lambda name: _Values(catalogue.take(name, rows), results)  # noqa: E731
    match catalogue.collection:
        case Collection.OFFERS:
            facets = [
                ("typeContrat", _bits(read("contract"), CONTRACT_BIT, CONTRACT_LABELS)),
                ("tempsPlein", _codes(read("working_time"), _WORKING_TIME)),
                ("experience", _codes(read("experience_demand"), _EXPERIENCE)),
                ("codeROME", _occupations(read("occupation"), lookups)),
                ("departement", _departements(read("departement"), lookups)),
            ]
        case Collection.PROFILES:
            facets = [
                ("codeROME", _occupations(read("occupation"), lookups)),
                ("departement", _departements(read("departement"), lookups)),
            ]
        case Collection.SESSIONS:
            facets = [
                ("financement", _bits(read("fundings"), FUNDING_BIT, FUNDING_LABELS)),
                ("departement", _departements(read("departement"), lookups)),
            ]
        case Collection.ESTABLISHMENTS:
            facets = [("departement", _departements(read("departement"), lookups)), ("naf", _naf(read("naf"), lookups))]
    return tuple(Facet(name, _ordered(values)) for name, values in facets if values)


def _ordered(values: list[FacetValue], most: int = 20) -> tuple[FacetValue, ...]:
    return tuple(sorted(values, key=lambda item: (-item.count, item.value))[:most])


def _bits(column: _Values, bits: dict[Any, int], labels: dict[Any, str]) -> list[FacetValue]:
    values = column.values
    counts = {member: column.count((values & values.dtype.type(bit)) != 0) for member, bit in bits.items()}
    return [FacetValue(member.value, labels[member], count) for member, count in counts.items() if count]


def _codes(column: _Values, names: dict[int, tuple[str, str]]) -> list[FacetValue]:
    counts = {code: column.count(column.values == code) for code in names}
    return [FacetValue(*names[code], count) for code, count in counts.items() if count]


def _occupations(column: _Values, lookups: Lookups) -> list[FacetValue]:
    rome = lookups.reference.rome
    return [FacetValue(rome.codes[row], rome.labels[row], count) for row, count in column.counted()]


def _departements(column: _Values, lookups: Lookups) -> list[FacetValue]:
    names = lookups.departements
    return [FacetValue(names[row], names[row], count) for row, count in column.counted()]


def _naf(column: _Values, lookups: Lookups) -> list[FacetValue]:
    naf = lookups.reference.naf
    codes = [(naf.naf_codes[row], count) for row, count in column.counted()]
    return [FacetValue(code, naf.labels.get(code, code), count) for code, count in codes]
