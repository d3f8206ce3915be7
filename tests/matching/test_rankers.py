"""The rankers that answer: transparent until others are promoted, taken up whole, refused when they cannot be used."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from features.artifacts import POINTER, SEAL
from features.records import Project
from matching.answer import Window
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.prospection import targets
from matching.rankers import TRANSPARENT, Rankers
from matching.sourcing import profiles_for_offer
from matching.subscriptions import offers_for_profile
from matching.trainings import sessions_for_profile
from models.champions import CARD, ROOT, Card, publish
from models.oblivious import ObliviousTrees
from models.ranked import _FEATURES, Ranked
from models.ranking.model import RankingModel
from models.tastes import Tastes
from tests.matching.made import CARER, firm, offer, profile, session, training, write
from tests.models.one_question import one_question

FIRST = Card(Ranked.OFFERS, "1", None, "2026-09-01T08:00:00+00:00")


def promote(data_dir: Path, version: str, trees: ObliviousTrees | None = None, ranked: Ranked = Ranked.OFFERS) -> None:
    card = replace(FIRST, ranked=ranked, version=version)
    publish(data_dir, card, RankingModel(one_question("distance") if trees is None else trees))


def damage(data_dir: Path, generation: str, ranked: Ranked = Ranked.OFFERS) -> None:
    path = data_dir / ROOT / ranked.value / generation / "trees.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def test_nothing_promoted_means_the_transparent_rankers(tmp_path: Path) -> None:
    rankers = Rankers.open(tmp_path, ())
    for ranked in Ranked:
        assert rankers[ranked].ranker is TRANSPARENT[ranked]
        assert (rankers[ranked].model, rankers[ranked].generation) == ("transparent", None)
    assert rankers.newer(tmp_path, ()) is None
    assert list(tmp_path.iterdir()) == [], "looking writes nothing"


def test_a_promotion_is_seen_once_and_changes_its_list_alone(tmp_path: Path) -> None:
    before = Rankers.open(tmp_path, ())
    promote(tmp_path, "1")
    after = before.newer(tmp_path, ())
    assert after is not None
    assert before[Ranked.OFFERS].model == "transparent", "what serves is left as it is"
    assert after[Ranked.OFFERS].model == "vivier-offres/1"
    assert after[Ranked.OFFERS].ranker.names == Ranked.OFFERS.features
    assert {after[ranked].model for ranked in Ranked if ranked is not Ranked.OFFERS} == {"transparent"}
    assert after.newer(tmp_path, ()) is None
    assert Rankers.open(tmp_path, ()).status() == after.status()


def test_the_transparent_ranker_may_be_put_back(tmp_path: Path) -> None:
    promote(tmp_path, "1")
    serving = Rankers.open(tmp_path, ())
    publish(tmp_path, replace(FIRST, version=None, previous="1"), None)
    after = serving.newer(tmp_path, ())
    assert after is not None
    assert after[Ranked.OFFERS].ranker is TRANSPARENT[Ranked.OFFERS]
    assert (after[Ranked.OFFERS].model, after[Ranked.OFFERS].generation) == ("transparent", "000002")


def test_a_damaged_ranker_is_refused_and_the_last_good_one_serves(tmp_path: Path) -> None:
    promote(tmp_path, "1")
    serving = Rankers.open(tmp_path, ())
    promote(tmp_path, "2")
    damage(tmp_path, "000002")
    after = serving.newer(tmp_path, ())
    assert after is not None
    assert after[Ranked.OFFERS].ranker is serving[Ranked.OFFERS].ranker
    status = after.status()["offres"]
    assert (status["model"], status["generation"]) == ("vivier-offres/1", "000001")
    assert status["refused_generation"] == "000002"
    assert "promote or roll back again" in status["refused_because"]
    assert after.newer(tmp_path, ()) is None, "it is not read again and again"

    damage(tmp_path, "000001")  # what is in memory does not depend on the disk
    assert after.newer(tmp_path, ()) is None
    promote(tmp_path, "3")
    healed = after.newer(tmp_path, ())
    assert healed is not None
    assert healed.status()["offres"] == {
        "model": "vivier-offres/3",
        "generation": "000003",
        "refused_generation": None,
        "refused_because": None,
    }


def test_at_start_the_one_before_a_damaged_one_stands_in_then_the_transparent_one(tmp_path: Path) -> None:
    promote(tmp_path, "1")
    promote(tmp_path, "2")
    damage(tmp_path, "000002")
    opened = Rankers.open(tmp_path, ())
    assert (opened[Ranked.OFFERS].model, opened[Ranked.OFFERS].generation) == ("vivier-offres/1", "000001")
    assert opened.status()["offres"]["refused_generation"] == "000002"
    assert opened.newer(tmp_path, ()) is None
    damage(tmp_path, "000001")
    opened = Rankers.open(tmp_path, ())
    assert opened[Ranked.OFFERS].model == "transparent"
    assert "trees.npz does not have the sha256" in opened.status()["offres"]["refused_because"]
    assert opened.newer(tmp_path, ()) is None


def test_a_feature_that_is_served_no_more_is_refused_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setitem(_FEATURES, Ranked.OFFERS, ("shoe_size",))
        promote(tmp_path, "1", one_question("shoe_size"))
    opened = Rankers.open(tmp_path, ())
    assert opened[Ranked.OFFERS].model == "transparent"
    assert "reads shoe_size" in opened.status()["offres"]["refused_because"]


def test_a_refusal_names_files_from_the_data_folder_on(tmp_path: Path) -> None:
    promote(tmp_path, "1")
    card = tmp_path / ROOT / "offres" / "000001" / CARD
    card.write_text("{}")
    manifest = card.parent / "manifest.json"
    told = json.loads(manifest.read_text())
    told["files"][CARD] = sha256(b"{}").hexdigest()
    manifest.write_text(json.dumps(told))
    (card.parent / SEAL).unlink()
    because = Rankers.open(tmp_path, ()).status()["offres"]["refused_because"]
    assert str(tmp_path) not in because
    assert because.startswith("rankers/offres/000001/ranker.json cannot be read")


def test_whatever_a_file_makes_happen_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The follower that looks also follows the change log: nothing here may stop it."""

    def fail(_folder: Path) -> ObliviousTrees:
        raise RuntimeError("file is encrypted")

    promote(tmp_path, "1")
    monkeypatch.setattr(ObliviousTrees, "load", fail)
    opened = Rankers.open(tmp_path, ())
    assert opened[Ranked.OFFERS].model == "transparent"
    assert opened.status()["offres"]["refused_because"] == "RuntimeError: file is encrypted"


def test_a_pointer_that_is_gone_changes_nothing(tmp_path: Path) -> None:
    promote(tmp_path, "1")
    serving = Rankers.open(tmp_path, ())
    (tmp_path / ROOT / "offres" / POINTER).unlink()
    assert serving.newer(tmp_path, ()) is None


def test_tastes_are_read_over_the_families_of_the_referential(tmp_path: Path) -> None:
    tastes = Tastes(("D1102", "gone", "J1501"), np.arange(9, dtype=np.float32).reshape(3, 3))
    publish(tmp_path, FIRST, RankingModel(one_question("distance"), tastes))
    serving = Rankers.open(tmp_path, ("A1101", "D1102", "J1501"))[Ranked.OFFERS]
    assert serving.collaboration.tolist() == [[0, 0, 0], [0, 0, 2], [0, 6, 8]]
    assert serving.collaboration.dtype == np.float32


# ---------------------------------------------------------------- the engine and the four lists


def near_and_far(engine: Engine) -> None:
    """Two offers for one person: a near one, a far one."""
    wide = (Project(rome_code=CARER, radius_km=100),)
    write(engine, profile(projects=wide), offer("near"), offer("far", commune_insee="23193"))


def offers(engine: Engine) -> tuple[list[str], str | None]:
    answer = offers_for_profile(engine, "p1", {}, Window())
    return [match.id for match in answer.matches], answer.model


def test_an_engine_takes_a_promotion_between_two_answers(local: Engine) -> None:
    near_and_far(local)
    assert offers(local) == (["near", "far"], "transparent")
    promote(local.data_dir, "1", one_question("distance", border=0.1))  # the far first
    step = local.read_changes()
    assert isinstance(step, Rankers)
    assert offers(local) == (["near", "far"], "transparent"), "read, not adopted"
    assert local.apply(step) == 0
    assert offers(local) == (["far", "near"], "vivier-offres/1")
    assert local.read_changes() is None
    assert local.status()["rankers"]["offres"]["generation"] == "000001"


def test_an_engine_that_adopts_a_generation_keeps_its_rankers(local: Engine) -> None:
    promote(local.data_dir, "1")
    while (step := local.read_changes()) is not None:
        local.apply(step)
    local.apply(replace(local, rankers=Rankers()))
    assert local.rankers[Ranked.OFFERS].model == "vivier-offres/1"


def test_changes_of_the_log_go_on_beside_a_refused_ranker(local: Engine) -> None:
    promote(local.data_dir, "1")
    damage(local.data_dir, "000001")
    near_and_far(local)
    while (step := local.read_changes()) is not None:
        local.apply(step)
    assert offers(local) == (["near", "far"], "transparent")
    assert local.status()["rankers"]["offres"]["refused_generation"] == "000001"


@pytest.mark.parametrize("learned", [False, True])
def test_every_answer_says_what_ranked_it(local: Engine, learned: bool) -> None:
    write(local, profile(counsellor_id="k1"), offer(), training(), session(), firm())
    if learned:
        for ranked in Ranked:
            promote(local.data_dir, "7", one_question("distance"), ranked)
        while (step := local.read_changes()) is not None:
            local.apply(step)
    answers = {
        "offres": offers_for_profile(local, "p1", {}, Window()),
        "formations": sessions_for_profile(local, "p1", {}, Window()),
        "profils": profiles_for_offer(local, "o1", {}, Window()),
        "etablissements": targets(local, ProspectionDemand(counsellor_id="k1"), Window()).answer,
    }
    assert {name: answer.model for name, answer in answers.items()} == {
        name: f"vivier-{name}/7" if learned else "transparent" for name in answers
    }
    for answer in answers.values():
        assert answer.matches
        for match in answer.matches:
            assert match.base + sum(reason.contribution for reason in match.reasons) == pytest.approx(
                match.score, abs=1e-6
            )
