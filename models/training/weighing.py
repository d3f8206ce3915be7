"""Fitting the tagger's network on names that neither its encoder nor its index has seen, then its calibration.

A list-wise softmax over the candidates of each name (Cao et al., "Learning to Rank: From Pairwise Approach to Listwise
Approach", ICML 2007): the right fiche, and with half the weight any fiche of its v3 family.
"""

import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from features.rome.gender import forms
from features.rome.referential import Rome
from features.world import phrases
from models.evidence import FEATURES, Evidence, EvidenceIndex
from models.tagger import Weighing
from models.training.noise import dressed, noised
from models.training.open_names import OpenNames
from models.training.pairs import Holdout

UNITS = 16
EPOCHS = 40
BATCH = 256
LEARNING_RATE = 5e-3
DECAY = 0.94
WEIGHT_DECAY = 1e-2
FAMILY_SHARE = 0.5
COPIES = 4
WITH_CONTEXT = 0.4
DRESSED = 0.7
_SLOT = re.compile(r"\{\w+\}")
SHOWN = 4000
"""Appellations that the index has, dressed as adverts dress them, asked beside the hidden ones; half as many names."""
TRUSTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
EXACTNESS = (0.0, 0.5, 1.0, 1.5, 2.0)


SAID_OF_ANY_JOB = tuple(
    _SLOT.sub("", sentence).strip()
    for sentence in (
        *phrases.OFFER_OPENINGS_ANONYMOUS, *phrases.OFFER_CONDITIONS, *phrases.OFFER_BEGINNERS,
        *phrases.OFFER_EXPERIENCED, *phrases.OFFER_SOFT, *phrases.OFFER_CLOSINGS, *phrases.EMPLOYERS.values(),
    )
)  # fmt: skip


class Question(NamedTuple):
    """A name whose fiche is known."""

    text: str
    context: str
    fiche: int


def questions(
    rome: Rome, spoken: Sequence[tuple[str, str]], names: OpenNames, holdout: Holdout, draw: random.Random
) -> list[Question]:
    """The names that `holdout` hides, clean and as people type them, some with what a description might say.

    They teach to do without the name.
    """
    hidden_codes = frozenset(rome.appellation_codes[row] for row in holdout.appellations)
    hidden: list[tuple[str, int]] = [
        (draw.choice((*forms(rome.appellation_labels[row]), rome.appellation_labels[row])), fiche)
        for row, fiche in ((row, int(rome.appellation_occupation[row])) for row in sorted(holdout.appellations))
    ]
    hidden += [(name, rome.row_of(code)) for code, name in spoken if holdout.hides(name) and rome.contains(code)]
    hidden += [
        (label, rome.row_of(code))
        for uri, code, label in names.esco_names(hidden_codes)
        if holdout.hides(uri) and rome.contains(code)
    ]
    places = names.places()
    asked = []
    for text, fiche in hidden:
        asked.append(Question(text, "", fiche))
        asked += [
            Question(noised(text, places, draw), _maybe_described(rome, fiche, draw), fiche) for _ in range(COPIES)
        ]
    return asked


def shown_questions(
    rome: Rome, spoken: Sequence[tuple[str, str]], names: OpenNames, holdout: Holdout, draw: random.Random
) -> list[Question]:
    """Names that `holdout` leaves in the index, as adverts and people write them.

    They teach that a name found whole is rarely wrong: with hidden names alone, .64 of real titles got their family;
    with these, .65.
    """
    rows = [row for row in range(rome.n_appellations) if row not in holdout.appellations]
    known = [
        (draw.choice(forms(rome.appellation_labels[row])), int(rome.appellation_occupation[row]))
        for row in draw.sample(rows, min(SHOWN, len(rows)))
    ]
    said = [(name, rome.row_of(code)) for code, name in spoken if not holdout.hides(name) and rome.contains(code)]
    known += draw.sample(said, min(SHOWN // 2, len(said)))
    places = names.places()
    return [
        Question(
            dressed(text, places, draw) if draw.random() < DRESSED else noised(text, places, draw),
            _maybe_described(rome, fiche, draw),
            fiche,
        )
        for text, fiche in known
    ]


def _maybe_described(rome: Rome, fiche: int, draw: random.Random) -> str:
    return _description(rome, fiche, draw) if draw.random() < WITH_CONTEXT else ""


def _description(rome: Rome, fiche: int, draw: random.Random) -> str:
    """What an advert may say: little of the work, some of neighbouring and other work, and much of neither."""
    targets, _ = rome.mobility_of(fiche)
    neighbour = (
        draw.choice(targets.tolist()) if len(targets) and draw.random() < 0.6 else draw.randrange(rome.n_occupations)
    )
    told = [
        *_some(_told(rome, fiche), draw, 0, 3),
        *_some(_told(rome, neighbour), draw, 1, 2),
        *_some(_told(rome, draw.randrange(rome.n_occupations)), draw, 0, 2),
        *draw.sample(SAID_OF_ANY_JOB, draw.randint(2, 8)),
    ]
    draw.shuffle(told)
    return ". ".join(told)


def _told(rome: Rome, fiche: int) -> list[str]:
    skills, _ = rome.skills_of(fiche)
    return [*filter(None, rome.definitions[fiche].split("\n")), *(rome.skill_labels[skill] for skill in skills)]


def _some(texts: Sequence[str], draw: random.Random, least: int, most: int) -> list[str]:
    return draw.sample(texts, min(len(texts), draw.randint(least, most)))


@dataclass(frozen=True, eq=False)
class _Lists:
    """Candidates of every question, padded to the longest list."""

    features: torch.Tensor
    shown: torch.Tensor
    right: torch.Tensor
    family: torch.Tensor


def fit(
    index: EvidenceIndex, rome: Rome, asked: Sequence[Question], demand: dict[str, float], version: str, seed: int
) -> Weighing:
    """The network fitted on `asked`, not calibrated. Questions whose fiche is no candidate teach nothing.

    Raises ValueError when no question has its fiche among its candidates.
    """
    torch.manual_seed(seed)
    found = [(index.of(question.text, question.context), question.fiche) for question in asked]
    lists = [(evidence, fiche) for evidence, fiche in found if evidence is not None and fiche in evidence.fiches]
    if not lists:
        raise ValueError(f"none of {len(asked)} questions has its fiche among its candidates")
    everything = np.concatenate([evidence.features for evidence, _ in lists])
    mean, spread = everything.mean(axis=0), everything.std(axis=0) + np.float32(1e-6)
    padded = _padded(lists, rome, mean, spread)
    network = nn.Sequential(nn.Linear(FEATURES, UNITS), nn.Tanh(), nn.Linear(UNITS, 1, bias=False))
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(lists)).split(BATCH):
            optimizer.zero_grad()
            _loss(network, padded, batch).backward()
            optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] *= DECAY
    first, last = network[0], network[2]
    return Weighing(
        mean, spread, _numbers(first.weight).T.copy(), _numbers(first.bias), _numbers(last.weight)[0],
        1.0, 0.0, (1.0, 0.0), (1.0, 0.0),
        demand, version,
    )  # fmt: skip


def _loss(network: nn.Module, lists: _Lists, batch: torch.Tensor) -> torch.Tensor:
    logits = network(lists.features[batch]).squeeze(-1).masked_fill(~lists.shown[batch], -1e4)
    shares = torch.log_softmax(logits, dim=1)
    right = torch.logsumexp(shares.masked_fill(~lists.right[batch], -1e4), dim=1)
    family = torch.logsumexp(shares.masked_fill(~lists.family[batch], -1e4), dim=1)
    return -(right + FAMILY_SHARE * family).mean()


def _padded(
    lists: Sequence[tuple[Evidence, int]], rome: Rome, mean: NDArray[np.float32], spread: NDArray[np.float32]
) -> _Lists:
    longest = max(len(evidence.fiches) for evidence, _ in lists)
    features = np.zeros((len(lists), longest, FEATURES), dtype=np.float32)
    shown, right, family = (np.zeros((len(lists), longest), dtype=np.bool_) for _ in range(3))
    parents = np.array(rome.parents)
    for row, (evidence, fiche) in enumerate(lists):
        size = len(evidence.fiches)
        features[row, :size] = np.clip((evidence.features - mean) / spread, -6, 6)
        shown[row, :size] = True
        right[row, :size] = evidence.fiches == fiche
        family[row, :size] = parents[evidence.fiches] == parents[fiche]
    return _Lists(*(torch.from_numpy(array) for array in (features, shown, right, family)))


def _numbers(tensor: torch.Tensor) -> NDArray[np.float32]:
    numbers: NDArray[np.float32] = tensor.detach().numpy().copy()
    return numbers


class Judged(NamedTuple):
    """A title whose family is known, alone and with its description."""

    alone: Evidence
    described: Evidence
    family: str


def settled(weighing: Weighing, judged: Sequence[Judged], rome: Rome) -> Weighing:
    """`weighing` with its six settings chosen on judged titles: what a whole name adds, the trust in a context, then,
    for titles alone and for titles in context, the slope and shift of Platt's scaling."""
    parents = np.array(rome.parents)

    def firsts(chosen: Weighing, found: Sequence[Evidence]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Probability of the first answer's family before calibration, and whether it is right."""
        sure, right = np.zeros(len(found)), np.zeros(len(found), dtype=np.bool_)
        for row, (evidence, one) in enumerate(zip(found, judged, strict=True)):
            shares = chosen.weigh(evidence)
            first = parents[evidence.fiches[int(np.argmax(shares))]]
            sure[row], right[row] = shares[parents[evidence.fiches] == first].sum(), first == one.family
        return sure, right

    alone, described = [one.alone for one in judged], [one.described for one in judged]
    exactness = max(EXACTNESS, key=lambda added: firsts(replace(weighing, exactness=added), alone)[1].sum())
    exact = replace(weighing, exactness=exactness)
    trust = max(TRUSTS, key=lambda trust: firsts(replace(exact, trust=trust), described)[1].sum())
    trusting = replace(exact, trust=trust)
    title_odds, context_odds = (_platt(*firsts(trusting, found)) for found in (alone, described))
    return replace(trusting, title_odds=title_odds, context_odds=context_odds)


def _platt(probabilities: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and shift of the log-odds that fit these raw probabilities of first answers."""
    from sklearn.linear_model import LogisticRegression

    bounded = np.clip(probabilities, 1e-6, 1 - 1e-6)
    odds = np.log(bounded / (1 - bounded))[:, None]
    fitted = LogisticRegression(C=math.inf).fit(odds, right)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
