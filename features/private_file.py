"""Files that only their owner can read: keys and secrets."""

import os
import secrets
from pathlib import Path


def write_private(path: Path, content: bytes, *, replace: bool) -> None:
    """The file `path`, whole or not at all, on disk when this returns; its folder is made where it is not there.

    Raises FileExistsError where there is such a file already and it is not to be replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with open(os.open(drawn, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            drawn.replace(path)
        else:
            os.link(drawn, path)
    finally:
        drawn.unlink(missing_ok=True)
