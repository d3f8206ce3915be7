"""What looks at a deployment after a kill does see losses. (`.ci/run` kills twenty processes.)"""

import datetime as dt
from collections import Counter
from contextlib import closing
from pathlib import Path

from benchmarks.crashes import checks
from benchmarks.crashes.acknowledged import GONE, Ledger
from benchmarks.crashes.house import House, subscribe_everyone
from features.records import Offer, OfferSource
from features.store import Kind

TODAY = dt.date(2026, 1, 2)


def test_what_is_lost_is_seen(deployment: Path, tmp_path: Path) -> None:
    house = House(deployment.parent)
    ledger = Ledger(tmp_path / "acknowledged.ndjson")
    with closing(house.open_store()) as store:
        offer = Offer(id="a", title="Soudeur version 7", source=OfferSource(name="t", id="a"), published_on=TODAY)
        store.upsert([offer], "t")
        ledger.ask(["a", "b"], 7)
        ledger.told(["a", "b"], 7)
        assert checks.lost(store, ledger) == ["b: version 0 is stored, 7 was acknowledged, [] asked"]
        ledger.ask(["a"], 8)
        assert checks.lost(store, ledger) == []
        ledger.told(["a"], 8)
        assert [each.partition(":")[0] for each in checks.lost(store, ledger)] == ["a"]
        ledger.ask(["a"], GONE)
        assert ledger.unanswered() == 1
        store.delete(Kind.OFFER, ["a"])
        assert checks.lost(store, ledger) == []
    assert checks.faults(house) == []
    path = house.data_dir / "indexes" / "000001" / "offres" / "keys.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert any("keys.npy" in fault for fault in checks.faults(house))


def test_letters_that_are_lost_or_doubled_are_seen(deployment: Path) -> None:
    house = House(deployment.parent)
    with closing(house.open_store()) as store:
        subscribe_everyone(store)
        assert checks.digest_faults(store, Counter(), ended=False) == []
        assert len(checks.digest_faults(store, Counter(), ended=True)) == 200
        two = Counter({("<a@x>", "p@x"): 1, ("<b@x>", "p@x"): 1})
        found = checks.digest_faults(store, two, ended=False)
        assert "p@x was sent 2 different letters" in found
        assert "a letter of no digest was sent: a" in found
