"""What each importer is fuzzed with, and what is asked of it for one input.

An importer may refuse the file (`WrongFile`), reject rows, and take rows; nothing else. What it takes must pass the
border again as it is shown (the same record comes back), what it rejects must fit the rejects file, and both must
survive the staging that an import puts between the file and the store. An input that takes more than `BUDGET_S` seconds
of processor time is a hang.
"""

import io
import random
import re
import tempfile
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from features.border.registry import BORDERS
from features.records import Record
from features.reference import Reference
from features.rome.archive_rows import TABLES
from features.sources.base import Parsed, RecordSource, ReferenceSource, Reject, WrongFile
from features.sources.registry import RECORD_SOURCES, REFERENCE_SOURCES
from features.sources.staging import Staging
from features.store.kinds import KIND_OF

BUDGET_S: Final = 10.0

LARGEST: Final = 64 * 1024
"""Bytes of an input: limits on larger files have tests of their own."""


class Broken(AssertionError):
    """An importer did what it must not."""


@dataclass
class Outcome:
    """What an importer made of one input."""

    refused: bool = False
    taken: int = 0
    rejected: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Target:
    """An importer, and inputs to begin with."""

    name: str
    importer: RecordSource | ReferenceSource
    suffix: str
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = field(default=(), repr=False)
    """What a mutation may write: words of the format that chance would not find."""
    value: re.Pattern[bytes] | None = field(default=None, repr=False)
    """What a value looks like in this format (and, with a group, a key that is none): a mutation may put another value
    in its place, and keep the shape."""

    @cached_property
    def folder(self) -> Path:
        memory = Path("/dev/shm")  # noqa: S108  one folder of its own, of files that are read once
        return Path(tempfile.mkdtemp(prefix=f"vivier-fuzz-{self.name}-", dir=memory if memory.is_dir() else None))

    def judge(self, data: bytes, reference: Reference) -> Outcome:
        """Feed one input to the importer. Raises Broken, and whatever else the importer should not have raised."""
        path = self.folder / f"input{self.suffix}"
        path.write_bytes(data)
        began = time.process_time()
        outcome = Outcome()
        try:
            if isinstance(self.importer, _REFERENCE):
                self._built(path, outcome)
            else:
                self._read(path, reference, outcome)
        except WrongFile as error:
            outcome.refused = True
            _told(str(error))
        outcome.seconds = time.process_time() - began
        if outcome.seconds > BUDGET_S:
            raise Broken(f"{outcome.seconds:.1f} s for {len(data)} bytes")
        return outcome

    def _read(self, path: Path, reference: Reference, outcome: Outcome) -> None:
        source: Any = self.importer
        with Staging(self.folder) as staging:
            gone: dict[Any, list[str]] = {}
            kept: dict[Any, list[Record]] = {}
            for row in source.read(path, reference):
                if isinstance(row, Reject):
                    outcome.rejected += 1
                    _listed(row)
                    continue
                outcome.taken += 1
                self._passes_again(row, reference)
                staging.add(row.records)
                staging.add_gone(row.gone)
                for record in row.records:
                    kept.setdefault(KIND_OF[type(record)], []).append(record)
                for kind, key in row.gone:
                    gone.setdefault(kind, []).append(key)
            for kind, records in kept.items():
                _same(list(staging.records(kind)), records, "staged records")
            for kind, keys in gone.items():
                _same([key for batch in staging.gone(kind) for key in batch], keys, "staged deletions")

    def _passes_again(self, row: Parsed, reference: Reference) -> None:
        """Raises Broken where the border refuses, or reads otherwise, what it took."""
        for record in row.records:
            border = BORDERS[KIND_OF[type(record)]]
            shown = border.out(record)
            text = msgspec.json.encode(shown).decode()
            again = border.to_record(border.model.model_validate_json(text, strict=True), reference)
            _same(border.out(again), shown, "a record shown, and read again")

    def _built(self, path: Path, outcome: Outcome) -> None:
        source: Any = self.importer
        with tempfile.TemporaryDirectory(dir=self.folder) as built:
            for reject in source.build([path], Path(built)):
                outcome.rejected += 1
                _listed(reject)
            outcome.taken += 1


def _same(found: object, expected: object, what: str) -> None:
    if found != expected:
        raise Broken(f"{what}: {str(found)[:500]} is not {str(expected)[:500]}")


def _listed(reject: Reject) -> None:
    """A reject goes into a file, and says what to do."""
    msgspec.json.encode(reject)
    if not (reject.reason and reject.remedy and reject.field and len(reject.value) <= 80):
        raise Broken(f"a reject that does not help: {reject}")


def _told(message: str) -> None:
    """A refusal is a message for a person, that a terminal and a log can take."""
    message.encode()
    if not message or len(message) > 10_000:
        raise Broken(f"a refusal of {len(message)} characters")


_REFERENCE: Final = tuple({type(source) for source in REFERENCE_SOURCES})

_VALUES: Final = (
    b"",
    b"0",
    b"-1",
    b"1e999",
    b"9" * 40,
    b"2025-02-30",
    b"20250901",
    b"33063",
    b"\xc3\xa9\xf0\x9f\x98\x80",
    b"A" * 600,
)
_JSON: Final = (
    *(b'"' + value + b'"' for value in _VALUES),
    *(
        b"null",
        b"true",
        b"[]",
        b"{}",
        b"[null]",
        b"1e999",
        b"-0",
        b"1.5",
        b"NaN",
        b'"\\ud800"',
        b'"\\u0000"',
        b'"\\u2028"',
    ),
)
_CSV: Final = (*_VALUES, b",", b";", b"\t", b'"', b'"a\nb"', b"\r\n", b"\x00", b"|", b"a|b||c", b"[1]")
_XML: Final = (
    *_VALUES,
    b"<!DOCTYPE lheo [<!ENTITY a 'a'>]>",
    b"&a;",
    b"&#0;",
    b"<![CDATA[",
    b"]]>",
    b"<formation>",
    b"</formation>",
    b"<session/>",
    b"<?xml version='1.0' encoding='utf-16'?>",
)
_JSON_VALUE: Final = re.compile(rb'"(?:[^"\\]|\\.)*"(\s*:)?|-?\d+(?:\.\d+)?|true|false|null')
_CSV_VALUE: Final = re.compile(rb"(?<=[,;\n])[^,;\n]*(?=[,;\n])")
_XML_VALUE: Final = re.compile(rb"(?<=>)[^<>]+(?=<)|(?<=\")[^<>\"]*(?=\")")
_FORMATS: Final = {
    ".json": (_JSON, _JSON_VALUE),
    ".ndjson": (_JSON, _JSON_VALUE),
    ".html": ((*_JSON, b"</script>", b"<script type='application/ld+json'>"), _JSON_VALUE),
    ".xml": (_XML, _XML_VALUE),
    ".csv": (_CSV, _CSV_VALUE),
}


def targets() -> tuple[Target, ...]:
    """Every importer of the registry; SIRENE twice, as CSV and as Parquet."""
    found = [_of_record_source(source) for source in RECORD_SOURCES]
    found += [_of_reference_source(source) for source in REFERENCE_SOURCES]
    sirene = next(target for target in found if target.name == "sirene")
    return (*found, Target("sirene-parquet", sirene.importer, ".parquet", _as_parquet(sirene.seeds[0])))


def _of_record_source(source: RecordSource) -> Target:
    with tempfile.TemporaryDirectory() as folder:
        path = source.example(Path(folder))
        content = path.read_bytes()
    before, after = (text.encode() for text in source.spoil)
    seeds = (content, content.replace(before, after), b"")
    return Target(source.name, source, path.suffix, seeds, *_FORMATS[path.suffix])


_TABLES: Final[Mapping[str, str]] = {
    "communes": "code_insee,nom,type,codes_postaux,population,code_departement,code_region,lat,lon,bassin_emploi\n"
    "23096,Guéret,commune-actuelle,23000|23011,12734,23,75,46.17,1.87,7512\n2A004,Ajaccio,,20000,,2A,94,,,\n",
    "rncp": "Numero_Fiche,Intitule,Date_Fin_Enregistrement,Actif,Nomenclature_Europe_Intitule,Nouvelle_Certification\n"
    "RNCP37537,CAP Boulanger,31/08/2028,ACTIVE,Niveau 3,\nRS5054,Habilitation,01/01/24,INACTIVE,,RS6000\n",
    "bmo": "annee,Code métier BMO,Nom métier BMO,Dept,BE25,met,xmet\n"
    "2025,S1X40,Cuisiniers,23,7512,120,80\n2025,S1X40,Cuisiniers,23,7513,*,*\n",
    "rome-naf": "rome_id,naf_id,naf_label,hirings\nD1102,1071C,Boulangerie,120\nJ1501,8710A,Hébergement,3\n",
}


def _of_reference_source(source: ReferenceSource) -> Target:
    if source.name == "rome":
        return Target("rome", source, ".zip", (_rome_archive(),))
    content = _TABLES[source.name].encode()
    return Target(source.name, source, ".csv", (content, content.replace(b",", b";"), b""), *_FORMATS[".csv"])


_ROME_ROWS: Final[Mapping[str, str]] = {
    "referentiel_code_rome": "D1102,Boulanger,D1102,,,,,",
    "referentiel_appellation": "11573,Boulanger / Boulangère,Boulanger,D1102,PRINCIPALE,N",
    "referentiel_competence": "100001,Pétrir une pâte,MACRO-SAVOIR-FAIRE",
    "referentiel_savoir": "200001,Hygiène",
    "coherence_item": "D1102,100001,1",
    "texte": "D1102,definition,1,Fait le pain.",
    "grand_domaine": "D,Commerce",
    "domaine_professionnel": "D11,Commerce alimentaire",
}


def _rome_archive() -> bytes:
    """A ROME archive of one occupation."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for table, columns in TABLES.items():
            header = ",".join([*columns.required, *columns.optional])
            archive.writestr(f"unix_{table}_v460_utf8.csv", f"{header}\n{_ROME_ROWS.get(table, '')}\n")
    return stream.getvalue()


def _as_parquet(content: bytes) -> tuple[bytes, ...]:
    """A CSV as Parquet, plain and compressed."""
    table = arrow_csv.read_csv(
        pa.BufferReader(content), convert_options=arrow_csv.ConvertOptions(strings_can_be_null=True)
    )
    found = []
    for compression in ("none", "snappy", "zstd"):
        stream = io.BytesIO()
        parquet.write_table(table, stream, compression=compression)
        found.append(stream.getvalue())
    return tuple(found)


def mutated(target: Target, data: bytes, draw: random.Random) -> bytes:
    """`data` with one to eight changes: bytes flipped, cut out, repeated or moved, words of the format written, and
    values, below a table's header, replaced by others."""
    changed = bytearray(data)
    words = target.words or (b"\x00", b"\xff\xff\xff\xff")
    if target.value is not None and draw.random() < 0.7:
        for _ in range(draw.randint(1, 4)):
            found = target.value.finditer(changed, changed.find(b"\n") + 1)
            places = [each.span() for each in found if each.lastindex is None]
            if places:
                start, end = draw.choice(places)
                changed[start:end] = draw.choice(words)
        return bytes(changed[:LARGEST])
    for _ in range(draw.randint(1, 8)):
        at = draw.randrange(len(changed) + 1)
        until = min(len(changed), at + draw.randint(1, 40))
        match draw.randrange(5):
            case 0 if at < len(changed):
                changed[at] = draw.randrange(256)
            case 1:
                del changed[at:until]
            case 2:
                changed[at:at] = changed[at:until] * draw.randint(1, 20)
            case 3:
                piece = changed[at:until]
                del changed[at:until]
                to = draw.randrange(len(changed) + 1)
                changed[to:to] = piece
            case _:
                changed[at : at + draw.randint(0, 3)] = draw.choice(words)
    return bytes(changed[:LARGEST])
