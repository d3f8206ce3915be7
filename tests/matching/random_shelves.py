"""Catalogues of random rows, and random conditions on them: for what must hold whatever is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from features.bits import ATTENDANCE_BIT
from features.communes import CommuneRow, Communes
from features.reference import Reference
from matching.catalogue import Catalogue, Rows, View
from matching.filters import consent, place
from matching.filters.base import Condition, Context
from matching.filters.departement import in_departements
from matching.filters.exclusion import other_than
from matching.filters.occupation import in_occupations
from matching.filters.registry import filters_for, parse
from matching.index.cluster import Cluster
from matching.index.registry import backend
from matching.keywords import word_number
from matching.lookups import Lookups, day_number
from matching.schema import SCHEMAS, WITHOUT_VECTORS, Collection, Column
from matching.writer import CollectionWriter
from models.published import published_models
from tests.matching.conftest import TODAY

DIM = 4
N_COMMUNES = 300
OFFERS, PROFILES = Collection.OFFERS, Collection.PROFILES
SESSIONS, FIRMS = Collection.SESSIONS, Collection.ESTABLISHMENTS


def country_of(reference: Reference) -> Lookups:
    """Some hundred communes all over France, the last ten without coordinates."""
    draw = np.random.default_rng(0)
    homes = [("23", "75"), ("44", "52"), ("69", "84"), ("59", "32")]
    rows = [
        CommuneRow(
            "23096" if number == 0 else f"{number:05d}",
            f"Commune {number}",
            *homes[number % len(homes)],
            employment_area="7543" if number % 5 == 0 else f"00{number % 20:02d}",
            lat=None if number >= N_COMMUNES - 10 else float(draw.uniform(43, 50)),
            lon=None if number >= N_COMMUNES - 10 else float(draw.uniform(-1, 7)),
        )
        for number in range(N_COMMUNES)
    ]
    parts = reference.certifications, reference.tension, reference.naf
    return Lookups(Reference(reference.rome, Communes.build(rows), *parts), published_models())


@dataclass(frozen=True)
class Shelf:
    """A catalogue of random rows, and what conditions are made of."""

    catalogue: Catalogue
    lookups: Lookups

    @property
    def everything(self) -> View:
        return self.catalogue.view(np.arange(len(self.catalogue)))

    def expected(self, conditions: Sequence[Condition]) -> NDArray[np.bool_]:
        """The selection by definition: each condition asked of every row."""
        mask = self.catalogue.alive.copy()
        for condition in conditions:
            mask &= condition(self.everything)
        return mask


def column_of(draw: np.random.Generator, column: Column, n_rows: int, lookups: Lookups) -> NDArray[Any]:
    """Random values such as the column may have, the missing one among them."""
    shape = (n_rows, column.width) if column.width else (n_rows,)
    today = day_number(TODAY)
    highest = {"occupation": lookups.reference.rome.n_occupations, "naf": len(lookups.reference.naf.naf_codes)}
    choices: dict[str, Sequence[float]] = {
        "radius_km": (0, 5, 10, 10.5, 20, 25, 40, 60, 300, np.nan),
        "attendance": tuple(ATTENDANCE_BIT.values()),
        "contract": (0, 1, 2, 4),
        "words": (0, word_number("soudeur"), 7),
        "pay_min": (np.nan, 1500, 1900),
        "pay_max": (np.nan, 1900, 2500),
        "pay_floor": (np.nan, 0, 2100),
        "counsellor": (-1, 3, 4, 2**60),
    }
    if column.name in choices:
        return draw.choice(np.array(choices[column.name], dtype=np.dtype(column.dtype)), shape)
    if column.name.endswith("_day"):
        return np.where(draw.random(shape) < 0.2, column.missing, today + draw.integers(-60, 60, shape)).astype("int32")
    if column.dtype == "bool":
        return draw.random(shape) < 0.5
    if column.name in ("commune", "occupation", "occupations", "naf"):
        top = N_COMMUNES if column.name == "commune" else highest["naf" if column.name == "naf" else "occupation"]
        return draw.integers(-1, top, shape).astype(column.dtype)
    return draw.integers(0, 40, shape).astype(column.dtype)


def random_rows(draw: np.random.Generator, collection: Collection, keys: Sequence[str], lookups: Lookups) -> Rows:
    """One to three rows a record; one in five has no commune, and then perhaps a département."""
    ids = [key for key in keys for _ in range(draw.integers(1, 4) if collection is PROFILES else 1)]
    columns = {column.name: column_of(draw, column, len(ids), lookups) for column in SCHEMAS[collection]}
    commune = np.where(draw.random(len(ids)) < 0.2, -1, columns["commune"]).astype(np.int32)
    alone = draw.integers(-1, len(lookups.departements), len(ids))
    departement = np.where(commune < 0, alone, lookups.departement_of_commune[commune]).astype(np.int16)
    columns |= {"commune": commune, "departement": departement}
    width = 0 if collection in WITHOUT_VECTORS else DIM
    return Rows(
        tuple(ids), columns, draw.normal(size=(len(ids), width)).astype(np.float32), tuple(key.encode() for key in ids)
    )


def shelf_of(
    collection: Collection,
    n_written: int,
    n_added: int,
    lookups: Lookups,
    folder: Path,
    backend_name: str = "exact",
    cluster: Cluster | None = None,
) -> Shelf:
    """A catalogue of so many records written and added, one in nine of each then changed, one in seven removed."""
    draw = np.random.default_rng(7)
    catalogue = Catalogue(collection, None if collection in WITHOUT_VECTORS else backend(backend_name)(DIM))
    old, new = [f"w{number}" for number in range(n_written)], [f"a{number}" for number in range(n_added)]
    if n_written or not n_added:
        writer = CollectionWriter(folder, collection, lookups.place_order, backend_name, DIM, cluster)
        writer.add(random_rows(draw, collection, old, lookups))
        writer.finish()
        catalogue = Catalogue.load(folder, collection, backend_name, lookups.place_order, cluster=cluster)
    if n_added:
        catalogue.apply(random_rows(draw, collection, new, lookups), ())
        catalogue.apply(random_rows(draw, collection, [*old[::9], *new[::9]], lookups), ())
    catalogue.apply(random_rows(draw, collection, [], lookups), [*old[::7], *new[::7]])
    return Shelf(catalogue, lookups)


COMMUNES = st.integers(0, N_COMMUNES - 1)
RADII = st.sampled_from([0.0, 10.0, 30.0, 100.0, 400.0, 2000.0])


def examples_of(collection: Collection, lookups: Lookups) -> list[Condition]:
    """What the example of each public filter asks, and those of parameters that stand instead of others."""
    context = Context(collection, lookups, TODAY)
    asked: list[Condition] = []
    for item in filters_for(collection):
        parameters = item.parameters[collection]
        replaced = {parameter.instead_of for parameter in parameters}
        asked += parse({each.name: each.example for each in parameters if not each.instead_of}, context)
        asked += parse({each.name: each.example for each in parameters if each.name not in replaced}, context)
    return asked


def conditions_of(shelf: Shelf) -> st.SearchStrategy[list[Condition]]:
    """Up to four conditions of any kind, in any order."""
    collection, lookups = shelf.catalogue.collection, shelf.lookups
    n_occupations = lookups.reference.rome.n_occupations
    kinds: list[st.SearchStrategy[Condition]] = [
        st.builds(
            lambda communes, radius: place.within(lookups, communes, radius),
            st.lists(COMMUNES, min_size=1, max_size=3),
            RADII,
        ),
        st.sets(st.integers(0, len(lookups.departements) - 1), max_size=3).map(
            lambda rows: in_departements(lookups, rows)
        ),
        st.sampled_from(examples_of(collection, lookups)),
        st.sets(st.sampled_from(["w1", "w2", "w9", "a1", "a9", "nobody"]), min_size=1).map(other_than),
    ]
    if collection is not FIRMS:
        kinds.append(
            st.integers(0, 2**32 - 1).map(
                lambda seed: in_occupations(np.random.default_rng(seed).random(n_occupations + 1) < 0.3)
            )
        )
    kinds += {
        PROFILES: [
            st.just(consent.visible_to_employers),
            COMMUNES.map(lambda commune: place.in_own_reach(lookups, commune)),
        ],
        OFFERS: [st.builds(lambda home, radius: place.near_home(lookups, home, radius), COMMUNES, RADII)],
        SESSIONS: [st.builds(lambda home, radius: place.within_or_remote(lookups, home, radius), COMMUNES, RADII)],
        FIRMS: [st.just(consent.may_be_prospected)],
    }[collection]
    return st.lists(st.one_of(kinds), max_size=4)
