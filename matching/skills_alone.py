"""Skills alone, as in the *méthode de recrutement par simulation*: neither title nor diploma nor past is looked at.

An offer is reduced to the skills and qualities that it names; people come in by those that they declare, wherever they
learnt them. Only people who agreed that their background be used are found: of the others skills may not be read.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.pairs.base import NO_SKILL
from features.records import Offer, SkillDemand
from features.rome.referential import Rome
from features.text import normalise
from matching.catalogue import Catalogue, View
from matching.errors import BadParameter
from matching.explain.wording import enumeration, quoted
from matching.filters.base import Condition
from matching.filters.place import PLACE_PARAMETERS
from matching.lookups import Lookups
from matching.retrieve import DEPTH, Candidates
from matching.selection import select
from matching.sides import ColumnReader, columns_of, declared_alone

MOST: Final = 2 * DEPTH
"""People who are ranked: those who hold most, by weight."""
SURE: Final = 0.6
"""Score from which words are read as a skill of ROME."""
BY_SKILLS: Final = "parHabiletes"


def for_skills(lookups: Lookups, offer: Offer) -> tuple[Offer, str | None]:
    """`offer` with its skills and qualities as ROME codes and without title, occupation, diploma and experience; and
    what was not recognised, in French. Raises BadParameter where it names no skill of ROME."""
    rome = lookups.reference.rome
    skills: dict[str, SkillDemand] = {}
    unread: list[str] = []
    for demand in (*offer.skills, *(SkillDemand(label=label) for label in offer.soft_skills)):
        code = demand.code if demand.code is not None and rome.get_skill_row(demand.code) is not None else None
        code = code or _code_of(lookups, demand.label)
        if code is None:
            unread.append(quoted(demand.label[:80]))
        else:
            skills.setdefault(code, msgspec.structs.replace(demand, code=code))
    if not skills:
        raise BadParameter(BY_SKILLS, "true", "à donner avec des compétences ou des qualités que le ROME connaît")
    reduced = msgspec.structs.replace(
        offer,
        title="",
        description="",
        rome_code=None,
        appellation_code=None,
        inferred=None,
        experience=None,
        experience_months=None,
        education=(),
        skills=tuple(skills.values()),
    )
    return reduced, f"Non reconnu, et laissé de côté : {enumeration(unread)}." if unread else None


def require_place(job: ColumnReader, parameters: Mapping[str, str]) -> None:
    """Raises BadParameter for a demand that says nowhere: without an occupation the whole country would be read."""
    if int(job("departement")[0]) < 0 and PLACE_PARAMETERS.isdisjoint(parameters):
        raise BadParameter(BY_SKILLS, "true", "à donner avec un lieu de travail, un département ou une région")


def holders(profiles: Catalogue, job: ColumnReader, conditions: Sequence[Condition]) -> Candidates:
    """The rows that meet `conditions` and hold most of the job's skills by weight, one a person; none without any."""
    weights = np.zeros(NO_SKILL + 1, dtype=np.float32)
    weights[job("skills")[0]] = job("skill_weights")[0].astype(np.float32)
    weights[NO_SKILL] = 0

    def some(view: View) -> NDArray[np.bool_]:
        named = declared_alone(view.column)("skills")
        held: NDArray[np.bool_] = (weights[named] > 0).any(axis=1) & view.column("profiling")
        return held

    rows = select(profiles, [*conditions, some]).rows
    _, first = np.unique(profiles.keys(rows), return_index=True)
    rows = rows[np.sort(first)]
    held = weights[declared_alone(columns_of(profiles, rows))("skills")].sum(axis=1)
    rows = np.sort(rows[np.argsort(-held, kind="stable")[:MOST]])
    return Candidates(rows, np.zeros(len(rows), dtype=np.float32), np.zeros(len(rows), dtype=np.uint8))


@lru_cache(maxsize=2)
def _by_label(rome: Rome) -> dict[str, str]:
    return {normalise(label): code for label, code in zip(rome.skill_labels, rome.skill_codes, strict=True)}


def _code_of(lookups: Lookups, label: str) -> str | None:
    """The OGR code of the skill that a label is, or says; None where it says none surely."""
    named = _by_label(lookups.reference.rome).get(normalise(label))
    if named is not None:
        return named
    mentions = lookups.skill_reader.read(label, least=SURE)
    if not mentions:
        return None
    return lookups.reference.rome.skill_codes[max(mentions, key=lambda mention: mention.score).skill]
