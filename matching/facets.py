"""How results split over the values of a parameter: `filtresPossibles`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

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
_CONTRACTS = {bit: (member.value, CONTRACT_LABELS[member]) for member, bit in CONTRACT_BIT.items()}
_FUNDINGS = {bit: (member.value, FUNDING_LABELS[member]) for member, bit in FUNDING_BIT.items()}
_CONTRACT_BITS = np.array(list(_CONTRACTS), dtype=np.uint16)
_FUNDING_BITS = np.array(list(_FUNDINGS), dtype=np.uint16)

MOST_VALUES = 20
"""Values of one facet."""

Counts = Sequence[tuple[int, int]]
"""Values of a column and how many results have each."""


@dataclass(frozen=True)
class _Candidates:
    """Rows of a catalogue, and the result (a number from 0) that each belongs to."""

    catalogue: Catalogue
    rows: NDArray[np.int64]
    results: NDArray[np.int64]

    @cached_property
    def n_results(self) -> int:
        return int(self.results.max()) + 1

    def counts(self, name: str) -> Counts:
        """Each value that is known (not negative) of a column, with the number of results that have it."""
        values = self.catalogue.take(name, self.rows).astype(np.int64)
        if self.n_results < len(values):
            values = np.unique(values * self.n_results + self.results) // self.n_results
        counts = np.bincount(values + 1)[1:]
        found = counts.nonzero()[0]
        return list(zip(found.tolist(), counts[found].tolist(), strict=True))

    def bit_counts(self, name: str, bits: NDArray[np.integer]) -> Counts:
        """Each of `bits` with the number of results that have it in a column of bit sets; none is left out."""
        values = self.catalogue.take(name, self.rows)
        if self.n_results < len(values):
            order = np.argsort(self.results, kind="stable")
            starts = np.searchsorted(self.results[order], np.arange(self.n_results))
            values = np.bitwise_or.reduceat(values[order], starts)
        counts = ((values[:, None] & bits) != 0).sum(axis=0)
        return list(zip(bits.tolist(), counts.tolist(), strict=True))


def facets_of(
    catalogue: Catalogue, rows: NDArray[np.int64], results: NDArray[np.int64], lookups: Lookups
) -> tuple[Facet, ...]:
    """How many results each value of a parameter would keep, the most frequent first; values that keep none are left
    out.

    `rows` are all the candidates, `results` (same length) the result each belongs to, numbered from 0 without a gap: a
    person with two projects, or a training with two sessions, counts once a value.
    """
    if len(rows) == 0:
        return ()
    found = _Candidates(catalogue, rows, results)
    match catalogue.collection:
        case Collection.OFFERS:
            facets = [
                ("typeContrat", _named(found.bit_counts("contract", _CONTRACT_BITS), _CONTRACTS)),
                ("tempsPlein", _named(found.counts("working_time"), _WORKING_TIME)),
                ("experience", _named(found.counts("experience_demand"), _EXPERIENCE)),
                ("codeROME", _occupations(found.counts("occupation"), lookups)),
                ("departement", _departements(found.counts("departement"), lookups)),
            ]
        case Collection.PROFILES:
            facets = [
                ("codeROME", _occupations(found.counts("occupation"), lookups)),
                ("departement", _departements(found.counts("departement"), lookups)),
            ]
        case Collection.SESSIONS:
            facets = [
                ("financement", _named(found.bit_counts("fundings", _FUNDING_BITS), _FUNDINGS)),
                ("departement", _departements(found.counts("departement"), lookups)),
            ]
        case Collection.ESTABLISHMENTS:
            facets = [
                ("departement", _departements(found.counts("departement"), lookups)),
                ("naf", _naf(found.counts("naf"), lookups)),
            ]
    return tuple([Facet(name, _ordered(values)) for name, values in facets if values])


FACET_STEP: Final = 5


def discreet(facets: Sequence[Facet]) -> tuple[Facet, ...]:
    """Facets of people as an employer may read them: counts rounded down to a multiple of `FACET_STEP`, and no value
    that fewer people have: it could be told of one person where they look for work."""
    kept = [
        Facet(
            facet.parameter,
            tuple(
                FacetValue(each.value, each.label, each.count - each.count % FACET_STEP)
                for each in facet.values
                if each.count >= FACET_STEP
            ),
        )
        for facet in facets
    ]
    return tuple(facet for facet in kept if facet.values)


def _ordered(values: list[tuple[int, str, str]]) -> tuple[FacetValue, ...]:
    """The most frequent of (-count, value, label)."""
    return tuple([FacetValue(value, label, -less) for less, value, label in sorted(values)[:MOST_VALUES]])


def _named(counts: Counts, names: Mapping[int, tuple[str, str]]) -> list[tuple[int, str, str]]:
    return [(-count, *names[value]) for value, count in counts if count and value in names]


def _occupations(counts: Counts, lookups: Lookups) -> list[tuple[int, str, str]]:
    codes, labels = lookups.reference.rome.codes, lookups.reference.rome.labels
    return [(-count, codes[row], labels[row]) for row, count in counts]


def _departements(counts: Counts, lookups: Lookups) -> list[tuple[int, str, str]]:
    names = lookups.departements
    return [(-count, names[row], names[row]) for row, count in counts]


def _naf(counts: Counts, lookups: Lookups) -> list[tuple[int, str, str]]:
    codes, labels = lookups.reference.naf.naf_codes, lookups.reference.naf.labels
    return [(-count, codes[row], labels.get(codes[row], codes[row])) for row, count in counts]
