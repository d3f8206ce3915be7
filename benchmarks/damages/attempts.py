"""Reads of damaged files in processes of their own, so that one that dies is seen."""

import multiprocessing
import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from benchmarks.damages.mutations import mutated
from benchmarks.damages.published import DAMAGED, GOOD, Corpus, verdict

REFUSED: Final = frozenset({"refused", "refused_when_read"})
PATIENCE_S: Final = 120.0
"""For one read: whoever takes longer hangs."""
Judge = Callable[[Corpus, int], str]


@dataclass
class Outcomes:
    """What became of the reads."""

    by_verdict: Counter[str] = field(default_factory=Counter)
    by_mutation: Counter[str] = field(default_factory=Counter)
    deaths: list[str] = field(default_factory=list)
    """Reads at which a process died or hung, and of which mutation of which file."""

    @property
    def tried(self) -> int:
        return self.by_verdict.total() + len(self.deaths)

    @property
    def refused(self) -> int:
        return sum(count for name, count in self.by_verdict.items() if name in REFUSED)


def attempts(corpus: Corpus, count: int, seed: int, judge: Judge = verdict, patience_s: float = PATIENCE_S) -> Outcomes:
    """`count` mutations, each of one file at a time, which is put right again before the next. A process that dies, or
    takes longer than `patience_s` for one, is replaced by another, which goes on after it."""
    context = multiprocessing.get_context("forkserver")
    done = Outcomes()
    at = 0
    while at < count:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_read_each, args=(theirs, corpus, range(at, count), seed, judge))
        process.start()
        theirs.close()
        under_way = ""
        try:
            while ours.poll(patience_s if under_way else PATIENCE_S):
                told: tuple[str, str] | str = ours.recv()
                if isinstance(told, str):
                    under_way = told
                    done.by_mutation[told.partition(" ")[0]] += 1
                else:
                    done.by_verdict[told[0]] += 1
                    at += 1
                    under_way = ""
        except EOFError:
            pass
        process.kill()
        process.join()
        if under_way:
            done.deaths.append(f"{under_way}: {process.exitcode}")
            at += 1
        elif at < count and process.exitcode != 0:
            raise RuntimeError(f"a reader of damaged files ended with {process.exitcode} between two of them")
    return done


def _read_each(told: Connection, corpus: Corpus, numbers: range, seed: int, judge: Judge) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for noisy in (1, 2):  # parsers that complain on their own
        os.dup2(nowhere, noisy)
    with tempfile.TemporaryDirectory(prefix="vivier-damage-") as place:
        root = Path(shutil.copytree(corpus.root, Path(place) / "root"))
        own = replace(corpus, root=root)
        for number in numbers:
            draw = random.Random(f"{seed}/{number}")
            name = draw.choice(own.files)
            path = root / DAMAGED / name
            right = path.read_bytes()
            mutation, wrong = mutated(right, (root / GOOD / name).read_bytes(), draw)
            told.send(f"{mutation} {name}")
            path.write_bytes(wrong)
            told.send((judge(own, number), name))
            path.write_bytes(right)
    told.close()
