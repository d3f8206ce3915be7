"""A node's own copies of what is published in the data folder that nodes share: copied, checked, then in force.

Whoever publishes (an import, a build, a merge, a promotion) does so in the data folder. A node looks there every
`EVERY_S`, copies what is new to its own disk in a thread, and takes it up as it takes up anything that is published
beside it. The shared folder may go away: what was copied serves on.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from features.artifacts import MANIFEST, POINTER, ArtifactError, copy_current, current_id
from matching.allocation.live import ROOT as PRICES
from matching.generations import INDEX_ROOT
from models.champions import ROOT as RANKERS
from models.hiring.published import ROOT as HIRING

log = logging.getLogger(__name__)

REFERENCE: Final = "reference"
LAST: Final = INDEX_ROOT
"""Copied after the rest: they fit the reference data that they were built with."""
EVERY_S: Final = 0.5


class Copies:
    """What a node copies from `shared` into `own`. `look` is for the thread of the follower's chores."""

    def __init__(self, shared: Path, own: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._shared, self._own, self._clock = shared, own, clock
        self._not_before = float("-inf")
        self._thread: threading.Thread | None = None
        self._refused: dict[str, str] = {}
        self._watermark: tuple[str | None, int] = (None, 0)

    @property
    def refused(self) -> dict[str, str]:
        """By place in the data folder, why what is in force there was not copied."""
        return dict(self._refused)

    def copy(self) -> list[str]:
        """Copy all that is new, now; the places that had something. What cannot be copied is remembered as `refused`
        and logged once."""
        copied = []
        for place in self._places():
            name = str(place.relative_to(self._shared))
            try:
                if copy_current(place, self._own / name) is not None:
                    copied.append(name)
                self._refused.pop(name, None)
            except (ArtifactError, OSError) as error:
                if self._refused.get(name) != str(error):
                    log.warning("what is published was not copied: %s", error)
                self._refused[name] = str(error)
        return copied

    def look(self) -> None:
        """Begin to copy if it is time to look and no copy is under way."""
        if self._clock() < self._not_before or (self._thread is not None and self._thread.is_alive()):
            return
        self._not_before = self._clock() + EVERY_S
        self._thread = threading.Thread(target=self._copy_quietly, name="vivier-copies", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """A copy under way is left to itself: a half is never in force."""

    def published_watermark(self) -> int:
        """Up to which change of the log the indexes in force in the data folder are level; 0 where none can be read."""
        root = self._shared / INDEX_ROOT
        try:
            name = current_id(root)
            if name is not None and name != self._watermark[0]:
                meta = json.loads((root / name / MANIFEST).read_text())["meta"]
                self._watermark = (name, int(meta["watermark"]))
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return self._watermark[1]

    def _copy_quietly(self) -> None:
        try:
            self.copy()
        except Exception:
            log.exception("what is published could not be copied")

    def _places(self) -> Iterator[Path]:
        for folder in (REFERENCE, RANKERS):
            yield from (pointer.parent for pointer in sorted(self._shared.glob(f"{folder}/*/{POINTER}")))
        for folder in (PRICES, HIRING, LAST):
            if (self._shared / folder / POINTER).is_file():
                yield self._shared / folder
