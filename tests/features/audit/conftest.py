"""Chains over stores of their own, on each engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from features.audit.actions import Action
from features.audit.chain import Chain
from features.audit.key import AuditKey
from features.audit.line import Entry
from features.audit.witness import Witness
from features.store import Store

KEY = AuditKey(b"an audit key of thirty-two bytes.")
NOON = 1_780_000_000.0


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store.open(store_url)
    yield opened
    opened.close()


@pytest.fixture
def chain(store: Store, tmp_path: Path) -> Chain:
    return Chain(store, KEY, Witness(tmp_path / "witness"))


def entry(number: int, **changes: object) -> Entry:
    """An entry that shows two people, like no other."""
    values: dict[str, object] = {
        "at": NOON + number,
        "action": Action.SEARCHED,
        "operation": "POST /v1/profils/recherche",
        "nature": "profils",
        "actor": f"compte-{number % 3}",
        "role": "employeur",
        "people": (f"profil-{number:06d}", f"profil-{number + 1:06d}"),
        "status": 206,
        "model": "vivier-profils/3",
        "trace": f"{number:032x}",
    }
    return Entry(**{**values, **changes})  # type: ignore[arg-type]
