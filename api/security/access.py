"""Who may sign in and how: the keys, the tokens and the memory of one deployment, opened once at start."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from anyio import CapacityLimiter

from api.follow import Follower
from api.security.directory import Changes, Directory
from api.security.notes import Note, to_log
from api.security.signing_keys import SigningKeys
from api.security.tokens import Tokens
from api.settings import Settings
from features.store import Store

HASHES_AT_A_TIME = 2
"""Argon2 takes a core and 19 MiB each time."""


@dataclass(frozen=True, eq=False)
class Access:
    """What sign-in uses."""

    store: Store
    tokens: Tokens
    directory: Directory
    follower: Follower[Changes]
    clock: Callable[[], float] = time.time
    note: Note = to_log
    hashing: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(HASHES_AT_A_TIME))

    @classmethod
    def open(cls, settings: Settings, store: Store, note: Note = to_log) -> "Access":
        """Of a deployment; a key is drawn where there is none. Raises KeysUnusable."""
        directory = Directory(store, outage_s=settings.outage_s)
        tokens = Tokens(SigningKeys(settings.access_keys_dir), settings.public_url, settings.realm)
        return cls(store, tokens, directory, Follower(directory, settings.follow_interval_s), note=note)
