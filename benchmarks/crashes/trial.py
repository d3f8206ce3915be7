"""Lives of a service, in each of which commands are killed beside it and the service at the end."""

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import Final

import sqlalchemy as sa

from api.examples import EXAMPLES
from benchmarks.crashes import checks
from benchmarks.crashes.acknowledged import Ledger, Writer
from benchmarks.crashes.house import House, write_feed
from benchmarks.crashes.letters import Letters
from benchmarks.crashes.processes import Killed, Processes, kill
from benchmarks.http_client import SEEN_S, introduce
from features.store import Kind
from features.store.tables import delivery, digest

SERVICE: Final = "service"
WRITERS: Final = 3
BESIDE: Final = {"importer": 2, "publisher": 1, "digests": 2, "trainer": 1}
"""How often each command is killed in one life of the service."""
TRAINED_EVERY: Final = 3
"""Lives in one of which a training is killed: it takes as long as ten imports."""
LIFE_S: Final = 1.5
"""What a service lives at most after the last command was killed."""
KILLS_OF_A_DAY: Final = 6
"""Digest runs that are killed before one may end."""
REBUILT_EVERY: Final = 10
"""Lives between two comparisons of what is served with an index built anew."""
UNKNOWN_S: Final = 2.0
"""What a command is taken to last that was not timed."""


class Trial:
    """One deployment, those who write to it, and what was found wrong."""

    def __init__(self, house: House, letters: Letters, seed: int, training: bool = True) -> None:
        self.house, self.letters = house, letters
        self.processes = Processes(house.environment(letters.port), house.root / "said.log", training)
        self.ledger = Ledger(house.root / "acknowledged.ndjson")
        self.kills: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()
        """What happened besides: letters, writes under way, folders left half-written."""
        self.wrong: list[str] = []
        self._draw = random.Random(seed)
        self._lasts: dict[str, float] = {}
        self._feed = 0
        self._version = 0
        self._killed_today = 0
        self._lives = 0
        self._turn = 0
        self.commands: dict[str, Callable[[], tuple[str, ...]]] = {
            "importer": self._import,
            "publisher": self._publish,
            "digests": lambda: ("subscriptions", "run", "--at", "12:00", "--json"),
        }
        if training:
            self.commands["trainer"] = self._train

    def begin(self) -> None:
        """Each command once, undisturbed, to know how long it lasts."""
        self.processes.run("--version")  # the process that others are forked from reads its modules now
        for kind, command in self.commands.items():
            for _ in range(2 if kind == "trainer" else 1):
                arguments = command()
                self._lasts[arguments[0] + arguments[1]] = self.processes.run(*arguments)
        self._end_of_day()

    def life(self, most: int) -> None:
        """A service from its start to its death; `most` kills in all."""
        with self.processes.serving() as (port, process):
            if self._lives == 0:
                self._introduce(port)
            self._wrong("after a start", checks.unseen(port, self.ledger))
            beside = [kind for kind in self.commands for _ in range(BESIDE[kind]) if self._is_due(kind)]
            self._draw.shuffle(beside)
            for kind in beside[: most - 1]:
                self._kill_beside(kind, port)
            with self._writing(port):
                time.sleep(self._draw.uniform(0, LIFE_S))
                unready = kill(process)
        self._count(SERVICE, unready)
        self._look("service")
        self._lives += 1
        if self._lives % REBUILT_EVERY == 0:
            self.end()

    def _introduce(self, port: int) -> None:
        """The person who will look at offers, known to searches when this returns."""
        path = f"/v1/profils/{checks.ANCHOR}"
        with closing(HTTPConnection("127.0.0.1", port)) as connection:
            introduce(connection, {path: EXAMPLES[Kind.PROFILE]}, f"{path}/offres")

    def _is_due(self, kind: str) -> bool:
        return kind != "trainer" or self._lives % TRAINED_EVERY == 0

    def end(self) -> None:
        """What is served is what an index built anew would serve."""
        self._wrong("rebuilt", checks.unlike_rebuilt(self.house))
        self.seen["compared_with_rebuilt"] += 1

    def close_day(self) -> None:
        """A digest run to its end, whatever was killed before."""
        self.processes.run("subscriptions", "run", "--at", "12:00", "--json")
        self._end_of_day()

    def _kill_beside(self, kind: str, port: int) -> None:
        arguments = self.commands[kind]()
        lasts = self._lasts.get(arguments[0] + arguments[1], UNKNOWN_S)
        with self._writing(port):
            killed = self.processes.killed_after(self._draw.uniform(0.05, 0.9) * lasts, *arguments)
        self._count(kind, killed)
        if kind == "publisher":
            left = list((self.house.data_dir / "indexes").glob(".writing-*"))
            self.seen["generations_left_half_written"] += bool(left)
        self._look(kind)
        deadline = time.monotonic() + SEEN_S
        while (unseen := checks.unseen(port, self.ledger)) and time.monotonic() < deadline:
            time.sleep(0.05)
        self._wrong(f"beside the {kind}", unseen)

    def _look(self, kind: str) -> None:
        """All that is checked after every kill; nobody writes."""
        self.seen["writes_unanswered"] += self.ledger.unanswered()
        self._wrong(kind, checks.faults(self.house))
        with closing(self.house.open_store()) as store:
            self._wrong(kind, checks.lost(store, self.ledger))
            half = checks.half_imported(store)
            self._wrong(kind, [] if half is None else [half])
            self._wrong(kind, checks.digest_faults(store, self.letters.taken, ended=False))
        if kind == "trainer":
            self._wrong(kind, checks.half_written_models(self.house))
        if kind == "digests":
            self._killed_today += 1
            if self._killed_today >= KILLS_OF_A_DAY:
                self.close_day()

    def _end_of_day(self) -> None:
        """Everyone has their digest; the next run finds a day on which nobody has."""
        with closing(self.house.open_store()) as store:
            self._wrong("end of a day", checks.digest_faults(store, self.letters.taken, ended=True))
            with store.writing() as writer:
                writer.connection.execute(sa.delete(delivery))
                writer.connection.execute(sa.delete(digest))
        self.seen["letters"] += len(self.letters.taken)
        self.seen["letters_handed_over_again"] += self.letters.again
        self.seen["days_of_digests"] += 1
        self.letters.taken.clear()
        self._killed_today = 0
        shutil.rmtree(self.house.data_dir / "digest-prices", ignore_errors=True)

    @contextmanager
    def _writing(self, port: int) -> Iterator[None]:
        """Writers at work; at the end each has its last answer, or none."""
        self._version += 1_000
        writers = [
            Writer(number, port, self.ledger, self._version, self._draw.randrange(1 << 30)) for number in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        try:
            yield
        finally:
            for writer in writers:
                writer.stop.set()
            for writer in writers:
                writer.join()
                self._version = max(self._version, writer.version)

    def _count(self, kind: str, killed: Killed) -> None:
        self.kills[kind] += killed.in_time
        self.seen["ended_before_they_were_killed"] += killed.exitcode == 0
        if killed.failed:
            self.seen[f"{kind}_refused"] += 1

    def _wrong(self, where: str, found: list[str]) -> None:
        for each in found[:5]:
            print(f"WRONG after {self.kills.total()} kills ({where}): {each}", flush=True)
        self.wrong += found

    def _import(self) -> tuple[str, ...]:
        self._feed += 1
        write_feed(self.house, self._feed)
        return ("import", "profils", str(self.house.feed), "--source", "partenaire", "--json")

    def _publish(self) -> tuple[str, ...]:
        return ("index", "build" if self._draw.random() < 0.25 else "merge", "--json")

    def _train(self) -> tuple[str, ...]:
        self._turn += 1
        promote = ("models", "promote", "offres", "--force", "--reason", "essai", "--json")
        train = ("train", "ranker", "offres", "--table", str(self.house.table), "--trees", "3", "--json")
        return (train, promote, ("models", "rollback", "offres", "--json"), promote)[(self._turn - 1) % 4]
