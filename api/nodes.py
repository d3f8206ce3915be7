"""One node among several over one PostgreSQL: what it hears of the log, what it copies, and whether it is level.

A node follows the log as any process does (`api.follow`), with two cares more. It knows how old what it knows
may be. And one that was cut off does not read on where it stopped when the published indexes are further: the lines
between may be gone that told who was erased (`features.store.erasure_log`), so it waits for its copy of those indexes.
"""

import datetime as dt
import math
import time
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Final

from api.copies import Copies
from api.log_watch import LogWatch
from features.artifacts import current_id
from matching.engine import Engine, Step
from matching.generations import INDEX_ROOT

CUT_OFF_S: Final = 5.0
"""A pause between two reads of the log after which lines may have gone. They go once indexes that are level with them
have been written, which takes longer."""


class Node:
    """Follows the log for `engine`, as the follower wants it (`api.follow.Following`)."""

    def __init__(
        self,
        engine: Engine,
        copies: Copies | None = None,
        watch: LogWatch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._clock = engine, clock
        self.copies, self.watch = copies, watch
        self._read_at = clock()
        self._failing = False
        self._was_cut_off = True
        self.awaits_copy = False
        """Whether nothing is read until newer indexes are copied."""

    def read_changes(self) -> Step | None:
        """`Engine.read_changes`, unless it has to wait for a copy. For the follower's thread."""
        began = self._clock()
        self._was_cut_off |= began - self._read_at > CUT_OFF_S
        self.awaits_copy = self._was_cut_off and self._is_behind_the_published()
        if self.awaits_copy:
            return None
        try:
            step = self._engine.read_changes()
        except Exception:
            self._failing = True
            raise
        self._failing, self._was_cut_off, self._read_at = False, False, began
        return step

    def apply(self, step: Step) -> int:
        return self._engine.apply(step)

    def _is_behind_the_published(self) -> bool:
        if self.copies is None or INDEX_ROOT in self.copies.refused:
            return False
        has_newer = current_id(self._engine.data_dir / INDEX_ROOT) not in (
            None,
            self._engine.generation.get("id"),
            self._engine.generation.get("fallback_from"),
            *self._engine.refused,
        )
        return not has_newer and self._engine.watermark < self.copies.published_watermark()

    def age_s(self) -> float:
        """How old, in seconds, what it knows may be; infinite until it was level once, 0 where the database is a file
        of this machine."""
        age = 0.0 if self.watch is None else self.watch.age_s
        if self._failing or self.awaits_copy:
            age = max(age, self._clock() - self._read_at)
        return age

    def state(self) -> str:
        """What answers are made from: `<generation>.<sequence>.<rest>`. Two nodes that say the same answer alike, byte
        for byte: the rest stands for the rankers, the prices, the reference data, the models and the day."""
        engine = self._engine
        rest: tuple[Any, ...] = (
            engine.generation.get("fingerprint"),
            engine.generation.get("labels"),
            [(serving.model, serving.generation) for serving in engine.rankers.serving.values()],
            engine.prices.generation,
            engine.price_share,
            dt.date.isoformat(engine.today()),
        )
        summed = blake2b(repr(rest).encode(), digest_size=4).hexdigest()
        return f"{engine.generation.get('id')}.{engine.watermark}.{summed}"

    def status(self) -> dict[str, Any]:
        """For `/health/ready`, in French."""
        age = self.age_s()
        return {
            "etat": self.state(),
            "ageS": None if math.isinf(age) else round(age, 3),
            "attendUneCopie": self.awaits_copy,
            "copiesRefusees": {} if self.copies is None else self.copies.refused,
        }
