"""A person all of whose words are unmistakable, and a search of every byte of a folder for them."""

import contextlib
import datetime as dt
import gzip
import io
import itertools
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow.parquet as pq
import zstandard

from features.privacy.keyring import Keyring
from features.records import (
    Consents,
    Education,
    Event,
    EventKind,
    Experience,
    Identity,
    LanguageSkill,
    Mobility,
    Profile,
    Project,
    ProtectedStatus,
    SkillClaim,
    Subscription,
)
from matching.keys import key_number

MARK: Final = "zq7xcanari"
"""Part of every word of the person."""
PERSON: Final = f"{MARK}-profil"
MOMENT: Final = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)


def word(of: str) -> str:
    return f"{MARK} {of}"


def profile(rome_code: str, commune: str, counsellor: str | None) -> Profile:
    """The person, with words of their own wherever a record has words."""
    return Profile(
        id=PERSON,
        projects=(
            Project(rome_code=rome_code, label=word("metier"), commune_insee=commune),
            Project(label=word("second metier"), rome_code=rome_code),
        ),
        skills=(SkillClaim(code="103455"),),
        experiences=(Experience(months=60, title=word("emploi"), rome_code=rome_code),),
        education=(Education(level=4, label=word("diplome"), year=2001),),
        languages=(LanguageSkill(language="en"),),
        commune_insee=commune,
        mobility=Mobility(km=60),
        consents=Consents(visible_to_employers=True, profiling=True, contact_by_email=True),
        summary=word("resume"),
        counsellor_id=counsellor,
        updated_on=MOMENT.date(),
    )


IDENTITY: Final = Identity(
    id=PERSON,
    first_name=word("prenom"),
    last_name=word("nom"),
    email=f"{MARK}@exemple.invalid",
    phone=f"06 {MARK}",
    address=word("adresse"),
    birth_date=dt.date(1987, 3, 9),
    sex=word("sexe"),
)
PROTECTED: Final = ProtectedStatus(id=PERSON, rqth=True, use_in_filters=True)


def subscription(channel: Any, number: int = 1, criteria: tuple[tuple[str, str], ...] = ()) -> Subscription:
    return Subscription(
        id=f"{MARK}-abonnement-{number}",
        profile_id=PERSON,
        channel=channel,
        webhook_url=f"https://{MARK}.exemple.invalid/x",
        criteria=criteria,
    )


def event(number: int, kind: EventKind, offer_id: str | None) -> Event:
    return Event(id=f"{MARK}-evenement-{number}", kind=kind, at=MOMENT, profile_id=PERSON, offer_id=offer_id)


def unplanted(record: object, allowed: frozenset[str]) -> list[str]:
    """Text fields of a record that do not have the mark, but the `allowed` ones: codes of a referential."""
    found = []

    def walk(value: Any, path: str) -> None:
        if isinstance(value, msgspec.Struct):
            for field in value.__struct_fields__:
                if field not in allowed:
                    walk(getattr(value, field), f"{path}.{field}")
        elif isinstance(value, tuple):
            for each in value:
                walk(each, path)
        elif type(value) is str and MARK not in value:
            found.append(path)

    walk(record, type(record).__name__)
    return found


def traces(folder: Path) -> list[str]:
    """`found_in`, by a process of its own: SQLite's locks are lost to a process that opens and closes its files."""
    return _elsewhere("traces", folder)


def opened(folder: Path) -> str:
    """The sealed bodies of the database of a folder, opened with its keys, as one text; by a process of its own."""
    return "\n".join(_elsewhere("opened", folder))


def _elsewhere(what: str, folder: Path) -> list[str]:
    command = [sys.executable, "-m", "tests.api.canary", what, str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, f"{what} of {folder} ended with {done.returncode}: its error stands above"
    found: list[str] = json.loads(done.stdout)
    return found


def found_in(folder: Path) -> list[str]:
    """Where the mark stands in the files of a folder, also inside compressed ones, and where the number of the
    person's id stands in arrays. Reads everything by itself: none of the code that erases."""
    found = []
    number = key_number(PERSON).to_bytes(8, "little")
    for path in sorted(Path(root) / name for root, _, names in os.walk(folder) for name in names):
        shown = str(path.relative_to(folder))
        with contextlib.suppress(FileNotFoundError):  # gone while it was looked at, with all that it held
            for where, data in contents(path):
                if has_mark(data):
                    found.append(f"{shown}{where}")
            if path.suffix == ".npy" and number in path.read_bytes():
                found.append(f"{shown}: its number")
    return found


def has_mark(data: bytes) -> bool:
    lower = data.lower()
    return any(MARK.encode(coding) in lower for coding in ("utf-8", "utf-16-le", "utf-32-le"))


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """The bytes of a file, and those that it packs."""
    data = path.read_bytes()
    yield "", data
    if path.suffix == ".gz":
        yield " unpacked", gzip.decompress(data)
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield f"/{name}", archive.read(name)
    if path.suffix == ".parquet":
        yield " rows", repr(pq.read_table(path).to_pylist()).encode()
    if path.suffix == ".db":
        with sqlite3.connect(path, timeout=60) as database:
            tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
            for table in tables:
                yield f" {table}", repr(database.execute(f"select * from {table}").fetchall()).encode()
        database.close()
    if path.name == "payloads.bin":
        dictionary = (path.parent / "payload_dictionary.bin").read_bytes()
        learned = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        starts = np.load(path.parent / "payload_starts.npy").tolist()
        for first, last in itertools.pairwise(starts):
            yield f" at {first}", zstandard.ZstdDecompressor(dict_data=learned).decompress(data[first:last])


def bodies(folder: Path) -> list[str]:
    """The sealed bodies of the database of a folder, opened."""
    keyring = Keyring.read(folder / "data-key")
    texts = []
    with sqlite3.connect(folder / "vivier.db") as connection:
        for kind in ("identity", "protected_status", "contact_request"):
            for key, body in connection.execute(f"select id, body from {kind}").fetchall():
                texts.append(keyring.open(body, f"{kind}/{key}").decode())
    connection.close()
    return texts


if __name__ == "__main__":
    print(json.dumps({"traces": found_in, "opened": bodies}[sys.argv[1]](Path(sys.argv[2]))))
