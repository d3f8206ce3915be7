"""One line of the audit log: its canonical JSON, and the hash that the next line carries."""

import datetime as dt
import hashlib
from collections.abc import Collection
from typing import Final

import msgspec

from features.audit.actions import Action
from features.audit.key import AuditKey

GENESIS: Final = "0" * 64
"""What the first line carries for the hash of the one before."""


class Entry(msgspec.Struct, frozen=True):
    """What happened, with ids as they are: it lives in memory for a moment, and becomes a `Line`."""

    at: float
    """Seconds since 1970."""
    action: Action
    operation: str
    """The method and the address as the API declares it (`GET /v1/profils/{id}`), or the command."""
    nature: str
    """What it is about: `profils`, `offres`…, the first part of the address."""
    actor: str | None = None
    role: str | None = None
    demo: bool = False
    on_behalf_of: str | None = None
    """Whom the actor speaks for: a SIRET, a counsellor, a feed; of a jobseeker, their pseudonym."""
    ids: tuple[str, ...] = ()
    """Of the records concerned, other than people."""
    ids_are_clear: bool = False
    """Whether `ids` may be written as they are: those of records that are there and speak of nobody."""
    people: tuple[str, ...] = ()
    """Profile ids of everyone concerned: shown, contacted, changed."""
    status: int | None = None
    model: str | None = None
    trace: str | None = None
    detail: str | None = None
    """Counts and the like, in words of our own."""


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line as it is kept, by its French names; the order of the fields is that of the canonical JSON."""

    numero: int
    date: str
    """UTC, to the millisecond: `2026-11-26T09:00:00.123Z`."""
    acteur: str | None
    role: str | None
    auNomDe: str | None
    demo: bool
    action: Action
    operation: str
    nature: str
    identifiants: tuple[str, ...]
    personnes: tuple[str, ...]
    """Pseudonyms, each once, sorted."""
    statut: int | None
    modele: str | None
    trace: str | None
    precision: str | None
    precedente: str
    """SHA-256 of the line before, in hexadecimal."""


_DECODER: Final = msgspec.json.Decoder(Line)


def line_of(entry: Entry, seq: int, previous: str, key: AuditKey) -> Line:
    """The line of an entry, at its place in the chain."""
    named = entry.ids if entry.ids_are_clear else [key.pseudonym(entry.nature, each) for each in entry.ids]
    return Line(
        seq,
        instant(entry.at),
        entry.actor,
        entry.role,
        entry.on_behalf_of,
        entry.demo,
        entry.action,
        entry.operation,
        entry.nature,
        tuple(named),
        pseudonyms(entry.people, key),
        entry.status,
        entry.model,
        entry.trace,
        entry.detail,
        previous,
    )


def pseudonyms(profile_ids: Collection[str], key: AuditKey) -> tuple[str, ...]:
    """What stands for these people: each once, in an order that says nothing of how they were ranked."""
    return tuple(sorted({key.person(each) for each in profile_ids}))


def instant(at: float) -> str:
    """A moment as lines write it."""
    return dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def canonical(line: Line) -> bytes:
    """The bytes that are kept, exported and hashed: JSON in UTF-8, all fields, no spaces."""
    return msgspec.json.encode(line)


def read(body: bytes | str) -> Line:
    """The line that `canonical` wrote. Raises msgspec.DecodeError for anything else."""
    return _DECODER.decode(body)


def digest(body: bytes) -> str:
    """The hash of a line, in hexadecimal."""
    return hashlib.sha256(body).hexdigest()
