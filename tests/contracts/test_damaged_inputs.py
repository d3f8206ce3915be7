"""Damaged, hostile and absurd files to every importer of the registry: refused, or read row by row; never a crash.

A small part of `python -m benchmarks.fuzz`, without its guidance and always the same, and what that run once found.
"""

import gzip
import io
import json
import random
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.fuzz_targets import Target, mutated, targets
from features.reference import Reference
from features.sample.reference import sample_reference
from features.sources.base import Parsed, Reject, WrongFile
from features.sources.offers_ft import OffersFt
from features.sources.reading import FREE_BYTES
from features.sources.rome import ROME
from features.sources.sirene import EXAMPLES, Sirene

DRAWS = 25
TARGETS = {target.name: target for target in targets()}


@pytest.fixture(scope="module")
def reference() -> Reference:
    return sample_reference()


@pytest.fixture(params=TARGETS.values(), ids=TARGETS.keys())
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    chosen: Target = replace(request.param)
    chosen.__dict__["folder"] = tmp_path
    return chosen


def test_the_examples_pass_and_mutations_break_nothing(target: Target, reference: Reference) -> None:
    assert target.judge(target.seeds[0], reference).taken > 0
    draw = random.Random(20)
    for _ in range(DRAWS):
        target.judge(mutated(target, draw.choice(target.seeds), draw), reference)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00\x00",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"<a>" * 50_000,
        b'"' * 10_000,
        b"<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><lheo>&b;</lheo>",
        b"<?xml version='1.0'?><!DOCTYPE l [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><lheo>&x;</lheo>",
        b"<?xml version='1.0' encoding='UTF-7'?><lheo/>",
        b"PAR1" + b"\x00" * 100 + b"PAR1",
        b"PK\x05\x06" + b"\x00" * 18,
    ],
    ids=["utf32", "lists", "objects", "elements", "quotes", "laughs", "external", "utf7", "parquet", "empty zip"],
)
def test_hostile_files_are_refused(target: Target, reference: Reference, content: bytes) -> None:
    assert target.judge(content, reference).taken == 0


@pytest.mark.parametrize("name", ["communes", "lheo"])
def test_bombs_are_refused(name: str, reference: Reference) -> None:
    folded = gzip.compress(b"0" * (FREE_BYTES + 1_000_000), 9)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("unix_texte_v460_utf8.csv", b"0" * (FREE_BYTES + 1_000_000))
    for bomb in (folded, stream.getvalue()):
        assert TARGETS[name].judge(bomb, reference).refused


def read_offers(path: Path, offers: list[object], reference: Reference) -> list[Parsed | Reject]:
    path.write_text(json.dumps(offers))
    return list(OffersFt().read(path, reference))


def test_half_a_surrogate_pair_is_a_reject_that_can_be_written(tmp_path: Path, reference: Reference) -> None:
    (row,) = read_offers(tmp_path / "offres.json", ["\ud800"], reference)
    assert isinstance(row, Reject)
    assert row.value == "?"
    (row,) = read_offers(tmp_path / "offres.json", [{"id": "\ud800", "intitule": 3}], reference)
    assert isinstance(row, Reject)
    assert row.id == "offres-ft:?"


def test_a_duration_that_no_contract_has_stays_unknown(tmp_path: Path, reference: Reference) -> None:
    offer = {
        "id": "1",
        "intitule": "Boulanger",
        "dateCreation": "2026-01-15",
        "typeContratLibelle": "CDD - 999 Mois",
        "experienceLibelle": "9" * 400 + " ans",
    }
    (row,) = read_offers(tmp_path / "offres.json", [offer], reference)
    assert isinstance(row, Parsed)
    assert row.records[0].contract_months is None  # type: ignore[union-attr]
    assert row.records[0].experience_months is None  # type: ignore[union-attr]


def sirene(folder: Path, reference: Reference, **changed: str) -> Parsed | Reject:
    row = {**EXAMPLES[0], **changed}
    path = folder / "sirene.csv"
    path.write_text(",".join(row) + "\n" + ",".join(f'"{value}"' for value in row.values()) + "\n", encoding="utf-8")
    (read,) = Sirene().read(path, reference)
    return read


def test_a_closed_establishment_is_named_by_a_siret(tmp_path: Path, reference: Reference) -> None:
    two = sirene(tmp_path, reference, siret="99000000100011\n99000000200019", etatAdministratifEtablissement="F")
    assert isinstance(two, Reject)
    assert two.field == "siret"
    assert isinstance(sirene(tmp_path, reference, siret="", etatAdministratifEtablissement="F"), Reject)


def test_an_establishment_s_name_is_as_long_as_the_border_takes(tmp_path: Path, reference: Reference) -> None:
    assert isinstance(sirene(tmp_path, reference, enseigne1Etablissement="A" * 500), Parsed)
    assert isinstance(sirene(tmp_path, reference, enseigne1Etablissement="A" * 501), Reject)


def test_a_damaged_directory_of_an_archive_is_refused(tmp_path: Path) -> None:
    whole = TARGETS["rome"].seeds[0]
    for name in (b"\x00nix_texte", b"\xffnix_texte"):
        path = tmp_path / "rome.zip"
        path.write_bytes(whole.replace(b"unix_texte", name))
        with pytest.raises(WrongFile):
            ROME.build([path], tmp_path)
