"""Phrases that say a skill outright: ROME's own labels, and how people speak of them (`features/rome`)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from features.rome.referential import Rome
from features.text import normalise
from models.clauses import Run, Sentence
from models.word_families import FUNCTION_WORDS, alone, content

LONGEST_PHRASE = 8
"""Content words of a phrase that is looked for."""

DIPLOMAS = (
    "bac pro", "bachelor", "bapaat", "bep ", "bm ", "bp ", "bpa ", "bpjeps", "brevet ", "btm ", "bts ", "but ", "cap ",
    "certificat d aptitude prof", "certificat de", "cqp", "cs ", "ctm ", "dea", "dejeps", "desjeps", "deust",
    "diplome", "doctorat", "dut ", "formation", "ingenieur diplome", "licence ", "master ", "mc ", "mention ",
    "permis", "qualification", "titre ",
)  # fmt: skip
"""How labels of diplomas and licences begin: only those that are listed by hand are read."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a phrase stands for."""

    skills: tuple[int, ...]
    """Rows of `Rome.skill_codes`, the most usual first."""
    by_hand: bool
    """Written as a way to say these skills; a label otherwise."""


class Phrases:
    """Phrases of one referential, by the families of their content words, in order."""

    def __init__(self, rome: Rome, spoken: Iterable[tuple[Sequence[str], str]]) -> None:
        labels: dict[tuple[str, ...], list[int]] = {}
        for skill, label in enumerate(rome.skill_labels):
            plain = normalise(label)
            key = content(plain.split())
            if 0 < len(key) <= LONGEST_PHRASE and not plain.startswith(DIPLOMAS):
                labels.setdefault(key, []).append(skill)
        by_hand: dict[tuple[str, ...], list[int]] = {}
        for codes, phrase in spoken:
            meant = [row for code in codes if (row := rome.get_skill_row(code)) is not None]
            if meant:
                by_hand.setdefault(_key(phrase), []).extend(meant)
        self._said = {key: Said(tuple(skills), by_hand=False) for key, skills in labels.items()}
        self._said |= {
            key: Said(tuple(dict.fromkeys((*skills, *labels.get(key, ())))), by_hand=True)
            for key, skills in by_hand.items()
        }

    @property
    def skills_by_hand(self) -> frozenset[int]:
        """Skills that some phrase written by hand says."""
        return frozenset(skill for said in self._said.values() if said.by_hand for skill in said.skills)

    def within(self, sentence: Sentence) -> Iterator[tuple[Run, Said]]:
        """Every phrase of a sentence, with the run of words that says it."""
        words = sentence.words
        places = [at for at, word in enumerate(words) if not word.empty]
        families = [words[at].family for at in places]
        for first, start in enumerate(places):
            said = self._said.get(_only(words[start].plain)) or self._said.get((families[first],))
            if said is not None:
                yield Run(sentence, start, start + 1), said
            for last in range(first + 2, min(first + LONGEST_PHRASE, len(families)) + 1):
                said = self._said.get(tuple(families[first:last]))
                if said is not None:
                    yield Run(sentence, start, places[last - 1] + 1), said


def _key(phrase: str) -> tuple[str, ...]:
    words = normalise(phrase).split()
    key = content(words)
    return key if len(key) != 1 else _only(next(word for word in words if word not in FUNCTION_WORDS))


def _only(word: str) -> tuple[str, ...]:
    """What a phrase of one word is known by: not its whole family, which says too many things."""
    return ("", alone(word))
