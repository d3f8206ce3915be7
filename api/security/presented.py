"""What a provider vouches for of somebody who waits for a decision: sealed in the store, and gone with the decision."""

import msgspec

from features.privacy.keyring import KeyringError
from features.store import Store
from features.store.access.accounts import Account
from features.store.sealing import about


class Presented(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who somebody says they are, as their provider has it."""

    name: str | None = None
    email: str | None = None
    siret: str | None = None


def sealed(store: Store, account_id: str, presented: Presented) -> str | None:
    """What is kept of it: nothing where there are no keys to seal it with."""
    keyring = store.sealing.keyring
    return None if keyring is None else keyring.seal(msgspec.json.encode(presented), about("account", account_id))


def presented_of(store: Store, account: Account) -> Presented | None:
    """What was kept of an account that waits; None where nothing was, or where the key that sealed it is gone."""
    keyring = store.sealing.keyring
    if keyring is None or account.presented is None:
        return None
    try:
        return msgspec.json.decode(keyring.open(account.presented, about("account", account.id)), type=Presented)
    except KeyringError:
        return None
