"""What was worked out of what the person declared: occupations read in words, and the figures that rankers read."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from api.archive.base import Asked, Item, Section
from features.behaviour import Interests
from features.bits import CONTRACT_BIT, languages_of, licences_of
from features.border.base import compact
from features.days import EPOCH, day_number
from features.pairs.base import NO_SKILL
from features.records import Inference, Profile
from features.rome.referential import Rome
from matching.explain.wording import EDUCATION, language
from matching.jobs import profile_at
from matching.schema import BEHAVIOUR as BEHAVIOUR_COLUMNS
from matching.schema import NO_DAY, SCHEMAS, WORKING_TIME_FULL, WORKING_TIME_PART, Collection

TOLD: Final = frozenset(
    {
        "occupation", "appellation", "commune", "radius_km", "minutes_per_km", "contracts", "working_time", "pay_floor",
        "available_day", "experience_months", "past_families", "past_months", "education_level", "licences",
        "languages", "skills", "declared_skills", "visible", "profiling", "counsellor",
    }
)  # fmt: skip
"""Columns that `figures` tells."""
TOLD_OTHERWISE: Final = frozenset({"departement", *BEHAVIOUR_COLUMNS[Collection.PROFILES]})
"""Columns that follow from another, or that another section tells; a test holds both sets to the schema."""
_HOURS: Final = {WORKING_TIME_FULL: "temps plein", WORKING_TIME_PART: "temps partiel"}
_LU: Final = "Tout ce qui précède est lu pour vos listes."
_PAS_LU: Final = (
    "Les compétences, le niveau, les langues, le parcours et vos gestes ne sont pas lus : vous n'avez pas accepté le "
    "profilage."
)


def deductions(asked: Asked) -> Iterator[Item]:
    """Of the projects and the work that came without a code."""
    profile = _indexed(asked) or asked.service.store.get(Profile, asked.profile_id)
    if profile is None:
        return
    for project in profile.projects:
        if project.inferred is not None:
            yield _deduction(asked, "projet", project.label, project.inferred)
    for work in profile.experiences:
        if work.inferred is not None:
            yield _deduction(asked, "experience", work.title, work.inferred)


def _indexed(asked: Asked) -> Profile | None:
    rows = asked.service.engine.catalogue(Collection.PROFILES).rows_of(asked.profile_id)
    return profile_at(asked.service.engine, int(rows[0])) if len(rows) else None


def _deduction(asked: Asked, where: str, words: str | None, read: Inference) -> Item:
    rome = asked.service.reference.rome
    labels = [rome.labels[row] for row in rome.resolve(read.rome_code)]
    return compact(
        dans=where, mots=words, codeROME=read.rome_code, metier=" ; ".join(labels), score=read.score, modele=read.model
    )


def figures(asked: Asked) -> Iterator[Item]:
    """One item a project: what filters and rankers read, in words."""
    engine = asked.service.engine
    profiles = engine.catalogue(Collection.PROFILES)
    reference = engine.lookups.reference
    rome, communes = reference.rome, reference.communes
    rows = profiles.rows_of(asked.profile_id)
    read = {column.name: profiles.take(column.name, rows) for column in SCHEMAS[Collection.PROFILES]}
    for at in range(len(rows)):
        value: dict[str, Any] = {name: values[at] for name, values in read.items()}
        occupation, commune = int(value["occupation"]), int(value["commune"])
        families = [
            {**_family(rome, int(family)), "mois": round(float(months))}
            for family, months in zip(value["past_families"], value["past_months"], strict=True)
            if family >= 0
        ]
        skills = value["skills"][value["skills"] != NO_SKILL].tolist()
        declared = int(value["declared_skills"])
        level = int(value["education_level"])
        yield compact(
            metier=rome.labels[occupation] if occupation >= 0 else None,
            appellation=rome.appellation_labels[int(value["appellation"])] if value["appellation"] >= 0 else None,
            commune=communes.label(commune) if commune >= 0 else None,
            rayonKm=_number(value["radius_km"]),
            minutesParKm=_number(value["minutes_per_km"]),
            typesContrat=[each.value for each, bit in CONTRACT_BIT.items() if int(value["contracts"]) & bit],
            tempsDeTravail=_HOURS.get(int(value["working_time"])),
            salaireMinimum=_number(value["pay_floor"]),
            disponibleLe=None if value["available_day"] == NO_DAY else _day(int(value["available_day"])),
            moisDansLeMetier=_number(value["experience_months"]),
            moisParFamille=families,
            niveau=EDUCATION.get(level),
            permis=[each.value for each in licences_of(int(value["licences"]))],
            langues=[language(each) for each in languages_of(int(value["languages"]))],
            competences=[rome.skill_labels[row] for row in skills[:declared]],
            competencesDuParcours=[rome.skill_labels[row] for row in skills[declared:]],
            visibleEmployeurs=bool(value["visible"]),
            profilage=bool(value["profiling"]),
            suiviParUnConseiller=bool(value["counsellor"] >= 0),
            lecture=_LU if value["profiling"] else _PAS_LU,
        )


def behaviour(asked: Asked) -> Iterator[Item]:
    """Interest in families of occupations, as it stands today, and what the person put aside."""
    engine = asked.service.engine
    profiles = engine.catalogue(Collection.PROFILES)
    rome = engine.lookups.reference.rome
    rows = profiles.rows_of(asked.profile_id)[:1]
    if len(rows):
        kept = Interests(*(profiles.take(name, rows) for name in BEHAVIOUR_COLUMNS[Collection.PROFILES]))
        points = kept.points_on(day_number(engine.today()))[0]
        for family, strength in zip(kept.families[0].tolist(), points.tolist(), strict=True):
            if family >= 0 and not np.isnan(strength):
                yield {"fait": "interet", **_family(rome, family), "points": round(strength, 3)}
    for event_id, aside in engine.links.dismissals.get(asked.profile_id, {}).items():
        yield compact(
            fait="ecarte",
            evenement=event_id,
            offre=aside.offer_id,
            session=aside.session_id,
            motif=aside.reason,
            codeROME=aside.rome_code,
            commune=aside.commune_insee,
        )


def _family(rome: Rome, family: int) -> Item:
    """A family of occupations: its code in the former ROME, and what it is made of."""
    members = np.flatnonzero(rome.family_of == family).tolist()
    return {"famille": rome.families[family], "metiers": [rome.labels[row] for row in members]}


def _day(number: int) -> str:
    return (EPOCH + dt.timedelta(days=number)).isoformat()


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else round(float(value), 3)


INFERRED = Section(
    "metiersDeduits",
    "Les métiers lus dans vos mots quand vous n'avez pas donné de code : le score est la probabilité que la famille du "
    "métier soit la bonne.",
    deductions,
    live=True,
)
FIGURES = Section(
    "ceQueLisentLesClassements",
    "Pour chaque projet, tout ce que lisent les filtres et les classements. Ni nom, ni âge, ni sexe, ni adresse, ni "
    "santé n'y entrent.",
    figures,
    live=True,
)
BEHAVIOUR = Section(
    "comportement",
    "Ce que vos gestes disent de vos intérêts, par famille de métiers (les points s'effacent de moitié en 28 jours), "
    "et ce que vous avez écarté.",
    behaviour,
    live=True,
)
