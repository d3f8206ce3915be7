"""The store of a deployment: its keys found, who was erased kept out."""

from api.settings import Settings
from features.privacy.keyring import Keyring
from features.privacy.tombstones import Tombstones
from features.store import SEALED, KeyMissing, Store


def keyring_of(settings: Settings) -> Keyring | None:
    """The keys that the settings name; None where no file is there. Raises KeyringError for keys that cannot be used,
    and for a file that is named and missing."""
    if settings.data_key is not None:
        return Keyring.parse(settings.data_key.get_secret_value())
    if settings.data_key_file is None and not settings.key_path.is_file():
        return None
    return Keyring.read(settings.key_path)


def open_store(settings: Settings, make_keys: bool = False, patience_s: float | None = None) -> Store:
    """The store, brought up to date. With `make_keys`, a key file is made where there are no keys and nothing that is
    sealed by others: for trials on one machine. `patience_s`: what a service waits for the database at most.

    Raises KeyMissing when it holds what identifies people and there are no keys, KeyringError for keys that cannot be
    used.
    """
    keyring = keyring_of(settings)
    if keyring is None and make_keys:
        keyring = _made(settings)
    erased = None if keyring is None else Tombstones(settings.tombstones_path, keyring)
    store = Store.open(settings.store_url, keyring, erased, patience_s)
    try:
        if keyring is None and any(store.has_any(kind) for kind in SEALED):
            raise KeyMissing(
                "the store holds what identifies people, and no key was given to read it: set VIVIER_DATA_KEY_FILE (or "
                f"VIVIER_DATA_KEY) to the keys it was written with, or put them back to {settings.key_path}. Without "
                "them identities are lost; a store from before there were keys takes new ones: `vivier keys new`"
            )
    except BaseException:
        store.close()
        raise
    return store


def _made(settings: Settings) -> Keyring | None:
    store = Store.open(settings.store_url)
    try:
        if any(store.has_any(kind) for kind in SEALED):
            return None
    finally:
        store.close()
    keyring = Keyring.new()
    keyring.write(settings.key_path)
    return keyring
