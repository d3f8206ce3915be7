"""A labour market generated from a seed: people, offers, trainings, firms, and what happened between them."""

from features.world.facts import OccupationHint, WorldFacts, WorldNotPossible, from_reference
from features.world.world import ORDER, Sizes, World, generate

__all__ = ["ORDER", "OccupationHint", "Sizes", "World", "WorldFacts", "WorldNotPossible", "from_reference", "generate"]
