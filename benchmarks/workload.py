"""Filtered retrieval as it is really asked: rows of the generated world under the encoder, searched as employers do.

    workload = Workload.open(1_000_000)
    queries = workload.queries(200, seed=1)
    truth = workload.nearest(queries, k=100)

Rows are made once and kept on disk (`vivier-bench` in the system's temporary folder unless told otherwise), float16,
read by memory map. Built over the publishers' files in VIVIER_OPEN_DATA, or over the sample when it is not set.
"""

import datetime as dt
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from benchmarks.profile_rows import ProfileRows, RowMaker
from features.bits import CONTRACT_BIT
from features.geo import haversine_km
from features.records import Contract
from features.reference import Reference
from features.rome.neutral import Neutral, neutral_of
from features.sample.reference import sample_reference
from features.text import without_gender_marks
from features.world.draws import Choice
from features.world.facts import WorldFacts
from features.world.small import facts_for
from features.world.wording import offer_title
from matching.lookups import EPOCH
from matching.rows.offer import OCCUPATION_WEIGHT, TITLE_WEIGHT
from models.encoder import Encoder, unit
from models.occupations import occupation_vectors
from models.published import FOLDER as PUBLISHED
from models.published import verify

SEED: Final = 1
TODAY: Final = dt.date(2026, 11, 23)
FOLDER: Final = Path(tempfile.gettempdir()) / "vivier-bench"
WHOLE_COUNTRY: Final = 0.05
"""Share of queries without a place."""
RADII_KM: Final = (10.0, 100.0)
"""Queries' radii, log-uniform between these."""
WITH_FAMILY: Final = 0.35
"""Share of queries that keep to one family of ROME, half of them to a domain, half to a grand domaine."""
SOONEST_DAYS: Final = 60
"""A post begins within so many days."""
OFFERED: Final = {
    Contract.CDI: 0.58,
    Contract.CDD: 0.24,
    Contract.INTERIM: 0.14,
    Contract.SEASONAL: 0.03,
    Contract.SELF_EMPLOYED: 0.01,
}
"""Contracts of offers, as `features.world.offers` draws them over the country, to the nearest hundredth or so."""
SCAN: Final = 65_536
"""Rows compared at once by the exact search."""
TIED: Final = 1e-5
"""Scores this near the last right one are as right: many rows have the very same vector."""


@dataclass(frozen=True, eq=False)
class Query:
    """What one employer asks; a row must satisfy all of it."""

    vector: NDArray[np.float32]
    """(dim,), of unit length."""
    commune: int
    """Row of `Communes`."""
    radius_km: float | None
    """None: the whole country."""
    day: int
    """Days since 1970-01-01 by which people must be available."""
    contracts: int
    """Bits, of which people accept one; people who named none accept anything."""
    family: NDArray[np.bool_] | None
    """(n_occupations + 1,) by occupation row, the last for an unknown one; None: any."""
    unfiltered: bool = False
    """Every row is allowed, consent given or not: for measures without any filter."""


@dataclass(frozen=True, eq=False)
class Workload:
    """The rows that are searched, n of each; equal (n, seed) over equal data give equal rows."""

    folder: Path
    """Where its files and the exact answers are kept."""
    vectors: NDArray[np.float16]
    """(n, dim), of unit length but for the rounding."""
    commune: NDArray[np.int32]
    """Row of `Communes`."""
    occupation: NDArray[np.int16]
    visible: NDArray[np.bool_]
    available_day: NDArray[np.int32]
    """Days since 1970-01-01, `NO_DAY` for at once."""
    contracts: NDArray[np.uint16]
    """Bit sets, 0 for anything."""
    radius_km: NDArray[np.float32]
    """How far each person goes; no query asks it."""
    lat: NDArray[np.float32]
    """(n_communes,) degrees, NaN unknown; so is `lon`."""
    lon: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.commune)

    @property
    def dim(self) -> int:
        return int(self.vectors.shape[1])

    @classmethod
    def open(cls, n: int, seed: int = SEED, folder: Path = FOLDER) -> Self:
        """The first `n` rows of the world of that seed, made when they are not on disk yet."""
        world = World.open(folder)
        home = folder / f"rows-{n}-{seed}-{world.name}"
        if not home.is_dir():
            making = Path(tempfile.mkdtemp(prefix="making-", dir=folder))
            _write(world, n, seed, making)
            if home.is_dir():
                shutil.rmtree(making)
            else:
                making.rename(home)
        return cls.read(home)

    @classmethod
    def read(cls, home: Path) -> Self:
        """The rows kept in a folder that `open` made: what a process that only searches needs."""
        arrays = {
            part.name: np.load(home / f"{part.name}.npy", mmap_mode="r" if part.name == "vectors" else None)
            for part in fields(cls)
            if part.name != "folder"
        }
        return cls(home, **arrays)

    @cached_property
    def world(self) -> "World":
        """What queries are drawn from."""
        return World.open(self.folder.parent)

    def queries(self, n: int, seed: int) -> list[Query]:
        """`n` queries of the mix that employers ask."""
        draw = np.random.default_rng([seed, 0])
        drafts = self.world.drafts(n, draw)
        low, high = np.log(RADII_KM)
        radii = np.exp(draw.uniform(low, high, n))
        everywhere = draw.random(n) < WHOLE_COUNTRY
        kept_to = draw.random(n)
        return [
            Query(
                vector=drafts.vectors[i],
                commune=int(drafts.commune[i]),
                radius_km=None if everywhere[i] else float(radii[i]),
                day=int(drafts.day[i]),
                contracts=int(drafts.contracts[i]),
                family=(
                    None
                    if kept_to[i] >= WITH_FAMILY
                    else self.world.family(int(drafts.occupation[i]), letters=3 if kept_to[i] < WITH_FAMILY / 2 else 1)
                ),
            )
            for i in range(n)
        ]

    def queries_of_class(self, share: float, n: int, seed: int) -> list[Query]:
        """`n` queries that allow about `share` of the rows; 1.0: no filter at all.

        The other conditions are those of the mix; the radius is the one that comes nearest to the share, which a
        commune with more people than that exceeds.
        """
        draw = np.random.default_rng([seed, 1])
        drafts = self.world.drafts(n, draw)
        with_family = draw.random(n) < WITH_FAMILY
        made = []
        for i in range(n):
            query = Query(
                vector=drafts.vectors[i],
                commune=int(drafts.commune[i]),
                radius_km=None,
                day=int(drafts.day[i]),
                contracts=int(drafts.contracts[i]),
                family=self.world.family(int(drafts.occupation[i]), letters=1) if with_family[i] else None,
                unfiltered=share >= 1.0,
            )
            made.append(query if query.unfiltered else self._of_share(query, share))
        return made

    def _of_share(self, query: Query, share: float) -> Query:
        """The query with the radius, and without its family where that leaves too few, that allows about `share`."""
        wanted = share * len(self)
        allowed = self.allowed(query)
        family = query.family
        if allowed.sum() < wanted and family is not None:
            family = None
            allowed = self.allowed(replace(query, family=family))
        by_commune = np.bincount(self.commune[allowed], minlength=len(self.lat))
        distances = self.distances_from(query.commune)
        order = np.argsort(distances, kind="stable")
        reached = np.cumsum(by_commune[order])
        at = int(np.argmin(np.abs(reached - wanted)))
        return replace(query, radius_km=float(distances[order[at]]), family=family)

    def distances_from(self, commune: int) -> NDArray[np.float32]:
        """(n_communes,) km from a commune row to each; NaN where a point is not known, 0 for the commune itself."""
        distances = haversine_km(float(self.lat[commune]), float(self.lon[commune]), self.lat, self.lon)
        distances[commune] = 0
        return distances

    def allowed(self, query: Query) -> NDArray[np.bool_]:
        """(n,) the rows that the query allows."""
        if query.unfiltered:
            return np.ones(len(self), dtype=np.bool_)
        kept = self.visible & (self.available_day <= query.day)
        kept &= (self.contracts == 0) | ((self.contracts & np.uint16(query.contracts)) != 0)
        if query.radius_km is not None:
            kept &= (self.distances_from(query.commune) <= query.radius_km)[self.commune]
        if query.family is not None:
            kept &= query.family[self.occupation]
        return np.asarray(kept, dtype=np.bool_)

    def nearest(self, queries: Sequence[Query], k: int) -> NDArray[np.int64]:
        """The right answers, (len(queries), k): rows by falling score, then by row; -1 where fewer are allowed.

        Float32 products with every row; kept on disk, since several benchmarks ask the same.
        """
        digest = hashlib.sha256(np.int64(k).tobytes())
        for query in queries:
            told = (query.commune, query.radius_km, query.day, query.contracts, query.unfiltered)
            digest.update(query.vector.tobytes() + repr(told).encode())
            digest.update(b"" if query.family is None else query.family.tobytes())
        kept = self.folder / f"nearest-{len(queries)}-{k}-{digest.hexdigest()[:16]}.npy"
        if not kept.is_file():
            _save(kept, self._scanned(queries, k))
        return np.asarray(np.load(kept), dtype=np.int64)

    def _scanned(self, queries: Sequence[Query], k: int) -> NDArray[np.int64]:
        allowed = np.stack([np.packbits(self.allowed(query)) for query in queries])
        vectors = np.stack([query.vector for query in queries])
        best_rows = np.full((len(queries), k), -1, dtype=np.int64)
        best_scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        for start in range(0, len(self), SCAN):
            block = self.vectors[start : start + SCAN].astype(np.float32)
            products = vectors @ block.T
            inside = np.unpackbits(allowed[:, start // 8 : (start + SCAN) // 8], axis=1, count=len(block)).astype(bool)
            for i, (scores, mask) in enumerate(zip(products, inside, strict=True)):
                found = np.flatnonzero(mask & (scores >= best_scores[i, -1]))
                rows = np.concatenate((best_rows[i], found + start))
                values = np.concatenate((best_scores[i], scores[found]))
                order = np.lexsort((rows, -values))[:k]
                best_rows[i], best_scores[i] = rows[order], values[order]
        return best_rows

    def recall(self, query: Query, right: NDArray[np.int64], found: NDArray[np.int64], k: int) -> float:
        """Share of the `k` right answers, or of all there are, that the first `k` of `found` are as good as.

        A found row counts when the query allows it and it scores what the last right one scores: rows of equal
        vectors stand for each other. 1 where nothing is allowed.
        """
        wanted = right[:k][right[:k] >= 0]
        if wanted.size == 0:
            return 1.0
        given = np.unique(found[:k][found[:k] >= 0])
        given = given[self._allows(query, given)]
        least = self.scores(query, wanted).min() - TIED
        return min(1.0, int((self.scores(query, given) >= least).sum()) / wanted.size)

    def scores(self, query: Query, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Float32 products of some rows, (len(rows),)."""
        products: NDArray[np.float32] = self.vectors[rows].astype(np.float32) @ query.vector
        return products

    def _allows(self, query: Query, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        columns = {part.name: getattr(self, part.name) for part in fields(self)}
        per_row = ("vectors", "commune", "occupation", "visible", "available_day", "contracts", "radius_km")
        return Workload(**{**columns, **{name: columns[name][rows] for name in per_row}}).allowed(query)


@dataclass(frozen=True, eq=False)
class Drafts:
    """What queries have in common, n of each."""

    vectors: NDArray[np.float32]
    commune: NDArray[np.int64]
    occupation: NDArray[np.int64]
    day: NDArray[np.int64]
    contracts: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class World:
    """What rows and queries are drawn from."""

    encoder: Encoder
    name: str
    """Changes with the reference data and the encoder."""
    data: Path | None
    """The publishers' files; None: the sample."""
    reference: Path
    """Where the reference data imported from `data` are kept."""

    @classmethod
    def open(cls, folder: Path = FOLDER) -> Self:
        """Over VIVIER_OPEN_DATA, whose reference data are imported into `folder` once, or over the sample."""
        folder.mkdir(parents=True, exist_ok=True)
        verify(PUBLISHED)
        encoder = Encoder.load(PUBLISHED)
        given = os.environ.get("VIVIER_OPEN_DATA")
        if given is None:
            return cls(encoder, f"sample-{encoder.fingerprint}", None, folder)
        data = Path(given)
        listed = sorted(
            (str(file.relative_to(data)), file.stat().st_size) for file in data.rglob("*") if file.is_file()
        )
        digest = hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:8]
        return cls(encoder, f"{digest}-{encoder.fingerprint}", data, folder / f"reference-{digest}")

    @cached_property
    def facts(self) -> WorldFacts:
        """Probabilities over places, occupations and titles; seconds."""
        if self.data is None:
            return facts_for(sample_reference(), None)
        return facts_for(Reference.load(_imported(self.data, self.reference)), self.data)

    @cached_property
    def neutral(self) -> Neutral:
        """How the index reads titles."""
        return neutral_of(self.facts.reference.rome)

    @cached_property
    def occupation_vectors(self) -> NDArray[np.float32]:
        """(n_occupations, dim) unit rows."""
        return occupation_vectors(self.encoder, self.facts.reference.rome)

    def drafts(self, n: int, draw: np.random.Generator) -> Drafts:
        """Posts where people live, of what their area asks for, in recruiters' words.

        As in the service, a search stands on a commune whose point is known.
        """
        facts, rome = self.facts, self.facts.reference.rome
        placed = ~np.isnan(facts.reference.communes.lat)
        commune = Choice.of(facts.places.population * placed).draw(draw, n)
        area = facts.places.area_of[commune].astype(np.int64)
        _, occupation = facts.demand.occupations(area, draw.random(n), draw.random(n))
        appellation = facts.appellations.draw(occupation, draw.random(n)).tolist()
        manner = draw.integers(0, 96, n).tolist()
        titles = [
            self.neutral(
                without_gender_marks(
                    offer_title(rome.appellation_labels[title] if title >= 0 else rome.labels[row], number)
                )
            )
            for title, row, number in zip(appellation, occupation.tolist(), manner, strict=True)
        ]
        bits = np.array([CONTRACT_BIT[contract] for contract in OFFERED])
        return Drafts(
            unit(
                self.encoder.encode(titles) * np.float32(TITLE_WEIGHT)
                + self.occupation_vectors[occupation] * np.float32(OCCUPATION_WEIGHT)
            ),
            commune,
            occupation,
            (TODAY - EPOCH).days + draw.integers(0, SOONEST_DAYS, n),
            bits[Choice.of(list(OFFERED.values())).draw(draw, n)],
        )

    def family(self, occupation: int, letters: int) -> NDArray[np.bool_]:
        """(n_occupations + 1,) the occupations whose code begins with the same letters; the last is False."""
        codes = self.facts.reference.rome.codes
        return np.array([*(code[:letters] == codes[occupation][:letters] for code in codes), False])


def save_queries(path: Path, queries: Sequence[Query]) -> None:
    """Queries in an npz, for processes that need not draw them again."""
    with_family = [i for i, query in enumerate(queries) if query.family is not None]
    families = [query.family for query in queries if query.family is not None]
    np.savez(
        path,
        vector=np.array([query.vector for query in queries]),
        commune=np.array([query.commune for query in queries]),
        radius_km=np.array([np.nan if query.radius_km is None else query.radius_km for query in queries]),
        day=np.array([query.day for query in queries]),
        contracts=np.array([query.contracts for query in queries]),
        unfiltered=np.array([query.unfiltered for query in queries]),
        with_family=np.array(with_family, dtype=np.int64),
        families=np.array(families, dtype=np.bool_),
    )


def load_queries(path: Path) -> list[Query]:
    """What `save_queries` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        kept = {name: arrays[name] for name in arrays.files}
    family = dict(zip(kept["with_family"].tolist(), kept["families"], strict=True))
    radii = [None if np.isnan(radius) else radius for radius in kept["radius_km"].tolist()]
    columns = (kept[name].tolist() for name in ("commune", "day", "contracts", "unfiltered"))
    return [
        Query(vector, commune, radius, day, contracts, family.get(i), unfiltered)
        for i, (vector, radius, commune, day, contracts, unfiltered) in enumerate(
            zip(kept["vector"], radii, *columns, strict=True)
        )
    ]


def _imported(data: Path, reference: Path) -> Path:
    """The reference data of `data`, imported where they are not yet."""
    if reference.is_dir():
        return reference
    from features.sources.registry import REFERENCE_SOURCES
    from features.sources.run_reference import import_reference

    with tempfile.TemporaryDirectory(dir=reference.parent) as name:
        making = Path(name) / "reference"
        for source in REFERENCE_SOURCES:
            files = source.find(data)
            if files:
                import_reference(source, files, making, Path(name) / "rejects")
        making.rename(reference)
    return reference


def _write(world: World, n: int, seed: int, folder: Path) -> None:
    """Fill `folder` with the `n` first rows, a block at a time."""
    maker = RowMaker(world.facts, world.encoder, world.occupation_vectors, seed, TODAY)
    vectors = open_memmap(folder / "vectors.npy", "w+", np.float16, (n, world.encoder.dim))
    names = [part.name for part in fields(ProfileRows) if part.name != "vectors"]
    columns: dict[str, list[NDArray[np.generic]]] = {name: [] for name in names}
    filled = 0
    for rows in maker.blocks():
        taken = min(len(rows.commune), n - filled)
        vectors[filled : filled + taken] = rows.vectors[:taken]
        for name in names:
            columns[name].append(getattr(rows, name)[:taken])
        filled += taken
        if filled == n:
            break
    vectors.flush()
    for name in names:
        np.save(folder / f"{name}.npy", np.concatenate(columns[name]))
    communes = world.facts.reference.communes
    np.save(folder / "lat.npy", communes.lat)
    np.save(folder / "lon.npy", communes.lon)


def _save(path: Path, array: NDArray[np.int64]) -> None:
    """Written aside, then put in place whole: two benchmarks may run at once."""
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npy", delete=False) as stream:
        np.save(stream, array)
    Path(stream.name).rename(path)
