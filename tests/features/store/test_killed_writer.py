"""A writer that is killed loses nothing that it acknowledged, and leaves nothing half-written."""

import signal
import subprocess
import sys

from features.records import Offer
from features.store import Kind, Operation, Store

WRITER = """
import datetime as dt, sys
from features.records import Offer, OfferSource
from features.store import Store

def offers(start):
    return [
        Offer(id=f"{n:06d}", title="Soudeur", source=OfferSource(name="t", id=str(n)), published_on=dt.date(2026, 1, 2))
        for n in range(start, start + 50)
    ]

store = Store.open(sys.argv[1])
start = 0
while True:
    with store.writing() as writer:
        writer.upsert(offers(start), "t")
        if start == 500:
            print("half-way", flush=True)
            sys.stdin.read()
    start += 50
    print(start, flush=True)
"""


def test_a_writer_killed_in_a_transaction(store_url: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, store_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        acknowledged = 0
        for line in writer.stdout:
            if line == "half-way\n":
                break
            acknowledged = int(line)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    assert acknowledged == 500
    store = Store.open(store_url)
    assert store.count(Kind.OFFER) == acknowledged
    changes = store.changes(after=0)
    assert [change.record_id for change in changes] == [f"{number:06d}" for number in range(acknowledged)]
    assert {change.operation for change in changes} == {Operation.UPSERT}
    assert len(store.get_many(Offer, [change.record_id for change in changes])) == acknowledged
    # the lock died with the writer: the next one writes at once
    assert store.delete(Kind.OFFER, ["000000"]) == 1
    store.close()
