"""What identifies people stands sealed in the database's own files, and comes back as it went in."""

import datetime as dt

import pytest
import sqlalchemy as sa

from features.privacy.keyring import KeyringError
from features.records import ContactRequest, Identity, Profile, Project, ProtectedStatus
from features.store import SEALED, KeyMissing, Kind, Store, WriteCounts
from features.store.access import accounts, sign_ins
from features.store.access.accounts import Account
from features.store.access.sign_ins import SignIn
from features.store.rekeying import Resealed, reseal, sealed_by
from features.store.rewriting import rewrite
from features.store.sealing import about
from features.store.tables import metadata, record_tables
from tests.keys import KEYRING

NOW = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)
CAMILLE = Identity(
    id="p1",
    first_name="Zéphyrine",
    last_name="Quatrebarbes",
    email="zq@exemple.invalid",
    phone="0639981234",
    address="12 rue des Tanneurs",
    birth_date=dt.date(1987, 3, 9),
    sex="F",
)
ASKED = ContactRequest(
    id="13000548100010-1",
    siret="13000548100010",
    profile_id="p1",
    message="Bonjour madame Quatrebarbes",
    sent_at=NOW,
    lapses_at=NOW,
)
SECRETS = ("Zéphyrine", "Quatrebarbes", "zq@exemple", "0639981234", "Tanneurs", "1987-03-09", '"rqth"', "madame")


@pytest.fixture
def written(store: Store) -> Store:
    store.upsert([Profile(id="p1", projects=(Project(rome_code="J1501"),))], "essai")
    store.upsert([CAMILLE], "essai")
    store.upsert([ProtectedStatus(id="p1", rqth=True)], "essai")
    store.upsert([ASKED], "profil:p1")
    return store


def everything(store: Store) -> str:
    """All that the database holds, and, where it is one file, the bytes of the file and its journal."""
    with store.engine.connect() as connection:
        told = "".join(repr(row) for table in metadata.tables.values() for row in connection.execute(sa.select(table)))
        path = store.engine.url.database if store.engine.dialect.name == "sqlite" else None
    if path is not None:
        for part in (path, f"{path}-wal"):
            with open(part, "rb") as file:  # noqa: PTH123
                told += file.read().decode(errors="replace")
    return told


def test_the_database_tells_nothing_that_identifies(written: Store) -> None:
    found = everything(written)
    assert "J1501" in found
    assert [secret for secret in SECRETS if secret in found] == []


def test_what_is_sealed_comes_back(written: Store) -> None:
    assert written.get(Identity, "p1") == CAMILLE
    assert next(written.scan(Identity)) == [CAMILLE]
    assert written.page(Identity, 0, 5) == [CAMILLE]
    assert written.of_source(ContactRequest, "profil:p1") == [ASKED]
    assert written.of_prefix(ContactRequest, "13000548100010-") == [ASKED]
    assert written.upsert([CAMILLE], "essai") == WriteCounts(unchanged=1)


def test_the_same_birth_date_shows_in_no_digest(written: Store) -> None:
    """Who has the database cannot try dates out: a digest is made with the pepper."""
    table = record_tables[Kind.IDENTITY]
    with written.engine.connect() as connection:
        digest = bytes(connection.scalars(sa.select(table.c.digest)).one())
    assert Store(written.engine).sealing.put(Kind.PROFILE, "p1", Profile(id="p1", projects=()))[0] != digest
    import hashlib

    import msgspec

    assert hashlib.blake2b(msgspec.json.encode(CAMILLE), digest_size=16).digest() != digest


def test_without_keys_it_is_neither_read_nor_written(written: Store) -> None:
    bare = Store(written.engine)
    with pytest.raises(KeyMissing, match="VIVIER_DATA_KEY_FILE"):
        bare.get(Identity, "p1")
    with pytest.raises(KeyMissing):
        bare.upsert([CAMILLE], "essai")
    assert bare.get(Profile, "p1") is not None


def test_rows_cannot_be_swapped(written: Store) -> None:
    table = record_tables[Kind.IDENTITY]
    with written.writing() as writer:
        writer.connection.execute(sa.update(table).values(id="p2"))
    with pytest.raises(KeyringError, match="is about another"):
        written.get(Identity, "p2")


def test_rotation_seals_all_anew_and_logs_nothing(written: Store) -> None:
    mark = written.watermark()
    rotated = Store(written.engine, KEYRING.rotated("b"))
    assert reseal(rotated) == Resealed(renewed=3)
    assert reseal(rotated) == Resealed(as_they_were=3)
    assert sealed_by(rotated) == {"b": 3}
    assert rotated.watermark() == mark
    alone = Store(written.engine, rotated.sealing.keyring.only(["b"]))  # type: ignore[union-attr]
    assert alone.get(Identity, "p1") == CAMILLE
    assert alone.upsert([CAMILLE], "essai") == WriteCounts(unchanged=1)


def test_rotation_seals_what_accounts_and_sessions_hold_anew(written: Store) -> None:
    kept, lost = (KEYRING.seal(b"Zephyrine", about("account", key)) for key in ("a1", "a2"))
    token = KEYRING.seal(b"jeton", about("access_session", "s1"))
    with written.writing() as writer:
        for key, presented in (("a1", kept), ("a2", lost.replace("s1.a.", "s1.partie.")), ("a3", None)):
            accounts.put(writer.connection, Account(key, "issuer", key, 1, key, presented=presented))
        sign_ins.put(writer.connection, SignIn("s1", "a1", 2**40, "local", token))
        sign_ins.put(writer.connection, SignIn("s2", "a1", 2**40, "local", ""))
    rotated = Store(written.engine, KEYRING.rotated("b"))
    reseal(rotated)
    only = rotated.sealing.keyring.only(["b"])  # type: ignore[union-attr]
    with written.writing() as writer:
        found = {key: accounts.get(writer.connection, key).presented for key in ("a1", "a2", "a3")}  # type: ignore[union-attr]
        tokens = [sign_ins.end(writer.connection, key).id_token for key in ("s1", "s2")]  # type: ignore[union-attr]
    assert only.open(found["a1"] or "", about("account", "a1")) == b"Zephyrine"
    assert found["a2"] == lost.replace("s1.a.", "s1.partie."), "sealed by a key that is gone"
    assert found["a3"] is None
    assert (only.open(tokens[0], about("access_session", "s1")), tokens[1]) == (b"jeton", "")


def test_what_stood_in_clear_is_read_and_then_sealed(written: Store) -> None:
    """A store from before there were keys."""
    table = record_tables[Kind.IDENTITY]
    with written.writing() as writer:
        writer.connection.execute(sa.update(table).values(body='{"id":"p1","last_name":"Quatrebarbes"}'))
    assert written.get(Identity, "p1") == Identity(id="p1", last_name="Quatrebarbes")
    assert sealed_by(written) == {"": 1, "a": 2}
    assert reseal(written) == Resealed(sealed=1, as_they_were=2)
    rewrite(written.engine)
    assert "Quatrebarbes" not in everything(written)


def test_every_kind_that_names_or_tells_of_health_is_sealed() -> None:
    assert frozenset({Kind.IDENTITY, Kind.PROTECTED, Kind.CONTACT_REQUEST}) == SEALED
