"""Filters: what every one of the registry promises, and each of them against a plain reading of the records.

The first half names no filter: a newcomer is held to it by its line in the registry. The second half re-evaluates
conditions one record at a time, on records that leave much unsaid.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.bits import contract_bits, held_licence_bits, licence_bits
from features.geo import distance_km
from features.pay import MONTHLY_HOURS
from features.records import (
    Attendance,
    Consents,
    Contract,
    Education,
    EducationDemand,
    Establishment,
    Exigence,
    Experience,
    ExperienceDemand,
    Funding,
    LanguageDemand,
    LanguageSkill,
    Licence,
    LicenceDemand,
    Mobility,
    Offer,
    OfferSource,
    Pay,
    Profile,
    Project,
    Record,
    SkillDemand,
    Training,
    TrainingSession,
    TravelMode,
    WorkingTime,
)
from features.sample.reference import sample_reference
from features.text import normalise
from features.travel_time import DOOR_TO_DOOR_KM_H, Density, density_of
from matching.catalogue import Catalogue, Rows, View
from matching.errors import BadParameter, UnknownParameter
from matching.filters import consent, contract, freshness, licence, pay, place, session_dates, working_time
from matching.filters.base import Condition, Context, Filter
from matching.filters.registry import FILTERS, filters_for, nearest_name, parameters_for, parse
from matching.index.registry import backend
from matching.lookups import Lookups, day_number
from matching.rows.establishment import project_establishments
from matching.rows.offer import project_offers
from matching.rows.profile import DEFAULT_RADIUS_KM, project_profiles
from matching.rows.session import project_sessions
from matching.schema import WITHOUT_VECTORS, WORD_WIDTH, WORKING_TIME_FULL, WORKING_TIME_PART, Collection
from matching.selection import select
from matching.writer import CollectionWriter
from models.published import published_models
from models.tagger import Weighing

TODAY = dt.date(2026, 9, 1)
REFERENCE = sample_reference()
ROME, COMMUNES = REFERENCE.rome, REFERENCE.communes
VOCABULARY = ("zibou", "tralou", "krapo", "vulmi", "drosti", "pwalek", "C++", "éclo")
SPOKEN = ("fr", "en", "de", "xx")
"""Languages, the last of which nobody knows."""

Given = dict[str, str]
Row = tuple[Any, ...]
"""What a row was made of: (offer,), (profile, project), (session, training), (firm,)."""


def some(rng: np.random.Generator, values: Sequence[Any], missing: float = 0.3) -> Any:
    """One of `values`, or None."""
    return None if rng.random() < missing else values[rng.integers(len(values))]


def several(rng: np.random.Generator, values: Sequence[Any], most: int) -> tuple[Any, ...]:
    return tuple(values[i] for i in rng.permutation(len(values))[: rng.integers(0, most + 1)])


def day(rng: np.random.Generator, first: int, last: int) -> dt.date:
    return TODAY + dt.timedelta(days=int(rng.integers(first, last + 1)))


def spot(rng: np.random.Generator) -> dict[str, Any]:
    """A place as records say it: its commune, a point near one, neither; now and then a code that nobody knows."""
    row = int(rng.integers(len(COMMUNES)))
    if rng.random() < 0.6:
        return {"commune_insee": COMMUNES.insee[row]}
    if rng.random() < 0.5:
        return {
            "commune_insee": some(rng, ["99999"]),
            "lat": float(COMMUNES.lat[row]) + 0.01,
            "lon": float(COMMUNES.lon[row]),
        }
    return {}


def make_offers(rng: np.random.Generator, n: int) -> list[Offer]:
    return [
        Offer(
            id=f"o{number}",
            title=" ".join(several(rng, VOCABULARY, 3)),
            source=OfferSource(name="test", id=str(number)),
            rome_code=some(rng, ROME.codes),
            departement=some(rng, COMMUNES.departements, 0.6),
            contract=some(rng, list(Contract)),
            apprenticeship=bool(rng.random() < 0.3),
            working_time=some(rng, list(WorkingTime)),
            weekly_hours=some(rng, [7.0, 24.5, 35.0, 39.0]),
            education=tuple(
                EducationDemand(level=some(rng, [3, 4, 5, 8]), exigence=some(rng, list(Exigence), 0))
                for _ in range(rng.integers(0, 3))
            ),
            languages=tuple(
                LanguageDemand(language=item, exigence=some(rng, list(Exigence), 0)) for item in several(rng, SPOKEN, 2)
            ),
            experience=some(rng, list(ExperienceDemand)),
            licences=tuple(
                LicenceDemand(licence=item, exigence=some(rng, list(Exigence), 0))
                for item in several(rng, [Licence.B, Licence.C, Licence.CE], 2)
            ),
            pay=Pay(min_monthly=some(rng, [1500.0, 1900.0]), max_monthly=some(rng, [1900.0, 2500.0])),
            skills=tuple(SkillDemand(label=label) for label in several(rng, VOCABULARY, 2)),
            firm_name=some(rng, VOCABULARY),
            published_on=day(rng, -60, 0),
            expires_on=some(rng, [TODAY, TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=9)]),
            open_to_rqth=bool(rng.random() < 0.4),
            **spot(rng),
        )
        for number in range(n)
    ]


def make_profiles(rng: np.random.Generator, n: int) -> list[Profile]:
    def project() -> Project:
        return Project(
            rome_code=ROME.codes[rng.integers(ROME.n_occupations)],
            commune_insee=some(rng, COMMUNES.insee, 0.7),
            radius_km=some(rng, [0.0, 5.0, 40.0, 500.0], 0.5),
            contracts=several(rng, [Contract.CDI, Contract.CDD, Contract.INTERIM], 2),
            working_time=some(rng, list(WorkingTime), 0.5),
            pay_floor_monthly=some(rng, [0.0, 1900.0, 2300.0], 0.5),
            start_date=some(rng, [day(rng, -30, 90)], 0.5),
        )

    return [
        Profile(
            id=f"p{number}",
            projects=tuple(project() for _ in range(rng.integers(1, 4))),
            experiences=tuple(
                Experience(months=int(rng.integers(0, 60)), rome_code=some(rng, ROME.codes[:20]))
                for _ in range(rng.integers(0, 3))
            ),
            licences=several(rng, [Licence.B, Licence.CE, Licence.A2], 2),
            education=tuple(Education(level=some(rng, [3, 4, 5, 8])) for _ in range(rng.integers(0, 3))),
            languages=tuple(LanguageSkill(language=item) for item in several(rng, SPOKEN, 3)),
            commune_insee=some(rng, [*COMMUNES.insee, "99999"]),
            mobility=Mobility(km=some(rng, [10.0, 60.0], 0.5), minutes=some(rng, [30.0], 0.5)),
            available_from=some(rng, [day(rng, -30, 90)], 0.5),
            consents=Consents(visible_to_employers=bool(rng.random() < 0.5), profiling=bool(rng.random() < 0.6)),
        )
        for number in range(n)
    ]


def make_trainings(rng: np.random.Generator, n: int) -> list[Training]:
    return [
        Training(
            id=f"t{number}",
            title=" ".join(several(rng, VOCABULARY, 3)),
            rome_codes=several(rng, ROME.codes, 3),
            organisation=some(rng, VOCABULARY),
        )
        for number in range(n)
    ]


def make_sessions(rng: np.random.Generator, n: int, trainings: list[Training]) -> list[TrainingSession]:
    return [
        TrainingSession(
            id=f"s{number}",
            training_id=trainings[rng.integers(len(trainings))].id,
            starts_on=day(rng, -20, 200),
            attendance=some(rng, list(Attendance), 0),
            seats_left=some(rng, [0, 1, 12]),
            fundings=several(rng, list(Funding), 2),
            accessible=some(rng, [True, False]),
            **spot(rng),
        )
        for number in range(n)
    ]


def make_firms(rng: np.random.Generator, n: int) -> list[Establishment]:
    bands = [(0, 0), (1, 2), (10, 19), (250, 499), (10_000, None), (None, None)]
    firms = []
    for number in range(n):
        low, high = bands[rng.integers(len(bands))]
        firms.append(
            Establishment(
                id=f"{number:014d}",
                naf=some(rng, [*REFERENCE.naf.naf_codes, "0000Z"], 0),
                headcount_min=low,
                headcount_max=high,
                engaged=bool(rng.random() < 0.3),
                opt_out=bool(rng.random() < 0.3),
                **spot(rng),
            )
        )
    return firms


class Shelf:
    """A catalogue of random records with some rows buried, and what each row was made of."""

    def __init__(
        self, collection: Collection, rows: Rows, made_of: list[Row], lookups: Lookups, folder: Path | None
    ) -> None:
        """With a `folder`, most of the rows are written there and mapped; else all of them are in memory."""
        index = None if collection in WITHOUT_VECTORS else backend("exact")(lookups.encoder.dim)
        self.catalogue = Catalogue(collection, index)
        self.catalogue.apply(rows, ())
        self.made_of = made_of
        assert len(made_of) == len(rows)
        if folder is not None:
            self._write(folder, lookups)
        self.catalogue.apply(_none(rows), sorted(set(rows.ids))[::7])
        self.context = Context(collection, lookups, TODAY)
        written = {} if self.catalogue.written is None else self.catalogue.written.columns
        for array in (*self.catalogue._added.values(), *written.values()):
            array.flags.writeable = False

    def _write(self, folder: Path, lookups: Lookups) -> None:
        """Put most records on disk, as a generation has them, and add the others to it."""
        before, made_of = self.catalogue, self.made_of
        writer = CollectionWriter(folder, before.collection, lookups.place_order, "exact", lookups.encoder.dim)
        chunk = next(before.chunks())
        last = list(dict.fromkeys(chunk.ids))[-len(set(chunk.ids)) // 4 :]
        writer.add(_of(chunk, [key not in last for key in chunk.ids]))
        writer.finish()
        self.catalogue = Catalogue.load(folder, before.collection, "exact", lookups.place_order)
        self.catalogue.apply(_of(chunk, [key in last for key in chunk.ids]), ())
        self.made_of = [()] * len(made_of)
        for key in set(chunk.ids):
            for old, new in zip(before.rows_of(key).tolist(), self.catalogue.rows_of(key).tolist(), strict=True):
                self.made_of[new] = made_of[old]

    def all_rows(self) -> View:
        """Every row, buried ones included."""
        return everything_of(self.catalogue)

    def parsed(self, parameters: Mapping[str, str]) -> list[Condition]:
        return parse(parameters, self.context)

    def refusal(self, parameters: Mapping[str, str]) -> BadParameter | None:
        """What parsing says against the values, None when they are understood."""
        try:
            self.parsed(parameters)
        except BadParameter as error:
            return error
        return None

    def assert_agrees(self, condition: Condition, predicate: Callable[[Row], bool | None]) -> None:
        """The condition says what `predicate` says of every live row; None leaves a row to it."""
        mask = condition(self.all_rows())
        assert mask.shape == (len(self.catalogue),)
        assert mask.dtype == np.bool_
        for row in np.flatnonzero(self.catalogue.alive).tolist():
            expected = predicate(self.made_of[row])
            assert expected is None or mask[row] == expected, self.made_of[row]


def everything_of(catalogue: Catalogue) -> View:
    return catalogue.view(np.arange(len(catalogue)))


def _none(rows: Rows) -> Rows:
    return _of(rows, [False] * len(rows))


def _of(rows: Rows, kept: list[bool]) -> Rows:
    """Some of the rows."""
    mask = np.array(kept, dtype=np.bool_)
    return Rows(
        tuple(compress(rows.ids, kept)),
        {name: values[mask] for name, values in rows.columns.items()},
        rows.vectors[mask],
        tuple(compress(rows.payloads, kept)),
    )


@pytest.fixture(scope="module")
def lookups() -> Lookups:
    """A tagger that finds every occupation as likely as the next reads none in these titles."""
    return Lookups(REFERENCE, replace(published_models(), weighing=Weighing.blank({}, "blank")))


@pytest.fixture(scope="module", params=["in memory", "mapped"])
def shelves(
    lookups: Lookups, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[Collection, Shelf]:
    rng = np.random.default_rng(1)
    offers, profiles, firms = make_offers(rng, 250), make_profiles(rng, 120), make_firms(rng, 200)
    trainings = make_trainings(rng, 60)
    sessions = make_sessions(rng, 200, trainings)
    training_of = {training.id: training for training in trainings}
    made: dict[Collection, tuple[Rows, list[Row]]] = {
        Collection.OFFERS: (project_offers(offers, lookups), [(offer,) for offer in offers]),
        Collection.PROFILES: (
            project_profiles(profiles, lookups),
            [(profile, project) for profile in profiles for project in profile.projects],
        ),
        Collection.SESSIONS: (
            project_sessions(sessions, lookups, training_of),
            [(session, training_of[session.training_id]) for session in sessions],
        ),
        Collection.ESTABLISHMENTS: (project_establishments(firms, lookups, {}, TODAY), [(firm,) for firm in firms]),
    }
    folders = {name: tmp_path_factory.mktemp(name.value) if request.param == "mapped" else None for name in made}
    return {collection: Shelf(collection, *rows, lookups, folders[collection]) for collection, rows in made.items()}


# ---------------------------------------------------------------- every filter of the registry


def examples(item: Filter, collection: Collection) -> Given:
    """The first of `ways`."""
    return ways(item, collection)[0]


def ways(item: Filter, collection: Collection) -> list[Given]:
    """Examples of parameters that may be given together: the usual ones, then those that stand instead of some."""
    parameters = item.parameters[collection]
    replaced = {parameter.instead_of for parameter in parameters}
    first = {parameter.name: parameter.example for parameter in parameters if not parameter.instead_of}
    second = {parameter.name: parameter.example for parameter in parameters if parameter.name not in replaced}
    return [first] if first == second else [first, second]


MEMBERS = [
    pytest.param(item, collection, id=f"{collection.value}-{item.parameters[collection][0].name}")
    for item in FILTERS
    for collection in item.parameters
]
WAYS = [
    pytest.param(way, collection, id=f"{collection.value}-{','.join(way)}")
    for item in FILTERS
    for collection in item.parameters
    for way in ways(item, collection)
]
PARAMETERS = [
    pytest.param(parameter, collection, id=f"{collection.value}-{parameter.name}")
    for collection in Collection
    for parameter in parameters_for(collection)
]

ENGLISH = re.compile(
    r"\b(the|of|and|with|from|by|is|are|offers?|jobs?|days?|list|only|at least|within)\b", re.IGNORECASE
)


@pytest.mark.parametrize("collection", Collection)
def test_names_are_unique(collection: Collection) -> None:
    names = [parameter.name for parameter in parameters_for(collection)]
    assert len(set(names)) == len(names)
    assert "range" not in names


@pytest.mark.parametrize(("parameter", "collection"), PARAMETERS)
def test_a_parameter_is_documented_in_french(parameter: Any, collection: Collection) -> None:
    assert re.fullmatch(r"[a-z][A-Za-z]*", parameter.name)
    assert parameter.description.endswith(".")
    assert not ENGLISH.search(parameter.description)


@pytest.mark.parametrize(("way", "collection"), WAYS)
def test_examples_are_understood(way: Given, collection: Collection, shelves: dict[Collection, Shelf]) -> None:
    shelf = shelves[collection]
    (condition,) = shelf.parsed(way)
    mask = condition(shelf.all_rows())
    assert mask.shape == (len(shelf.catalogue),)
    assert mask.dtype == np.bool_
    for name, example in way.items():
        refused = shelf.refusal({name: example})
        if refused is not None:
            assert refused.name == name
            needed = re.fullmatch(r"à donner avec « (\w+) »", refused.expected)
            assert needed is not None
            assert needed[1] in way


@pytest.mark.parametrize(("item", "collection"), MEMBERS)
def test_what_stands_instead_of_a_parameter_is_not_given_with_it(
    item: Filter, collection: Collection, shelves: dict[Collection, Shelf]
) -> None:
    for parameter in item.parameters[collection]:
        if parameter.instead_of:
            everything = {each.name: each.example for each in item.parameters[collection]}
            refused = shelves[collection].refusal(everything)
            assert refused is not None
            assert everything[refused.name] == refused.value
            assert f"« {parameter.instead_of} »" in refused.expected


@pytest.mark.parametrize(("way", "collection"), WAYS)
def test_a_filter_works_on_nothing(way: Given, collection: Collection, lookups: Lookups) -> None:
    empty = Catalogue(collection, None if collection in WITHOUT_VECTORS else backend("exact")(8))
    (condition,) = parse(way, Context(collection, lookups, TODAY))
    assert condition(everything_of(empty)).shape == (0,)
    assert len(select(empty, [condition]).rows) == 0


@pytest.mark.parametrize(("way", "collection"), WAYS)
@settings(max_examples=40)
@given(data=st.data())
def test_any_text_is_understood_or_refused_by_name(
    way: Given, collection: Collection, shelves: dict[Collection, Shelf], data: st.DataObject
) -> None:
    text = st.one_of(
        st.text(max_size=12), st.sampled_from(["", " ", ",", "-1", "1e9", "nan", "inf", "true", "1,2", "9" * 200])
    )
    values = {name: data.draw(st.one_of(st.just(example), text), name) for name, example in way.items()}
    refused = shelves[collection].refusal(values)
    if refused is None:
        (condition,) = shelves[collection].parsed(values)
        assert condition(shelves[collection].all_rows()).dtype == np.bool_
        return
    assert refused.name in values
    assert refused.expected
    assert len(refused.value) <= 80
    assert refused.value in values[refused.name]
    assert f"« {refused.name} »" in str(refused)
    assert refused.expected in str(refused)


@pytest.mark.parametrize(("parameter", "collection"), PARAMETERS)
@pytest.mark.parametrize("value", ["", "   "])
def test_a_blank_value_is_refused(
    parameter: Any, collection: Collection, value: str, shelves: dict[Collection, Shelf]
) -> None:
    (item,) = [item for item in filters_for(collection) if parameter in item.parameters[collection]]
    with pytest.raises(BadParameter):
        shelves[collection].parsed({**examples(item, collection), parameter.name: value})


@pytest.mark.parametrize(("parameter", "collection"), PARAMETERS)
def test_a_name_almost_right_is_refused_with_the_right_one(
    parameter: Any, collection: Collection, shelves: dict[Collection, Shelf]
) -> None:
    for wrong in (parameter.name[:-1], parameter.name.upper() + "S"):
        with pytest.raises(UnknownParameter, match=f"« {wrong} ».*« {parameter.name} »") as refused:
            shelves[collection].parsed({wrong: parameter.example})
        assert (refused.value.name, refused.value.nearest) == (wrong, parameter.name)


@pytest.mark.parametrize("collection", Collection)
def test_a_name_like_none_is_refused_without_a_guess(collection: Collection, shelves: dict[Collection, Shelf]) -> None:
    with pytest.raises(UnknownParameter) as refused:
        shelves[collection].parsed({"qqqqqqqq": "1"})
    assert refused.value.nearest is None
    assert nearest_name("typecontrat", ["typeContrat"]) == "typeContrat"


@pytest.mark.parametrize(("way", "collection"), WAYS)
def test_a_buried_row_is_never_selected(way: Given, collection: Collection, shelves: dict[Collection, Shelf]) -> None:
    shelf = shelves[collection]
    assert not shelf.catalogue.alive.all()
    everything: Condition = lambda catalogue: np.ones(len(catalogue), dtype=np.bool_)  # noqa: E731
    for conditions in ([], [everything], shelf.parsed(way)):
        selection = select(shelf.catalogue, conditions)
        assert not (selection.mask & ~shelf.catalogue.alive).any()
    np.testing.assert_array_equal(select(shelf.catalogue, []).mask, shelf.catalogue.alive)


@pytest.mark.parametrize("collection", Collection)
@settings(max_examples=30)
@given(data=st.data())
def test_conditions_add_up(collection: Collection, shelves: dict[Collection, Shelf], data: st.DataObject) -> None:
    """Filters given together keep the rows that each of them keeps, in whatever order the parameters come."""
    shelf = shelves[collection]
    chosen = data.draw(st.permutations(range(len(filters_for(collection)))).map(lambda order: order[:4]))
    filters = [filters_for(collection)[number] for number in chosen]
    parameters = [pair for item in filters for pair in examples(item, collection).items()]
    together = select(shelf.catalogue, shelf.parsed(dict(data.draw(st.permutations(parameters)))))
    expected = shelf.catalogue.alive.copy()
    for item in filters:
        (condition,) = shelf.parsed(examples(item, collection))
        expected &= condition(shelf.all_rows())
    np.testing.assert_array_equal(together.mask, expected)


# ---------------------------------------------------------------- a plain reading of the records


def commune_of(row: Row) -> int | None:
    """The commune (row) of a record as it says it: its code, else the nearest to its point."""
    record = row[0]
    insee = (row[1].commune_insee or record.commune_insee) if isinstance(record, Profile) else record.commune_insee
    known = COMMUNES.get_row(insee) if insee is not None else None
    if known is not None or isinstance(record, Profile) or record.lat is None:
        return known
    return nearest_to(record.lat, record.lon)


@cache
def nearest_to(lat: float, lon: float) -> int:
    """The commune (row) nearest to a point, by trying them all."""
    points = zip(COMMUNES.lat.tolist(), COMMUNES.lon.tolist(), strict=True)
    return int(np.argmin([distance_km(lat, lon, *point) for point in points]))


@cache
def km_between(one: int, other: int) -> float:
    points = [float(value) for row in (one, other) for value in (COMMUNES.lat[row], COMMUNES.lon[row])]
    return distance_km(*points)


def near(distance: float, limit: float) -> bool | None:
    """Whether a distance is within a limit; None when rounding decides."""
    return None if abs(distance - limit) < 1e-3 and distance > 0 else distance <= limit


def radius_of(row: Row, radius_km: float) -> float:
    """People are asked for in steps of 5 km: those whose distance, to the nearest step, is within the radius."""
    return 5 * int(radius_km / 5 + 1e-6) + 2.5 if isinstance(row[0], Profile) else radius_km


def within_one(row: Row, communes: Sequence[str], radius_km: float) -> bool | None:
    here = commune_of(row)
    if here is None:
        return False
    return near(min(km_between(COMMUNES.row_of(code), here) for code in communes), radius_km)


def departement_of(row: Row) -> str | None:
    here = commune_of(row)
    if here is not None:
        return COMMUNES.departements[here]
    return getattr(row[0], "departement", None)


def codes_of(row: Row) -> set[str]:
    """ROME codes that a record names."""
    match row[0]:
        case Offer(rome_code=code):
            return set() if code is None else {code}
        case Profile():
            return {row[1].rome_code}
        case _:
            return set(row[1].rome_codes)


def joined(values: st.SearchStrategy[list[str]]) -> st.SearchStrategy[str]:
    return values.map(",".join)


def listed(values: Sequence[str], most: int) -> st.SearchStrategy[str]:
    return joined(st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True))


def dates() -> st.SearchStrategy[str]:
    return st.dates(TODAY - dt.timedelta(days=40), TODAY + dt.timedelta(days=220)).map(dt.date.isoformat)


Predicate = Callable[[Row, Given], bool | None]
READINGS: dict[str, tuple[tuple[Collection, ...], st.SearchStrategy[Given], Predicate]] = {}


def reading(*collections: Collection, **parameters: st.SearchStrategy[str | None]) -> Callable[[Predicate], Predicate]:
    """Registers a plain reading of a filter; a parameter drawn as None is not given."""
    drawn = st.fixed_dictionaries(parameters).map(
        lambda found: {name: value for name, value in found.items() if value is not None}
    )

    def keep(predicate: Predicate) -> Predicate:
        READINGS[predicate.__name__] = (collections, drawn.filter(bool), predicate)
        return predicate

    return keep


OFFERS, PROFILES = Collection.OFFERS, Collection.PROFILES
SESSIONS, FIRMS = Collection.SESSIONS, Collection.ESTABLISHMENTS


@reading(
    *Collection,
    commune=listed(COMMUNES.insee, 3),
    distance=st.one_of(st.none(), st.sampled_from(["0", "5", "12,5", "30", "200", "1000"])),
)
def reads_place(row: Row, given: Given) -> bool | None:
    radius = float(given["distance"].replace(",", ".")) if "distance" in given else place.DEFAULT_KM
    return within_one(row, given["commune"].split(","), radius_of(row, radius))


@reading(
    *Collection,
    commune=listed(COMMUNES.insee, 3),
    tempsTrajet=st.sampled_from(["5", "20", "45", "90", "240"]),
    mode=st.sampled_from([None, *(item.value for item in TravelMode)]),
)
def reads_travel_time(row: Row, given: Given) -> bool | None:
    """Each departure has the speeds of its own surroundings."""
    here = commune_of(row)
    if here is None:
        return False
    hours = int(given["tempsTrajet"]) / 60
    mode = TravelMode(given.get("mode", "voiture"))
    told = []
    for code in given["commune"].split(","):
        start = COMMUNES.row_of(code)
        speed = DOOR_TO_DOOR_KM_H[density_of(people_around(start))][mode]
        told.append(near(km_between(start, here), radius_of(row, hours * speed / 1.3)))
    return True if True in told else None if None in told else False


@cache
def people_around(commune: int) -> int:
    """People within 10 km; a city's arrondissements are not counted beside it."""
    return sum(
        int(COMMUNES.population[row])
        for row in range(len(COMMUNES))
        if not COMMUNES.is_arrondissement[row] and km_between(commune, row) <= 10
    )


AREAS = sorted(set(COMMUNES.employment_areas))


@reading(*Collection, bassin=listed(AREAS, 3))
def reads_employment_area(row: Row, given: Given) -> bool:
    """What is known by its département alone is in no area."""
    here = commune_of(row)
    return here is not None and COMMUNES.employment_areas[here] in given["bassin"].split(",")


RECORD_IDS = [f"{letter}{number}" for letter in "ops" for number in range(60)] + [f"{n:014d}" for n in range(60)]


@reading(*Collection, exclure=listed([*RECORD_IDS, "absent"], 60))
def reads_exclusion(row: Row, given: Given) -> bool:
    return row[0].id not in given["exclure"].split(",")


@reading(
    *Collection,
    departement=st.one_of(st.none(), listed(sorted(set(COMMUNES.departements)), 3)),
    region=st.one_of(st.none(), listed(sorted(set(COMMUNES.regions)), 2)),
)
def reads_departement(row: Row, given: Given) -> bool:
    regions = given["region"].split(",") if "region" in given else []
    inside = {
        code for code, region in zip(COMMUNES.departements, COMMUNES.regions, strict=True) if region in regions
    } | set(given["departement"].split(",") if "departement" in given else [])
    return departement_of(row) in inside


@reading(
    OFFERS,
    PROFILES,
    SESSIONS,
    codeROME=st.one_of(st.none(), listed(sorted({*ROME.codes, *ROME.parents}), 3)),
    appellation=st.one_of(st.none(), listed(ROME.appellation_codes, 2)),
    domaine=st.one_of(st.none(), listed(sorted(ROME.domains), 2)),
    grandDomaine=st.one_of(st.none(), listed(sorted(ROME.grand_domains), 2)),
)
def reads_occupation(row: Row, given: Given) -> bool:
    """Any of what the four parameters name."""
    wanted = {
        ROME.codes[found] for code in given.get("codeROME", "").split(",") if code for found in ROME.resolve(code)
    }
    for code in given.get("appellation", "").split(","):
        if code:
            wanted.add(ROME.codes[ROME.appellation_occupation[ROME.appellation_row_of(code)]])
    prefixes = tuple(code for name in ("domaine", "grandDomaine") for code in given.get(name, "").split(",") if code)
    return any(code in wanted or (prefixes and code.startswith(prefixes)) for code in codes_of(row))


@reading(
    OFFERS,
    dureeHebdoMin=st.sampled_from([None, "0", "7", "24,5", "24.51", "2430", "0800"]),
    dureeHebdoMax=st.sampled_from([None, "35", "3500", "3859", "99", "99,5"]),
)
def reads_hours(row: Row, given: Given) -> bool:
    """Offers that do not say their hours are not found by hours."""
    hours = {"24,5": 24.5, "24.51": 24.51, "2430": 24.5, "0800": 8.0, "3500": 35.0, "3859": 38 + 59 / 60, "99,5": 99.5}
    least, most = (
        hours.get(given[name]) or float(given[name]) if name in given else unbounded
        for name, unbounded in (("dureeHebdoMin", 0.0), ("dureeHebdoMax", 1000.0))
    )
    return row[0].weekly_hours is not None and least <= row[0].weekly_hours <= most


@reading(OFFERS, niveauFormation=st.integers(3, 8).map(str))
def reads_education_of_offers(row: Row, given: Given) -> bool:
    """Several required levels are alternatives; a wish and silence keep nobody out."""
    levels = [item.level for item in row[0].education if item.exigence is Exigence.REQUIRED and item.level is not None]
    return not levels or min(levels) <= int(given["niveauFormation"])


@reading(PROFILES, niveauFormation=st.integers(3, 8).map(str))
def reads_education_of_profiles(row: Row, given: Given) -> bool:
    """What people who refused profiling have learned is not read."""
    levels = [item.level for item in row[0].education if item.level is not None]
    return row[0].consents.profiling and max(levels, default=0) >= int(given["niveauFormation"])


@reading(OFFERS, langue=listed(["fr", "en", "de", "ja"], 2))
def reads_language_of_offers(row: Row, given: Given) -> bool:
    return any(
        item.exigence is Exigence.REQUIRED and item.language in given["langue"].split(",") for item in row[0].languages
    )


@reading(PROFILES, langue=listed(["fr", "en", "de", "ja"], 2))
def reads_language_of_profiles(row: Row, given: Given) -> bool:
    """All of the list; what people who refused profiling speak is not read."""
    spoken = {item.language for item in row[0].languages}
    return row[0].consents.profiling and set(given["langue"].split(",")) <= spoken


CONTRACTS = [item.value for item in (Contract.CDI, Contract.CDD, Contract.INTERIM, Contract.SEASONAL)]


@reading(OFFERS, typeContrat=listed(CONTRACTS, 2))
def reads_contract_of_offers(row: Row, given: Given) -> bool:
    """An offer that does not say its contract is not found by contract."""
    return row[0].contract is not None and row[0].contract.value in given["typeContrat"].split(",")


@reading(PROFILES, typeContrat=listed(CONTRACTS, 2))
def reads_contract_of_profiles(row: Row, given: Given) -> bool:
    """A person who names no contract accepts any."""
    named = {item.value for item in row[1].contracts}
    return not named or bool(named & set(given["typeContrat"].split(",")))


@reading(OFFERS, alternance=st.sampled_from(["true", "false"]))
def reads_work_study(row: Row, given: Given) -> bool:
    return row[0].apprenticeship == (given["alternance"] == "true")


@reading(OFFERS, experience=listed(["D", "S", "E"], 3))
def reads_experience_of_offers(row: Row, given: Given) -> bool:
    return row[0].experience is not None and row[0].experience.value in given["experience"].split(",")


@reading(PROFILES, experienceMois=st.integers(0, 80).map(str))
def reads_experience_of_profiles(row: Row, given: Given) -> bool:
    """Months in the target occupation or in one of its v3 family; silence is no experience."""
    family = ROME.parents[ROME.row_of(row[1].rome_code)]
    held = [
        item.months
        for item in row[0].experiences
        if item.rome_code is not None and ROME.parents[ROME.row_of(item.rome_code)] == family
    ]
    return sum(held) >= int(given["experienceMois"])


@reading(OFFERS, permis=listed([item.value for item in (Licence.B, Licence.C, Licence.CE, Licence.D)], 2))
def reads_licence_of_offers(row: Row, given: Given) -> bool:
    return any(item.licence.value in given["permis"].split(",") for item in row[0].licences)


@reading(PROFILES, permis=listed([item.value for item in (Licence.B, Licence.C, Licence.AM, Licence.A1)], 2))
def reads_licence_of_profiles(row: Row, given: Given) -> bool:
    """All of the list, held or implied by one that is."""
    held = held_licence_bits(row[0].licences)
    wanted = licence_bits(Licence(code) for code in given["permis"].split(","))
    return held & wanted == wanted


@reading(OFFERS, tempsPlein=st.sampled_from(["true", "false"]))
def reads_working_time_of_offers(row: Row, given: Given) -> bool:
    return row[0].working_time is (WorkingTime.FULL if given["tempsPlein"] == "true" else WorkingTime.PART)


@reading(PROFILES, tempsPlein=st.sampled_from(["true", "false"]))
def reads_working_time_of_profiles(row: Row, given: Given) -> bool:
    wanted = WorkingTime.FULL if given["tempsPlein"] == "true" else WorkingTime.PART
    return row[1].working_time in (None, wanted)


@reading(
    OFFERS,
    salaireMin=st.sampled_from(["0", "11,5", "12.5", "1900", "1900,01", "22800", "30000", "1000000"]),
    periodeSalaire=st.sampled_from([None, "M", "A", "H"]),
)
def reads_pay(row: Row, given: Given) -> bool | None:
    """Offers that say nothing of pay are not found by pay."""
    offered = row[0].pay.max_monthly if row[0].pay.max_monthly is not None else row[0].pay.min_monthly
    if offered is None:
        return False
    per_month = {"M": 1.0, "A": 1 / 12, "H": MONTHLY_HOURS}[given.get("periodeSalaire", "M")]
    least = float(given["salaireMin"].replace(",", ".")) * per_month
    return None if 0 < abs(offered - least) < 1e-3 else bool(offered >= least)


@reading(OFFERS, publieeDepuis=st.integers(1, 70).map(str))
def reads_freshness(row: Row, given: Given) -> bool:
    return (TODAY - row[0].published_on).days <= int(given["publieeDepuis"])


@reading(OFFERS, accesTravailleurHandicape=st.just("true"))
def reads_offers_open_to_disabled(row: Row, given: Given) -> bool:
    return row[0].open_to_rqth


@reading(SESSIONS, accesTravailleurHandicape=st.just("true"))
def reads_sessions_open_to_disabled(row: Row, given: Given) -> bool:
    return row[0].accessible is True


@reading(PROFILES, disponibleAvant=dates())
def reads_availability(row: Row, given: Given) -> bool:
    """Those who give no date are available now; of two dates the later counts."""
    told = [date for date in (row[0].available_from, row[1].start_date) if date is not None]
    return not told or max(told) <= dt.date.fromisoformat(given["disponibleAvant"])


@reading(SESSIONS, debutApres=st.one_of(st.none(), dates()), debutAvant=st.one_of(st.none(), dates()))
def reads_session_dates(row: Row, given: Given) -> bool:
    starts = row[0].starts_on.isoformat()
    return given.get("debutApres", "") <= starts <= given.get("debutAvant", "9999")


@reading(SESSIONS, financement=listed([item.value for item in Funding], 3))
def reads_funding(row: Row, given: Given) -> bool:
    return any(item.value in given["financement"].split(",") for item in row[0].fundings)


@reading(SESSIONS, modalite=listed([item.value for item in Attendance], 2))
def reads_attendance(row: Row, given: Given) -> bool:
    return row[0].attendance.value in given["modalite"].split(",")


@reading(
    OFFERS, SESSIONS, motsCles=st.lists(st.sampled_from([*VOCABULARY, "absent"]), min_size=1, max_size=3).map(" ".join)
)
def reads_words(row: Row, given: Given) -> bool:
    record = row[0]
    texts = (
        [record.title, record.firm_name, *(item.label for item in record.skills)]
        if isinstance(record, Offer)
        else [row[1].title, row[1].organisation, row[1].rncp]
    )
    said = list(dict.fromkeys(word for text in texts if text for word in normalise(text).split()))[:WORD_WIDTH]
    return set(normalise(given["motsCles"]).split()) <= set(said)


@reading(FIRMS, naf=listed([*REFERENCE.naf.naf_codes[::5], *sorted({code[:2] for code in REFERENCE.naf.naf_codes})], 3))
def reads_sector(row: Row, given: Given) -> bool:
    return row[0].naf in REFERENCE.naf.naf_codes and row[0].naf.startswith(tuple(given["naf"].split(",")))


@reading(
    FIRMS,
    effectifMin=st.sampled_from([None, "0", "2", "15", "300"]),
    effectifMax=st.sampled_from([None, "300", "9999"]),
)
def reads_size(row: Row, given: Given) -> bool:
    """The headcount band and the wanted one have a size in common; firms of unknown size are left out."""
    low, high = row[0].headcount_min, row[0].headcount_max
    if low is None:
        return False
    least, most = int(given.get("effectifMin", 0)), int(given.get("effectifMax", 10**9))
    return max(low, least) <= min(10**9 if high is None else high, most)


@reading(FIRMS, engagee=st.sampled_from(["true", "false"]))
def reads_engagement(row: Row, given: Given) -> bool:
    return row[0].engaged == (given["engagee"] == "true")


@pytest.mark.parametrize(
    ("name", "collection"), [(name, collection) for name, (found, _, _) in READINGS.items() for collection in found]
)
@settings(max_examples=25)
@given(data=st.data())
def test_a_filter_keeps_what_a_plain_reading_keeps(
    name: str, collection: Collection, shelves: dict[Collection, Shelf], data: st.DataObject
) -> None:
    _, strategy, predicate = READINGS[name]
    values = data.draw(strategy)
    shelf = shelves[collection]
    (condition,) = shelf.parsed(values)
    shelf.assert_agrees(condition, lambda row: predicate(row, values))
    expected = np.flatnonzero(condition(shelf.all_rows()) & shelf.catalogue.alive)
    np.testing.assert_array_equal(select(shelf.catalogue, [condition]).rows, expected)


# ---------------------------------------------------------------- conditions that no parameter switches off


def test_consent_and_opt_out(shelves: dict[Collection, Shelf]) -> None:
    shelves[PROFILES].assert_agrees(
        consent.visible_to_employers, lambda row: bool(row[0].consents.visible_to_employers)
    )
    shelves[FIRMS].assert_agrees(consent.may_be_prospected, lambda row: not row[0].opt_out)


@settings(max_examples=25)
@given(commune=st.sampled_from(range(len(COMMUNES))))
def test_own_reach(shelves: dict[Collection, Shelf], lookups: Lookups, commune: int) -> None:
    """A radius of the project, else the mobility's kilometres, else its minutes by car, else the default."""

    def reached(row: Row) -> bool | None:
        here = commune_of(row)
        if here is None:
            return False
        profile, project = row
        reach = DEFAULT_RADIUS_KM
        if profile.mobility.minutes is not None:
            reach = profile.mobility.minutes / 60 * 45 / 1.3
        if profile.mobility.km is not None:
            reach = profile.mobility.km
        if project.radius_km is not None:
            reach = project.radius_km
        return near(km_between(here, commune), reach)

    shelves[PROFILES].assert_agrees(place.in_own_reach(lookups, commune), reached)


@settings(max_examples=25)
@given(held=st.lists(st.sampled_from([Licence.B, Licence.C, Licence.CE, Licence.DE]), max_size=2))
def test_no_offer_asks_for_a_licence_that_is_lacking(shelves: dict[Collection, Shelf], held: list[Licence]) -> None:
    bits = held_licence_bits(held)
    shelves[OFFERS].assert_agrees(
        licence.not_lacking(bits),
        lambda row: all(
            licence_bits([item.licence]) & bits for item in row[0].licences if item.exigence is Exigence.REQUIRED
        ),
    )


def test_every_licence_and_none_can_be_held(shelves: dict[Collection, Shelf]) -> None:
    everyone = shelves[OFFERS].catalogue
    assert licence.not_lacking(licence_bits(Licence))(everyone).all()
    assert licence.holding(0)(shelves[PROFILES].catalogue).all()


@settings(max_examples=25)
@given(accepted=st.lists(st.sampled_from(Contract), min_size=1, max_size=3))
def test_a_contract_that_is_not_said_is_let_through(shelves: dict[Collection, Shelf], accepted: list[Contract]) -> None:
    shelves[OFFERS].assert_agrees(
        contract.of_contracts(contract_bits(accepted)),
        lambda row: row[0].contract is None or row[0].contract in accepted,
    )


@pytest.mark.parametrize(
    ("code", "kind"), [(WORKING_TIME_FULL, WorkingTime.FULL), (WORKING_TIME_PART, WorkingTime.PART)]
)
def test_a_working_time_that_is_not_said_is_let_through(
    shelves: dict[Collection, Shelf], code: int, kind: WorkingTime
) -> None:
    shelves[OFFERS].assert_agrees(working_time.not_against(code), lambda row: row[0].working_time in (None, kind))


@pytest.mark.parametrize("floor", [0.0, 1900.0, 1900.5, 2500.0, 9000.0])
def test_pay_that_is_not_said_is_let_through(shelves: dict[Collection, Shelf], floor: float) -> None:
    def enough(row: Row) -> bool:
        offered = row[0].pay.max_monthly if row[0].pay.max_monthly is not None else row[0].pay.min_monthly
        return offered is None or offered >= floor

    shelves[OFFERS].assert_agrees(pay.not_below(floor), enough)
    shelves[PROFILES].assert_agrees(
        pay.floor_at_most(floor),
        lambda row: row[1].pay_floor_monthly is None or row[1].pay_floor_monthly <= floor,
    )


def test_an_offer_without_pay_keeps_nobody_out(shelves: dict[Collection, Shelf]) -> None:
    assert pay.floor_at_most(float("nan"))(shelves[PROFILES].catalogue).all()


def test_an_offer_is_open_through_its_last_day(shelves: dict[Collection, Shelf]) -> None:
    shelves[OFFERS].assert_agrees(
        freshness.not_expired(day_number(TODAY)), lambda row: row[0].expires_on is None or row[0].expires_on >= TODAY
    )


def test_a_full_session_is_left_out_and_silence_is_not(shelves: dict[Collection, Shelf]) -> None:
    shelves[SESSIONS].assert_agrees(session_dates.has_seats(), lambda row: row[0].seats_left != 0)


# ---------------------------------------------------------------- values that are refused


@pytest.mark.parametrize(
    ("collection", "values", "name", "value", "expected"),
    [
        (OFFERS, {"commune": "Guéret"}, "commune", "Guéret", "23096"),
        (OFFERS, {"commune": "23000"}, "commune", "23000", "23096"),
        (OFFERS, {"commune": ",".join(COMMUNES.insee[:6])}, "commune", None, "de 1 à 5 valeurs"),
        (OFFERS, {"distance": "30"}, "distance", "30", "avec « commune »"),
        (OFFERS, {"commune": "23096", "distance": "-1"}, "distance", "-1", "de 0 à 1000"),
        (OFFERS, {"tempsTrajet": "30"}, "tempsTrajet", "30", "avec « commune »"),
        (OFFERS, {"commune": "23096", "tempsTrajet": "4"}, "tempsTrajet", "4", "de 5 à 240"),
        (OFFERS, {"commune": "23096", "mode": "velo"}, "mode", "velo", "avec « tempsTrajet »"),
        (OFFERS, {"commune": "23096", "tempsTrajet": "9", "mode": "vélo"}, "mode", "vélo", "velo, marche"),
        (
            OFFERS,
            {"commune": "23096", "tempsTrajet": "9", "distance": "9"},
            "tempsTrajet",
            "9",
            "sans « distance »",
        ),
        (OFFERS, {"bassin": "7543,0000"}, "bassin", "0000", "un code de bassin d'emploi, par exemple 0101"),
        (FIRMS, {"bassin": "Guéret"}, "bassin", "Guéret", "par exemple 7543 (Guéret)"),
        (SESSIONS, {"bassin": "23096"}, "bassin", "23096", "par exemple 7543 (Guéret)"),
        (OFFERS, {"dureeHebdoMin": "2475"}, "dureeHebdoMin", "2475", "HHMM"),
        (OFFERS, {"dureeHebdoMax": "-1"}, "dureeHebdoMax", "-1", "35 ou 17,5"),
        (OFFERS, {"dureeHebdoMin": "36", "dureeHebdoMax": "3530"}, "dureeHebdoMin", "36", "dureeHebdoMax (35.5 h)"),
        (OFFERS, {"niveauFormation": "9"}, "niveauFormation", "9", "de 3 à 8"),
        (PROFILES, {"niveauFormation": "bac"}, "niveauFormation", "bac", "de 3 à 8"),
        (PROFILES, {"langue": "en,xx"}, "langue", "xx", "ISO 639-1 parmi fr, en"),
        (OFFERS, {"exclure": ",".join(map(str, range(201)))}, "exclure", None, "de 1 à 200 valeurs"),
        (FIRMS, {"departement": "2"}, "departement", "2", "23, 2A ou 974"),
        (OFFERS, {"region": "999"}, "region", "999", "région INSEE"),
        (OFFERS, {"codeROME": "J150"}, "codeROME", "J150", "par exemple J15"),
        (OFFERS, {"codeROME": "J1501,Z9999"}, "codeROME", "Z9999", "un code ROME"),
        (OFFERS, {"appellation": "0"}, "appellation", "0", "OGR"),
        (OFFERS, {"grandDomaine": "Z"}, "grandDomaine", "Z", "A, B, C"),
        (OFFERS, {"typeContrat": "CDI,cdd"}, "typeContrat", "cdd", "CDI, CDD"),
        (OFFERS, {"alternance": "oui"}, "alternance", "oui", "« true » ou « false »"),
        (OFFERS, {"experience": "X"}, "experience", "X", "débutant"),
        (PROFILES, {"experienceMois": "douze"}, "experienceMois", "douze", "de 0 à 600"),
        (OFFERS, {"permis": "Z"}, "permis", "Z", "AM, A1"),
        (OFFERS, {"tempsPlein": "1"}, "tempsPlein", "1", "« true » ou « false »"),
        (OFFERS, {"salaireMin": "beaucoup"}, "salaireMin", "beaucoup", "de 0 à 1e+06"),
        (OFFERS, {"salaireMin": "nan"}, "salaireMin", "nan", "un nombre"),
        (OFFERS, {"salaireMin": "1900", "periodeSalaire": "J"}, "periodeSalaire", "J", "M (mois), A (an) ou H (heure)"),
        (OFFERS, {"periodeSalaire": "M"}, "periodeSalaire", "M", "avec « salaireMin »"),
        (OFFERS, {"publieeDepuis": "0"}, "publieeDepuis", "0", "de 1 à 3650"),
        (OFFERS, {"accesTravailleurHandicape": "false"}, "accesTravailleurHandicape", "false", "« true »"),
        (PROFILES, {"disponibleAvant": "01/12/2026"}, "disponibleAvant", "01/12/2026", "AAAA-MM-JJ"),
        (SESSIONS, {"debutApres": "2026-02-30"}, "debutApres", "2026-02-30", "AAAA-MM-JJ"),
        (SESSIONS, {"financement": "Mécène"}, "financement", "Mécène", "CPF"),
        (SESSIONS, {"modalite": "lune"}, "modalite", "lune", "presentiel"),
        (OFFERS, {"motsCles": "!"}, "motsCles", "!", "de 1 à 10 mots"),
        (OFFERS, {"motsCles": " ".join("abcdefghijk")}, "motsCles", None, "de 1 à 10 mots"),
        (FIRMS, {"naf": "."}, "naf", ".", "1071C"),
        (FIRMS, {"naf": "99ZZ"}, "naf", "99ZZ", "1071C"),
        (FIRMS, {"effectifMin": "50", "effectifMax": "3"}, "effectifMin", "50", "effectifMax (3)"),
        (FIRMS, {"engagee": "True"}, "engagee", "True", "« true » ou « false »"),
    ],
)
def test_a_refusal_names_the_value_and_what_would_be_right(
    shelves: dict[Collection, Shelf],
    collection: Collection,
    values: Given,
    name: str,
    value: str | None,
    expected: str,
) -> None:
    with pytest.raises(BadParameter) as refused:
        shelves[collection].parsed(values)
    assert refused.value.name == name
    assert value is None or refused.value.value == value
    assert expected in str(refused.value)


def test_a_long_value_is_cut(shelves: dict[Collection, Shelf]) -> None:
    with pytest.raises(BadParameter) as refused:
        shelves[OFFERS].parsed({"codeROME": "J" * 5000})
    assert len(refused.value.value) == 80
    assert len(str(refused.value)) < 300


def test_records_are_as_random_as_they_should_be(shelves: dict[Collection, Shelf]) -> None:
    """Every silence that the readings above speak of is there."""
    offers = [row[0] for row in shelves[OFFERS].made_of]
    assert {commune_of((offer,)) is None for offer in offers} == {True, False}
    assert any(commune_of((offer,)) is None and offer.departement is not None for offer in offers)
    assert any(offer.rome_code is None for offer in offers)
    occupations = shelves[OFFERS].catalogue.column("occupation")
    assert [row >= 0 for row in occupations.tolist()] == [offer.rome_code is not None for offer in offers]
    assert isinstance(offers[0], Record)
    assert {row[0].consents.profiling for row in shelves[PROFILES].made_of} == {True, False}
    assert {density_of(people_around(row)) for row in range(len(COMMUNES))} == set(Density)
