"""Profile rows of the generated world as arrays, without writing its profiles: millions within minutes.

The same draws as `features.world.profiles` give the same people, so that every column is what `project_profiles`
would make of that world (a test compares them). One thing differs: the text of a person's skills is encoded as the sum
of its labels' words, each label's once, where the encoder counts a word that two labels share once; it weighs 0.3 of a
vector, and the cosine with the real row stays above 0.99.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from features.bits import contract_bits
from features.geo import radius_km
from features.rome.neutral import neutral_of
from features.world.draws import BLOCK, Stream, block_generator
from features.world.facts import WorldFacts
from features.world.people import MAX_PROJECTS, People, draw_people
from features.world.profiles import CONTRACT_LIMITS, CONTRACTS, RADII_KM
from features.world.travel import MOBILITIES, mobility_numbers
from features.world.wording import CV_MANNERS, N_TITLE_VARIANTS, Gender, cv_title
from matching.lookups import EPOCH
from matching.rows.profile import DEFAULT_RADIUS_KM, LABEL_WEIGHT, OCCUPATION_WEIGHT, SKILLS_WEIGHT
from matching.schema import NO_DAY
from models.encoder import Encoder, unit
from models.words import distinct_words

TOLD_SKILLS: Final = 12
"""Skills that a row's text names, of a person who consents to profiling."""
N_NUMBERS: Final = 96
"""Numbers that `cv_title` is given."""
_LEVEL_ORDER: Final = np.array([3, 2, 1, 0, 2])
"""Place of each level of `People.skill_levels`, the best first; one that is not said stands in the middle."""
_MOBILITY_KM: Final = np.array(
    [DEFAULT_RADIUS_KM if (reach := radius_km(mobility)) is None else reach for mobility in MOBILITIES]
)
_CONTRACT_BITS: Final = np.array([contract_bits(contracts) for contracts in CONTRACTS], dtype=np.uint16)


@dataclass(frozen=True, eq=False)
class ProfileRows:
    """Some rows: as many of each. `vectors` float32 (n, dim), of unit length."""

    vectors: NDArray[np.float32]
    commune: NDArray[np.int32]
    occupation: NDArray[np.int16]
    visible: NDArray[np.bool_]
    available_day: NDArray[np.int32]
    """Days since 1970-01-01, `NO_DAY` for at once."""
    contracts: NDArray[np.uint16]
    radius_km: NDArray[np.float32]


class Titles:
    """Vectors of the titles that people write, each encoded when it is first met."""

    def __init__(self, facts: WorldFacts, encoder: Encoder) -> None:
        rome = facts.reference.rome
        self._encoder = encoder
        self._neutral = neutral_of(rome)
        self._labels = (*rome.appellation_labels, *rome.labels)
        self._n_appellations = rome.n_appellations
        self._spoken = [facts.hints[code].titles if code in facts.hints else () for code in rome.codes]
        self._n_spoken = np.array([len(titles) for titles in self._spoken])
        self._first_spoken = np.cumsum(self._n_spoken) - self._n_spoken
        self._spoken_titles = [title for titles in self._spoken for title in titles]
        numbers = np.arange(N_NUMBERS)
        kinds = numbers % N_TITLE_VARIANTS
        self._manner = np.where((kinds >= 20) & (kinds < 23), numbers, np.array(CV_MANNERS)[kinds])
        self._written = len(self._labels) * len(Gender) * N_NUMBERS
        n_texts = self._written + len(self._labels) + len(self._spoken_titles)
        self._slots = np.full(n_texts, -1, dtype=np.int32)
        n_manners = np.unique(self._manner).size
        most = len(self._labels) * (len(Gender) * n_manners + 1) + len(self._spoken_titles)
        self._vectors = np.empty((most, encoder.dim), dtype=np.float32)
        self._n_vectors = 0

    def cv(
        self,
        occupation: NDArray[np.int64],
        appellation: NDArray[np.int64],
        female: NDArray[np.bool_],
        number: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """Text numbers of what `ProfileWriter` calls a person's own title; as many of each."""
        label = np.where(appellation >= 0, appellation, self._n_appellations + occupation)
        gender = np.where(female, int(Gender.FEMININE), int(Gender.MASCULINE))
        written = (label * len(Gender) + gender) * N_NUMBERS + self._manner[number // 128 % N_NUMBERS]
        n_spoken = self._n_spoken[occupation]
        said = self._first_spoken[occupation] + number // 100 % np.maximum(n_spoken, 1)
        spoken = (n_spoken > 0) & (number % 100 < 25)
        return np.where(spoken, self._written + len(self._labels) + said, written)

    def official(self, appellation: NDArray[np.int64]) -> NDArray[np.int64]:
        """Text numbers of appellations' own labels."""
        return self._written + appellation

    def vectors(self, texts: NDArray[np.int64]) -> NDArray[np.float32]:
        """Unit vectors of text numbers, float32 (n, dim)."""
        new = np.unique(texts[self._slots[texts] < 0])
        if new.size:
            first, self._n_vectors = self._n_vectors, self._n_vectors + new.size
            self._slots[new] = np.arange(first, self._n_vectors)
            texts_read = [self._neutral(self._text(text)) for text in new.tolist()]
            self._vectors[first : self._n_vectors] = self._encoder.encode(texts_read)
        return self._vectors[self._slots[texts]]

    def _text(self, text: int) -> str:
        if text >= self._written + len(self._labels):
            return self._spoken_titles[text - self._written - len(self._labels)]
        if text >= self._written:
            return self._labels[text - self._written]
        of_label, number = divmod(text, N_NUMBERS)
        label, gender = divmod(of_label, len(Gender))
        return cv_title(self._labels[label], Gender(gender), number)


class RowMaker:
    """Makes the rows of one world, block by block."""

    def __init__(
        self,
        facts: WorldFacts,
        encoder: Encoder,
        occupation_vectors: NDArray[np.float32],
        seed: int,
        today: dt.date,
    ) -> None:
        self._facts = facts
        self._encoder = encoder
        self._occupation_vectors = occupation_vectors
        self._seed = seed
        self._day = (today - EPOCH).days
        self._titles = Titles(facts, encoder)
        self._skill_words = np.array(
            [_words_sum(encoder, label) for label in facts.reference.rome.skill_labels], dtype=np.float32
        ).reshape(-1, encoder.dim)

    def blocks(self) -> Iterator[ProfileRows]:
        """The rows of block after block, without end."""
        block = 0
        while True:
            yield self.rows(block)
            block += 1

    def rows(self, block: int) -> ProfileRows:
        """One row a project of each person of the block, in the order in which the profiles name them."""
        facts = self._facts
        people = draw_people(facts, self._seed, block)
        generator = block_generator(self._seed, Stream.PEOPLE_TEXT, block)
        mobility = mobility_numbers(people, facts, generator)
        numbers = generator.integers(0, 2**31, (BLOCK, 12))
        uniform = generator.random((BLOCK, 8))

        person, project = _projects(people)
        wish = people.wishes[person, project]
        occupation = people.target[person, project]
        number = numbers[person, 5 + project]
        elsewhere = facts.places.commune_choice.at(wish[:, 6])
        available = np.where(uniform[:, 3] < 0.25, self._day + 7 + (uniform[:, 3] * 400).astype(np.int64), NO_DAY)
        starts = np.where(wish[:, 4] < 0.12, self._day + 5 + (wish[:, 4] * 900).astype(np.int64), NO_DAY)
        own_radius = np.minimum(wish[:, 0] / 0.22 * len(RADII_KM), len(RADII_KM) - 1).astype(np.int64)
        return ProfileRows(
            vectors=self._vectors(people, person, occupation, people.target_title[person, project], number),
            commune=np.where(wish[:, 5] < 0.04, elsewhere, people.commune[person]).astype(np.int32),
            occupation=occupation.astype(np.int16),
            visible=people.visible[person],
            available_day=np.maximum(available[person], starts).astype(np.int32),
            contracts=_CONTRACT_BITS[np.searchsorted(CONTRACT_LIMITS, wish[:, 1], side="right")],
            radius_km=np.where(
                wish[:, 0] < 0.22, np.array(RADII_KM)[own_radius], _MOBILITY_KM[mobility[person]]
            ).astype(np.float32),
        )

    def _vectors(
        self,
        people: People,
        person: NDArray[np.int64],
        occupation: NDArray[np.int64],
        appellation: NDArray[np.int64],
        number: NDArray[np.int64],
    ) -> NDArray[np.float32]:
        own = number % 3 == 0
        labelled = own | ((appellation >= 0) & (number % 20 < 16))
        titles = np.where(
            own,
            self._titles.cv(occupation, appellation, people.female[person], number),
            self._titles.official(np.maximum(appellation, 0)),
        )
        vectors = self._occupation_vectors[occupation] * np.float32(OCCUPATION_WEIGHT)
        vectors[labelled] += self._titles.vectors(titles[labelled]) * np.float32(LABEL_WEIGHT)
        vectors += self._skill_texts(people)[person] * np.float32(SKILLS_WEIGHT)
        return unit(vectors)

    def _skill_texts(self, people: People) -> NDArray[np.float32]:
        """Vector of each person's told skills, float32 (BLOCK, dim); zeros for a person who tells none."""
        width = people.skill_draws.shape[1]
        source = np.repeat(people.occupation[:, None], width, axis=1)
        source[:, 4::5] = np.where(people.n_experiences > 1, people.past[:, 1], people.occupation)[:, None]
        skills = self._facts.skills.at(source, people.skill_draws)
        counted = (np.arange(width) < people.n_skills[:, None]) & (skills >= 0)
        level = people.skill_levels.copy()
        same = (skills[:, :, None] == skills[:, None, :]) & counted[:, None, :] & counted[:, :, None]
        again = np.tril(same, -1).any(axis=2)
        last = width - 1 - np.argmax(same[:, :, ::-1], axis=2)
        level = np.take_along_axis(level, last, axis=1)
        claimed = counted & ~again
        order = np.argsort(np.where(claimed, _LEVEL_ORDER[level], 9), axis=1, kind="stable")[:, :TOLD_SKILLS]
        told = np.take_along_axis(claimed, order, axis=1) & people.profiling[:, None]
        rows = np.take_along_axis(skills, order, axis=1)[told]
        offsets = np.concatenate(([0], np.cumsum(told.sum(axis=1))))
        picks = csr_matrix((np.ones(rows.size, np.float32), rows, offsets), shape=(BLOCK, len(self._skill_words)))
        words = unit(np.asarray(picks @ self._skill_words, dtype=np.float32))
        worded = words.any(axis=1, keepdims=True)
        return unit(np.where(worded, words + self._encoder.layer(words), np.float32(0)))


def _projects(people: People) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Person and position of each project: an occupation wanted twice counts where it first stands, as last said."""
    target = people.target
    wanted = np.arange(MAX_PROJECTS) < people.n_projects[:, None]
    same = (target[:, :, None] == target[:, None, :]) & wanted[:, None, :] & wanted[:, :, None]
    first = wanted & ~np.tril(same, -1).any(axis=2)
    last = MAX_PROJECTS - 1 - np.argmax(same[:, :, ::-1], axis=2)
    person, position = np.nonzero(first)
    return person, last[person, position]


def _words_sum(encoder: Encoder, text: str) -> NDArray[np.float32]:
    """The sum of a text's words, float32 (dim,): what the encoder brings to unit length."""
    total = np.zeros(encoder.dim, dtype=np.float32)
    for word in distinct_words(text):
        total += encoder.word(word)
    return total
