"""Profiles written out from the columns of `people`: projects, skills, jobs, diplomas, and their own words."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from features.records import (
    Consents,
    Contract,
    Education,
    Experience,
    LanguageLevel,
    LanguageSkill,
    Licence,
    Profile,
    Project,
    SkillClaim,
    SkillLevel,
    WorkingTime,
)
from features.text import one_line
from features.world.draws import BLOCK, Stream, block_generator
from features.world.facts import WorldFacts
from features.world.people import END_OF_STUDIES, MAX_EXPERIENCES, People
from features.world.summaries import SummaryWriter
from features.world.travel import MOBILITIES, mobility_numbers
from features.world.wording import Gender, cv_title

LEVELS = (SkillLevel.BEGINNER, SkillLevel.INTERMEDIATE, SkillLevel.ADVANCED, SkillLevel.EXPERT, None)
CONTRACTS: tuple[tuple[Contract, ...], ...] = (
    (),
    (Contract.CDI,),
    (Contract.CDI, Contract.CDD),
    (Contract.CDD, Contract.INTERIM),
    (Contract.INTERIM,),
    (Contract.CDI, Contract.CDD, Contract.INTERIM, Contract.SEASONAL),
)
"""What people accept."""
CONTRACT_LIMITS = (0.50, 0.70, 0.86, 0.93, 0.96)
"""Uniform numbers from which the next of `CONTRACTS` is drawn."""
RADII_KM = (5.0, 10.0, 20.0, 30.0, 50.0, 100.0)
STUDIES_END = END_OF_STUDIES.tolist()
GENERAL_DIPLOMAS: dict[int, tuple[str, ...]] = {
    3: ("CAP", "BEP", "Brevet professionnel agricole"),
    4: ("Baccalauréat général", "Bac pro", "bac techno", "Baccalauréat professionnel"),
    5: ("BTS", "DUT", "DEUST"),
    6: ("Licence", "Licence pro", "BUT"),
    7: ("Master", "Diplôme d'ingénieur", "Master 2"),
    8: ("Doctorat",),
}
ENGLISH = tuple((LanguageSkill(language="en", level=level),) for level in LanguageLevel)
OTHER_LANGUAGES = tuple(
    LanguageSkill(language=code, level=level)
    for code in ("es", "de", "it", "ar", "pt", "tr", "ru", "pl", "ro", "nl", "zh", "ta")
    for level in (LanguageLevel.A2, LanguageLevel.B1, LanguageLevel.C1, LanguageLevel.C2)
)
HEAVY = {
    Licence.C: (Licence.B, Licence.C),
    Licence.CE: (Licence.B, Licence.C, Licence.CE),
    Licence.C1: (Licence.B, Licence.C1),
    Licence.D: (Licence.B, Licence.D),
    Licence.DE: (Licence.B, Licence.D, Licence.DE),
}
"""What the driver of a vehicle holds."""


class ProfileWriter:
    """Writes the profiles of one world; parts that recur (a skill at a level, a mobility) are made once and shared."""

    def __init__(self, facts: WorldFacts, seed: int, today: dt.date, counsellors: NDArray[np.int64]) -> None:
        """`counsellors`: how many each employment area has, int64[n_areas]."""
        rome = facts.reference.rome
        self._facts = facts
        self._codes, self._labels = rome.codes, rome.labels
        self._title_codes, self._title_labels = rome.appellation_codes, rome.appellation_labels
        self._naf_codes = facts.industry.naf_codes
        self._seed = seed
        self._today = today
        self._counsellors = counsellors
        self._first_counsellor = np.cumsum(counsellors) - counsellors + 1
        self._claims: dict[int, SkillClaim] = {}
        self._summaries = SummaryWriter(facts)
        self._pay_low = np.array([asks.pay_low for asks in facts.asks])
        self._pay_high = np.array([asks.pay_high for asks in facts.asks])
        self._driven = [HEAVY.get(asks.licence, ()) if asks.licence is not None else () for asks in facts.asks]
        self._spoken = [facts.hints[code].titles if code in facts.hints else () for code in rome.codes]
        self._consents = [
            Consents(visible_to_employers=bool(i & 1), profiling=bool(i & 2), contact_by_email=bool(i & 4))
            for i in range(8)
        ]

    def write(self, people: People, block: int, last: int) -> Iterator[Profile]:
        """The first `last` profiles of the block."""
        generator = block_generator(self._seed, Stream.PEOPLE_TEXT, block)
        insee = self._facts.reference.communes.insee
        skills = self._skill_rows(people).tolist()
        skill_levels, n_skills = people.skill_levels.tolist(), people.n_skills.tolist()
        mobility = mobility_numbers(people, self._facts, generator).tolist()
        consents = (people.visible * 1 + people.profiling * 2 + people.by_email * 4).tolist()
        counsellors = self._counsellor_numbers(people).tolist()
        ends = _end_days(people, self._today.toordinal()).tolist()
        pay = self._pay_floors(people).tolist()
        elsewhere = self._facts.places.commune_choice.at(people.wishes[:, :, 6]).tolist()
        numbers = generator.integers(0, 2**31, (BLOCK, 12)).tolist()
        uniform = generator.random((BLOCK, 8)).tolist()
        updated = np.minimum(180, generator.gamma(1.0, 30.0, BLOCK)).astype(np.int64).tolist()
        commune, occupation, level = people.commune.tolist(), people.occupation.tolist(), people.level.tolist()
        certification, age, seniority = people.certification.tolist(), people.age.tolist(), people.seniority.tolist()
        n_jobs, past, months = people.n_experiences.tolist(), people.past.tolist(), people.months.tolist()
        past_title, past_naf = people.past_title.tolist(), people.past_naf.tolist()
        n_projects, targets, titles = people.n_projects.tolist(), people.target.tolist(), people.target_title.tolist()
        in_job, wishes = (people.gap_months[:, 0] < 0).tolist(), people.wishes.tolist()
        female, has_b = people.female.tolist(), people.has_b.tolist()
        day, year = self._today.toordinal(), self._today.year
        date = dt.date.fromordinal

        for i in range(last):
            gender = Gender.FEMININE if female[i] else Gender.MASCULINE
            number, u = numbers[i], uniform[i]
            jobs = [
                self._job(row, title, naf, length, None if j == 0 and in_job[i] else date(end), gender, number[j])
                for j, (row, title, naf, length, end) in enumerate(
                    zip(past[i][: n_jobs[i]], past_title[i], past_naf[i], months[i], ends[i], strict=False)
                )
            ]
            wanted = dict(zip(targets[i][: n_projects[i]], range(n_projects[i]), strict=True))
            projects = [
                self._project(
                    row, titles[i][j], wishes[i][j], pay[i][j], insee[elsewhere[i][j]], day, gender, number[5 + j]
                )
                for row, j in wanted.items()
            ]
            claims = dict(zip(skills[i][: n_skills[i]], skill_levels[i], strict=False))
            claims.pop(-1, None)
            first_target = targets[i][0]
            yield Profile(
                id=f"profil-{block * BLOCK + i + 1:06d}",
                projects=tuple(projects),
                skills=tuple([self._claim(row, claimed) for row, claimed in claims.items()]),
                experiences=tuple(jobs),
                education=self._education(level[i], certification[i], year - age[i], number[8]),
                languages=_languages(u[0], u[1], level[i]),
                licences=self._licences(occupation[i], n_jobs[i] > 0, has_b[i], u[2]),
                commune_insee=insee[commune[i]],
                mobility=MOBILITIES[mobility[i]],
                available_from=date(day + 7 + int(u[3] * 400)) if u[3] < 0.25 else None,
                consents=self._consents[consents[i]],
                summary=(
                    self._summaries.write(
                        occupation[i], first_target, gender, seniority[i], commune[i], list(claims), number[9], u[5:]
                    )
                    if u[4] < 0.78
                    else None
                ),
                counsellor_id=f"conseiller-{counsellors[i]:04d}",
                updated_on=date(day - updated[i]),
            )

    def _job(
        self, row: int, title: int, naf: int, months: int, ended_on: dt.date | None, gender: Gender, number: int
    ) -> Experience:
        return Experience(
            months=months,
            title=self._title(row, title, gender, number),
            rome_code=self._codes[row] if number % 10 < 8 else None,
            appellation_code=self._title_codes[title] if title >= 0 and number % 20 < 9 else None,
            naf=self._naf_codes[naf] if naf >= 0 and number % 7 < 4 else None,
            ended_on=ended_on,
        )

    def _project(
        self,
        row: int,
        title: int,
        wish: list[float],
        pay_floor: float,
        elsewhere: str,
        day: int,
        gender: Gender,
        number: int,
    ) -> Project:
        return Project(
            rome_code=self._codes[row],
            appellation_code=self._title_codes[title] if title >= 0 and number % 20 < 16 else None,
            label=self._title(row, title, gender, number) if number % 3 == 0 else None,
            commune_insee=elsewhere if wish[5] < 0.04 else None,
            radius_km=RADII_KM[int(wish[0] / 0.22 * len(RADII_KM))] if wish[0] < 0.22 else None,
            contracts=CONTRACTS[bisect_right(CONTRACT_LIMITS, wish[1])],
            working_time=WorkingTime.FULL if wish[2] < 0.30 else WorkingTime.PART if wish[2] < 0.38 else None,
            pay_floor_monthly=pay_floor if wish[3] < 0.35 else None,
            start_date=dt.date.fromordinal(day + 5 + int(wish[4] * 900)) if wish[4] < 0.12 else None,
        )

    def _title(self, occupation: int, appellation: int, gender: Gender, number: int) -> str:
        spoken = self._spoken[occupation]
        if spoken and number % 100 < 25:
            return spoken[number // 100 % len(spoken)]
        label = self._title_labels[appellation] if appellation >= 0 else self._labels[occupation]
        return cv_title(label, gender, number // 128 % 96)

    def _claim(self, row: int, level: int) -> SkillClaim:
        key = row * len(LEVELS) + level
        claim = self._claims.get(key)
        if claim is None:
            claim = SkillClaim(code=self._facts.reference.rome.skill_codes[row], level=LEVELS[level])
            self._claims[key] = claim
        return claim

    def _skill_rows(self, people: People) -> NDArray[np.int64]:
        """A skill row for each draw: of the occupation, and one in five of the job before."""
        source = np.repeat(people.occupation[:, None], people.skill_draws.shape[1], axis=1)
        source[:, 4::5] = np.where(people.n_experiences > 1, people.past[:, 1], people.occupation)[:, None]
        return self._facts.skills.at(source, people.skill_draws)

    def _pay_floors(self, people: People) -> NDArray[np.float64]:
        """What is asked for each project: between the usual low and high with seniority, to the nearest 50 euros."""
        place = np.clip(people.seniority / 20, 0, 0.8)[:, None] * people.wishes[:, :, 7]
        low, high = self._pay_low[people.target], self._pay_high[people.target]
        return np.asarray(np.floor((low + place * (high - low)) / 50) * 50, dtype=np.float64)

    def _counsellor_numbers(self, people: People) -> NDArray[np.int64]:
        own = np.floor(people.counsellor * self._counsellors[people.area]).astype(np.int64)
        return self._first_counsellor[people.area] + own

    def _education(self, level: int, certification: int, born: int, number: int) -> tuple[Education, ...]:
        if level < 3:
            return (Education(label="Brevet des collèges", year=born + 16),) if number % 3 == 0 else ()
        year = born + STUDIES_END[level]
        if certification >= 0:
            certifications = self._facts.reference.certifications
            last = Education(
                level=level,
                rncp=certifications.codes[certification],
                label=one_line(certifications.labels[certification]),
                year=year,
            )
        else:
            names = GENERAL_DIPLOMAS[level]
            last = Education(level=level, label=names[number % len(names)], year=year)
        if level < 5 or number % 5 > 1:
            return (last,)
        before = GENERAL_DIPLOMAS[4]
        return (last, Education(level=4, label=before[number // 7 % len(before)], year=born + STUDIES_END[4]))

    def _licences(self, occupation: int, has_worked: bool, has_b: bool, u: float) -> tuple[Licence, ...]:
        driven = self._driven[occupation]
        if driven and has_worked:
            return driven
        if u < 0.05:
            return (Licence.A, Licence.B) if has_b else (Licence.AM,)
        return (Licence.B,) if has_b else ()


def _languages(kind: float, which: float, level: int) -> tuple[LanguageSkill, ...]:
    """English for half of the people, better with studies; another language for one in five."""
    english: tuple[LanguageSkill, ...] = ()
    if kind < 0.35 + 0.08 * level:
        english = ENGLISH[min(len(ENGLISH) - 1, int(which * 3) + max(0, level - 3) // 2)]
    if kind % 0.1 < 0.02:
        return (*english, OTHER_LANGUAGES[int(which * 997) % len(OTHER_LANGUAGES)])
    return english


def _end_days(people: People, day: int) -> NDArray[np.int64]:
    """Ordinal day at which each job ended, the latest first: what came after it, then a gap."""
    after = np.zeros(people.commune.size, dtype=np.float64)
    columns = []
    for j in range(MAX_EXPERIENCES):
        after = after + np.maximum(people.gap_months[:, j], 0)
        columns.append(day - np.rint(after * 30.44).astype(np.int64))
        after = after + people.months[:, j]
    return np.stack(columns, axis=1)
