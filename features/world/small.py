"""The facts of the sample world, and the size of the world that `vivier demo` shows."""

from pathlib import Path

from features.reference import Reference
from features.sample.loader import sample_facts
from features.sample.reference import ROME_VERSION, sample_reference
from features.world.facts import OccupationHint, WorldFacts, from_reference
from features.world.market import Market
from features.world.world import Sizes

SMALL = Sizes(profiles=4_000, offers=9_000, trainings=900, establishments=3_000, events=8_000)


def sample_hints() -> dict[str, OccupationHint]:
    """What the hand-written facts say of each occupation's market, by ROME code."""
    return {
        occupation.code: OccupationHint(
            weight=float(occupation.market.offers_weight),
            pay=(float(occupation.market.pay[0]), float(occupation.market.pay[1])),
            titles=occupation.titles,
            level=occupation.requires.education,
            licence=occupation.requires.licence,
        )
        for occupation in sample_facts().occupations
    }


def sample_world_facts() -> WorldFacts:
    """The facts of the sample world."""
    return from_reference(sample_reference(), hints=sample_hints())


def facts_for(reference: Reference, open_data: Path | None) -> WorldFacts:
    """The best facts for this reference: the sample's own, else those of the market files of `open_data`.

    Raises WorldNotPossible, and NotADirectoryError when `open_data` is no folder.
    """
    if reference.rome.version == ROME_VERSION:
        return from_reference(reference, hints=sample_hints())
    if open_data is None:
        facts = from_reference(reference)
        note = "VIVIER_OPEN_DATA is not set: no offer counts, no firm counts; BMO and population decide"
        return facts.noting(note)
    return from_reference(reference, Market.read(open_data))
