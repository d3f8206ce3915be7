"""Published rankers: whole or not at all, whatever happens to their files or to who writes them."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.artifacts import MANIFEST, POINTER, ArtifactError
from models.champions import CARD, ROOT, Card, Champion, in_force, load, publish
from models.encoder import ModelUnusable
from models.ranked import _FEATURES, Ranked
from models.ranking.model import RankingModel
from models.tastes import TASTES, Tastes
from tests.models.one_question import one_question

SECOND = Card(Ranked.OFFERS, "2", "1", "2026-09-01T08:00:00+00:00", run="abc", forced="démonstration")
THIRD = replace(SECOND, version="3", previous="2", forced=None)
DISTANCE = RankingModel(one_question("distance"))
PROBE = np.array([[0.2], [0.9]], dtype=np.float32)


def margins(champion: Champion) -> list[float]:
    assert champion.learned is not None
    found: list[float] = champion.learned.trees.margins(PROBE).tolist()
    return found


@pytest.fixture
def published(tmp_path: Path) -> Path:
    publish(tmp_path, SECOND, DISTANCE)
    return tmp_path


def test_what_is_published_is_read(published: Path) -> None:
    champion = load(published, Ranked.OFFERS)
    assert (champion.card, champion.generation, champion.fallback_from) == (SECOND, "000001", None)
    assert champion.card.model == "vivier-offres/2"
    assert margins(champion) == [-1, 1]
    assert in_force(published, Ranked.OFFERS) == "000001"
    assert in_force(published, Ranked.FIRMS) is None


def test_tastes_go_with_the_trees(published: Path) -> None:
    tastes = Tastes(("J15", "D11"), np.array([[1, 2], [3, 4]], dtype=np.float32))
    publish(published, THIRD, RankingModel(one_question("distance"), tastes))
    learned = load(published, Ranked.OFFERS).learned
    assert learned is not None
    assert learned.tastes is not None
    assert learned.tastes.families == tastes.families
    assert learned.tastes.matrix.tolist() == tastes.matrix.tolist()
    (published / ROOT / "offres" / "000002" / TASTES).unlink()
    assert load(published, Ranked.OFFERS).generation == "000001"


def test_the_transparent_ranker_is_published_without_trees(published: Path) -> None:
    publish(published, replace(SECOND, version=None, previous="2"), None)
    champion = load(published, Ranked.OFFERS)
    assert (champion.learned, champion.card.model) == (None, "transparent")
    with pytest.raises(ValueError, match="vivier-offres/2 is published without a model"):
        publish(published, SECOND, None)
    with pytest.raises(ValueError, match="transparent is published with a model"):
        publish(published, replace(SECOND, version=None), DISTANCE)
    assert in_force(published, Ranked.OFFERS) == "000002"


def test_nothing_published_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="nothing is published"):
        load(tmp_path, Ranked.OFFERS)


def test_a_feature_that_is_not_served_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither published, nor read when it was published by a version that served it."""
    model, said = RankingModel(one_question("shoe_size")), r"vivier-offres/2 reads shoe_size, .*train it again"
    with pytest.raises(ModelUnusable, match=said):
        publish(tmp_path, SECOND, model)
    assert in_force(tmp_path, Ranked.OFFERS) is None
    with monkeypatch.context() as before:
        before.setitem(_FEATURES, Ranked.OFFERS, ("shoe_size",))
        publish(tmp_path, SECOND, model)
    with pytest.raises(ModelUnusable, match=said):
        load(tmp_path, Ranked.OFFERS)


def test_a_ranker_of_another_list_is_refused(published: Path) -> None:
    shutil.copytree(published / ROOT / "offres", published / ROOT / "profils")
    with pytest.raises(ModelUnusable, match="ranks offres, not profils"):
        load(published, Ranked.PROFILES)


@pytest.mark.parametrize("text", ["[]", "{", '{"ranked": "offres"}', '{"ranked": "nothing"}', '{"a": 1}', "", "null"])
def test_a_card_that_nobody_wrote_is_refused(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole by its sums: another version, or a hand, wrote it."""
    monkeypatch.setattr(Card, "as_json", lambda _: text)
    publish(tmp_path, SECOND, DISTANCE)
    with pytest.raises(ModelUnusable, match=rf"{CARD} cannot be read"):
        load(tmp_path, Ranked.OFFERS)


# ---------------------------------------------------------------- damage


def damages(content: bytes) -> Iterator[bytes]:
    """Every byte turned over in one bit, another for each; every length shorter, and one longer."""
    for place in range(len(content)):
        yield content[:place] + bytes([content[place] ^ (1 << place % 8)]) + content[place + 1 :]
    for length in range(0, len(content), max(1, len(content) // 50)):
        yield content[:length]
    yield content + b"\0"


@pytest.mark.parametrize("name", ["trees.npz", CARD])
def test_every_damage_of_a_file_is_refused(published: Path, name: str) -> None:
    path = published / ROOT / "offres" / "000001" / name
    for damaged in damages(path.read_bytes()):
        path.write_bytes(damaged)
        with pytest.raises(ArtifactError, match=f"{name} does not have the sha256"):
            load(published, Ranked.OFFERS)


@pytest.mark.parametrize("name", [f"000001/{MANIFEST}", POINTER])
def test_every_damage_of_what_names_the_files_is_refused_or_harmless(published: Path, name: str) -> None:
    path = published / ROOT / "offres" / name
    for damaged in damages(path.read_bytes()):
        path.write_bytes(damaged)
        try:
            champion = load(published, Ranked.OFFERS)
        except ArtifactError:
            continue
        assert (champion.card, margins(champion)) == (SECOND, [-1, 1])


@pytest.mark.parametrize("name", ["trees.npz", CARD, MANIFEST])
def test_a_file_that_is_gone_is_refused_and_the_one_before_stands_in(
    published: Path, name: str, tmp_path: Path
) -> None:
    publish(published, THIRD, RankingModel(one_question("distance", yes=3)))
    (published / ROOT / "offres" / "000002" / name).unlink()
    champion = load(published, Ranked.OFFERS)
    assert (champion.card, champion.generation, champion.fallback_from) == (SECOND, "000001", "000002")


# ---------------------------------------------------------------- a publisher that is killed

PUBLISHER = """
import os, signal, sys
from pathlib import Path
import features.artifacts as artifacts
from models.ranking.model import RankingModel
from models.champions import Card, publish
from models.ranked import Ranked
from models.ranking.model import RankingModel
from models.tastes import TASTES, Tastes
from tests.models.one_question import one_question

def killed_before(last):
    steps = iter(range(last))

    def stepping(function):
        def stepped(*arguments, **named):
            if next(steps, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **named)
        return stepped

    for owner, name in ((artifacts, "_flush"), (artifacts.shutil, "rmtree"), (Path, "rename"), (Path, "replace"),
                        (Path, "write_text"), (Path, "mkdir")):
        setattr(owner, name, stepping(getattr(owner, name)))

for last, folder in enumerate(sys.argv[1:]):
    child = os.fork()
    if child == 0:
        killed_before(last)
        publish(Path(folder), Card(Ranked.OFFERS, "3", "2", "now"), RankingModel(one_question("distance", yes=3.0)))
        os._exit(0)
    print(os.waitpid(child, 0)[1])
"""
STEPS = 40


def test_a_promotion_killed_at_any_step_leaves_the_old_or_the_new(tmp_path: Path, published: Path) -> None:
    folders = [tmp_path / f"at{step}" for step in range(STEPS)]
    for folder in folders:
        shutil.copytree(published / ROOT, folder / ROOT)
    command = [sys.executable, "-c", PUBLISHER, *map(str, folders)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    ended = [int(code) == 0 for code in told]
    assert ended == sorted(ended)
    assert 10 < ended.index(True) < STEPS, "each step was tried, up to the last"

    found = []
    for folder, whole in zip(folders, ended, strict=True):
        champion = load(folder, Ranked.OFFERS)
        assert champion.fallback_from is None
        assert (champion.card.version, margins(champion)) in [("2", [-1, 1]), ("3", [-1, 3])]
        assert champion.card.version == "3" or not whole
        found.append(champion.card.version)
        publish(folder, replace(THIRD, version="4"), RankingModel(one_question("distance", yes=4)))
        assert margins(load(folder, Ranked.OFFERS)) == [-1, 4], "the next promotion goes through"
    assert found == sorted(found), "once it is in force it stays"
    assert set(found) == {"2", "3"}
