"""Files of one text a line, and the TSV files made from them."""

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from api.cli.console import REFUSED, fail


def read_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 file, a byte order mark and line ends removed, blank ones kept: numbers hold.

    The command ends, naming file and line, when the file cannot be read or is not UTF-8.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        fail(f"{path}: {error.strerror}", REFUSED)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start)
        fail(f"{path}, line {line} (from 0) is not UTF-8: save the file as UTF-8", REFUSED)
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def write_rows(path: Path, rows: Iterable[Sequence[object]]) -> int:
    """Write tab-separated rows, whole or not at all; how many. The command ends when the file cannot be written."""
    count = 0
    if path.exists() and not path.is_file():
        fail(f"{path} is not a file: name one to write", REFUSED)
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        fail(f"{path}: {error.strerror}", REFUSED)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="\n") as stream:  # noqa: PTH123  a descriptor
            for row in rows:
                stream.write("\t".join(map(str, row)) + "\n")
                count += 1
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return count
