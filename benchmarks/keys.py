"""Keys for a benchmark's own data folder, so that its store holds identities as a deployment's does."""

from pathlib import Path

from features.privacy.keyring import Keyring


def keys_in(folder: Path) -> Keyring:
    """Keys drawn for `folder`, written where the service looks for them; those that are there already are taken."""
    path = folder / "data-key"
    if path.is_file():
        return Keyring.read(path)
    keyring = Keyring.new()
    keyring.write(path)
    return keyring
