"""A person's few words about themselves, in their gender and manner."""

from features.text import without_accents
from features.world import phrases
from features.world.facts import WorldFacts
from features.world.wording import Gender, a, of, plain_form, sentence_item, slip

ENDINGS = {
    Gender.MASCULINE: {"e": "", "le": "", "se": "x", "ne": ""},
    Gender.FEMININE: {"e": "e", "le": "le", "se": "se", "ne": "ne"},
}
LONGEST_SKILL = 90
"""A label longer than this reads like a referential, not like a person: another skill is said instead."""


class SummaryWriter:
    """Writes summaries; the words for each occupation, place and skill are made once."""

    def __init__(self, facts: WorldFacts) -> None:
        rome = facts.reference.rome
        self._jobs = tuple(
            tuple(_small(plain_form(label, gender)) for label in rome.labels)
            for gender in (Gender.MASCULINE, Gender.FEMININE)
        )
        self._places = tuple(a(spoken_place(name)) for name in facts.reference.communes.names)
        self._can_say = tuple(
            bool(verb) and len(label) <= LONGEST_SKILL
            for verb, label in zip(facts.skills.know_how.tolist(), rome.skill_labels, strict=True)
        )
        self._skills = tuple(sentence_item(label) for label in rome.skill_labels)

    def write(
        self,
        occupation: int,
        target: int,
        gender: Gender,
        seniority: float,
        commune: int,
        skills: list[int],
        number: int,
        uniform: list[float],
    ) -> str:
        """One sentence or two, from a number and two uniform numbers."""
        said = [row for row in skills if self._can_say[row]]
        if occupation != target and seniority >= 1:
            choices = phrases.SUMMARY_CHANGE
        elif seniority >= 2:
            choices = phrases.SUMMARY_SENIOR
        else:
            choices = phrases.SUMMARY_JUNIOR
        sentence = choices[number % len(choices)]
        if (not said and "{skill}" in sentence) or (len(said) < 2 and "{other}" in sentence):
            sentence = choices[2]
        job = self._jobs[gender][occupation]
        wanted = self._jobs[gender][target]
        text = sentence.format(
            job=job,
            Job=job[:1].upper() + job[1:],
            of_job=of(job),
            next=wanted,
            of_next=of(wanted),
            years=_years(seniority),
            place=self._places[commune],
            skill=self._skills[said[0]] if said else "",
            other=self._skills[said[-1]] if said else "",
            **ENDINGS[gender],
        )
        if uniform[0] < 0.4:
            more = phrases.SUMMARY_MORE[number // 64 % len(phrases.SUMMARY_MORE)]
            text = f"{text} {more.format(**ENDINGS[gender])}"
        if uniform[1] < 0.10:
            return without_accents(text).lower()
        if uniform[1] < 0.18:
            return slip(text, number // 512)
        return text


def spoken_place(name: str) -> str:
    """A commune as people say it: "Paris" for an arrondissement."""
    return name.split(" ")[0] if "Arrondissement" in name else name


def _years(seniority: float) -> str:
    years = round(seniority)
    return "un an" if years <= 1 else f"{years} ans"


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
