"""Waiting for what other threads and processes make visible."""

import time
from collections.abc import Callable
from typing import Final

PATIENCE_S: Final = 30.0
"""The promise is one second; the limit spares a busy machine."""
PAUSE_S: Final = 0.02


def soon(happens: Callable[[], bool], patience_s: float = PATIENCE_S) -> bool:
    """Whether it happens before long."""
    deadline = time.monotonic() + patience_s
    while not happens():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_S)
    return True


def until(done: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait for it; fail where it does not come."""
    assert soon(done, patience_s), "what was waited for did not come"
