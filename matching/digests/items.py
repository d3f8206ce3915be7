"""What is shown of the offers and trainings that were chosen: their facts, and the reasons that the live list gives."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.pairs import JOB_FEATURES, feature_matrix
from features.records import Attendance, Pay
from matching.answer import Match, Reason
from matching.digests.candidates import Candidates
from matching.digests.digest import Item
from matching.digests.orders import Orders
from matching.digests.scores import pairs_of
from matching.engine import Engine
from matching.explain.gaps import VOICES
from matching.explain.job_facts import Reader
from matching.explain.wording import euros
from matching.facets import CONTRACT_LABELS
from matching.facts import job_facts
from matching.payload import record_part
from matching.rank import Ranker, names_of_weight
from matching.rows.offer import OfferCard
from matching.rows.session import SessionCard
from matching.schema import Collection
from models.ranked import Ranked

AT_ONCE: Final = 4096
MOST_REASONS: Final = 3
SPEAKS_FOR: Final = 0.8
"""Share of a criterion's weight from which it speaks for a result."""
_CARD: Final = msgspec.json.Decoder(OfferCard)
_VOICE: Final = VOICES[Reader.PERSON]


def offer_items(engine: Engine, orders: Orders, chosen: Candidates, scores: NDArray[np.float32]) -> list[Item]:
    """An item for each chosen candidate, in their order; `scores` (n,) are what they are shown with."""
    found: list[Item] = []
    for start in range(0, len(chosen), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        found += _offer_items(engine, orders, chosen.at(part), scores[part])
    return found


def _offer_items(engine: Engine, orders: Orders, chosen: Candidates, scores: NDArray[np.float32]) -> list[Item]:
    offers = engine.catalogue(Collection.OFFERS)
    ranker = engine.rankers[Ranked.OFFERS].ranker
    pairs = pairs_of(engine, orders, chosen, ranker)
    matrix = feature_matrix(JOB_FEATURES, pairs, names_of_weight(ranker) | _VOICE.reads)
    values = [dict(zip(ranker.names, row, strict=True)) for row in matrix.tolist()]
    facts = job_facts(Reader.PERSON, pairs, values, offers.take("inferred", chosen.offers).tolist(), engine.lookups)
    reasons = _VOICE.reasons(ranker, matrix, facts)
    distances = np.where(np.isnan(pairs.distance_km), -1, pairs.distance_km).tolist()
    return [
        _offer_item(
            engine,
            _CARD.decode(record_part(payload)),
            score,
            told,
            _VOICE.obstacles(fact),
            None if distance < 0 else distance,
        )
        for payload, score, told, fact, distance in zip(
            offers.payloads_of(chosen.offers), scores.tolist(), reasons, facts, distances, strict=True
        )
    ]


def _offer_item(
    engine: Engine,
    card: OfferCard,
    score: float,
    reasons: Sequence[Reason],
    obstacles: tuple[str, ...],
    distance_km: float | None,
) -> Item:
    offer = card.offer
    return Item(
        id=offer.id,
        title=offer.title,
        score=round(score, 4),
        reasons=best_reasons(reasons, engine.rankers[Ranked.OFFERS].ranker),
        obstacles=obstacles,
        place=_place(engine, offer.commune_insee, offer.place_label),
        distance_km=None if distance_km is None else round(distance_km, 1),
        firm=offer.firm_name,
        contract=None if offer.contract is None else CONTRACT_LABELS[offer.contract],
        pay=pay_of(offer.pay),
        url=_link(offer.apply_url) or _link(offer.source.url),
    )


def session_item(engine: Engine, match: Match[SessionCard]) -> Item:
    """The item of a training session that the live list of trainings gave."""
    card = match.record
    remote = card.session.attendance is Attendance.REMOTE
    return Item(
        id=card.session.id,
        title=card.training.title,
        score=round(match.score, 4),
        reasons=best_reasons(match.reasons, engine.rankers[Ranked.SESSIONS].ranker),
        obstacles=match.obstacles,
        place="À distance" if remote else _place(engine, card.session.commune_insee, None),
        distance_km=None if match.distance_km is None else round(match.distance_km, 1),
        firm=card.training.organisation,
        starts_on=card.session.starts_on.isoformat(),
        training_id=card.training.id,
    )


def best_reasons(reasons: Sequence[Reason], ranker: Ranker) -> tuple[str, ...]:
    """The texts of the heaviest reasons that speak for a result: the first of each family before a second one.

    A criterion of a weighted sum always brings something; it speaks for a result when it brings most of what it could.
    """
    most = dict(zip(ranker.names, ranker.weights.tolist(), strict=True))
    share = SPEAKS_FOR if ranker.base == 0 else 0.0
    brought = [each for each in reasons if each.contribution > 0]
    for_it = [each for each in brought if each.contribution >= share * most.get(each.feature, 0.0)] or brought[:1]
    families: dict[str, Reason] = {}
    for each in for_it:
        families.setdefault(each.family, each)
    ordered = [*families.values(), *[each for each in for_it if families[each.family] is not each]]
    return tuple(dict.fromkeys([each.text for each in ordered]))[:MOST_REASONS]


def pay_of(pay: Pay) -> str | None:
    """What an offer pays, in gross euros a month, as far as it says so."""
    amounts = list(dict.fromkeys([amount for amount in (pay.min_monthly, pay.max_monthly) if amount is not None]))
    return f"{' à '.join([euros(amount) for amount in amounts])} brut par mois" if amounts else None


def _place(engine: Engine, commune_insee: str | None, label: str | None) -> str | None:
    communes = engine.lookups.reference.communes
    row = None if commune_insee is None else communes.get_row(commune_insee)
    if row is not None:
        return communes.label(row)
    return f"Département {label}" if label is not None and label.isalnum() and label[:2].isdigit() else label


def _link(address: str | None) -> str | None:
    """A web address that may stand in a page; None for anything else."""
    return address if address is not None and re.match(r"https?://[^\s<>\"']+$", address) else None
