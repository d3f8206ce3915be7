"""What is told of the models that serve."""

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace

from api.steering.models import OWN_MODEL, SHIPPED_MODEL, TRANSPARENT, models_told
from matching.rankers import Rankers
from models.champions import Card, publish
from models.documents import FACTS, Facts, Kind
from models.ranked import Ranked
from models.ranking.model import RankingModel
from tests.models.one_question import one_question

FIGURES = {"ndcg_at_10": 0.7126, "rows": 120_000.0, "a_name_of_its_own": 3.0}


def documents() -> dict[str, bytes]:
    facts = Facts(
        kind=Kind.RANKER,
        name="vivier-offres",
        list="offres",
        trained_on="2026-09-01",
        code_version="x",
        data=(),
        data_hash="x",
        figures=FIGURES,
        files=(),
        hash="x",
    )
    return {FACTS: facts.as_json().encode()}


def told(data_dir: Path):  # type: ignore[no-untyped-def]
    return models_told(SimpleNamespace(rankers=Rankers.open(data_dir, ())), data_dir, None)


def test_nothing_learned_is_told_by_its_weights(tmp_path: Path) -> None:
    found = told(tmp_path)
    assert [each.model for each in found] == [TRANSPARENT] * 4 + [SHIPPED_MODEL] * 2
    offers = found[0]
    assert sum(each.value for each in offers.figures) > 0.98
    assert all(each.is_share for each in offers.figures)
    assert found[-1].note is not None
    assert found[-2].trained_on is not None
    assert all("_" not in figure.label for each in found for figure in each.figures)


def test_a_learned_one_is_told_by_what_its_training_measured(tmp_path: Path) -> None:
    card = Card(Ranked.OFFERS, "7", None, "2026-09-01T08:00:00+00:00")
    publish(tmp_path, card, RankingModel(one_question("distance")), documents())
    offers = told(tmp_path)[0]
    assert offers.model == "Modèle appris, version 7"
    assert offers.trained_on == dt.date(2026, 9, 1)
    assert [each.value for each in offers.figures] == [0.7126, 120_000.0]  # what has no French name is left out
    assert offers.note is None


def test_one_without_documents_and_one_that_was_refused_say_so(tmp_path: Path) -> None:
    card = Card(Ranked.OFFERS, "7", None, "2026-09-01T08:00:00+00:00")
    publish(tmp_path, card, RankingModel(one_question("distance")))
    assert "Sans les documents" in str(told(tmp_path)[0].note)
    publish(tmp_path, card, RankingModel(one_question("distance")))
    (tmp_path / "rankers" / "offres" / "000002" / "trees.npz").write_bytes(b"x")
    assert "n'a pas pu être mis en service" in str(told(tmp_path)[0].note)


def test_the_encoder_of_a_deployment_is_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "encodeur"
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / FACTS).write_text(json.dumps({"kind": "?"}))
    found = models_told(SimpleNamespace(rankers=Rankers.open(tmp_path, ())), tmp_path, folder)[4]
    assert (found.model, found.trained_on) == (OWN_MODEL, None)
