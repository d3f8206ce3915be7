import gzip
import json
from pathlib import Path

import pytest

from benchmarks.report import Report
from benchmarks.skill_mentions import (
    Counts,
    Fact,
    Found,
    LabelFinder,
    count,
    intervals,
    normal_words,
    offer_texts,
    read_facts,
    report_counts,
)
from features.rome.referential import Rome, UnknownRomeCode
from features.sample.reference import sample_reference
from features.text import normalise

TEXT = "Maçon H/F\nVous réalisez des devis et conduisez un chariot élévateur."
FINDER = LabelFinder({("devis",): "1", ("chariot", "elevateur"): "2", ("chariot",): "3"}, longest=2)


@pytest.fixture(scope="module")
def rome() -> Rome:
    return sample_reference().rome


def span(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


def test_counts_by_hand() -> None:
    facts = [Fact(0, 10, frozenset({"1", "9"})), Fact(20, 30, frozenset({"2"})), Fact(40, 50, frozenset({"3"}))]
    predictions = [
        Found(5, 12, "9"),  # overlaps the first, an acceptable code
        Found(8, 9, "1"),  # the first again: right, and the fact counts once
        Found(22, 25, "1"),  # overlaps the second with another's code
        Found(30, 35, "2"),  # touches the second without overlapping it
    ]
    counts = count(predictions, facts)
    assert counts == Counts(predictions=4, right=2, facts=3, found=1)
    assert (counts.precision, counts.recall) == (0.5, pytest.approx(1 / 3))
    assert counts.f1 == pytest.approx(2 * 0.5 * (1 / 3) / (0.5 + 1 / 3))


def test_one_prediction_may_find_two_facts() -> None:
    facts = [Fact(0, 5, frozenset({"1"})), Fact(6, 9, frozenset({"1"}))]
    assert count([Found(0, 9, "1")], facts) == Counts(1, 1, 2, 2)


def test_nothing_said_and_nothing_to_find() -> None:
    assert count([], [Fact(0, 1, frozenset({"1"}))]) == Counts(0, 0, 1, 0)
    assert Counts(0, 0, 1, 0).f1 == 0
    assert count([Found(0, 1, "1")], []) == Counts(1, 0, 0, 0)


def test_micro_averages_add_counts_and_intervals_hold_them(capsys: pytest.CaptureFixture[str]) -> None:
    per_offer = [Counts(4, 2, 3, 1), Counts(0, 0, 1, 0), Counts(2, 2, 2, 2)]
    report = Report("x")
    assert report_counts(report, "reader", per_offer) == Counts(6, 4, 6, 3)
    assert (report.figures["reader_precision"], report.figures["reader_recall"]) == (0.667, 0.5)
    found = intervals(per_offer, draws=200)
    assert found["precision"].low <= 4 / 6 <= found["precision"].high
    assert found["recall"].low <= 0.5 <= found["recall"].high
    assert intervals([Counts(2, 1, 2, 1)], draws=20)["f1"].low == 0.5


def test_words_and_where_they_come_from() -> None:
    assert normal_words("L'œuvre, C++") == [("l", 0, 1), ("oeuvre", 2, 7), ("c++", 9, 12)]
    decomposed = "ma\u0063\u0327on"
    assert normal_words(decomposed) == [("macon", 0, 6)]
    assert " ".join(word for word, _, _ in normal_words(TEXT)) == normalise(TEXT)
    assert normal_words("") == []


def test_the_baseline_takes_the_longest_label_and_its_span_in_the_text() -> None:
    assert FINDER.read(TEXT) == [Found(*span("devis"), "1"), Found(*span("chariot élévateur"), "2")]
    assert FINDER.read("") == []


def test_the_baseline_knows_every_label(rome: Rome) -> None:
    label = max(rome.skill_labels, key=len)
    found = LabelFinder.of(rome).read(f"Poste : {label.upper()}.")
    assert [rome.skill_labels[rome.skill_row_of(each.code)] for each in found] == [label]


def test_facts_are_read_with_their_offers(tmp_path: Path, rome: Rome) -> None:
    code, other = rome.skill_codes[:2]
    facts_file, offers = tmp_path / "facts.jsonl", tmp_path / "offres.csv.gz"
    facts_file.write_text(json.dumps({"id_offre": "a", "mentions": [[*span("devis"), [code, other]]]}) + "\n")
    title, description = TEXT.split("\n")
    with gzip.open(offers, "wt", encoding="utf-8") as stream:
        stream.write(f'id_offre,intitule,description\nb,x,y\na,{title},"{description}"\n')
    facts = read_facts(facts_file, rome)
    assert facts == {"a": (Fact(*span("devis"), frozenset({code, other})),)}
    assert offer_texts(offers, facts) == {"a": TEXT}
    with pytest.raises(ValueError, match="offer z is annotated but not in"):
        offer_texts(offers, {"z": ()})
    with pytest.raises(ValueError, match="a span ends after its"):
        offer_texts(offers, {"a": (Fact(0, 999, frozenset({code})),)})


@pytest.mark.parametrize(
    ("mentions", "error"),
    [([[5, 5, ["{code}"]]], ValueError), ([[0, 5, []]], ValueError), ([[0, 5, ["no-such-code"]]], UnknownRomeCode)],
)
def test_facts_that_cannot_be_are_refused(
    tmp_path: Path, rome: Rome, mentions: list[list[object]], error: type[Exception]
) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_text(json.dumps({"id_offre": "a", "mentions": mentions}).replace("{code}", rome.skill_codes[0]))
    with pytest.raises(error):
        read_facts(path, rome)


def test_an_offer_is_annotated_once(tmp_path: Path, rome: Rome) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_text('{"id_offre": "a", "mentions": []}\n{"id_offre": "a", "mentions": []}\n')
    with pytest.raises(ValueError, match="line 2: offer a is annotated twice"):
        read_facts(path, rome)
