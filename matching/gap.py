"""The gap between a person and an occupation or an offer: what they have, what comes close, what is missing.

Skills are told apart by how they stand: declared; practised in past work (`PRACTISED_MONTHS`), and then from which
occupation they carry over; close to one that the person has (`CLOSE`); missing. *Savoir-être* are listed and not
counted, since nobody can measure them on paper; diplomas that ROME files among skills are listed as titles.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np

from features.pairs.base import NO_SKILL
from features.rome.parts import SkillKind
from features.rome.referential import UnknownRomeCode
from features.text import normalise
from matching.background import Background, background_of
from matching.engine import Engine
from matching.errors import BadParameter, NotFound
from matching.facts import CORE_GAP, PLAIN_GAP
from matching.filters import freshness
from matching.filters.occupation import in_occupations
from matching.jobs import profile_at
from matching.lookups import Lookups, day_number
from matching.openness import Asked, Standing
from matching.payload import record_part
from matching.reach import offers_in_reach
from matching.rows.base import core_skills
from matching.rows.offer import OfferCard
from matching.rows.profile import PRACTISED_MONTHS
from matching.schema import Collection
from matching.selection import select
from matching.sides import ColumnReader, columns_of, one_of

CLOSE: Final = 0.84
"""Least cosine, of the encoder that ships, between the labels of two skills of one kind that share a word."""
FEW_OFFERS: Final = 5
"""Offers of an occupation in reach under which what it asks is read over the whole country."""

_TITLE: Final = re.compile(
    r"(?:Diplôme|Licence|Master|Mastère|CQP|Ingénieur|Titre|CAP|CAPA|Bac|BTSA?|BPA?|BPJEPS|BUT|DUT|DEUST|BEPA?|Brevet"
    r"|Certificat|Habilitation|CACES|Permis|Attestation|Doctorat|DE)\b"
)
"""How labels of ROME begin that name a title or an authorisation, filed among its *savoirs*."""
_CARD: Final = msgspec.json.Decoder(OfferCard)


class State(StrEnum):
    """How a skill of the target stands, the best first."""

    DECLARED = "acquise"
    PRACTISED = "transferable"
    CLOSE = "proche"
    MISSING = "manquante"
    NOT_COMPARED = "non_comparee"
    """The person refused that what they know be read."""


@dataclass(frozen=True)
class SkillGap:
    """A skill that the target asks (row of ROME)."""

    skill: int
    state: State
    core: bool
    """*Cœur de métier* of the target's occupation."""
    required: bool
    """The offer requires it; never for an occupation."""
    weight: float
    """Its importance."""
    learned_as: int | None = None
    """Of a practised one: the occupation (row) in which."""
    learned_months: int = 0
    close_to: int | None = None
    """Of a close one: the skill (row) that the person has."""


@dataclass(frozen=True, eq=False)
class Gap:
    """A person before a target."""

    background: Background
    occupation: int
    """Row; -1 for an offer whose occupation is not known."""
    offer: OfferCard | None
    offer_row: int | None
    skills: tuple[SkillGap, ...]
    """Without *savoir-être* and titles; what weighs most first."""
    soft_skills: tuple[int, ...]
    titles: tuple[int, ...]
    """Rows of the titles that ROME names for the occupation, the first ones."""
    regulated: bool
    around: bool
    """Whether the offers below are those in the person's reach; else they are the whole country's."""
    asked: Asked
    """What live offers of the occupation ask; for an offer, what it asks."""
    standing: Standing
    """The person before `asked`."""

    @property
    def telling(self) -> tuple[SkillGap, ...]:
        """The skills by which one tells how near the person is: what an offer requires, else the *cœur de métier*,
        else all."""
        required = tuple(item for item in self.skills if item.required)
        return required or tuple(item for item in self.skills if item.core) or self.skills

    @property
    def share(self) -> float | None:
        """Share, by weight, of the skills that are declared or practised; None where none is asked."""
        total = sum(item.weight for item in self.skills)
        had = sum(item.weight for item in self.skills if item.state in (State.DECLARED, State.PRACTISED))
        return had / total if total > 0 else None


def gap(engine: Engine, profile_id: str, rome_code: str | None = None, offer_id: str | None = None) -> Gap:
    """The gap between a person and an occupation or an offer; their first project where neither is given.

    Raises NotFound, and BadParameter for a code that ROME does not have or when both are given.
    """
    if rome_code is not None and offer_id is not None:
        raise BadParameter("offre", offer_id, "à donner sans « codeROME » : l'un des deux")
    profiles = engine.catalogue(Collection.PROFILES)
    projects = profiles.rows_of(profile_id)
    if len(projects) == 0:
        raise NotFound("Le profil", profile_id)
    columns = columns_of(profiles, projects)
    background = background_of(profile_at(engine, int(projects[0])), columns, engine.lookups)
    if offer_id is not None:
        return _to_offer(engine, background, offer_id)
    targets = columns("occupation").tolist()
    occupation = targets[0] if rome_code is None else _meant(engine.lookups, rome_code, targets)
    return to_occupation(engine, background, columns, occupation)


def _meant(lookups: Lookups, code: str, targets: Sequence[int]) -> int:
    """The occupation (row) of a ROME code; of those that a v3 code became, one that the person aims at."""
    try:
        found = lookups.reference.rome.resolve(code.upper())
    except UnknownRomeCode as error:
        near = f", proche de {', '.join(error.nearest)}" if error.nearest else ", par exemple J1501"
        raise BadParameter("codeROME", code, f"un code ROME 4.0 ou v3{near}") from None
    return next((row for row in found if row in targets), found[0])


def to_occupation(engine: Engine, background: Background, columns: ColumnReader, occupation: int) -> Gap:
    """The gap between a person, whose projects `columns` reads, and an occupation (row)."""
    lookups = engine.lookups
    offers = engine.catalogue(Collection.OFFERS)
    wanted = np.zeros(lookups.reference.rome.n_occupations + 1, dtype=np.bool_)
    wanted[occupation] = True
    rows = offers_in_reach(engine, columns, wanted)
    around = len(rows) >= FEW_OFFERS
    if not around:
        today = day_number(engine.today())
        rows = select(offers, [in_occupations(wanted), freshness.not_expired(today)]).rows
    asked = Asked.reading(columns_of(offers, rows))
    skills, core = lookups.reference.rome.skills_of(occupation)
    told = {
        row: (CORE_GAP if is_core else PLAIN_GAP, is_core, False)
        for row, is_core in zip(skills.tolist(), core.tolist(), strict=True)
    }
    return _gap(engine, background, occupation, told, asked, around=around)


def _to_offer(engine: Engine, background: Background, offer_id: str) -> Gap:
    offers = engine.catalogue(Collection.OFFERS)
    canonical = engine.links.canonical.get(offer_id, offer_id)
    rows = offers.rows_of(canonical)
    if len(rows) == 0:
        raise NotFound("L'offre", offer_id)
    read = one_of(columns_of(offers, rows), 0)
    occupation = int(read("occupation")[0])
    core = core_skills(engine.lookups, occupation) if occupation >= 0 else ()
    weights = read("skill_weights")[0].astype(np.float32)
    told = {
        row: (weight, row in core, weight >= 1)
        for row, weight in zip(read("skills")[0].tolist(), weights.tolist(), strict=True)
        if row != NO_SKILL
    }
    card = _CARD.decode(record_part(offers.payload_of(int(rows[0]))))
    return _gap(engine, background, occupation, told, Asked.reading(read), card, int(rows[0]))


def _gap(
    engine: Engine,
    background: Background,
    occupation: int,
    told: Mapping[int, tuple[float, bool, bool]],
    asked: Asked,
    offer: OfferCard | None = None,
    offer_row: int | None = None,
    *,
    around: bool = True,
) -> Gap:
    """`told`: weight, whether *cœur de métier* and whether required, of each skill (row) that is asked."""
    rome = engine.lookups.reference.rome
    kinds, labels = rome.skill_kinds, rome.skill_labels
    titles = [row for row in told if _TITLE.match(labels[row])]
    soft = [row for row in told if kinds[row] is SkillKind.SOFT]
    counted = [row for row in told if row not in titles and kinds[row] is not SkillKind.SOFT]
    unknown = [row for row in counted if not background.skills[row]]
    close = closest(engine.lookups, unknown, background)
    found = [
        _skill(engine.lookups, row, told[row], background, close.get(row))
        for row in sorted(counted, key=lambda row: (not told[row][2], not told[row][1], -told[row][0], labels[row]))
    ]
    return Gap(
        background,
        occupation,
        offer,
        offer_row,
        tuple(found),
        tuple(soft),
        tuple(titles),
        occupation >= 0 and bool(rome.regulated[occupation]),
        around,
        asked,
        Standing(background, asked, engine.lookups),
    )


def _skill(
    lookups: Lookups, row: int, told: tuple[float, bool, bool], background: Background, close_to: int | None
) -> SkillGap:
    weight, core, required = told
    if not background.profiled:
        return SkillGap(row, State.NOT_COMPARED, core, required, weight)
    if background.declared[row]:
        return SkillGap(row, State.DECLARED, core, required, weight)
    if background.practised[row]:
        occupation, months = next(
            (past, worked)
            for past, worked in background.past
            if worked >= PRACTISED_MONTHS and row in core_skills(lookups, past)
        )
        return SkillGap(row, State.PRACTISED, core, required, weight, occupation, months)
    if close_to is not None:
        return SkillGap(row, State.CLOSE, core, required, weight, close_to=close_to)
    return SkillGap(row, State.MISSING, core, required, weight)


def closest(lookups: Lookups, wanted: Sequence[int], background: Background) -> dict[int, int]:
    """For each of the `wanted` skills (rows) that comes close to one that the person has: that one."""
    rome = lookups.reference.rome
    held = [row for row in np.flatnonzero(background.skills).tolist() if rome.skill_kinds[row] is not SkillKind.SOFT]
    if not wanted or not held:
        return {}
    cosines = lookups.skill_reader.vectors(wanted) @ lookups.skill_reader.vectors(held).T
    same_kind = np.array([[rome.skill_kinds[one] is rome.skill_kinds[other] for other in held] for one in wanted])
    best = np.where(same_kind, cosines, 0).argsort(axis=1)[:, ::-1][:, :3]
    found: dict[int, int] = {}
    for position, row in enumerate(wanted):
        for candidate in best[position].tolist():
            alike = same_kind[position, candidate] and cosines[position, candidate] >= CLOSE
            if alike and _stems(rome.skill_labels[row]) & _stems(rome.skill_labels[held[candidate]]):
                found[row] = held[candidate]
                break
    return found


_COMMON: Final = frozenset(
    {"techniques", "methodes", "gestion", "utilisation", "connaissance", "connaissances", "regles", "normes",
     "principes", "procedures", "utiliser", "realiser", "assurer", "effectuer", "respecter", "suivre", "selon",
     "besoins", "pour", "dans", "avec", "activites", "activite", "travail", "personne", "personnes", "produits",
     "outils", "mettre", "mise", "oeuvre"}
)  # fmt: skip
"""Words that a great many skills share, and that make no two of them alike."""


@lru_cache(maxsize=20_000)
def _stems(label: str) -> frozenset[str]:
    """The beginnings of the words of a label that say something."""
    return frozenset(word[:6] for word in normalise(label).split() if len(word) >= 4 and word not in _COMMON)
