"""The keys of the tests: drawn once a run, for stores that hold what identifies people."""

from typing import Final

from features.privacy.keyring import Keyring

KEYRING: Final = Keyring.new()
