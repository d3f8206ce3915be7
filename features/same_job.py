"""Which offers are one job, published on several boards or twice: pure functions over the offers of one block.

Only offers of one *block* are compared: same place, same title once its decoration is taken off. Two of them are the
same job when nothing they declare disagrees (firm, SIRET, contract), they were published close to each other, and
their texts are nearly the same (w-shingling: A. Broder, "On the resemblance and containment of documents", 1997). Two
offers of one board need texts that are all but identical: a board that publishes two posts means two posts. Offers
without text say too little: they are one job only across boards, with the same title, commune and contract, within
days.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from features.records import Offer
from features.text import normalise, without_gender_marks

SHINGLE_WORDS: Final = 4
MIN_TEXT_WORDS: Final = 25
"""Words of description under which an offer counts as one without text."""
RESEMBLANCE: Final = 0.8
"""Shared shingles over all shingles, for offers of two boards."""
RESEMBLANCE_SAME_BOARD: Final = 0.95
CONTAINMENT: Final = 0.9
"""Share of the shorter text found in the longer one, across boards: some boards cut texts."""
WINDOW_DAYS: Final = 45
WINDOW_DAYS_WITHOUT_TEXT: Final = 7
_STEM: Final = 6
_NO_FIRM: Final = ""
_DECORATION: Final = frozenset(
    normalise(
        """a au aux avec de des du d en et l la le les ou par pour sur un une h f hf x nouveau urgent
        cdi cdd interim intérimaire mission saisonnier alternance apprentissage stage temps plein partiel
        mois an ans heures semaine poste emploi recherche recrute recrutement offre"""
    ).split()
)


def block_key(offer: Offer) -> str:
    """What two publications of one job share: the place, and the stems of the title's words.

    The stems put "Boulanger / Boulangère (H/F)" with "BOULANGER - Bordeaux"; numbers, contract words and the place's
    own name do not count.
    """
    place = offer.commune_insee or offer.departement or normalise(offer.place_label or "")
    title = normalise(without_gender_marks(offer.title))
    words = {word for word in title.split() if not word.isdigit()}
    stems = sorted({word[:_STEM] for word in words - _DECORATION - set(normalise(offer.place_label or "").split())})
    digest = hashlib.blake2b(" ".join(stems or [title]).encode(), digest_size=8).hexdigest()
    return f"{place[:20]}/{digest}"


def canonical_offers(offers: Collection[Offer]) -> dict[str, str]:
    """Offer id -> id of the offer that stands for its job, for the offers of one block.

    The earliest published stands for the others; on the same day, the one with the longest text, then the first id.
    An offer joins the first job whose canonical offer it resembles and with none of whose offers it disagrees: so
    "no firm" does not tie two firms together. Empty input gives an empty answer.
    """
    jobs: list[list[_Publication]] = []
    jobs_of_firm: defaultdict[str, set[int]] = defaultdict(set)
    answer: dict[str, str] = {}
    for publication in sorted((_Publication(offer) for offer in offers), key=lambda one: one.rank):
        firm = publication.firm
        candidates = sorted(jobs_of_firm[firm] | jobs_of_firm[_NO_FIRM]) if firm else range(len(jobs))
        number = next((n for n in candidates if _belongs(publication, jobs[n])), len(jobs))
        if number == len(jobs):
            jobs.append([])
        jobs[number].append(publication)
        jobs_of_firm[firm].add(number)
        answer[publication.offer.id] = jobs[number][0].offer.id
    return answer


@dataclass(frozen=True)
class _Publication:
    """An offer with what its comparisons need."""

    offer: Offer

    @cached_property
    def rank(self) -> tuple[object, int, str]:
        return self.offer.published_on, -len(self.offer.description), self.offer.id

    @cached_property
    def title(self) -> str:
        return normalise(without_gender_marks(self.offer.title))

    @cached_property
    def firm(self) -> str:
        return normalise(self.offer.firm_name or "")

    @cached_property
    def has_text(self) -> bool:
        return len(self.offer.description.split(maxsplit=MIN_TEXT_WORDS)) >= MIN_TEXT_WORDS

    @cached_property
    def shingles(self) -> frozenset[tuple[str, ...]]:
        """The runs of words of the description; worked out only where nothing else tells two offers apart."""
        words = normalise(self.offer.description).split()
        return frozenset(zip(*(words[n:] for n in range(SHINGLE_WORDS)), strict=False))

    @property
    def board(self) -> str:
        return self.offer.source.name


def _belongs(publication: _Publication, job: Sequence[_Publication]) -> bool:
    return not any(_disagree(publication, other) for other in job) and _resembles(publication, job[0])


def _disagree(one: _Publication, other: _Publication) -> bool:
    """Whether something that both declare differs, or neither has text and one board published both."""
    a, b = one.offer, other.offer
    return (
        _differ(a.siret, b.siret)
        or _differ(one.firm or None, other.firm or None)
        or _differ(a.contract, b.contract)
        or _differ(a.rome_code and a.rome_code[:1], b.rome_code and b.rome_code[:1])
        or a.apprenticeship is not b.apprenticeship
        or (one.board == other.board and not (one.has_text and other.has_text))
    )


def _differ(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other


def _resembles(one: _Publication, canonical: _Publication) -> bool:
    days = abs((one.offer.published_on - canonical.offer.published_on).days)
    if one.has_text and canonical.has_text:
        if days > WINDOW_DAYS:
            return False
        shared = len(one.shingles & canonical.shingles)
        resemblance = shared / max(1, len(one.shingles) + len(canonical.shingles) - shared)
        if one.board == canonical.board:
            return resemblance >= RESEMBLANCE_SAME_BOARD
        contained = shared / max(1, min(len(one.shingles), len(canonical.shingles)))
        return resemblance >= RESEMBLANCE or contained >= CONTAINMENT
    return days <= WINDOW_DAYS_WITHOUT_TEXT and _same_without_text(one, canonical)


def _same_without_text(one: _Publication, other: _Publication) -> bool:
    """Across boards: the same words, commune and contract; or, where no contract is said, the same firm."""
    a, b = one.offer, other.offer
    return (
        one.board != other.board
        and one.title != ""
        and one.title == other.title
        and a.commune_insee is not None
        and a.commune_insee == b.commune_insee
        and a.contract is b.contract
        and (a.contract is not None or (one.firm != "" and one.firm == other.firm))
    )
