"""Trainings and their sessions: certifications weighted by how hard recruiting is, and short courses."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.records import Attendance, Funding, Training, TrainingSession
from features.text import one_line, without_accents
from features.world.draws import BLOCK, Choice, Stream, block_generator, pick
from features.world.facts import WorldFacts
from features.world.names import TRAINING_ORGANISATIONS
from features.world.summaries import LONGEST_SKILL
from features.world.wording import Gender, plain_form, sentence_item

Ints = NDArray[np.int64]

SHORT_COURSES: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("CACES R489 chariots élévateurs, catégories 1, 3 et 5", ("N1101", "N1103"), 35),
    ("CACES R482 engins de chantier", ("F1302", "F1301"), 35),
    ("FIMO marchandises", ("N4101", "N4105"), 140),
    ("FCO transport de voyageurs", ("N4103",), 35),
    ("Habilitation électrique B1V, B2V, BR", ("F1602", "I1309"), 21),
    ("Hygiène alimentaire HACCP", ("G1603", "G1602", "G1605"), 14),
    ("Sauveteur secouriste du travail (SST)", ("K2503", "N1105", "F1704"), 14),
    ("Gestes et postures en aide à domicile", ("K1302", "K1304"), 14),
    ("Permis d'exploitation d'un débit de boissons", ("G1801", "G1401"), 20),
    ("Certibiocide", ("K2204", "A1203"), 21),
    ("Anglais professionnel de l'accueil", ("G1703", "M1601", "G1803"), 60),
    ("Bureautique : tableur et traitement de texte", ("M1602", "M1607", "M1601"), 49),
    ("Paie et déclaration sociale nominative", ("M1203", "M1501"), 35),
    ("Français langue professionnelle du nettoyage", ("K2204", "K2205"), 120),
    ("Initiation au développement web", ("M1805", "E1104"), 210),
    ("Vente et relation client en magasin", ("D1211", "D1212", "D1214", "D1106"), 70),
    ("Soudage semi-automatique et TIG", ("H2913",), 210),
    ("Taille de la vigne", ("A1405", "A1401"), 35),
    ("Accompagner la perte d'autonomie", ("K1302", "J1501"), 70),
    ("Conduite de machine automatisée", ("H2102", "H2301", "H3301"), 140),
)
"""Courses without a certification: title, ROME codes that they serve, hours."""
SHORT_SHARE = 0.14
MAX_SESSIONS = 4
HORIZON_DAYS = 270
PAST_SHARE = 0.125

HOURS_BY_LEVEL = {0: 150.0, 1: 150.0, 2: 200.0, 3: 560.0, 4: 700.0, 5: 900.0, 6: 620.0, 7: 700.0, 8: 900.0}
PRICE_PER_HOUR = 11.0
FUNDINGS: tuple[tuple[Funding, ...], ...] = (
    (Funding.CPF,),
    (Funding.REGION,),
    (Funding.CPF, Funding.SELF),
    (Funding.CPF, Funding.FRANCE_TRAVAIL),
    (Funding.REGION, Funding.FRANCE_TRAVAIL),
    (Funding.POEI,),
    (Funding.POEC, Funding.OPCO),
    (Funding.AFPR,),
    (Funding.OPCO, Funding.CPF),
)
SHORT_FUNDINGS = (0, 2, 3, 5, 7, 8)


@dataclass(frozen=True, eq=False, kw_only=True)
class CourseColumns:
    """One block of trainings; every array has `BLOCK` rows."""

    certification: Ints
    """Certification row; -1 for a short course."""
    short: Ints
    """Position in the world's short courses, for those."""
    occupation: Ints
    """The occupation whose skills it teaches."""
    n_sessions: Ints
    commune: Ints
    """[BLOCK, MAX_SESSIONS]"""
    uniform: NDArray[np.float64]
    """[BLOCK, 8]"""
    hours: NDArray[np.float64]
    starts: Ints
    """[BLOCK, MAX_SESSIONS] ordinal day, a Monday; one session in eight has begun already."""
    ends: Ints
    session_uniform: NDArray[np.float64]
    """[BLOCK, MAX_SESSIONS, 8]"""


class Courses:
    """The trainings of one world."""

    def __init__(self, facts: WorldFacts, seed: int, today: dt.date) -> None:
        self._facts = facts
        self._seed = seed
        self._today = today
        rome = facts.reference.rome
        resolved = [(title, [_rows(facts, code) for code in codes], hours) for title, codes, hours in SHORT_COURSES]
        self._short = [
            (title, tuple(row for rows in found for row in rows[:1]), hours)
            for title, found, hours in resolved
            if any(found)
        ]
        self._words = tuple(sentence_item(label) for label in rome.skill_labels)
        weights = [sum(facts.demand.occupation_share[row] for row in rows) for _, rows, _ in self._short]
        self._short_choice = Choice.of(np.sqrt(weights)) if self._short else None
        if facts.certification_choice is None and self._short_choice is None:
            raise ValueError("no certification and no short course fits this reference: load certifications first")

    def draw(self, block: int) -> CourseColumns:
        """The trainings of one block."""
        facts = self._facts
        generator = block_generator(self._seed, Stream.TRAINING, block)
        u = generator.random((BLOCK, 4))
        certified = facts.certification_choice
        certification = np.full(BLOCK, -1) if certified is None else certified.at(u[:, 0])
        short = np.zeros(BLOCK, dtype=np.int64) if self._short_choice is None else self._short_choice.at(u[:, 1])
        brief = (certification < 0) | ((u[:, 2] < SHORT_SHARE) & (self._short_choice is not None))
        certification = np.where(brief, -1, certification)
        occupation = np.array(
            [
                _nth(self._short[s][1] if c < 0 else facts.certification_occupations[c], v)
                for c, s, v in zip(certification.tolist(), short.tolist(), u[:, 3].tolist(), strict=True)
            ]
        )
        uniform, session_uniform = generator.random((BLOCK, 8)), generator.random((BLOCK, MAX_SESSIONS, 8))
        hours = self._hours(certification, short, uniform[:, 0])
        starts = _mondays(self._today.toordinal(), session_uniform[:, :, 0])
        return CourseColumns(
            certification=certification,
            short=short,
            occupation=occupation,
            n_sessions=1 + np.searchsorted([0.35, 0.72, 0.92], generator.random(BLOCK)),
            commune=_towns(facts, generator),
            uniform=uniform,
            hours=hours,
            starts=starts,
            ends=starts + np.maximum(1, np.rint(hours / 30 * 7)).astype(np.int64)[:, None],
            session_uniform=session_uniform,
        )

    def trainings(self, columns: CourseColumns, block: int, last: int) -> Iterator[Training]:
        """The first `last` trainings of the block."""
        rome, certifications = self._facts.reference.rome, self._facts.reference.certifications
        for i in range(last):
            certification, occupation = int(columns.certification[i]), int(columns.occupation[i])
            u = columns.uniform[i].tolist()
            short_title, short_rows, _ = self._short[int(columns.short[i])] if self._short else ("", (), 0.0)
            brief = certification < 0
            level = 0 if brief else int(certifications.levels[certification])
            rows = short_rows if brief else self._facts.certification_occupations[certification]
            skills = self._facts.skills.first(occupation, 4 if brief else 12)
            title = short_title if brief else one_line(certifications.labels[certification])
            yield Training(
                id=f"formation-{block * BLOCK + i + 1:06d}",
                title=_title(title, level, u[1]),
                objective=self._objective(occupation, skills),
                rncp=None if brief else certifications.codes[certification],
                rome_codes=tuple(rome.codes[row] for row in rows),
                skills=tuple(rome.skill_codes[row] for row in skills),
                level=level or None,
                entry_level=(level - 1 if level > 3 else None),
                entry_requirements=_requirements(level, u[2]),
                duration_hours=float(columns.hours[i]),
                organisation=pick(TRAINING_ORGANISATIONS, u[3]),
                outcome_rate=round(0.42 + 0.5 * u[4] ** 0.8, 2) if u[5] < 0.7 else None,
            )

    def sessions(self, columns: CourseColumns, block: int, last: int) -> Iterator[TrainingSession]:
        """Every session of the first `last` trainings of the block."""
        communes = self._facts.reference.communes
        for i in range(last):
            number = block * BLOCK + i + 1
            certification = int(columns.certification[i])
            hours = float(columns.hours[i])
            for j in range(int(columns.n_sessions[i])):
                u = columns.session_uniform[i, j].tolist()
                commune = int(columns.commune[i, j])
                seats = (8, 10, 12, 12, 14, 15, 16, 20)[int(u[1] * 8)]
                remote = Attendance.REMOTE if u[2] < 0.10 else Attendance.MIXED if u[2] < 0.28 else Attendance.ON_SITE
                fundings = FUNDINGS[SHORT_FUNDINGS[int(u[3] * 6)] if certification < 0 else int(u[3] * len(FUNDINGS))]
                yield TrainingSession(
                    id=session_id(number, j),
                    training_id=f"formation-{number:06d}",
                    starts_on=dt.date.fromordinal(int(columns.starts[i, j])),
                    ends_on=dt.date.fromordinal(int(columns.ends[i, j])),
                    commune_insee=communes.insee[commune],
                    lat=_degree(communes.lat[commune]),
                    lon=_degree(communes.lon[commune]),
                    attendance=remote,
                    seats=seats,
                    seats_left=min(seats, int(u[4] * (seats + 2))),
                    fundings=fundings,
                    price_eur=round(hours * PRICE_PER_HOUR * (0.7 + 0.6 * u[5]), -1) if u[6] < 0.75 else None,
                    accessible=None if u[7] < 0.35 else u[7] < 0.9,
                )

    def _hours(self, certification: Ints, short: Ints, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Hours of each training, in whole days of seven: those of the short course, or usual ones for the level."""
        brief = np.array([hours for _, _, hours in self._short] or [0.0])[short]
        levels = np.asarray(self._facts.reference.certifications.levels, dtype=np.int64)
        if levels.size == 0:
            return brief
        usual = np.array([HOURS_BY_LEVEL[level] for level in range(9)])[levels[np.maximum(certification, 0)]]
        return np.where(certification < 0, brief, np.rint(usual * (0.6 + 0.8 * u) / 7) * 7.0)

    def _objective(self, occupation: int, skills: list[int]) -> str:
        label = plain_form(self._facts.reference.rome.labels[occupation], Gender.MASCULINE)
        said = [
            self._words[row]
            for row in skills
            if self._facts.skills.know_how[row] and len(self._words[row]) <= LONGEST_SKILL
        ]
        aims = " ; ".join(said[:4])
        return f"Se préparer au métier : {label}." + (f" À l'issue, savoir : {aims}." if aims else "")


def session_id(training: int, position: int) -> str:
    """The id of a training's session; `training` counts from 1, `position` from 0."""
    return f"session-{training:06d}-{position + 1}"


def _mondays(day: int, uniform: NDArray[np.float64]) -> Ints:
    """Mondays over the next `HORIZON_DAYS`, and for a few over the last ones."""
    ahead = (uniform - PAST_SHARE) / (1 - PAST_SHARE) * HORIZON_DAYS + 3
    behind = uniform / PAST_SHARE * HORIZON_DAYS - HORIZON_DAYS - 7
    start = day + np.floor(np.where(uniform < PAST_SHARE, behind, ahead)).astype(np.int64)
    return start + (1 - start) % 7  # ordinal 1 was a Monday


def _towns(facts: WorldFacts, generator: np.random.Generator) -> Ints:
    """Places of sessions: of three communes drawn by population the largest, for courses are held in towns."""
    drawn = facts.places.commune_choice.at(generator.random((3, BLOCK, MAX_SESSIONS)))
    largest = facts.places.population[drawn].argmax(axis=0)
    return np.asarray(np.take_along_axis(drawn, largest[None], axis=0)[0], dtype=np.int64)


def _title(title: str, level: int, u: float) -> str:
    if level == 0:
        return title if u < 0.8 else without_accents(title)
    if u < 0.62:
        return title
    if u < 0.72:
        return f"{title} (certification de niveau {level})"
    if u < 0.80:
        return without_accents(title).upper()
    if u < 0.90:
        return f"Formation : {title}"
    return f"{title} - en alternance ou en continu"


def _requirements(level: int, u: float) -> str | None:
    if level <= 3:
        return "Savoir lire, écrire et compter." if u < 0.6 else None
    known = {4: "Niveau CAP ou expérience dans le métier.", 5: "Baccalauréat ou équivalent.", 6: "Bac+2 validé."}
    return known.get(level, "Bac+3 ou expérience équivalente.") if u < 0.85 else None


def _nth(rows: tuple[int, ...], u: float) -> int:
    """One of the rows, the first ones likelier."""
    return rows[int(u**3 * len(rows))]


def _degree(value: np.float32) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def _rows(facts: WorldFacts, code: str) -> tuple[int, ...]:
    try:
        return facts.reference.rome.resolve(code)
    except ValueError:
        return ()
