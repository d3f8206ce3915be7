"""Signed statements about the chain: where it ends, where it now begins, and what is known to be missing.

Each is signed over the identity of its store, so that none is of use elsewhere.
"""

from dataclasses import dataclass

import msgspec

from features.audit.key import AuditKey, is_signed


class Head(msgspec.Struct, frozen=True):
    """The last line at some moment: up to here the chain is this one."""

    numero: int
    empreinte: str
    date: str
    signature: str

    @classmethod
    def of(cls, key: AuditKey, identity: str, seq: int, line_hash: str, at: str) -> "Head":
        return cls(seq, line_hash, at, key.sign(_head(identity, seq, line_hash, at)))

    def holds(self, public: str, identity: str) -> bool:
        """Whether the signature is that of the key, for this store."""
        return is_signed(public, _head(identity, self.numero, self.empreinte, self.date), self.signature)


@dataclass(frozen=True)
class Stub:
    """What stands for the lines that were pruned: the last of them, and its hash."""

    seq: int
    hash: str
    before: str
    """Lines older than this day were removed; ISO 8601."""
    at: str
    signature: str

    @classmethod
    def of(cls, key: AuditKey, identity: str, seq: int, line_hash: str, before: str, at: str) -> "Stub":
        return cls(seq, line_hash, before, at, key.sign(_stub(identity, seq, line_hash, before, at)))

    def holds(self, public: str, identity: str) -> bool:
        return is_signed(public, _stub(identity, self.seq, self.hash, self.before, self.at), self.signature)


@dataclass(frozen=True)
class Gap:
    """Lines that are gone, and why, as whoever runs the service stated: a backup was restored."""

    first: int
    last: int
    hash_before: str
    """Of the line before the first."""
    hash_after: str
    """Of the last, as the line after it carries it."""
    reason: str
    at: str
    signature: str

    @classmethod
    def of(
        cls, key: AuditKey, identity: str, span: tuple[int, int], hashes: tuple[str, str], reason: str, at: str
    ) -> "Gap":
        return cls(*span, *hashes, reason, at, key.sign(_gap(identity, span, hashes, reason, at)))

    def holds(self, public: str, identity: str) -> bool:
        span, hashes = (self.first, self.last), (self.hash_before, self.hash_after)
        return is_signed(public, _gap(identity, span, hashes, self.reason, self.at), self.signature)


def _head(identity: str, seq: int, line_hash: str, at: str) -> bytes:
    return msgspec.json.encode(["vivier-audit-tete", identity, seq, line_hash, at])


def _stub(identity: str, seq: int, line_hash: str, before: str, at: str) -> bytes:
    return msgspec.json.encode(["vivier-audit-souche", identity, seq, line_hash, before, at])


def _gap(identity: str, span: tuple[int, int], hashes: tuple[str, str], reason: str, at: str) -> bytes:
    return msgspec.json.encode(["vivier-audit-lacune", identity, span, hashes, reason, at])
