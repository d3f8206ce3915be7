"""The records' bytes beside their rows: a memory-mapped base, and what has been added since."""

from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

BLOB = "payloads.bin"
SPANS = "payload_spans.npy"


class Payloads:
    """`payload(row)` gives the bytes stored with a row; rows of one record share them."""

    def __init__(self) -> None:
        self._blob: NDArray[np.uint8] = np.empty(0, dtype=np.uint8)
        self._spans = np.empty((0, 2), dtype=np.int64)
        self._added: list[bytes] = []

    def __len__(self) -> int:
        return len(self._spans) + len(self._added)

    def append(self, payloads: list[bytes]) -> None:
        self._added.extend(payloads)

    def __getitem__(self, row: int) -> bytes:
        if row >= len(self._spans):
            return self._added[row - len(self._spans)]
        start, end = self._spans[row]
        return self._blob[start:end].tobytes()

    def save(self, folder: Path) -> None:
        spans = np.empty((len(self), 2), dtype=np.int64)
        position = 0
        previous: bytes | None = None
        with (folder / BLOB).open("wb") as blob:
            for row in range(len(self)):
                payload = self[row]
                if row > 0 and payload == previous:
                    spans[row] = spans[row - 1]
                    continue
                blob.write(payload)
                spans[row] = position, position + len(payload)
                position += len(payload)
                previous = payload
        np.save(folder / SPANS, spans)

    @classmethod
    def load(cls, folder: Path) -> Self:
        payloads = cls()
        payloads._spans = np.load(folder / SPANS, allow_pickle=False)
        path = folder / BLOB
        if path.stat().st_size > 0:
            payloads._blob = np.memmap(path, dtype=np.uint8, mode="r")
        return payloads
