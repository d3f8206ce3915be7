"""What recurs is worked out once: rows are those of a slow reading that remembers nothing and writes row by row."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

import matching.rows.base
import matching.rows.establishment
import matching.rows.offer
import matching.rows.profile
import matching.rows.session
import models.inference
import models.words
from features.records import Inference, Offer, Profile, Training
from features.rome.referential import Relation
from features.store import Kind
from features.text import normalise
from features.world import Sizes, World
from features.world.small import sample_world_facts
from matching.catalogue import Rows
from matching.keywords import word_number
from matching.lookups import Lookups
from matching.rows.base import RowWriter, core_skills, family, nearest_occupation, word_numbers
from matching.rows.establishment import project_establishments
from matching.rows.offer import project_offers
from matching.rows.profile import project_profiles
from matching.rows.session import project_sessions
from matching.schema import SCHEMAS, WITHOUT_VECTORS, WORD_WIDTH, Collection
from models.inference import Completion
from tests.matching.conftest import TODAY

WORLD = World(sample_world_facts(), Sizes(profiles=400, offers=600, trainings=80, establishments=200), 11, TODAY)


def records(kind: Kind) -> list[Any]:
    return list(WORLD.records(kind))


class SlowWriter(RowWriter):
    """The definition of a row: every column, and every text encoded for it alone."""

    def __init__(self, collection: Collection, lookups: Lookups) -> None:
        super().__init__(collection, lookups)
        self._made: list[Rows] = []

    def add(
        self,
        key: str,
        values: Mapping[str, Any],
        payload: bytes,
        texts: Iterable[tuple[str | None, float]],
        occupations: Iterable[tuple[int, float]],
    ) -> None:
        columns: dict[str, NDArray[Any]] = {}
        for column in SCHEMAS[self._collection]:
            missing: Any = [column.missing] * column.width if column.width else column.missing
            columns[column.name] = np.array([values.get(column.name, missing)], dtype=column.dtype)
        encoder = self._lookups.encoder
        vector = np.zeros(0 if self._collection in WITHOUT_VECTORS else encoder.dim, dtype=np.float32)
        for text, weight in texts:
            if text:
                vector += encoder.encode([text])[0] * np.float32(weight)
        for occupation, weight in occupations:
            vector += self._lookups.occupation_vectors[occupation] * np.float32(weight)
        length = np.linalg.norm(vector)
        self._made.append(Rows((key,), columns, (vector / length if length > 0 else vector)[None], (payload,)))

    def rows(self) -> Rows:
        return joined(self._made)


def joined(parts: list[Rows]) -> Rows:
    return Rows(
        tuple(key for part in parts for key in part.ids),
        {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns},
        np.concatenate([part.vectors for part in parts]),
        tuple(payload for part in parts for payload in part.payloads),
    )


def slow_rows(project: Callable[[Lookups], Rows], lookups: Lookups) -> Rows:
    """What `project` gives while nothing is remembered and rows are written one by one."""
    base, slow = matching.rows.base, Lookups(lookups.reference, lookups.models)
    slow.warm()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models.inference, "LONGEST_KEPT", -1)
        patch.setattr(models.words, "_kept", models.words._normalised)
        patch.setattr(base, "_kept_words", base._words)
        patch.setattr(base, "_kept_nearest", base._nearest)
        for module in (matching.rows.establishment, matching.rows.offer, matching.rows.profile, matching.rows.session):
            patch.setattr(module, "RowWriter", SlowWriter)
            for name in {"family", "core_skills"} & vars(module).keys():
                patch.setattr(module, name, getattr(base, name).__wrapped__)
        return project(slow)


def trained() -> dict[str, Training]:
    return {training.id: training for training in records(Kind.TRAINING)}


def aged(offers: list[Offer], lookups: Lookups) -> list[Offer]:
    """The offers as of 2023, of codes that mean several fiches today, at a point instead of a commune."""
    rome = lookups.reference.rome
    several = sorted({parent for parent in rome.parents if len(rome.resolve(parent)) > 1})
    return [
        msgspec.structs.replace(
            offer,
            rome_code=several[place % len(several)],
            published_on=dt.date(2023, 1, 1 + place % 28),
            commune_insee=None,
            lat=46.0 + place / 5000,
            lon=2.0,
        )
        for place, offer in enumerate(offers)
    ]


def uncoded(profiles: list[Profile]) -> list[Profile]:
    """The profiles without one code of theirs, each twice: every title is read, and recurs."""
    bare = [
        msgspec.structs.replace(
            person,
            projects=tuple(msgspec.structs.replace(each, rome_code=None) for each in person.projects),
            experiences=tuple(msgspec.structs.replace(each, rome_code=None) for each in person.experiences),
        )
        for person in profiles
    ]
    return [*bare, *bare]


PROJECTIONS: dict[str, Callable[[Lookups], Rows]] = {
    "profiles": lambda lookups: project_profiles(records(Kind.PROFILE), lookups),
    "profiles without codes": lambda lookups: project_profiles(uncoded(records(Kind.PROFILE)[:80]), lookups),
    "offers": lambda lookups: project_offers(records(Kind.OFFER), lookups),
    "offers of 2023": lambda lookups: project_offers(aged(records(Kind.OFFER)[:200], lookups), lookups),
    "sessions": lambda lookups: project_sessions(records(Kind.SESSION), lookups, trained()),
    "establishments": lambda lookups: project_establishments(records(Kind.ESTABLISHMENT), lookups, {}, TODAY),
}


def assert_same(found: Rows, expected: Rows) -> None:
    """Equal to the bit, vectors but for the order in which a matrix product adds (batches of other sizes)."""
    assert found.ids == expected.ids
    assert found.payloads == expected.payloads
    assert found.columns.keys() == expected.columns.keys()
    for name, column in expected.columns.items():
        assert found.columns[name].dtype == column.dtype, name
        np.testing.assert_array_equal(found.columns[name], column, err_msg=name)
    np.testing.assert_allclose(found.vectors, expected.vectors, atol=1e-6)


@pytest.mark.parametrize("what", PROJECTIONS)
def test_rows_are_those_of_a_slow_reading(lookups: Lookups, what: str) -> None:
    project = PROJECTIONS[what]
    first, again, expected = project(lookups), project(lookups), slow_rows(project, lookups)
    assert len(expected) > 50
    assert_same(first, expected)
    assert_same(again, expected)


def test_a_batch_is_its_records_one_by_one(lookups: Lookups) -> None:
    people = records(Kind.PROFILE)[:120]
    assert_same(project_profiles(people, lookups), joined([project_profiles([person], lookups) for person in people]))


def test_a_text_that_rows_share_is_encoded_once(lookups: Lookups, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    encode = type(lookups.encoder).encode
    monkeypatch.setattr(
        type(lookups.encoder), "encode", lambda self, texts: asked.append(list(texts)) or encode(self, texts)
    )
    writer = RowWriter(Collection.OFFERS, lookups)
    for key in "abc":
        writer.add(key, {}, b"", [("soudeur", 1.0), ("soudeur", 0.5), (f"usine {key}", 1.0)], [])
    writer.rows()
    assert asked == [["soudeur", "usine a", "usine b", "usine c"]]


def test_the_family_of_an_occupation_is_its_relation(lookups: Lookups) -> None:
    rome = lookups.reference.rome
    for occupation in range(rome.n_occupations):
        expected = {row for row in range(rome.n_occupations) if rome.relation[row, occupation] >= Relation.PARENT}
        assert family(lookups, occupation) == expected
        rows, core = rome.skills_of(occupation)
        assert list(core_skills(lookups, occupation)) == [
            int(row) for row, is_core in zip(rows, core, strict=True) if is_core
        ]


def test_words_are_numbered_as_they_are_read() -> None:
    for texts in (["Été à  Nice", None, "", "nice C++"], ["mot " * 100 + "fin"], ["x" * 300, "a b c " * 40]):
        read = list(dict.fromkeys(word for text in texts if text for word in normalise(text).split()))[:WORD_WIDTH]
        assert word_numbers(texts) == [word_number(word) for word in read] + [0] * (WORD_WIDTH - len(read))


def test_a_long_title_is_read_and_not_kept(lookups: Lookups) -> None:
    kept = matching.rows.base._kept_nearest
    candidates = list(range(6))
    before = kept.cache_info().currsize
    title = f"{lookups.reference.rome.labels[3]} " * 40
    assert nearest_occupation(lookups, candidates, title) in candidates
    assert kept.cache_info().currsize == before


def test_another_referential_has_readings_of_its_own(lookups: Lookups) -> None:
    """Readings are kept by lookups: two of them never answer for each other."""
    other = Lookups(lookups.reference, lookups.models)
    assert family(other, 0) == family(lookups, 0)
    assert family(other, 0) is not family(lookups, 0)


def test_completion_over_a_world_is_that_of_each_title_alone(lookups: Lookups) -> None:
    def inferred(person: Profile) -> list[Inference | None]:
        return [job.inferred for job in (*person.projects, *person.experiences)]

    shared = Completion(lookups.reference.rome, lambda: lookups.tagger)
    for person in uncoded(records(Kind.PROFILE)[:30]):
        alone = Completion(lookups.reference.rome, lambda: lookups.tagger)
        assert inferred(shared.completed(person)) == inferred(alone.completed(person))
