"""Pairs of texts that mean the same work, or nearly: what the encoder learns from.

Each pair is (anchor, positive, fiche): the encoder learns to find the positive among the positives of its batch. The
fiche, -1 when the pair has none, keeps two pairs of one fiche from being taken for each other's opposite.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

from features.rome.gender import forms
from features.rome.referential import Rome
from features.text import normalise
from models.names import written
from models.training.noise import noised
from models.training.open_names import OpenNames

NO_FICHE = -1
NOISED_ANCHORS = 0.45
NOISED_POSITIVES = 0.15
BEGINNING = 400
"""Characters of an offer's description that are learned from."""
NEXT_OCCUPATIONS = 3
"""Nearest *mobilités* of an occupation that count as soft positives."""


class Pair(NamedTuple):
    anchor: str
    positive: str
    fiche: int


@dataclass(frozen=True)
class Holdout:
    """What a model must not see, so that it can be asked."""

    appellations: frozenset[int] = frozenset()
    """Appellation rows."""
    one_in: int = 0
    """One spoken name and one ESCO occupation in so many, 0 for none."""

    def hides(self, text: str) -> bool:
        """Whether a spoken name or an ESCO URI is among those held out; the same in every run."""
        return self.one_in > 0 and crc32(normalise(text).encode()) % self.one_in == 0


class OwnOffer(NamedTuple):
    """One of a deployment's own offers, its code declared."""

    title: str
    description: str
    rome_code: str


def training_pairs(
    rome: Rome,
    spoken: Sequence[tuple[str, str]],
    names: OpenNames,
    holdout: Holdout,
    draw: random.Random,
    own_offers: Sequence[OwnOffer] = (),
) -> list[Pair]:
    """Every pair, clean; `spoken` are (ROME code, name)."""
    house = _House(rome, holdout, draw)
    return [
        *_within_fiches(house),
        *_between_fiches(house),
        *_from_v3(house, names),
        *_from_esco(house, names),
        *_from_certifications(house, names),
        *_from_keywords(house, names),
        *_from_spoken(house, spoken),
        *_from_offers(house, own_offers),
    ]


def noised_copies(pairs: Iterable[Pair], places: Sequence[str], draw: random.Random) -> Iterator[Pair]:
    """The pairs with many anchors and some positives as people type them."""
    for anchor, positive, fiche in pairs:
        typed = noised(anchor, places, draw) if draw.random() < NOISED_ANCHORS else anchor
        other = noised(positive, places, draw) if draw.random() < NOISED_POSITIVES else positive
        yield Pair(typed, other, fiche)


class _House:
    """ROME's names by fiche, without what is held out."""

    def __init__(self, rome: Rome, holdout: Holdout, draw: random.Random) -> None:
        self.rome, self.holdout, self.draw = rome, holdout, draw
        self.hidden = {
            normalise(form) for row in holdout.appellations for form in written(rome.appellation_labels[row])
        }
        self.hidden_codes = frozenset(rome.appellation_codes[row] for row in holdout.appellations)
        self.appellations: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for row, label in enumerate(rome.appellation_labels):
            if row not in holdout.appellations and all(self.shown(form) for form in written(label)):
                self.appellations[int(rome.appellation_occupation[row])].append(forms(label))

    def shown(self, text: str) -> bool:
        return normalise(text) not in self.hidden

    def label(self, fiche: int) -> tuple[str, str] | None:
        """Both genders of a fiche's label, None when it is worded like a held-out appellation."""
        label = forms(self.rome.labels[fiche])
        return label if all(self.shown(form) for form in label) else None

    def names(self, fiche: int) -> list[str]:
        """Appellations and label in both genders, each once."""
        written_forms = [form for pair in self.appellations[fiche] for form in pair]
        return list(dict.fromkeys([*written_forms, *(self.label(fiche) or ())]))

    def name_of(self, fiches: Sequence[int]) -> str | None:
        """An appellation of one of the fiches, drawn."""
        known = [pair for fiche in fiches for pair in self.appellations[fiche]]
        return self.draw.choice(self.draw.choice(known)) if known else None


def _within_fiches(house: _House) -> Iterator[Pair]:
    """Names of one fiche with each other, with its label, its definition and its skills, core ones first."""
    rome, draw = house.rome, house.draw
    for fiche in range(rome.n_occupations):
        names, label = house.names(fiche), house.label(fiche)
        if not names:
            continue
        sentences = [line for line in rome.definitions[fiche].split("\n") if len(line) > 10]
        skills, core = rome.skills_of(fiche)
        core_skills = [rome.skill_labels[skill] for skill in skills[core]]
        other_skills = [rome.skill_labels[skill] for skill in skills[~core]]
        for masculine, feminine in house.appellations[fiche]:
            if masculine != feminine:
                yield Pair(masculine, feminine, fiche)
            for other in (draw.choice(names) for _ in range(4)):
                if other != masculine:
                    yield Pair(draw.choice((masculine, feminine)), other, fiche)
            if label is not None:
                yield Pair(masculine, label[0], fiche)
                yield Pair(feminine, label[1], fiche)
            if sentences:
                yield Pair(draw.choice((masculine, feminine)), draw.choice(sentences), fiche)
            for skill in draw.sample(core_skills, min(2, len(core_skills))):
                yield Pair(draw.choice((masculine, feminine)), skill, fiche)
        told = [*sentences, *core_skills, *draw.sample(other_skills, min(6, len(other_skills)))]
        for text in told:
            yield Pair(draw.choice(names), text, fiche)


def _between_fiches(house: _House) -> Iterator[Pair]:
    """Names of a fiche with names of the occupations that people move to: softer, one pair each."""
    for fiche in range(house.rome.n_occupations):
        targets, _ = house.rome.mobility_of(fiche)
        for target in targets[:NEXT_OCCUPATIONS].tolist():
            here, there = house.name_of([fiche]), house.name_of([target])
            if here and there:
                yield Pair(here, there, NO_FICHE)


def _from_v3(house: _House, names: OpenNames) -> Iterator[Pair]:
    """Labels of v3 families, and appellations that v4 dropped, with names of the fiches that descend from them."""
    known = {normalise(form) for pairs in house.appellations.values() for pair in pairs for form in pair}
    for code, family, label in names.v3_appellations():
        masculine = forms(label)[0]
        row = house.rome.get_appellation_row(code)
        fiches = house.rome.children_of(family) if row is None else (int(house.rome.appellation_occupation[row]),)
        if code in house.hidden_codes or not house.shown(masculine) or normalise(masculine) in known:
            continue
        name = house.name_of(fiches)
        if name:
            yield Pair(masculine, name, fiches[0] if row is not None else NO_FICHE)
    for family, label in names.v3_labels.items():
        for fiche in house.rome.children_of(family):
            name = house.name_of([fiche])
            if name:
                yield Pair(label, name, NO_FICHE)


def _from_esco(house: _House, names: OpenNames) -> Iterator[Pair]:
    """Labels of one ESCO occupation or skill with each other, and with the appellations that the crosswalk gives."""
    draw, rome = house.draw, house.rome
    shown = {
        uri: [label for label in labels if house.shown(label)]
        for uri, labels in names.esco.items()
        if not house.holdout.hides(uri)
    }
    for labels in shown.values():
        for label in labels:
            for other in (draw.choice(labels) for _ in range(2)):
                if other != label:
                    yield Pair(label, other, NO_FICHE)
    for match in names.esco_matches:
        row = rome.get_appellation_row(match.appellation_code)
        labels = shown.get(match.esco, [])
        if row is None or row in house.holdout.appellations or not labels:
            continue
        appellation = draw.choice(forms(rome.appellation_labels[row]))
        yield Pair(appellation, labels[0], NO_FICHE)
        if match.close and len(labels) > 1:
            yield Pair(appellation, draw.choice(labels), NO_FICHE)
    for label, other in names.esco_skills():
        yield Pair(label, other, NO_FICHE)


def _from_certifications(house: _House, names: OpenNames) -> Iterator[Pair]:
    """Titles of certifications with the family that they lead to, or one of its names."""
    for title, family in names.certifications():
        if not house.shown(title) or family not in names.v3_labels:
            continue
        name = house.name_of(house.rome.children_of(family))
        other = names.v3_labels[family] if house.draw.random() < 0.4 else name
        if other:
            yield Pair(title, other, NO_FICHE)


def _from_keywords(house: _House, names: OpenNames) -> Iterator[Pair]:
    """The first keyword of an offer or training with one of the others, and with several."""
    for words in names.keyword_lists():
        first, *others = (word for word in words if house.shown(word)) if all(map(house.shown, words[:1])) else ("",)
        if len(others) >= 3:
            yield Pair(first, house.draw.choice(others), NO_FICHE)
            yield Pair(first, " ".join(house.draw.sample(others, min(4, len(others)))), NO_FICHE)


def _from_spoken(house: _House, spoken: Sequence[tuple[str, str]]) -> Iterator[Pair]:
    """Everyday names with an appellation of their fiche, and with its label."""
    for code, name in spoken:
        if not house.rome.contains(code) or house.holdout.hides(name) or not house.shown(name):
            continue
        fiche = house.rome.row_of(code)
        appellation, label = house.name_of([fiche]), house.label(fiche)
        if appellation:
            yield Pair(name, appellation, fiche)
        if label is not None:
            yield Pair(name, label[0], fiche)


def _from_offers(house: _House, offers: Sequence[OwnOffer]) -> Iterator[Pair]:
    """Titles and texts of offers with a name of their fiche, or of one of those that a v3 code became."""
    for title, description, code in offers:
        if not title or not house.shown(title) or code not in {*house.rome.codes, *house.rome.parents}:
            continue
        fiches = house.rome.resolve(code)
        fiche = fiches[0] if len(fiches) == 1 else NO_FICHE
        for text in filter(None, (title, description[:BEGINNING])):
            name = house.name_of(fiches)
            if name:
                yield Pair(text, name, fiche)
