"""The registry over MLflow on SQLite: what a training leaves, and how what answers moves. One store for all."""

import datetime as dt
import fcntl
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from features.artifacts import POINTER, current_id
from models import champions
from models.champions import ROOT, Card
from models.documents import DOCUMENTS, FACTS, problems
from models.encoder import ModelUnusable
from models.ranked import Ranked
from models.ranking.table import RankingTable
from models.training.promotion import CannotMove, Moved, difference, promote, roll_back, standing
from models.training.registry import Registry, UnknownVersion
from tests.models.training.trainings import lists, training

NOW = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quiet_mlflow")]


@pytest.fixture(scope="module")
def registry(tracking_folder: Path) -> Registry:
    return Registry(tracking_folder)


def worthless(table: RankingTable) -> NDArray[np.floating]:
    """A transparent ranker that knows nothing."""
    return np.random.default_rng(1).random(len(table))


def move(registry: Registry, ranked: Ranked, which: str = "candidate", force: str | None = None) -> Moved:
    return promote(registry, ranked, which, transparent=worthless, now=NOW, force=force)


def aliases(registry: Registry, ranked: Ranked) -> dict[str, str]:
    return {alias: version.number for version in registry.versions(ranked) for alias in version.aliases}


def serves(registry: Registry, ranked: Ranked) -> str:
    return champions.load(registry.data_dir, ranked).card.model


def test_a_training_is_kept_whole(registry: Registry) -> None:
    version = registry.register(training(Ranked.SESSIONS, depth=4))
    assert (version.number, version.aliases) == ("1", ("candidate",))
    run = registry.run(version)
    assert run.parameters["seed"] == "7"
    assert run.parameters["depth"] == "4"
    assert run.parameters["data_hash"] == "f00d"
    assert len(run.parameters["code_version"]) >= 5
    assert run.figures["ndcg_at_10 urbain_rural.rural"] == 1
    assert run.figures["importance/distance"] == pytest.approx(1)
    history = registry.client.get_metric_history(version.run, "curve/validation")
    assert [(each.step, each.value) for each in history] == [(1, 0.5), (2, 0.7), (3, 0.9)]
    kept = {
        each.path
        for folder in ("model", "held_out", "plots")
        for each in registry.client.list_artifacts(version.run, folder)
    }
    assert kept == {
        "model/documents",
        "model/trees.npz",
        "held_out/ranking.npz",
        "held_out/ranking.json",
        "held_out/gains.npy",
        "plots/learning_curve.png",
        "plots/calibration.png",
        "plots/feature_importance.png",
        "plots/segment_ndcg.png",
    }
    assert registry.model(version).trees.names == ("distance",)
    assert registry.held_out(version).table.data_hash == lists().data_hash
    assert registry.gate(version) is None
    assert {*DOCUMENTS, FACTS} == set(registry.documents(version))
    with pytest.raises(UnknownVersion, match="has no champion; there is: 1, candidate"):
        registry.version(Ranked.SESSIONS, "champion")


def test_promotions_refusals_and_rollbacks(registry: Registry) -> None:
    ranked = Ranked.OFFERS
    with pytest.raises(CannotMove, match="nothing was ever promoted for offres"):
        roll_back(registry, ranked, now=NOW)
    with pytest.raises(UnknownVersion, match="there is: none"):
        move(registry, ranked)

    # The first is compared with the transparent ranker.
    registry.register(training(ranked))
    first = move(registry, ranked)
    assert (first.report.opens, first.report.incumbent) == (True, "transparent")
    assert serves(registry, ranked) == "vivier-offres/1"
    assert aliases(registry, ranked) == {"champion": "1"}
    with pytest.raises(CannotMove, match="vivier-offres/1 is in force already"):
        move(registry, ranked, "1")

    # A worse one is refused, and nothing moves.
    worse = registry.register(training(ranked, near_first=False))
    refused = move(registry, ranked)
    assert refused.card is None
    assert {check.name for check in refused.report.failed} >= {"ndcg@10", "ndcg@10 urbain_rural=rural"}
    assert serves(registry, ranked) == "vivier-offres/1"
    assert aliases(registry, ranked) == {"champion": "1", "candidate": "2"}
    kept = registry.gate(worse)
    assert kept is not None
    assert (kept["opens"], kept["incumbent"]) == (False, "vivier-offres/1")
    assert registry.version(ranked, "2").tags["gate"] == "closed"

    # Forced, with a reason that is kept.
    with pytest.raises(CannotMove, match="--reason"):
        move(registry, ranked, force=" ")
    moved = move(registry, ranked, force="démonstration du 3 mars")
    assert moved.card is not None
    assert champions.load(registry.data_dir, ranked).card.forced == "démonstration du 3 mars"
    tags = registry.version(ranked, "2").tags
    assert (tags["forced"], tags["promoted_at"]) == ("démonstration du 3 mars", "2026-09-01T08:00:00+00:00")
    assert aliases(registry, ranked) == {"champion": "2", "previous": "1"}

    # Rolled back: what stands in for it, were it damaged, is not what was taken back.
    assert roll_back(registry, ranked, now=NOW, reason="plaintes").model == "vivier-offres/1"
    assert serves(registry, ranked) == "vivier-offres/1"
    assert aliases(registry, ranked) == {"champion": "1", "previous": "2"}
    assert registry.version(ranked, "2").tags["rolled_back_because"] == "plaintes"
    root = registry.data_dir / ROOT / ranked.value
    (root / (root / POINTER).read_text() / "trees.npz").unlink()
    assert serves(registry, ranked) == "vivier-offres/1"
    found = standing(registry.data_dir, ranked)
    assert "is damaged" in str(found.trouble)

    # A damaged one is replaced by what stands in for it, or by another.
    assert roll_back(registry, ranked, now=NOW).model == "vivier-offres/1"
    assert standing(registry.data_dir, ranked).trouble is None

    changed = difference(registry, registry.version(ranked, "1"), registry.version(ranked, "2"))
    assert changed.figures["ndcg_at_10"] == (1.0, 0.5)
    assert changed.features == ((), ())
    assert changed.top10_changed == 0, "lists of three show the same three"


def test_a_move_that_was_killed_before_the_registry_knew_is_settled_by_the_next(registry: Registry) -> None:
    ranked = Ranked.PROFILES
    for _ in range(2):
        registry.register(training(ranked))
    move(registry, ranked, "1")
    half = Card(ranked, "2", "1", "2026-09-02T08:00:00+00:00", forced="coupure")
    champions.publish(registry.data_dir, half, registry.model(registry.version(ranked, "2")))
    assert aliases(registry, ranked) == {"champion": "1", "candidate": "2"}
    with pytest.raises(CannotMove, match="vivier-profils/2 is in force already"):
        move(registry, ranked, "2")
    assert aliases(registry, ranked) == {"champion": "2", "previous": "1"}
    assert registry.version(ranked, "2").tags["forced"] == "coupure"

    assert roll_back(registry, ranked, now=NOW).version == "1"
    champions.publish(registry.data_dir, replace(half, version="9"), registry.model(registry.version(ranked, "2")))
    with pytest.raises(UnknownVersion, match="has no 9"):
        move(registry, ranked, "2")


def test_what_services_would_refuse_is_not_published_even_by_force(registry: Registry) -> None:
    """`skills` is known of jobs, not of firms."""
    ranked = Ranked.FIRMS
    registry.register(training(ranked, name="skills"))
    refused = move(registry, ranked)
    assert "features" in {check.name for check in refused.report.failed}
    with pytest.raises(ModelUnusable, match="vivier-etablissements/1 reads skills"):
        move(registry, ranked, force="pour voir")
    assert champions.in_force(registry.data_dir, ranked) is None
    assert aliases(registry, ranked) == {"candidate": "1"}


def test_one_move_at_a_time(registry: Registry) -> None:
    with (registry.data_dir / ROOT / ".moving").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CannotMove, match="another promotion or rollback is under way"):
            roll_back(registry, Ranked.OFFERS, now=NOW)


def test_the_documents_of_a_training_go_where_its_model_goes(registry: Registry) -> None:
    """Promoted and taken back, a published ranker has the documents of the very files beside them."""
    ranked = Ranked.FIRMS
    for near_first in (True, True):
        registry.register(training(ranked, near_first=near_first))
        move(registry, ranked, force="un essai")
        published = (
            registry.data_dir / ROOT / ranked.value / (current_id(registry.data_dir / ROOT / ranked.value) or "")
        )
        assert problems(published) == []
    card = roll_back(registry, ranked, now=NOW)
    assert card.version is not None
    published = registry.data_dir / ROOT / ranked.value / (current_id(registry.data_dir / ROOT / ranked.value) or "")
    assert problems(published) == []
    assert "etablissements" in (published / "documents" / "mode-emploi.md").read_text()
