"""What is looked at after a kill: the database, the published folders, the audit chain, the models, and every record
that somebody was told is kept."""

import datetime as dt
import http.client
import json
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from api.auditing.log import key_of, witness_of
from api.delivery.hand_over import ALL_GONE
from api.settings import Settings
from benchmarks.crashes.acknowledged import GONE, Ledger, version_in
from benchmarks.crashes.house import SOURCE, House
from benchmarks.http_client import SIGNED
from features.artifacts import ArtifactError, current_id, load_current
from features.audit.verify import verify
from features.records import Frequency, Offer, Profile, Subscription
from features.reference import Reference
from features.store import Store
from features.store.digests import DigestState
from features.store.tables import delivery, digest
from matching.build import build
from matching.digests.digest import from_json
from matching.engine import Engine
from matching.schema import SCHEMAS, WITHOUT_VECTORS
from models.published import published_models
from models.ranked import Ranked

LAST_BITS: Final = 2e-3
"""Of the numbers of a unit vector, kept in half precision."""
ANCHOR: Final = "exemple-profil"
"""The person whose offers are asked for, to see what was written."""


def faults(house: House) -> list[str]:
    """What is wrong with the database, the published folders and the audit chain; nothing writes meanwhile, or only in
    whole transactions."""
    found = []
    with closing(sqlite3.connect(f"file:{house.data_dir / 'vivier.db'}?mode=ro", uri=True)) as connection:
        said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        found += [f"database: {line}" for line in said if line != "ok"]
    roots = [house.data_dir / "indexes", *(house.data_dir / "reference").iterdir()]
    roots += [house.data_dir / "rankers" / ranked.value for ranked in Ranked]
    for root in roots:
        if root.is_dir() and current_id(root) is not None:
            try:
                generation = load_current(root, thorough=True)
            except ArtifactError as error:
                found.append(str(error))
            else:
                found += [f"{root}: {generation.fallback_from} is damaged"] * (generation.fallback_from is not None)
    settings = Settings(data_dir=house.data_dir)
    with closing(Store.open(house.store_url)) as store:
        verdict = verify(store, witness_of(settings), key_of(settings).public)
    return found + ([] if verdict.fault is None else [f"audit: {verdict.fault}"])


def lost(store: Store, ledger: Ledger) -> list[str]:
    """Records that are not as somebody was told; nobody writes meanwhile. What was asked and never answered may be
    there or not, and is taken as it is found."""
    kept = store.get_many(Offer, ledger.known)
    versions = {key: version_in(kept[key].title) if key in kept else GONE for key in ledger.known}
    wrong = [
        f"{key}: version {versions[key]} is stored, {known.version} was acknowledged, {known.asked} asked"
        for key, known in ledger.known.items()
        if not known.allows(versions[key])
    ]
    for key, version in versions.items():
        ledger.settle(key, version)
    return wrong


def half_imported(store: Store) -> str | None:
    """The partner's people are all of one version of its file, or none is there."""
    versions = Counter(
        person.experiences[0].title for batch in store.scan(Profile) for person in batch if person.id.startswith(SOURCE)
    )
    return None if len(versions) <= 1 else f"an import was kept in part: {dict(versions)}"


def unseen(port: int, ledger: Ledger) -> list[str]:
    """Records that searches do not show as they are stored."""
    shown = searched(port)
    expected = {key: known.version for key, known in ledger.known.items() if known.version != GONE}
    return [
        f"{key}: searches show version {shown.get(key)}, {expected.get(key)} is stored"
        for key in sorted(shown.keys() | expected.keys())
        if shown.get(key) != expected.get(key)
    ]


def searched(port: int) -> dict[str, int]:
    """The version of each record of the writers, as searches show it."""
    path = f"/v1/profils/{ANCHOR}/offres?motsCles={quote('version')}&range=0-149"
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", path, headers=SIGNED)
        response = connection.getresponse()
        content = response.read()
    if response.status == 204:
        return {}
    if response.status not in (200, 206):
        raise RuntimeError(f"{path} answered {response.status}: {content[:300]!r}")
    return {each["id"]: version_in(each["intitule"]) for each in json.loads(content)["resultats"]}


def unlike_rebuilt(house: House) -> list[str]:
    """Records that the published generation and the log after it do not hold as an index built anew does: every
    column, vector and byte that is shown. Nobody writes meanwhile."""
    reference, models = Reference.load(house.data_dir / "reference"), published_models()
    with closing(house.open_store()) as store, tempfile.TemporaryDirectory() as place:
        served = _rows(Engine.open(store, reference, models, house.data_dir))
        build(store, reference, models, Path(place), now=dt.datetime.now(dt.UTC))
        rebuilt = _rows(Engine.open(store, reference, models, Path(place)))
    return [
        f"{collection}/{key} is not as in an index built anew: {what}"
        for collection, key in sorted(served.keys() | rebuilt.keys())
        if (what := _difference(served.get((collection, key), []), rebuilt.get((collection, key), []))) is not None
    ]


def half_written_models(house: House) -> list[str]:
    """Versions of the registry that cannot be read, and a ranker in force that is not whole."""
    from models.training.promotion import standing
    from models.training.registry import Registry
    from models.training.tracking import default_file

    if not default_file(house.data_dir).is_file():
        return []
    registry, found = Registry(house.data_dir), []
    for version in registry.versions(Ranked.OFFERS):
        try:
            registry.model(version)
            registry.held_out(version)
        except Exception as error:  # whatever it is: the registry points to what is no model
            found.append(f"version {version.number} of the registry: {type(error).__name__} {error}")
    trouble = standing(house.data_dir, Ranked.OFFERS).trouble
    return found + ([] if trouble is None else [f"ranker in force: {trouble}"])


def digest_faults(store: Store, letters: Counter[tuple[str, str]], ended: bool) -> list[str]:
    """What is wrong with the digests of a day, after the letters (identity, recipient) that a mail server was handed.

    A letter that was handed over and not noted comes again with the same identity, which tells mail readers that they
    have it; anything else that comes twice is wrong. `ended`: a run has gone to its end, and nothing is left to come.
    """
    with store.engine.connect() as connection:
        rows = connection.execute(sa.select(digest)).all()
        ledger = connection.execute(sa.select(delivery.c.profile_id, delivery.c.kind, delivery.c.item_id)).all()
        lines = Counter(connection.scalars(sa.select(delivery.c.digest_id)))
    people = Counter(row.subscription_id for row in rows)
    found = [f"{key} has {count} digests of one day" for key, count in people.items() if count > 1]
    found += [f"{line} is twice in the ledger" for line, count in Counter(map(tuple, ledger)).items() if count > 1]
    for row in rows:
        body = from_json(row.body)
        if lines[row.id] != len(body.offers) + len(body.trainings):
            found.append(f"digest {row.id} has {lines[row.id]} lines in the ledger")
    known = {row.id: row for row in rows}
    identities = {identity.strip("<>").partition("@")[0] for identity, _ in letters}
    found += [f"a letter of no digest was sent: {identity}" for identity in sorted(identities - known.keys())]
    recipients = Counter(recipient for _, recipient in letters)
    found += [f"{recipient} was sent {count} different letters" for recipient, count in recipients.items() if count > 1]
    for row in rows:
        if row.state == DigestState.HANDED_OVER and row.id not in identities:
            found.append(f"digest {row.id} is noted as handed over, and no letter came")
        left = row.state == DigestState.PREPARED or (row.state == DigestState.FAILED and row.failure != ALL_GONE)
        if ended and left:
            found.append(f"digest {row.id} was left behind: {row.state}, {row.failure}")
    if ended:
        wanted = {each.id for batch in store.scan(Subscription) for each in batch if each.frequency is Frequency.DAILY}
        found += [f"{key} has no digest" for key in sorted(wanted - people.keys())]
    return found


Row = tuple[dict[str, bytes], NDArray[np.float32], bytes]
"""The columns by name, the vector and the payload of a row."""


def _difference(one: list[Row], other: list[Row]) -> str | None:
    """What differs between the rows of a record in two indexes. Texts that are encoded in another company come out the
    same but for their last bits."""
    if len(one) != len(other):
        return f"{len(one)} rows and {len(other)}"
    for left, right in zip(one, other, strict=True):
        for name, here in left[0].items():
            if here != (there := right[0][name]):
                return f"{name} is {here.hex()}, not {there.hex()}"
        if left[2] != right[2]:
            return f"the record is {left[2]!r}, not {right[2]!r}"
        apart = float(np.abs(left[1] - right[1]).max(initial=0.0))
        if not apart <= LAST_BITS:
            return f"its vector is {apart:.2g} away"
    return None


def _rows(engine: Engine) -> dict[tuple[str, str], list[Row]]:
    """Everything that a question may read, by collection and id."""
    found: dict[tuple[str, str], list[Row]] = {}
    for collection, catalogue in engine.catalogues.items():
        for key in {catalogue.id_of(row) for row in np.flatnonzero(catalogue.alive).tolist()}:
            for row in catalogue.rows_of(key).tolist():
                columns = {each.name: catalogue.column(each.name)[row].tobytes() for each in SCHEMAS[collection]}
                without = collection in WITHOUT_VECTORS
                vector = np.empty((1, 0), np.float32) if without else catalogue.index.vectors(np.array([row]))
                found.setdefault((collection.value, key), []).append((columns, vector, catalogue.payload_of(row)))
    return found
