"""The shortest way to more doors over the whole ROME, RNCP and communes, for people of a generated world."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.records import (
    Consents,
    Exigence,
    Experience,
    Licence,
    LicenceDemand,
    Offer,
    OfferSource,
    Profile,
    Project,
    Training,
    TrainingSession,
)
from features.reference import Reference
from features.store import Store
from features.world import Sizes, World
from features.world.small import facts_for
from features.world.write import to_store
from matching.answer import Window
from matching.build import build
from matching.careers import careers
from matching.engine import Engine
from matching.explain.path import summary
from matching.explain.verdict import verdict
from matching.gap import gap
from matching.openings import Opening
from matching.paths.find import paths
from matching.schema import Collection
from matching.trainings import sessions_for_profile
from models.published import published_models
from tests.keys import KEYRING

TODAY = dt.date(2026, 11, 23)
SIZES = Sizes(profiles=250, offers=2_500, trainings=500, establishments=300, events=0)
pytestmark = [pytest.mark.open_data, pytest.mark.slow]


@pytest.fixture(scope="module")
def france(open_data: Path, open_reference_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    root = tmp_path_factory.mktemp("guidance")
    reference = Reference.load(open_reference_dir)
    store = Store.open(f"sqlite:///{root / 'vivier.db'}", KEYRING)
    to_store(World(facts_for(reference, open_data), SIZES, 3, TODAY), store)
    for record in driver():
        store.upsert([record], "test")
    build(store, reference, published_models(), root, now=dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC))
    yield Engine.open(store, reference, published_models(), root, clock=lambda: TODAY)
    store.close()


def driver() -> Iterator[Profile | Offer | Training | TrainingSession]:
    """A delivery driver of Guéret with licence B alone, who would drive lorries; such offers; and the title."""
    yield Profile(
        id="livreur",
        projects=(Project(rome_code="N4101", radius_km=40),),
        experiences=(Experience(months=40, rome_code="N4105"),),
        licences=(Licence.B,),
        commune_insee="23096",
        consents=Consents(profiling=True),
    )
    for number in range(6):
        yield Offer(
            id=f"poids-lourd-{number}",
            title="Conducteur poids lourd",
            source=OfferSource(name="test", id=str(number)),
            rome_code="N4101",
            commune_insee="23096",
            published_on=TODAY,
            licences=(LicenceDemand(licence=Licence.C, exigence=Exigence.REQUIRED),),
        )
    for key, title, rncp in (
        ("porteur", "Conducteur du transport routier de marchandises sur porteur", "RNCP35309"),
        ("fimo", "FIMO marchandises", None),
    ):
        yield Training(id=key, title=title, rncp=rncp, rome_codes=("N4101",), level=3, duration_hours=343)
        yield TrainingSession(
            id=f"s-{key}", training_id=key, starts_on=dt.date(2027, 1, 11), commune_insee="23096", seats_left=5
        )


def test_a_driver_without_the_licence_is_sent_to_what_gives_it(france: Engine) -> None:
    found = {match.id: match for match in sessions_for_profile(france, "livreur", {}, Window()).matches}
    assert isinstance(found["s-porteur"].more, Opening)
    assert found["s-porteur"].more.offers >= 6
    opened_by_fimo = found["s-fimo"].more if "s-fimo" in found else None
    assert not isinstance(opened_by_fimo, Opening) or opened_by_fimo.offers == 0
    assert next(iter(found)) == "s-porteur"
    text = verdict(gap(france, "livreur"), france.lookups)
    assert "métier réglementé" in text
    assert "ne vous est accessible aujourd'hui" in text


def test_everyone_is_answered_in_plain_words(france: Engine) -> None:
    words: list[str] = []
    n_ways = n_careers = 0
    for number in range(1, 121):
        key = f"profil-{number:06d}"
        if key not in france.catalogue(Collection.PROFILES):
            continue
        words.append(verdict(gap(france, key), france.lookups))
        ways = paths(france, key, {})
        n_ways += len(ways)
        words.extend(summary(way, france.lookups, placed=True) for way in ways)
        n_careers += len(careers(france, key, {}, Window()).shown)
    assert n_ways > 20
    assert n_careers > 150
    for text in words:
        assert text.endswith(".")
        assert "None" not in text
        assert "nan" not in text.split()
