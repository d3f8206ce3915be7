"""A job text cut into sentences and the runs of words that may say a skill, with what each sentence is about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from features.text import normalise
from models.word_families import FUNCTION_WORDS, family

LONGEST_SENTENCE = 50
"""Words of a sentence; a longer one is read in pieces."""
LONGEST_RUN = 14
"""Words of a run."""
MOST_PIECES = 3
"""Pieces between commas, "et", "pour"… that a run may hold."""

_WORD = re.compile(r"[^\W_]+[+#]*")
_BETWEEN_SENTENCES = frozenset(".;:!?\n\r•·*|●▪►✓➢–—\u2028")
_BETWEEN_PIECES = frozenset(',()[]/&+"«»')
_JOINTS = frozenset(
    "et ou ainsi en dans pour afin avec selon lors sur par aupres au aux tout grace via dont qui que a vers".split()  # noqa: SIM905
)
"""Words between two things said."""
_OPENERS = frozenset(
    "assurer assurez assure effectuer effectuez realiser realisez participer participez savoir capacite capacites "  # noqa: SIM905
    "maitrise maitriser maitrisez connaissance connaissances sens aptitude aptitudes chargee charge charges serez "
    "etes avez devrez aurez mission missions faire preuve possedez aimez appreciez veiller veillez contribuer "
    "contribuez garantir garantissez pouvez rattache".split()
)
"""Words that open a skill without being part of it: a run is also tried without them."""


class Section(IntEnum):
    """What the last heading, or the sentence's own words, say that this part of the text is about."""

    UNSAID = 0
    WORK = 1
    PERSON = 2
    TERMS = 3
    EMPLOYER = 4


def _families(words: str) -> frozenset[str]:
    return frozenset(family(word) for word in words.split())


_HEADINGS = (
    (Section.PERSON, _families("profil competences qualites atouts aptitudes exigences prerequis")),
    (Section.WORK, _families("missions mission taches activites role attributions responsabilites quotidien")),
    (
        Section.TERMS,
        _families(
            "contrat salaire remuneration avantages horaires lieu conditions offrons processus recrutement duree date "
            "postuler candidature candidater debut localisation cdi cdd"
        ),
    ),
    (Section.EMPLOYER, _families("entreprise propos sommes presentation etablissement client groupe rejoindre")),
)
_LONGEST_HEADING = 7
_TERMS = _families(
    "contrat cdi cdd interim salaire brut net remuneration prime primes mutuelle ticket tickets restaurant heures "
    "heure horaires candidature cv postulez postuler envoyer envoyez mail telephone lettre conges ifm indemnites "
    "vacances weekend lundi mardi mercredi jeudi vendredi samedi dimanche mois semaine embauche pourvoir poste cse "
    "rtt taux smic eur euros www http https com fr logement renouvelable temps partiel renouvellement avantages"
)
_SCHOOL = _families("bac bts cap bep dut licence master diplome diplomes titulaire formation experience annees permis")
_EMPLOYER = _families("agence groupe leader entreprise societe clients collaborateurs client recherche recrute cabinet")
_US = frozenset(("nous", "notre", "nos"))
_YOU = frozenset(("vous", "votre", "vos", "tu", "ton", "tes", "ta"))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text, normalised and by its family."""

    plain: str
    family: str
    start: int
    end: int
    empty: bool
    new_piece: bool
    """A comma, a bracket or a joint stands before it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words between two marks that end a thought, and what is known of them."""

    words: tuple[Word, ...]
    section: Section
    heading: bool
    """It names the section that follows."""
    listed: bool
    """A dash, a star or a bullet stands before it."""
    place: float
    """How far in the text it begins, 0 to 1."""
    terms: int
    """Words of contract, pay, hours and application in it."""
    school: int
    employer: int
    us: bool
    you: bool
    digits: bool
    infinitive: bool
    """Its first word is an infinitive."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words `first` to `last` (excluded) of a sentence, which may say a skill."""

    sentence: Sentence
    first: int
    last: int

    @property
    def words(self) -> tuple[Word, ...]:
        return self.sentence.words[self.first : self.last]

    @property
    def start(self) -> int:
        return self.sentence.words[self.first].start

    @property
    def end(self) -> int:
        return self.sentence.words[self.last - 1].end

    @property
    def piece(self) -> tuple[int, int]:
        """Where the pieces that it stands in begin and end (excluded) in the sentence."""
        words = self.sentence.words
        first, last = self.first, self.last
        while first > 0 and not words[first].new_piece:
            first -= 1
        while last < len(words) and not words[last].new_piece:
            last += 1
        return first, last

    @property
    def families(self) -> tuple[str, ...]:
        """In order, without function words."""
        return tuple(word.family for word in self.words if not word.empty)


def sentences(text: str) -> Iterator[Sentence]:
    """Sentences of a text, in order; none for a text without a word."""
    words: list[Word] = []
    section = Section.UNSAID
    listed = False
    before = 0
    for match in _WORD.finditer(text):
        plain = normalise(match.group())
        if not plain or " " in plain:
            continue
        gap = text[before : match.start()]
        ends = any(mark in _BETWEEN_SENTENCES for mark in gap) or " - " in gap
        if words and (ends or len(words) >= LONGEST_SENTENCE):
            opened = _opened(words, gap)
            section = section if opened is None else opened
            heading = opened is not None
            yield _sentence(words, section, heading, listed, words[0].start / len(text))
            words = []
        if not words:
            listed = "-" in gap or any(mark in gap for mark in "•·*●▪►✓➢–")
        joint = plain in _JOINTS
        new_piece = (
            joint or any(mark in _BETWEEN_PIECES for mark in gap) or (bool(words) and words[-1].plain in _JOINTS)
        )
        empty = joint or plain in FUNCTION_WORDS
        words.append(Word(plain, family(plain), match.start(), match.end(), empty, new_piece))
        before = match.end()
    if words:
        yield _sentence(words, section, False, listed, words[0].start / len(text))


def _opened(words: list[Word], gap: str) -> Section | None:
    """The section that words open, being a heading; None for others."""
    if len(words) <= _LONGEST_HEADING and (":" in gap or "\n" in gap or "?" in gap):
        said = {word.family for word in words}
        for opened, names in _HEADINGS:
            if said & names:
                return opened
    return None


def _sentence(words: list[Word], section: Section, heading: bool, listed: bool, place: float) -> Sentence:
    said = {word.family for word in words}
    plain = {word.plain for word in words}
    return Sentence(
        tuple(words),
        section,
        heading,
        listed,
        place,
        terms=len(said & _TERMS),
        school=len(said & _SCHOOL),
        employer=len(said & _EMPLOYER),
        us=bool(plain & _US),
        you=bool(plain & _YOU),
        digits=any(word.plain.isdigit() for word in words),
        infinitive=words[0].plain.endswith(("er", "ir", "re")) and len(words[0].plain) > 4,
    )


def runs(sentence: Sentence) -> Iterator[Run]:
    """Runs of one to `MOST_PIECES` pieces, each also without the words that open it; none twice."""
    words = sentence.words
    starts = [at for at, word in enumerate(words) if at == 0 or word.new_piece]
    seen: set[tuple[int, int]] = set()
    for number, start in enumerate(starts):
        for pieces in range(1, MOST_PIECES + 1):
            if number + pieces > len(starts):
                break
            last = starts[number + pieces] if number + pieces < len(starts) else len(words)
            first = start
            while first < last and words[first].empty:
                first += 1
            while last > first and words[last - 1].empty:
                last -= 1
            while first < last:
                if last - first <= LONGEST_RUN and (first, last) not in seen:
                    seen.add((first, last))
                    yield Run(sentence, first, last)
                if words[first].plain not in _OPENERS or last - first == 1:
                    break
                first += 1
                while first < last and words[first].empty:
                    first += 1
