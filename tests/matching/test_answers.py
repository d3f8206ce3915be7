"""What the four services have in common: pages, scores, reasons, facets, and no trace of the index's backend."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.pairs import FIRM_FEATURES, JOB_FEATURES, SESSION_FEATURES
from matching.answer import Answer, Window
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.errors import BadParameter
from matching.explain.families import TOLD_TO_EMPLOYERS
from matching.facets import FACET_STEP
from matching.index.registry import BACKENDS, DEFAULT
from matching.placements import FIRM_RANKER
from matching.prospection import targets
from matching.rank import OFFER_RANKER, PROFILE_RANKER, SESSION_RANKER, Ranker
from matching.schema import Collection
from matching.sourcing import profiles_for_offer
from matching.subscriptions import offers_for_profile
from matching.trainings import sessions_for_profile
from tests.matching.conftest import House
from tests.matching.made import ids_of

EVERYTHING = Window(0, 149)

Answers = dict[str, Answer[Any]]


@dataclass(frozen=True)
class Service:
    """One of the four questions, asked by the id of who asks."""

    name: str
    ask: Callable[[Engine, str, dict[str, str], Window], Answer[Any]]
    ids: Callable[[Engine], list[str]]
    ranker: Ranker
    features: tuple[str, ...]
    refined_by: tuple[str, ...]
    """Facets whose parameter only narrows (a place that is asked takes the place of the person's own)."""


def prospect(engine: Engine, code: str, parameters: dict[str, str], window: Window) -> Answer[Any]:
    demand = ProspectionDemand(rome_codes=(code,), commune_insee="75056", radius_km=900, parameters=parameters)
    return targets(engine, demand, window).answer


def records_of(collection: Collection) -> Callable[[Engine], list[str]]:
    return lambda engine: ids_of(engine.catalogue(collection))[:150]


SERVICES = [
    Service(
        "offers",
        offers_for_profile,
        records_of(Collection.PROFILES),
        OFFER_RANKER,
        tuple(feature.name for feature in JOB_FEATURES),
        ("typeContrat", "tempsPlein", "experience", "codeROME"),
    ),
    Service(
        "sourcing",
        profiles_for_offer,
        records_of(Collection.OFFERS),
        PROFILE_RANKER,
        tuple(feature.name for feature in JOB_FEATURES),
        ("codeROME", "departement"),
    ),
    Service(
        "trainings",
        sessions_for_profile,
        records_of(Collection.PROFILES),
        SESSION_RANKER,
        tuple(feature.name for feature in SESSION_FEATURES),
        ("financement",),
    ),
    Service(
        "prospection",
        prospect,
        lambda engine: list(engine.lookups.reference.rome.codes[::10]),
        FIRM_RANKER,
        tuple(feature.name for feature in FIRM_FEATURES),
        ("departement", "naf"),
    ),
]


@pytest.fixture(params=SERVICES, ids=lambda service: service.name)
def service(request: pytest.FixtureRequest) -> Service:
    chosen: Service = request.param
    return chosen


@pytest.fixture
def answers(service: Service, engine: Engine) -> dict[str, Answer[Any]]:
    """First pages, by id of who asks; some are empty."""
    found = {key: service.ask(engine, key, {}, EVERYTHING) for key in service.ids(engine)}
    assert sum(bool(answer.matches) for answer in found.values()) >= 15
    return found


def test_pages_put_together_are_the_whole_list(service: Service, engine: Engine, answers: Answers) -> None:
    for key, answer in list(answers.items())[:40]:
        pieces: list[Any] = []
        for first in range(0, min(answer.total, 150) + 7, 7):
            page = service.ask(engine, key, {}, Window(first, first + 6))
            assert page.total == answer.total
            assert page.facets == answer.facets
            assert len(page.matches) == max(0, min(7, answer.total - first))
            pieces.extend(page.matches)
        assert tuple(pieces[:150]) == answer.matches


def test_an_answer_is_the_same_when_asked_again(service: Service, engine: Engine, answers: Answers) -> None:
    for key in list(answers)[:30]:
        assert service.ask(engine, key, {}, EVERYTHING) == answers[key]


def test_results_are_distinct_and_best_first(answers: Answers) -> None:
    for answer in answers.values():
        assert len(answer.matches) == min(answer.total, 150)
        assert len({match.id for match in answer.matches}) == len(answer.matches)
        scores = [match.score for match in answer.matches]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 + 1e-6 for score in scores)


def test_reasons_add_up_to_the_score(service: Service, answers: Answers) -> None:
    told = {name for name, weight in zip(service.features, service.ranker.weights, strict=True) if weight > 0}
    if service.name == "sourcing":
        told = told & TOLD_TO_EMPLOYERS | {"accord"}
    for answer in answers.values():
        for match in answer.matches:
            besides = {"same_doors"} if service.name == "trainings" else set()
            assert {reason.feature for reason in match.reasons} - besides == told
            assert len({reason.feature for reason in match.reasons}) == len(match.reasons)
            contributions = [reason.contribution for reason in match.reasons]
            assert match.base + sum(contributions) == pytest.approx(match.score, abs=1e-5)
            assert contributions == sorted(contributions, key=lambda part: -abs(part))
            rising = [each.contribution for each in match.reasons if each.feature not in besides]
            assert match.base > 0 or min(rising) >= 0


NOT_FRENCH = re.compile(r"\b(nan|inf|none|true|false|the|of|and|with|unknown)\b", re.IGNORECASE)


def test_every_word_is_for_its_reader(answers: Answers) -> None:
    for answer in answers.values():
        for match in answer.matches:
            for text in (*(reason.text for reason in match.reasons), *match.gaps, *match.obstacles):
                assert text == text.strip()
                assert text[0].isupper() or text[0] in "«+0123456789"
                assert not text.endswith(".") or text.endswith("...")  # labels of ROME may trail off
                plain = re.sub(r"«[^»]*»|\([^()]*\)", "", text)  # labels of ROME, and what they explain
                assert not NOT_FRENCH.search(plain), text
                assert "  " not in text
            assert len(set(match.gaps)) == len(match.gaps)
        assert answer.notice is None or answer.notice.endswith(".")


def test_a_facet_says_how_many_results_its_value_keeps(service: Service, engine: Engine, answers: Answers) -> None:
    checked = 0
    for key, answer in list(answers.items())[:60]:
        assert all(facet.values for facet in answer.facets)
        for facet in answer.facets:
            counts = [value.count for value in facet.values]
            assert counts == sorted(counts, reverse=True)
            assert all(0 < count <= answer.total for count in counts)
            assert all(value.label for value in facet.values)
            if facet.parameter not in service.refined_by:
                continue
            for value in facet.values[:2]:
                if facet.parameter == "codeROME" and len(engine.lookups.reference.rome.resolve(value.value)) > 1:
                    continue  # also a v3 code: asked for, it means its whole family
                total = service.ask(engine, key, {facet.parameter: value.value}, Window()).total
                told = total - total % FACET_STEP if service.name == "sourcing" else total  # employers: whole fives
                assert told == value.count
                checked += 1
    assert checked > 20 or service.name == "sourcing"  # few values have five people in this small world


def test_facets_of_choices_cover_every_result(engine: Engine) -> None:
    """An offer that says its occupation is in exactly one value of that facet."""
    for key in records_of(Collection.PROFILES)(engine)[:80]:
        answer = offers_for_profile(engine, key, {}, EVERYTHING)
        codes = {facet.parameter: facet for facet in answer.facets}.get("codeROME")
        if codes is not None and len(codes.values) < 20:
            offers = engine.catalogue(Collection.OFFERS)
            unknown = sum(int(offers.column("occupation")[offers.rows_of(match.id)[0]]) < 0 for match in answer.matches)
            assert sum(value.count for value in codes.values) + unknown == answer.total


@pytest.fixture(scope="module")
def by_backend(town: House, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Engine]:
    """The small world under every backend of the registry."""
    found = {DEFAULT: engine}
    for name in BACKENDS.keys() - found.keys():
        folder: Path = tmp_path_factory.mktemp(name)
        house = House(town.store, folder, town.reference)
        house.build(name)
        found[name] = house.open()
    return found


def test_every_backend_gives_the_pages_of_the_exact_one(service: Service, by_backend: dict[str, Engine]) -> None:
    exact = by_backend["exact"]
    for name, other in by_backend.items():
        for key in service.ids(exact)[:100]:
            one, two = (service.ask(each, key, {}, EVERYTHING) for each in (exact, other))
            assert (one.total, one.facets, one.notice) == (two.total, two.facets, two.notice)
            np.testing.assert_allclose(
                [match.score for match in one.matches], [match.score for match in two.matches], atol=1e-5, err_msg=name
            )
            scores = {match.id: match.score for match in one.matches}
            for mine, theirs in zip(one.matches, two.matches, strict=True):
                assert mine.id == theirs.id or scores[theirs.id] == pytest.approx(mine.score, abs=1e-5)
            texts = [
                {match.id: {reason.feature: reason.text for reason in match.reasons} for match in answer.matches}
                for answer in (one, two)
            ]
            assert texts[0] == texts[1]


@pytest.mark.parametrize(("first", "last"), [(-1, 5), (5, 4), (0, 150), (10, 160), (-5, -1)])
def test_a_page_that_is_empty_or_too_large_is_refused(first: int, last: int) -> None:
    with pytest.raises(BadParameter, match=f"« {first}-{last} »") as refused:
        Window(first, last)
    assert refused.value.name == "range"


def test_the_largest_and_the_smallest_page() -> None:
    assert (Window().first, Window().last) == (0, 19)
    assert Window(7, 7).last == 7
    assert Window(1000, 1149).last == 1149
