"""Completing records without a ROME code: what is declared stays, what is read stands beside it."""

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

import models.inference
from features.records import Establishment, Experience, Inference, Offer, OfferSource, Profile, Project, Training
from features.rome.referential import Rome
from models.inference import LONGEST_KEPT, Completion
from models.tagger import THRESHOLD, Prediction
from tests.models.made import bakery


class Reading:
    """Stands for a tagger: the first prediction of each text is written by hand, and what it was asked is kept."""

    version = "by hand"

    def __init__(self, known: dict[str, Prediction]) -> None:
        self.known = known
        self.asked: list[tuple[str, str]] = []

    def tag(self, texts: Sequence[str], contexts: Sequence[str], k: int) -> list[list[Prediction]]:
        self.asked += zip(texts, contexts, strict=True)
        return [[self.known[text]] if text in self.known else [] for text in texts]


READ = Reading(
    {
        "mitron": Prediction(0, 0, 0.9),
        "soudure": Prediction(1, -1, THRESHOLD),
        "peut-être": Prediction(0, 0, THRESHOLD - 0.001),
    }
)
BAKER = Inference(rome_code="A1101", appellation_code="1", score=0.9, model="by hand")
WELDER = Inference(rome_code="A1102", appellation_code=None, score=THRESHOLD, model="by hand")


@pytest.fixture
def reading() -> Reading:
    return Reading(READ.known)


@pytest.fixture
def completion(reading: Reading) -> Completion:
    return Completion(bakery(), lambda: reading)  # type: ignore[arg-type,return-value]


def unasked() -> Completion:
    def made() -> None:
        raise AssertionError("the tagger was made")

    return Completion(bakery(), made)  # type: ignore[arg-type]


def offer(title: str = "mitron", **fields: object) -> Offer:
    source = OfferSource(name="board", id="1")
    return Offer(id="o1", title=title, source=source, published_on=dt.date(2026, 9, 1), **fields)  # type: ignore[arg-type]


def test_an_offer_without_a_code_is_read_with_its_description(completion: Completion, reading: Reading) -> None:
    found = completion.completed(offer(description="Fait le pain"))
    assert found == offer(description="Fait le pain", inferred=BAKER)
    assert reading.asked == [("mitron", "Fait le pain")]


@pytest.mark.parametrize("code", ["A1101", "A1102"])
def test_a_declared_code_is_never_touched(code: str) -> None:
    given = offer(rome_code=code)
    assert unasked().completed(given) is given


def test_a_code_of_rome_v3_is_declared(rome: Rome) -> None:
    """M1403 has become other fiches in the sample."""
    assert not rome.contains("M1403")
    given = offer(rome_code="M1403")
    assert Completion(rome, unasked).completed(given) is given  # type: ignore[arg-type]


def test_a_code_that_this_rome_does_not_know_is_kept_and_the_title_read(completion: Completion) -> None:
    assert completion.completed(offer(rome_code="Z9999")) == offer(rome_code="Z9999", inferred=BAKER)


@pytest.mark.parametrize("title", ["peut-être", "jamais vu", ""])
def test_what_is_not_known_stays_unknown(completion: Completion, title: str) -> None:
    given = offer(title)
    assert completion.completed(given) is given


def test_the_threshold_itself_is_believed_and_no_appellation_is_none(completion: Completion) -> None:
    assert completion.completed(offer("soudure")).inferred == WELDER


def test_what_was_inferred_goes_once_a_code_is_declared_or_the_title_no_longer_tells(completion: Completion) -> None:
    assert completion.completed(offer(rome_code="A1102", inferred=BAKER)) == offer(rome_code="A1102")
    assert completion.completed(offer("jamais vu", inferred=BAKER)) == offer("jamais vu")


def test_projects_and_experiences_are_read_in_their_own_words(completion: Completion) -> None:
    given = Profile(
        id="p1",
        projects=(Project(label="mitron"), Project(rome_code="A1102", label="mitron"), Project()),
        experiences=(Experience(months=3, title="soudure"), Experience(months=1), Experience(months=2, title="?")),
    )
    found = completion.completed(given)
    assert [project.inferred for project in found.projects] == [BAKER, None, None]
    assert [experience.inferred for experience in found.experiences] == [WELDER, None, None]
    assert found.projects[1:] == given.projects[1:]
    assert found.experiences[0].months == 3


@pytest.mark.parametrize(
    "record",
    [
        offer(),
        offer(rome_code="Z9999"),
        offer("jamais vu"),
        Profile(id="p1", projects=(Project(label="mitron"),), experiences=(Experience(months=3, title="soudure"),)),
        Profile(id="p1", projects=()),
    ],
)
def test_completing_again_gives_the_very_same_record(completion: Completion, record: Offer | Profile) -> None:
    once = completion.completed(record)
    assert completion.completed(once) is once


@pytest.mark.parametrize(
    "record",
    [
        Training(id="t1", title="mitron"),
        Establishment(id="12345678901234", naf="1071C"),
        Profile(id="p1", projects=(Project(rome_code="A1101"), Project())),
        offer(""),
    ],
)
def test_the_tagger_is_not_made_for_records_that_need_none(
    record: Training | Establishment | Profile | Offer,
) -> None:
    assert unasked().completed(record) is record


def test_the_tagger_is_made_once() -> None:
    made: list[Reading] = []

    def make() -> Reading:
        made.append(Reading(READ.known))
        return made[-1]

    completion = Completion(bakery(), make)  # type: ignore[arg-type]
    for _ in range(3):
        completion.completed(offer())
    assert len(made) == 1
    assert completion.read("mitron") == BAKER


def test_what_the_same_models_read_is_kept_where_it_is_asked_and_only_there(
    completion: Completion, reading: Reading
) -> None:
    mine = Inference(rome_code="A1102", score=0.7, model="by hand")
    assert completion.completed(offer(inferred=mine), keep=True).inferred == mine
    assert completion.completed(offer(inferred=mine)).inferred == BAKER
    older = Inference(rome_code="A1102", score=0.7, model="older")
    assert completion.completed(offer(inferred=older), keep=True).inferred == BAKER
    assert reading.asked == [("mitron", "")]


def test_words_that_recur_are_read_once_and_long_ones_are_not_kept(completion: Completion, reading: Reading) -> None:
    long = "mitron " * 40
    assert len(long) > LONGEST_KEPT
    for text in ("mitron", "mitron", "jamais vu", "jamais vu", long, long):
        completion.read(text)
    assert [text for text, _ in reading.asked] == ["mitron", "jamais vu", long, long]


def test_a_text_with_a_context_is_not_that_text_alone(completion: Completion, reading: Reading) -> None:
    for context in ("", "Fait le pain", "", "Fait le pain"):
        completion.read("mitron", context)
    assert reading.asked == [("mitron", ""), ("mitron", "Fait le pain"), ("mitron", "Fait le pain")]


def test_readings_that_are_kept_are_bounded(
    completion: Completion, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.inference, "MOST_KEPT", 2)
    for text in ("a", "b", "a", "c", "a", "b"):
        completion.read(text)
    assert [text for text, _ in reading.asked] == ["a", "b", "c", "b"]


def test_threads_share_what_was_read(completion: Completion) -> None:
    texts = ["mitron", "soudure", "peut-être", "jamais vu"] * 200
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(completion.read, texts))
    assert found == [BAKER, WELDER, None, None] * 200
