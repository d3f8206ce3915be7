"""CSV of any partner, with a column mapping: offers, profiles or establishments."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from features.border.registry import BORDERS
from features.records import Record
from features.sources.base import Origin, Parsed, Reject
from features.sources.feed import through_border
from features.sources.mapping import BadCell, Mapping, shipped_mapping
from features.sources.reading import WRONG_WIDTH, csv_records
from features.store.kinds import Kind

if TYPE_CHECKING:
    from features.reference import Reference


@dataclass(frozen=True)
class MappedCsv:
    """A CSV read through a mapping: a shipped one by name, or one of the partner's."""

    name: str
    origin: Origin
    mapping_name: str
    mapping: Mapping | None = None
    """Used instead of the shipped one when given."""
    example_row: tuple[tuple[str, str], ...] = ()
    spoil: tuple[str, str] = ("", "")

    @cached_property
    def rules(self) -> Mapping:
        return self.mapping if self.mapping is not None else shipped_mapping(self.mapping_name)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return (self.rules.kind,)

    def read(self, path: Path, reference: "Reference") -> Iterator[Parsed | Reject]:
        """One record a row."""
        rules = self.rules
        border = BORDERS[rules.kind]
        to_record: Callable[[Any], Record] = (
            (lambda offer: offer.to_record(reference, self.name))
            if rules.kind is Kind.OFFER
            else (lambda model: border.to_record(model, reference))
        )
        for line, row in csv_records(path, rules.needed, rules.encoding, rules.delimiter):
            if WRONG_WIDTH in row:
                yield Reject.of(line, WRONG_WIDTH, row[WRONG_WIDTH], "wrong number of cells", "quote cells with commas")
                continue
            try:
                data = rules.apply(row)
            except BadCell as error:
                yield Reject.of(line, error.column, error.value, f"not {error.expected}", f"write {error.expected}")
                continue
            yield through_border(line, data, border.model, to_record, self._id(data))

    def _id(self, data: dict[str, object]) -> str | None:
        value = data.get("siret" if self.rules.kind is Kind.ESTABLISHMENT else "id")
        if value is None:
            return None
        return f"{self.name}:{value}" if self.rules.kind is Kind.OFFER else str(value)

    def example(self, folder: Path) -> Path:
        path = folder / f"{self.name}.csv"
        row = dict.fromkeys(sorted(self.rules.needed), "") | dict(self.example_row)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(row))
            writer.writeheader()
            writer.writerow(row)
        return path


OFFERS_CORPUS = MappedCsv(
    name="offres-corpus",
    origin=Origin(
        title="Real job offers, 2020-2026, without names",
        publisher="gathered from public repositories; texts of Pôle emploi / France Travail",
        file_name="offres/offres.csv.gz",
        licence="none stated at the source: for internal tests only",
    ),
    mapping_name="offres_corpus",
    example_row=(
        ("id_offre", "0a1b"),
        ("date_creation", "2024-03-04"),
        ("intitule", "Maçon (H/F)"),
        ("lieu", "23 - GUERET"),
        ("code_rome", "F1703"),
        ("type_contrat", "CDD - 6 Mois"),
        ("salaire", "Mensuel de 1900.0 Euros sur 12.0 mois"),
        ("competences", '[{"code": "1", "libelle": "Monter un mur"}]'),
    ),
    spoil=("2024-03-04", "hier"),
)

OFFERS_CSV = MappedCsv(
    name="offres-csv",
    origin=Origin(
        title="Job offers of a partner, CSV",
        publisher="any partner",
        file_name="*.csv with the columns of mappings/offres.toml, or of your own --mapping",
        licence="the partner's",
    ),
    mapping_name="offres",
    example_row=(
        ("id", "A-1"),
        ("intitule", "Soudeur TIG"),
        ("date_creation", "2025-02-01"),
        ("lieu", "33 - Bordeaux"),
        ("type_contrat", "CDI"),
        ("permis", "B|C"),
    ),
    spoil=("2025-02-01", "hier"),
)

PROFILES_CSV = MappedCsv(
    name="profils-csv",
    origin=Origin(
        title="Profiles, CSV",
        publisher="the network's own information system",
        file_name="*.csv with the columns of mappings/profils.toml, or of your own --mapping",
        licence="personal data: of the network",
    ),
    mapping_name="profils",
    example_row=(
        ("id", "P-1"),
        ("codes_rome", "D1102|D1106"),
        ("commune", "33063"),
        ("km", "25"),
        ("permis", "B"),
        ("experiences_mois", "24|6"),
        ("visible_employeurs", "oui"),
    ),
    spoil=("33063", "99999"),
)
