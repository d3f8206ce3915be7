"""Secrets of a deployment that nobody set: drawn once, and kept in a file that only its user can read."""

import os
import secrets
from pathlib import Path


def kept_key(path: Path) -> bytes:
    """The key in the file `path`; drawn when it is not there. Two processes that start at the same time end up with the
    same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file():
        drawn = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
        with open(os.open(drawn, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(drawn, path)
        except FileExistsError:
            pass
        finally:
            drawn.unlink()
    return path.read_text().encode()
