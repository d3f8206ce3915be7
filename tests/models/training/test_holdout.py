"""Appellations and offers kept apart: the same ones in every run."""

from features.rome.referential import Rome
from features.text import normalise
from models.training.holdout import TENTHS, appellations_of_tenth, in_calibration_half
from models.training.pairs import Holdout
from tests.models.made import bakery


def test_tenths_are_disjoint_and_lack_only_what_labels_give_away(rome: Rome) -> None:
    tenths = [appellations_of_tenth(rome, tenth) for tenth in range(TENTHS)]
    labels = {normalise(label) for label in rome.labels}
    expected = {row for row, label in enumerate(rome.appellation_labels) if normalise(label) not in labels}
    assert frozenset().union(*tenths) == expected
    assert sum(map(len, tenths)) == len(expected)
    assert all(len(expected) / 20 < len(tenth) < len(expected) / 5 for tenth in tenths)


def test_the_draw_follows_the_code_when_the_referential_grows() -> None:
    given = [(f"Nom {number}", "A1101") for number in range(100)]
    for tenth in range(TENTHS):
        few, many = (bakery(some) for some in (given[:50], given))
        of_few, of_many = (
            {rome.appellation_codes[row] for row in appellations_of_tenth(rome, tenth)} for rome in (few, many)
        )
        assert of_few == {code for code in of_many if int(code) <= 50}


def offer(key: str, **fields: str) -> dict[str, str]:
    return {"id_offre": key, "avec_texte": "1", "code_rome": "A1101", "source_code_rome": "", **fields}


def test_about_half_of_the_usable_offers_are_for_settings() -> None:
    assert 400 < sum(in_calibration_half(offer(str(key))) for key in range(1000)) < 600


def test_an_offer_without_text_or_code_or_coded_by_its_title_is_for_no_setting() -> None:
    for unusable in ({"avec_texte": "0"}, {"code_rome": ""}, {"source_code_rome": "titre=appellation"}):
        assert not any(in_calibration_half(offer(str(key), **unusable)) for key in range(100))


def test_one_spoken_name_in_so_many_is_hidden_whatever_its_writing() -> None:
    names = [f"nom {number}" for number in range(1000)]
    hidden = [name for name in names if Holdout(one_in=10).hides(name)]
    assert 60 < len(hidden) < 140
    assert all(Holdout(one_in=10).hides(f"  {name.upper()} !") for name in hidden)
    assert not any(Holdout().hides(name) for name in names)
