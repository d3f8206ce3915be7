"""The floor that must hold on the whole ROME."""

from pathlib import Path

import numpy as np
import pytest

from features.rome.archive import read_archive
from features.rome.referential import Rome
from models.crosswalk import rank
from models.published import published_models
from models.tagger import THRESHOLD, Tagger

pytestmark = [pytest.mark.open_data, pytest.mark.slow]

ASKED = {
    "nounou": "K1303",
    "dev back java": "M1855",
    "agent d'entretient": "K2205",
    "chauffeur PL": "N4101",
    "aide soignante de nuit": "J1501",
    "prof des ecoles": "K2106",
    "caissiere": "D1505",
    "femme de menage": "K1304",
    "ripeur": "K2303",
    "kiné": "J1404",
    "videur": "K2503",
    "ATSEM": "K1308",
    "macon": "F1703",
    "secretaire medicale": "M1609",
}


@pytest.fixture(scope="module")
def whole(open_data: Path) -> Rome:
    return read_archive(open_data / "rome")


@pytest.fixture(scope="module")
def reader(whole: Rome) -> Tagger:
    return published_models().tagger(whole)


@pytest.mark.parametrize(("title", "code"), ASKED.items())
def test_everyday_names_land_on_their_fiche(reader: Tagger, whole: Rome, title: str, code: str) -> None:
    assert whole.codes[reader.tag([title])[0][0].occupation] == code


@pytest.mark.parametrize("text", ["", "😀", "a" * 1_000_000, "zzzz qqq", "lorem ipsum dolor sit amet"])
def test_what_names_no_work_is_not_believed(reader: Tagger, text: str) -> None:
    assert all(prediction.score < THRESHOLD for prediction in reader.tag([text])[0])


def test_appellations_are_read_as_their_family(reader: Tagger, whole: Rome) -> None:
    """One in sixty, as ROME writes them: measured .94."""
    rows = range(0, whole.n_appellations, 60)
    firsts = [found[0].occupation for found in reader.tag([whole.appellation_labels[row] for row in rows], k=1)]
    expected = whole.appellation_occupation[rows].tolist()
    assert np.mean([whole.parents[a] == whole.parents[b] for a, b in zip(firsts, expected, strict=True)]) > 0.92


def test_every_label_finds_itself_among_all(whole: Rome) -> None:
    rows, cosines = rank(whole.labels, whole.labels, published_models().encoder, 2)
    assert rows[:, 0].tolist() == list(range(whole.n_occupations))
    np.testing.assert_allclose(cosines[:, 0], 1, atol=1e-5)
    assert (cosines[:, 1] <= cosines[:, 0]).all()
