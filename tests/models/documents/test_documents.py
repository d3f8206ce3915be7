"""The documents of a model: all there, of that very model, and in French that can be read."""

import re
from pathlib import Path

import pytest

from models.documents import DOCUMENTS, FACTS, FOLDER, Facts, Kind, model_hash, problems, write_documents
from models.documents.of import ranker_facts
from models.ranked import Ranked
from tools.model_documents import SHIPPED, check


def made(folder: Path, ranked: Ranked = Ranked.OFFERS) -> Facts:
    (folder / "trees.npz").write_bytes(b"trees")
    facts = ranker_facts(
        folder,
        ranked,
        names=("closeness", "distance"),
        parameters={"seed": 7},
        figures={"ndcg_at_10": 0.8123, "rows": 12345},
        data_hash="f00d",
        trained_on="2026-09-01",
        code_version="abc",
    )
    write_documents(folder, facts)
    return facts


def test_the_models_that_ship_have_documents_of_their_own() -> None:
    assert check() == []
    assert len(SHIPPED) == 2


@pytest.mark.parametrize("name", [*DOCUMENTS, FACTS])
def test_one_that_is_missing_is_told(tmp_path: Path, name: str) -> None:
    made(tmp_path)
    assert problems(tmp_path) == []
    (tmp_path / FOLDER / name).unlink()
    (problem,) = problems(tmp_path)
    assert name in problem


def test_a_model_that_changed_makes_its_documents_those_of_another(tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / "trees.npz").write_bytes(b"other trees")
    assert any("of another model" in problem for problem in problems(tmp_path))
    (tmp_path / "trees.npz").unlink()
    assert any("trees.npz" in problem for problem in problems(tmp_path))


def test_a_document_that_was_edited_or_is_of_older_words_is_stale(tmp_path: Path) -> None:
    made(tmp_path)
    file = tmp_path / FOLDER / "dossier-risques.md"
    file.write_text(file.read_text().replace("risque", "danger"))
    (problem,) = problems(tmp_path)
    assert "stale" in problem


def test_facts_come_back_as_they_were(tmp_path: Path) -> None:
    facts = made(tmp_path)
    assert Facts.read(facts.as_json()) == facts
    assert facts.hash == model_hash(tmp_path, ["trees.npz"])
    with pytest.raises((ValueError, KeyError)):
        Facts.read('{"kind": "autre"}')


@pytest.mark.parametrize("ranked", list(Ranked))
def test_what_is_written_is_french_and_has_the_figures_of_the_run(tmp_path: Path, ranked: Ranked) -> None:
    made(tmp_path, ranked)
    pages = {name: (tmp_path / FOLDER / name).read_text() for name in DOCUMENTS}
    assert "0,8123" in pages["fiche-modele.md"]
    assert "`closeness`" in pages["fiche-modele.md"]
    assert "f00d" in pages["fiche-donnees.md"]
    assert "annexe III, point 4" in pages["dossier-risques.md"]
    assert f"vivier models promote {ranked.value}" in pages["mode-emploi.md"]
    assert "`modele`" in pages["journalisation.md"]
    for name, page in pages.items():
        assert page.startswith("# "), name
        assert "Empreinte du modèle : `" in page
        assert not re.search(r"\bNone\b|\bnan\b|\bthe\b|\{|\bTODO\b", page.replace("{service}", "")), name


def test_each_kind_of_model_has_its_words(tmp_path: Path) -> None:
    (tmp_path / "m.npz").write_bytes(b"m")
    for kind in Kind:
        facts = Facts(
            kind=kind,
            name="un modèle",
            list="offres" if kind is Kind.RANKER else None,
            trained_on="2026-09-01",
            code_version="abc",
            data=("Des données.",),
            data_hash="f00d",
            files=("m.npz",),
            hash=model_hash(tmp_path, ["m.npz"]),
        )
        write_documents(tmp_path, facts)
        assert problems(tmp_path) == []
