"""A training session gives one row; what is taught comes with its training."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from features.bits import ATTENDANCE_BIT, funding_bits
from features.border.training import formation_out, session_out
from features.records import Record, Training, TrainingSession
from features.reference import Reference
from features.text import shorten
from features.training_words import basics_presumed, basics_taught, licences_led_to
from matching.catalogue import Rows
from matching.keys import key_number
from matching.lookups import Lookups
from matching.payload import payload_of
from matching.rows.base import (
    RowWriter,
    core_skills,
    day_or_missing,
    number_or_nan,
    object_of,
    place_columns,
    resolve_occupation,
    skill_list,
    word_numbers,
)
from matching.schema import OCCUPATION_WIDTH, Collection
from matching.titles import gives

TITLE_WEIGHT = 1.0
OBJECTIVE_WEIGHT = 0.4
OCCUPATIONS_WEIGHT = 1.0
CARD_TEXT: Final = 400

_CERTIFICATION: Final = re.compile(r"(RNCP|RS)(\d{1,6})")


class SessionCard(Record, frozen=True, kw_only=True):
    """A session with the training it belongs to: what a result shows."""

    session: TrainingSession
    training: Training


def project_sessions(records: Sequence[TrainingSession], lookups: Lookups, trainings: Mapping[str, Training]) -> Rows:
    """Rows of the sessions whose training is in `trainings`; the others wait for it and are not searchable."""
    writer = RowWriter(Collection.SESSIONS, lookups)
    for session in records:
        training = trainings.get(session.training_id)
        if training is None:
            continue
        occupations = training_occupations(training, lookups)
        card = SessionCard(
            session=session,
            training=msgspec.structs.replace(training, objective=shorten(training.objective, CARD_TEXT)),
        )
        share = OCCUPATIONS_WEIGHT / max(len(occupations), 1)
        writer.add(
            session.id,
            {
                **place_columns(lookups, session.commune_insee, session.lat, session.lon),
                "occupations": occupations + [-1] * (OCCUPATION_WIDTH - len(occupations)),
                "skills": skill_list(taught_skills(training, occupations, lookups)),
                "level": training.level or 0,
                "entry_level": training.entry_level or 0,
                "start_day": day_or_missing(session.starts_on),
                "attendance": ATTENDANCE_BIT[session.attendance],
                "seats_left": -1 if session.seats_left is None else session.seats_left,
                "fundings": funding_bits(session.fundings),
                "accessible": -1 if session.accessible is None else int(session.accessible),
                "outcome_rate": number_or_nan(training.outcome_rate),
                "certification": certification_number(training.rncp),
                "price": number_or_nan(session.price_eur),
                "training": key_number(session.training_id),
                "words": word_numbers([training.title, training.organisation, training.rncp]),
                "end_day": day_or_missing(session.ends_on),
                "hours": number_or_nan(training.duration_hours),
                "licences": licences_led_to(training.title),
                "basics": basics_taught(training),
                "presumes": basics_presumed(training),
                "titled": occupations_titled(training, occupations, lookups),
            },
            payload_of(card, session_view(card, lookups.reference)),
            [(training.title, TITLE_WEIGHT), (training.objective, OBJECTIVE_WEIGHT)],
            [(occupation, share) for occupation in occupations],
        )
    return writer.rows()


def session_view(card: SessionCard, reference: Reference) -> dict[str, object]:
    """A session with its training in full."""
    shown = session_out(card.session)
    insee = card.session.commune_insee
    row = None if insee is None else reference.communes.get_row(insee)
    if row is not None:
        shown["lieu"] = {**object_of(shown.get("lieu")), "libelle": reference.communes.label(row)}
    return {**shown, "formation": formation_out(card.training)}


def certification_number(code: str | None) -> int:
    """A certification's number: RNCP37715 gives 37715, RS1234 gives -1234, anything else 0 (none)."""
    match = _CERTIFICATION.fullmatch(code or "")
    if match is None:
        return 0
    return int(match[2]) if match[1] == "RNCP" else -int(match[2])


def training_occupations(training: Training, lookups: Lookups) -> list[int]:
    """Occupation rows the training leads to, at most `OCCUPATION_WIDTH`, in the provider's order."""
    rows = (resolve_occupation(lookups, code, training.title) for code in training.rome_codes)
    return list(dict.fromkeys(row for row in rows if row >= 0))[:OCCUPATION_WIDTH]


def occupations_titled(training: Training, occupations: Sequence[int], lookups: Lookups) -> int:
    """Bit i: the training ends with the title of the i-th of the `occupations` that it leads to. Only certifications of
    the RNCP give one; their words, or those of the training, say of what."""
    if certification_number(training.rncp) <= 0:
        return 0
    certifications = lookups.reference.certifications
    row = certifications.get_row(training.rncp or "")
    labels = [training.title] if row is None else [certifications.labels[row], training.title]
    return sum(
        1 << place
        for place, occupation in enumerate(occupations)
        if any(gives(lookups, label, occupation) for label in labels)
    )


def taught_skills(training: Training, occupations: Sequence[int], lookups: Lookups) -> list[int]:
    """The skills the provider lists, else the core skills of the first occupation it leads to."""
    rome = lookups.reference.rome
    listed = [row for code in training.skills if (row := rome.get_skill_row(code)) is not None]
    if listed or not occupations:
        return listed
    return list(core_skills(lookups, occupations[0]))
