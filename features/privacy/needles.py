"""Finding texts in files as they may be written there: as they are, as JSON, or as arrays of wide characters."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

BLOCK: Final = 1 << 22


def needles(texts: Iterable[str]) -> tuple[bytes, ...]:
    """The bytes by which these texts are known: UTF-8, JSON's escapes, UTF-16 and UTF-32 (numpy's strings)."""
    found: dict[bytes, None] = {}
    for text in texts:
        for written in (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
            found[written.encode()] = None
        found[text.encode("utf-16-le")] = None
        found[text.encode("utf-32-le")] = None
    return tuple(found)


def holds(data: bytes, wanted: Iterable[bytes]) -> bool:
    """Whether any of the texts stands there, not as a part of a longer word; of wide characters, whatever is beside:
    arrays put their texts side by side."""
    return any(_stands(data, needle) for needle in wanted)


def file_holds(path: Path, wanted: tuple[bytes, ...]) -> bool:
    """`holds`, of a file of any size."""
    longest = max(map(len, wanted), default=0) + 2
    return any(holds(block, wanted) for block in _blocks(path, longest))


def _blocks(path: Path, overlap: int) -> Iterator[bytes]:
    with path.open("rb") as stream:
        kept = b""
        while block := stream.read(BLOCK):
            yield kept + block
            kept = (kept + block)[-overlap:]


def _stands(data: bytes, needle: bytes) -> bool:
    start = data.find(needle)
    if needle[1:2] == b"\0":
        return start >= 0
    while start >= 0:
        end = start + len(needle)
        if not (_is_word(data[max(start - 1, 0) : start]) or _is_word(data[end : end + 1])):
            return True
        start = data.find(needle, start + 1)
    return False


def _is_word(character: bytes) -> bool:
    return character.isalnum() or character == b"_"
