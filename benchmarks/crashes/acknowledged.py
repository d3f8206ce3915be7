"""Writers over HTTP, and what each was told: a line before it asks, another when it is answered, on disk at once."""

import http.client
import json
import os
import random
import threading
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.crashes.house import COMMUNE, PLACE, ROME
from benchmarks.http_client import SIGNED

KEYS: Final = 20
"""Records of one writer."""
GONE: Final = 0
"""The version of what is not there."""
LOT: Final = 4
"""Lines of a bulk."""
PAUSE_S: Final = 0.05
"""Between two writes of one writer: what is killed must come forward too."""


@dataclass
class Known:
    """What may be said of one record: what was acknowledged last, and what was asked since without an answer."""

    version: int = GONE
    asked: list[int] = field(default_factory=list)

    def allows(self, version: int) -> bool:
        return version == self.version or version in self.asked


class Ledger:
    """What writers asked and were told, in a file that outlives what is killed, and by record."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()
        self.known: dict[str, Known] = {}
        self.acknowledged = 0
        self.refused: list[str] = []
        """Answers that were neither a success nor the end of a connection."""

    def ask(self, keys: Iterable[str], version: int) -> None:
        self._note("ask", keys, version)
        for key in keys:
            self.known.setdefault(key, Known()).asked.append(version)

    def told(self, keys: Iterable[str], version: int) -> None:
        self._note("told", keys, version)
        for key in keys:
            self.known[key] = Known(version)
            self.acknowledged += 1

    def refuse(self, keys: Iterable[str], version: int, said: str) -> None:
        self._note("refused", keys, version)
        self.refused.append(said)
        for key in keys:
            self.known[key].asked.remove(version)

    def unanswered(self) -> int:
        """Records of which nobody knows whether the last write was kept."""
        return sum(bool(each.asked) for each in self.known.values())

    def settle(self, key: str, version: int) -> None:
        """The record was looked at, nobody writing."""
        self.known[key] = Known(version)

    def _note(self, what: str, keys: Iterable[str], version: int) -> None:
        line = json.dumps([what, list(keys), version]).encode() + b"\n"
        with self._lock:
            os.write(self._descriptor, line)
            os.fsync(self._descriptor)


class Writer(threading.Thread):
    """One client that writes its own records, one request after the other, until the service is gone."""

    def __init__(self, number: int, port: int, ledger: Ledger, first_version: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.number, self.port, self.ledger = number, port, ledger
        self.version = first_version
        self._draw = random.Random(seed)
        self.stop = threading.Event()

    def run(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as connection:
            try:
                self._write(connection)
                while not self.stop.wait(PAUSE_S):
                    self._write(connection)
            except (OSError, http.client.HTTPException):
                return  # it is gone, and with it the answer

    def _write(self, connection: http.client.HTTPConnection) -> None:
        self.version += 1
        keys = [key_of(self.number, number) for number in self._draw.sample(range(KEYS), LOT)]
        if self.number % 3 == 0:
            lines = "".join(json.dumps(offer(key, self.version)) + "\n" for key in keys)
            self._send(connection, "POST", "/v1/offres/lot", lines, "application/x-ndjson", keys, self.version)
            return
        key = keys[0]
        path = f"/v1/offres/{key}"
        there = key in self.ledger.known and self.ledger.known[key].version != GONE
        if there and self._draw.random() < 0.3:
            self._send(connection, "DELETE", path, None, None, [key], GONE)
        else:
            body = json.dumps(offer(key, self.version))
            self._send(connection, "PUT", path, body, "application/json", [key], self.version)

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: str | None,
        content_type: str | None,
        keys: list[str],
        version: int,
    ) -> None:
        self.ledger.ask(keys, version)
        headers = SIGNED if content_type is None else {**SIGNED, "Content-Type": content_type}
        connection.request(method, path, None if body is None else body.encode(), headers)
        response = connection.getresponse()
        content = response.read()
        kept = not path.endswith("/lot") or b'"rejetees":0' in content
        if response.status in (200, 201, 204) and kept:
            self.ledger.told(keys, version)
        else:
            self.ledger.refuse(keys, version, f"{method} {path}: {response.status} {content[:300]!r}")


def key_of(writer: int, number: int) -> str:
    return f"ecrit-{writer}-{number:03d}"


def title_of(key: str, version: int) -> str:
    """What an offer is called: its id as one word, and its version."""
    return f"Aide-soignant {word_of(key)} version {version}"


def word_of(key: str) -> str:
    return key.replace("-", "")


def version_in(title: str) -> int:
    return int(title.rpartition(" ")[2])


def offer(key: str, version: int) -> dict[str, Any]:
    """An offer as the API takes it; each is a job of its own, whatever its version."""
    return {
        "id": key,
        "intitule": title_of(key, version),
        "description": f"Poste {word_of(key)}.",
        "dateCreation": "2026-01-12",
        "lieuTravail": {"libelle": PLACE, "commune": COMMUNE},
        "romeCode": ROME,
        "typeContrat": "CDI",
    }
