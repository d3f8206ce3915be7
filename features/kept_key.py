"""Secrets of a deployment that nobody set: drawn once, and kept in a file that only its user can read."""

import contextlib
import secrets
from pathlib import Path

from features.private_file import write_private


def kept_key(path: Path) -> bytes:
    """The key in the file `path`; drawn when it is not there. Two processes that start at the same time end up with the
    same one."""
    if not path.is_file():
        with contextlib.suppress(FileExistsError):
            write_private(path, secrets.token_hex(32).encode(), replace=False)
    return path.read_text().encode()
