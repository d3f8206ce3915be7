"""Counts of people that may be told: never of fewer than five, and never such that some of them isolate a person.

Whoever asks twice, the second time so that one person more or less is counted, must not learn of that person from the
difference. Four things stand against it:

* a count under `LEAST`, zero included, is told as "moins de 5"; where exactly the others begin, from `LEAST` to
  `LEAST + MOST_RAISED`, is drawn for each question;
* the others are moved by at most `MOST_MOVED`, then rounded to a multiple of `STEP`. How far is drawn for each question
  too, by a key that only this deployment has. The same question is always told the same, so that asking again averages
  nothing out; another question is moved otherwise whether or not it counts the same people, so that neither a change
  nor its absence tells that somebody came in;
* what a change brings is counted of the people whom it brings, not as the difference of two counts: so it hides them
  when they are few, however many are there without them. Two changes together are told only where they bring `LEAST`
  people whom neither brings alone;
* against many questions about the same few people, each so made that one person's presence shows a little: of a day's
  different questions on one domain of work in one département only the first `QUESTIONS` are told of fewer than `SMALL`
  people. `tests/matching/test_discretion.py` plays that adversary.

Perturbation with a key that repeats itself follows the cell-key method of official statistics (B. Fraser, J. Wooton, *A
proposed method for confidentialising tabular output to protect against differencing*, UNECE, 2005). There the key is of
the people counted; that equal sets then show equal numbers is what A. Gadotti and others exploit (*When the signal is
in the noise*, USENIX Security, 2019): so here it is of the question.
"""

import hashlib
import threading
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST: Final = 5
"""Fewer people than this are never told apart from none."""
STEP: Final = 5
MOST_MOVED: Final = 5
MOST_RAISED: Final = 3
SMALL: Final = 50
QUESTIONS: Final = 40

_MULTIPLIERS: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS: Final = (np.uint64(30), np.uint64(27), np.uint64(31))


@dataclass(frozen=True)
class Told:
    """A count as it is told: a multiple of `STEP`, at least `LEAST`; None where it is fewer than `below`."""

    count: int | None
    below: int = LEAST

    @property
    def is_few(self) -> bool:
        return self.count is None


class Discretion:
    """Tells the counts of one deployment; `secret` is what only it knows. Safe to share between threads."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.blake2b(secret.encode(), digest_size=32, person=b"vivier-counts").digest()
        self._asked: dict[str, set[str]] = {}
        self._day = -1
        self._lock = threading.Lock()

    def marks(self, keys: NDArray[np.int64]) -> NDArray[np.uint64]:
        """(n,) a number for each person, of the number of their record, that nobody else can compute."""
        return _mixed(keys.astype(np.uint64) ^ np.frombuffer(self._key[:8], dtype=np.uint64)[0])

    def note(self, question: str, subject: str, day: int) -> bool:
        """Whether `question` is among the first `QUESTIONS` different ones on `subject` that day (since 1970)."""
        with self._lock:
            if day != self._day:
                self._day, self._asked = day, {}
            seen = self._asked.setdefault(subject, set())
            if question not in seen and len(seen) < QUESTIONS:
                seen.add(question)
            return question in seen

    def told(self, count: int, question: str, in_detail: bool = True) -> Told:
        """How `count` people are told to `question`, what they are counted for included; `in_detail` as `note` says."""
        digest = hashlib.blake2b(question.encode(), digest_size=16, key=self._key).digest()
        drawn = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big")
        moved = count + drawn[0] % (2 * MOST_MOVED + 1) - MOST_MOVED
        if not in_detail and moved < SMALL:
            return Told(None, SMALL)
        if count < LEAST + drawn[1] % (MOST_RAISED + 1):
            return Told(None)
        return Told(max(LEAST, STEP * ((moved + STEP // 2) // STEP)))


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Numbers that look drawn at random, one of each (the finaliser of SplitMix64, Steele and others, 2014)."""
    first, second = _MULTIPLIERS
    mixed = (numbers ^ (numbers >> _SHIFTS[0])) * first
    mixed = (mixed ^ (mixed >> _SHIFTS[1])) * second
    return mixed ^ (mixed >> _SHIFTS[2])
