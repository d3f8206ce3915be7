"""Payloads on disk: each compressed by itself, with a dictionary of what those of its collection have in common.

Records of one collection say much the same in the same order, which one record alone does not show a compressor. With
the dictionary, trained on some of them, a payload takes a seventh of its bytes, and all of France stays in memory. The
dictionary is trained anew for each generation, on records that are in it: it holds pieces of them, and a deleted record
must leave no piece behind.
"""

import threading
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np
import zstandard
from numpy.typing import NDArray

from features.array_files import save_array
from features.artifacts import ArtifactError
from matching.arrays import Blob, map_array

PAYLOADS, STARTS, SUMS = "payloads.bin", "payload_starts.npy", "payload_sums.npy"
DICTIONARY: Final = "payload_dictionary.bin"
"""Empty where there are too few payloads for one."""

LEVEL: Final = 3
"""Of zstd: a record takes 8 us. Level 6 would take 33 for an eighth less, level 12 90 for a fifth less."""
DICTIONARY_BYTES: Final = 112 << 10
"""Twice as much saves 2 %, half as much costs 2 %."""
TRAINED_ON: Final = 4000
"""Payloads a dictionary is trained on: three times as many save under 1 %."""
LOOKED_AT_BYTES: Final = 64 << 20
"""Of the first payloads, among which those are chosen."""
LEAST_BYTES: Final = 2 << 20
"""Of payloads for which there is a dictionary at all: training takes a good half of a second."""


class PayloadWriter:
    """Writes the payloads of a collection into `folder`, one record after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = (folder / PAYLOADS).open("wb")
        self._starts, self._sums = array("q", [0]), array("L")
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._compressor: zstandard.ZstdCompressor | None = None

    def add(self, payload: bytes) -> None:
        """The payload of the next record."""
        if self._compressor is not None:
            self._write(self._compressor, payload)
            return
        self._waiting.append(payload)
        self._waiting_bytes += len(payload)
        if self._waiting_bytes >= LOOKED_AT_BYTES:
            self._begin()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def finish(self) -> None:
        """Write what is left, and where each payload is."""
        if self._compressor is None:
            self._begin()
        self._file.close()
        save_array(self._folder / STARTS, np.array(self._starts, dtype=np.int64))
        save_array(self._folder / SUMS, np.array(self._sums, dtype=np.uint32))

    def _begin(self) -> None:
        """Learn what the payloads seen so far have in common, and write them."""
        dictionary = trained(self._waiting)
        (self._folder / DICTIONARY).write_bytes(dictionary)
        self._compressor = compressor(dictionary)
        for payload in self._waiting:
            self._write(self._compressor, payload)
        self._waiting = []

    def _write(self, compressor: zstandard.ZstdCompressor, payload: bytes) -> None:
        stored = compressor.compress(payload)
        self._starts.append(self._starts[-1] + self._file.write(stored))
        self._sums.append(crc32(stored))


def trained(payloads: Sequence[bytes]) -> bytes:
    """A dictionary for payloads like these; empty where they are few, or have nothing in common to learn."""
    if sum(map(len, payloads)) < LEAST_BYTES:
        return b""
    chosen = np.linspace(0, len(payloads) - 1, min(len(payloads), TRAINED_ON)).astype(np.int64).tolist()
    try:
        return zstandard.train_dictionary(DICTIONARY_BYTES, [payloads[at] for at in chosen]).as_bytes()
    except zstandard.ZstdError:
        return b""


def compressor(dictionary: bytes) -> zstandard.ZstdCompressor:
    """What stores a payload; the size is kept with it, neither a sum (ours stands beside) nor the dictionary's name."""
    if not dictionary:
        return zstandard.ZstdCompressor(level=LEVEL)
    learned = zstandard.ZstdCompressionDict(dictionary)
    learned.precompute_compress(level=LEVEL)
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=learned, write_dict_id=False)


class Payloads:
    """The payloads of m records. Each is checked against the CRC of what was stored when it is read: the file is
    large, and only what is shown is read of it. Thread-safe."""

    def __init__(
        self, blob: Blob, starts: NDArray[np.int64], sums: NDArray[np.uint32], dictionary: bytes, owner: str
    ) -> None:
        """`starts` (m + 1,): where each stored payload starts in `blob`, and the end of the last; `owner`: whose they
        are, for who repairs them."""
        self._blob, self._starts, self._sums, self._owner = blob, starts, sums, owner
        learned = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        self._decompressor = zstandard.ZstdDecompressor(dict_data=learned)
        self._alone = threading.Lock()
        """Of who decompresses: one payload at a time, 3 us each."""

    def __len__(self) -> int:
        return len(self._sums)

    def read(self, records: NDArray[np.integer]) -> list[bytes]:
        """What was stored with each record, in their order: asked of the disk all at once, one that comes back read
        once. Raises ArtifactError, with the number of the record, when that is not what was written."""
        each, place = np.unique(records, return_inverse=True)
        spans = list(zip(self._starts[each].tolist(), self._starts[each + 1].tolist(), strict=True))
        stored = self._blob.read_each(spans)
        for record, part, total in zip(each.tolist(), stored, self._sums[each].tolist(), strict=True):
            if crc32(part) != total:
                raise ArtifactError(f"{PAYLOADS} of {self._owner} is damaged at record {record}; build it again")
        with self._alone:
            payloads = list(map(self._decompressor.decompress, stored))
        return [payloads[at] for at in place.tolist()]

    def read_ahead(self) -> None:
        """Have the system read all of them into its memory, where there is room."""
        self._blob.read_ahead()

    @classmethod
    def load(cls, folder: Path, owner: str) -> "Payloads":
        """What `PayloadWriter` wrote."""
        return cls(
            Blob(folder / PAYLOADS),
            map_array(folder / STARTS),
            map_array(folder / SUMS),
            (folder / DICTIONARY).read_bytes(),
            owner,
        )
