"""Nothing prohibited is an input: what is read is what `allowed.py` lists, in code, in data and at run time."""

import ast
import dataclasses
import datetime as dt
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import numpy as np
import pytest

import features
from features.pairs import FIRM_FEATURES, JOB_FEATURES, SESSION_FEATURES
from features.pairs.base import FirmPairs, JobPairs, JobSide, PersonSide, SessionPairs
from features.records import Event, Experience, LanguageLevel, Profile, Record
from features.world.small import sample_world_facts
from matching.lookups import Lookups
from matching.rows.profile import project_profiles
from matching.schema import SCHEMAS
from models.hiring.forecast import Forecast
from models.published import published_models
from tests.equity import allowed

ROOT = Path(features.__file__).parents[1]
FEATURE_FILES = sorted((ROOT / "features" / "pairs").glob("*.py"))
FORBIDDEN = re.compile(
    r"\b(?:sex|gender|age|birth\w*|born|nationalit\w*|origin|ethnic\w*|race|religio\w*|belief|politic\w*|union\w*"
    r"|family_status|children|pregnan\w*|marital|health|disab\w*|handicap\w*|rqth|first_name|last_name|address"
    r"|neighbourhood|quarter|bank\w*|looks|genetic\w*)\b"
)
"""Words of which no column, feature or argument may be made."""


def names_of(side: type) -> set[str]:
    """Columns of a side, and what it computes of them."""
    own = {each.name for each in dataclasses.fields(side)}
    computed = {
        name
        for name, value in vars(side).items()
        if not name.startswith("_") and (isinstance(value, property) or hasattr(value, "attrname") or callable(value))
    }
    return own | computed


@pytest.mark.parametrize(
    ("side", "listed"),
    [
        (PersonSide, allowed.PERSON | {"names_skills": "whether they name any skill"}),
        (JobSide, allowed.JOB),
        (JobPairs, allowed.JOB_PAIR),
        (SessionPairs, allowed.SESSION_PAIR),
        (FirmPairs, allowed.FIRM_PAIR),
    ],
)
def test_what_a_pair_holds_is_what_is_allowed(side: type, listed: dict[str, str]) -> None:
    assert names_of(side) == set(listed)


def reads(path: Path) -> Iterator[str]:
    """Attributes of `pairs`, `pairs.person` and `pairs.job` that a feature's file reads, by name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and re.fullmatch(r"[\w.]+", ast.unparse(node)):
            dotted = ast.unparse(node).split(".")
            if dotted[0] in ("pairs", "person", "job", "_pairs"):
                yield dotted[2] if dotted[1] in ("person", "job") and len(dotted) > 2 else dotted[1]
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "vars", "eval"):
            pytest.fail(f"{path.name} reads by a name that cannot be checked: {ast.unparse(node)}")


def test_every_feature_reads_allowed_columns_alone() -> None:
    everything = {
        *allowed.PERSON, *allowed.JOB, *allowed.JOB_PAIR, *allowed.SESSION_PAIR, *allowed.FIRM_PAIR, "names_skills"
    }  # fmt: skip
    found = {path.name: set(reads(path)) for path in FEATURE_FILES if path.name not in ("base.py", "registry.py")}
    assert sum(map(len, found.values())) > 50, "features that read nothing are not looked at"
    for name, columns in found.items():
        assert columns <= everything, f"{name} reads {sorted(columns - everything)}"


def test_no_name_of_an_input_is_that_of_a_prohibited_criterion() -> None:
    features_of = [each.name for each in (*JOB_FEATURES, *SESSION_FEATURES, *FIRM_FEATURES)]
    columns = [column.name for schema in SCHEMAS.values() for column in schema]
    for name in (*features_of, *columns, *allowed.HIRING_FORECAST):
        if name not in ("open_to_rqth",):  # of the offer: a filter
            assert not FORBIDDEN.search(name.replace("_", " ")), name


def test_every_column_of_every_collection_is_allowed() -> None:
    assert {collection.value for collection in SCHEMAS} == set(allowed.COLUMNS)
    for collection, schema in SCHEMAS.items():
        assert {column.name for column in schema} == set(allowed.COLUMNS[collection.value]), collection


def test_the_forecast_of_hirings_reads_firms_alone() -> None:
    assert set(inspect.signature(Forecast.of).parameters) - {"self"} == set(allowed.HIRING_FORECAST)


def test_behaviour_reads_of_events_what_is_allowed() -> None:
    assert {field.name for field in msgspec.structs.fields(Event)} == set(allowed.EVENT)


# ---------------------------------------------------------------- who a person is cannot be reached


PROTECTED_NAMES = frozenset({"Identity", "ProtectedStatus"})
FEED_RANKINGS = (
    "features/pairs",
    "features/rome",
    "features/adverts",
    "features/behaviour.py",
    "features/border/employer_view.py",
    "features/geo.py",
    "features/pay.py",
    "features/tension.py",
    "features/text.py",
    "features/travel_time.py",
    "models",
    "matching",
)
"""What searches, reads and ranks; the rest of `features` keeps records, whoever they are about."""


def named_in(path: Path) -> set[str]:
    """Names that a file imports or uses, and kinds of the store."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr if node.attr in ("IDENTITY", "PROTECTED") else "")
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value in ("identity", "protected_status")
        ):
            found.add(node.value)
    return found


@pytest.mark.parametrize("part", FEED_RANKINGS)
def test_nothing_that_ranks_can_name_who_a_person_is(part: str) -> None:
    told = PROTECTED_NAMES | {"IDENTITY", "PROTECTED", "identity", "protected_status"}
    files = [ROOT / part] if part.endswith(".py") else sorted((ROOT / part).rglob("*.py"))
    assert files
    for path in files:
        relative = str(path.relative_to(ROOT))
        named = named_in(path) & told - ({"PROTECTED"} if relative == "models/ranking/gate.py" else set())
        assert not named, f"{relative} names {sorted(named)}"


def test_dates_of_a_career_are_read_by_nothing_that_answers() -> None:
    """They tell an age, and a leave."""
    for path in (ROOT / "matching").rglob("*.py"):
        told = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        assert "ended_on" not in told, path


def test_texts_are_made_vectors_of_where_it_is_allowed() -> None:
    found = set()
    for floor in ("models", "matching", "api"):
        for path in (ROOT / floor).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            relative = str(path.relative_to(ROOT))
            if "training" not in relative and re.search(r"(?:\b_?encoder|_model)\.encode\(", text):
                found.add(relative)
    assert found == set(allowed.ENCODED)


# ---------------------------------------------------------------- what is read of a profile


def fields_of(struct: type[Record], prefix: str = "") -> Iterator[str]:
    """Every field of a record and of the records in it, dotted; what is read off words is one field."""
    for field in msgspec.structs.fields(struct):
        yield prefix + field.name
        for inner in (field.type, *get_args(field.type)):
            if isinstance(inner, type) and issubclass(inner, Record) and field.name != "inferred":
                yield from fields_of(inner, f"{prefix}{field.name}.")


def test_every_field_of_a_profile_is_listed_once() -> None:
    listed = [*allowed.READ_OF_PROFILE, *allowed.NOT_READ_OF_PROFILE]
    assert len(listed) == len(set(listed))
    assert set(fields_of(Profile)) == set(listed)


@pytest.fixture(scope="module")
def lookups() -> Lookups:
    from features.sample.reference import sample_reference

    return Lookups(sample_reference(), published_models())


@pytest.fixture(scope="module")
def people(lookups: Lookups) -> list[Profile]:
    from features.store import Kind
    from features.world import Sizes, World

    sizes = Sizes(profiles=150, offers=1, trainings=1, establishments=1)
    world = World(sample_world_facts(), sizes, 3, dt.date(2026, 9, 1))
    return [lookups.completion.completed(each) for each in world.records(Kind.PROFILE)]  # type: ignore[misc]


def otherwise(profile: Profile, field: str) -> Profile:
    """`profile` with another value of a field that nothing may read."""
    replace = msgspec.structs.replace
    if field == "summary":
        return replace(profile, summary="Femme de 54 ans, née à Dakar, trois enfants, diabétique, RQTH, syndiquée.")
    if field == "updated_on":
        return replace(profile, updated_on=dt.date(2001, 1, 1))
    if field == "consents.contact_by_email":
        consents = replace(profile.consents, contact_by_email=not profile.consents.contact_by_email)
        return replace(profile, consents=consents)
    if field == "education.year":
        return replace(profile, education=tuple([replace(each, year=1971) for each in profile.education]))
    if field == "languages.level":
        return replace(profile, languages=tuple([replace(each, level=LanguageLevel.A1) for each in profile.languages]))
    values: dict[str, Any] = {
        "experiences.ended_on": {"ended_on": dt.date(1983, 5, 1)},
        "experiences.naf": {"naf": "9492Z"},
        "experiences.appellation_code": {"appellation_code": "10891"},
    }
    past = tuple([_past(each, values[field]) for each in profile.experiences])
    return replace(profile, experiences=past)


def _past(experience: Experience, values: dict[str, Any]) -> Experience:
    return msgspec.structs.replace(experience, **values)


@pytest.mark.parametrize("field", sorted(set(allowed.NOT_READ_OF_PROFILE) - {"id"}))
def test_what_is_not_read_changes_no_array(people: list[Profile], lookups: Lookups, field: str) -> None:
    other = [otherwise(each, field) for each in people]
    assert sum(one != two for one, two in zip(people, other, strict=True)) > 50, "too few people have it to tell"
    before, after = project_profiles(people, lookups), project_profiles(other, lookups)
    assert before.vectors.tobytes() == after.vectors.tobytes()
    for name, column in before.columns.items():
        assert np.asarray(column).tobytes() == np.asarray(after.columns[name]).tobytes(), name
