"""`SkillReader`: the skills that an offer or a CV speaks of, where it does, and their OGR codes.

Runs of words (`models/clauses.py`) meet the skills that they may say: those of a known phrase
(`models/skill_phrases.py`), and the nearest in meaning among the skills of the likely occupations and of any trade
(`models/skill_prior.py`). A logistic regression tells how likely each is (`models/skill_evidence.py`,
`models/skill_weights.py`); of runs that overlap, the likeliest is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.rome.parts import SkillKind
from features.rome.referential import Rome
from features.rome.spoken_skills import spoken_skills
from features.text import normalise
from models import skill_evidence
from models.clauses import Run, runs, sentences
from models.encoder import TextEncoder
from models.skill_coverage import LabelCoverage
from models.skill_evidence import Way
from models.skill_phrases import DIPLOMAS, Phrases, Said
from models.skill_prior import CONTEXT, SkillPrior
from models.skill_weights import likelihood
from models.tagger import Tagger
from models.word_families import content
from models.words import MAX_CHARACTERS

LONGEST_TEXT = 5 * MAX_CHARACTERS
"""Characters of a text that are read; what follows is not."""
MOST_RUNS = 4000
"""Runs of words that are read: twice what an honest text of that length has."""
LIKELY = 0.55
"""Probability from which a skill is said to be spoken of."""
NEAREST = 6
"""Skills that a run is held against, the nearest in meaning."""
EXPECTED_NEARER = 0.12
"""Cosine that being expected of the occupation is worth when these are chosen."""
MOST_MEANT = 10
"""Skills of a phrase that are weighed."""
SURE = 0.3
"""Prior of the skills that the work surely needs."""
BLOCK = 512
"""Runs compared together: memory stays flat however many there are."""


@dataclass(frozen=True)
class Mention:
    """A skill spoken of."""

    start: int
    """First character, in the text as given."""
    end: int
    """Past the last character."""
    skill: int
    """Row in `Rome.skill_codes`."""
    score: float
    """0 to 1: how likely it is that the words say this skill."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Runs of words and the skills that each may say."""

    runs: Sequence[Run]
    run: NDArray[np.int64]
    """(pairs,) place in `runs`."""
    skill: NDArray[np.int64]
    """(pairs,) row in `Rome.skill_codes`."""
    way: NDArray[np.int64]
    """(pairs,) a `Way`."""
    evidence: NDArray[np.float32]
    """(pairs, len(EVIDENCE))."""


class SkillReader:
    """Skills of one referential; made once, used by every request."""

    def __init__(self, encoder: TextEncoder, rome: Rome, tagger: Tagger) -> None:
        self._encoder = encoder
        self._vectors = encoder.encode(rome.skill_labels)
        self._prior = SkillPrior(rome, tagger)
        self._phrases = Phrases(rome, spoken_skills())
        self._coverage = LabelCoverage(rome.skill_labels)
        self._soft = np.array([kind is SkillKind.SOFT for kind in rome.skill_kinds], dtype=np.bool_)
        self._knowledge = np.array([kind is SkillKind.KNOWLEDGE for kind in rome.skill_kinds], dtype=np.bool_)
        self._sayable = np.array([not normalise(label).startswith(DIPLOMAS) for label in rome.skill_labels])
        by_hand = np.array(sorted(self._phrases.skills_by_hand), dtype=np.int64)
        self._of_any_trade = np.union1d(self._prior.common, by_hand)

    def vectors(self, skills: Sequence[int]) -> NDArray[np.float32]:
        """(n, dim) unit vectors of the labels of skills (rows of `Rome.skill_codes`)."""
        found: NDArray[np.float32] = self._vectors[list(skills)]
        return found

    def read(self, text: str, title: str = "", least: float = LIKELY) -> list[Mention]:
        """Mentions of score `least` or more in order of start, none overlapping another; none without a word.

        `title`: the title of the offer, or the trade of the CV's owner, "" where it is not known; the text itself
        then tells the occupation.
        """
        pairs = self.pairs(text, title)
        scores = likelihood(pairs.evidence, pairs.way)
        taken = np.zeros(min(len(text), LONGEST_TEXT), dtype=np.bool_)
        mentions: list[Mention] = []
        for place in np.argsort(-scores, kind="stable").tolist():
            if scores[place] < least:
                break
            run = pairs.runs[pairs.run[place]]
            if not taken[run.start : run.end].any():
                taken[run.start : run.end] = True
                mentions.append(Mention(run.start, run.end, int(pairs.skill[place]), round(float(scores[place]), 4)))
        return sorted(mentions, key=lambda mention: mention.start)

    def pairs(self, text: str, title: str = "") -> Pairs:
        """What `read` weighs: every run of words with the skills that it may say, and the evidence."""
        read = text[:LONGEST_TEXT]
        found, said = self._runs(read)
        if not found:
            none = np.zeros(0, np.int64)
            return Pairs([], none, none, none, np.zeros((0, len(skill_evidence.EVIDENCE)), np.float32))
        prior = self._prior.of(read, title)
        places: dict[str, int] = {}
        place = np.array([places.setdefault(read[run.start : run.end], len(places)) for run in found], dtype=np.int64)
        vectors = self._encoder.encode(list(places))
        nearest, best = self._nearest(vectors, prior)
        run_of: list[int] = []
        skills: list[int] = []
        ways: list[int] = []
        first_meant: list[bool] = []
        for number, (phrase, near) in enumerate(zip(said, nearest[place].tolist(), strict=True)):
            told = phrase.skills[:MOST_MEANT] if phrase is not None else ()
            others = [skill for skill in near if skill not in told]
            run_of += [number] * (len(told) + len(others))
            skills += [*told, *others]
            ways += [Way.BY_HAND if phrase is not None and phrase.by_hand else Way.LABEL] * len(told)
            ways += [Way.MEANING] * len(others)
            first_meant += [order == 0 for order in range(len(told) + len(others))]
        run = np.array(run_of, dtype=np.int64)
        skill = np.array(skills, dtype=np.int64)
        named = frozenset(content(normalise(title).split()))
        of_runs = np.array([skill_evidence.of_run(each, named) for each in found], dtype=np.float32)[run]
        label_covered, run_covered = self._coverage.of(found, run, skill)
        about = self._encoder.encode([title.strip() or read[:CONTEXT]])[0]
        of_pairs = skill_evidence.of_pairs(
            one_word=of_runs[:, 0],
            cosine=np.einsum("ij,ij->i", vectors[place[run]], self._vectors[skill]),
            best=best[place[run]],
            label_covered=label_covered,
            run_covered=run_covered,
            prior=prior[skill],
            kin=self._kin(skill, prior),
            near_title=self._vectors[skill] @ about,
            usage=self._prior.usage[skill],
            first_meant=first_meant,
            soft=self._soft[skill],
            knowledge=self._knowledge[skill],
            size=self._coverage.sizes[skill],
        )
        return Pairs(found, run, skill, np.array(ways, dtype=np.int64), np.hstack([of_runs, of_pairs]))

    def _runs(self, text: str) -> tuple[list[Run], list[Said | None]]:
        """Runs that may say a skill, none twice, and what each says as a phrase."""
        found: dict[tuple[int, int], Run] = {}
        said: dict[tuple[int, int], Said] = {}
        for sentence in sentences(text):
            for run in runs(sentence):
                if run.families:
                    found.setdefault((run.start, run.end), run)
            for run, phrase in self._phrases.within(sentence):
                found.setdefault((run.start, run.end), run)
                said[run.start, run.end] = phrase
            if len(found) >= MOST_RUNS:
                break
        return list(found.values()), [said.get(span) for span in found]

    def _nearest(
        self, vectors: NDArray[np.float32], prior: NDArray[np.float32]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `NEAREST` skills of each vector, those expected of the work nearer, and the cosine of the nearest."""
        candidates = np.union1d(np.flatnonzero(prior), self._of_any_trade)
        candidates = candidates[self._sayable[candidates]]
        nearest = np.zeros((len(vectors), min(NEAREST, len(candidates))), dtype=np.int64)
        best = np.zeros(len(vectors), dtype=np.float32)
        if not len(candidates):
            return nearest, best
        labels = self._vectors[candidates].T
        nearer = EXPECTED_NEARER * np.minimum(prior[candidates], 1)
        for start in range(0, len(vectors), BLOCK):
            block = slice(start, start + BLOCK)
            cosines = vectors[block] @ labels
            best[block] = cosines.max(axis=1)
            cosines += nearer
            order = np.argpartition(-cosines, nearest.shape[1] - 1, axis=1)[:, : nearest.shape[1]]
            nearest[block] = candidates[order]
        return nearest, best

    def _kin(self, skill: NDArray[np.int64], prior: NDArray[np.float32]) -> NDArray[np.float32]:
        """(pairs,) cosine of each skill to the nearest of those that the work surely needs; 0 where none is known."""
        sure = np.flatnonzero((prior > SURE) & self._sayable)
        distinct, back = np.unique(skill, return_inverse=True)
        cosines: NDArray[np.float32] = (self._vectors[distinct] @ self._vectors[sure].T).max(axis=1, initial=0)
        return cosines[back]
