"""Occupations read off titles as boards and people write them."""

import numpy as np
import pytest

from features.rome.referential import Rome
from models.encoder import Encoder
from models.occupations import OccupationVectors
from models.titles import TitleReader


@pytest.fixture(scope="module")
def reader(encoder: Encoder, rome: Rome) -> TitleReader:
    return TitleReader.of(encoder, OccupationVectors.of(encoder, rome), rome)


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Aide-soignant / Aide-soignante", "J1501"),
        ("AIDE SOIGNANTE de nuit (H/F)", "J1501"),
        ("Aide-soignant H/F - EHPAD Les Tilleuls", "J1501"),
        ("URGENT boulanger F/H", "D1102"),
        ("Infirmière", None),
    ],
)
def test_a_job_name_inside_a_title_tells(reader: TitleReader, rome: Rome, title: str, code: str | None) -> None:
    row = reader.named(title)
    if code is not None:
        assert rome.codes[row] == code
    else:
        assert row < 0 or rome.codes[row].startswith("J")


@pytest.mark.parametrize("title", ["", "???", "zzz qqq", "12345"])
def test_a_title_that_names_nothing(reader: TitleReader, title: str) -> None:
    assert reader.named(title) == -1
    assert reader.read([title]).tolist() == [-1]


def test_the_longest_name_wins() -> None:
    names = {"aide": 0, "aide soignante": 1, "soignante a domicile": 2}
    found = TitleReader(names, (), None, None)  # type: ignore[arg-type]
    assert found.named("Aide soignante à domicile") == 2
    assert found.named("Aide soignante") == 1
    assert found.named("Aide") == 0


def test_every_appellation_is_read_as_an_occupation_that_has_it(reader: TitleReader, rome: Rome) -> None:
    rows = reader.read(rome.appellation_labels)
    assert rows.shape == (rome.n_appellations,)
    assert (rows == rome.appellation_occupation).mean() > 0.95


def test_a_name_shared_by_two_occupations_is_left_to_the_encoder(reader: TitleReader, rome: Rome) -> None:
    shared: dict[str, set[int]] = {}
    for label, occupation in zip(rome.appellation_labels, rome.appellation_occupation.tolist(), strict=True):
        shared.setdefault(label, set()).add(occupation)
    for label, occupations in shared.items():
        if len(occupations) > 1:
            assert label.lower() not in reader.names


def test_faults_are_read_by_meaning_above_a_floor(reader: TitleReader, rome: Rome) -> None:
    rows = reader.read(["aide soignnante", "bonjour à tous", ""])
    assert rows.dtype == np.int64
    assert rome.codes[rows[0]] == "J1501"
    assert rows[1:].tolist() == [-1, -1]


def test_no_title(reader: TitleReader) -> None:
    assert reader.read([]).shape == (0,)


def test_a_title_that_shares_no_words_is_left_unread_whatever_its_cosine(reader: TitleReader) -> None:
    assert reader.read(["y", "", "xx zz"]).tolist() == [-1, -1, -1]
