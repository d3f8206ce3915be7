"""An offer gives one row. What it leaves unsaid is completed from ROME where that is safe, and marked."""

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from features.bits import CONTRACT_BIT, language_bits, licence_bits
from features.border.offer import offre_out
from features.pairs.skills_required import REQUIRED_WEIGHT
from features.records import Exigence, ExperienceDemand, Offer, OfferSource, Record, occupation_code
from features.reference import Reference
from features.text import shorten, without_gender_marks
from matching.catalogue import Rows
from matching.keys import key_number
from matching.lookups import Lookups
from matching.payload import payload_of
from matching.rows.base import (
    RowWriter,
    appellation_row,
    core_skills,
    day_or_missing,
    nearest_occupation,
    number_or_nan,
    object_of,
    place_columns,
    resolve_occupation,
    skill_list,
    word_numbers,
)
from matching.rows.profile import working_time_code
from matching.schema import SKILL_WIDTH, Collection

TITLE_WEIGHT = 1.0
DESCRIPTION_WEIGHT = 0.5
OCCUPATION_WEIGHT = 1.0
INFERRED_WEIGHT = 0.4
CARD_TEXT = 400
"""Characters of the description that travel with a result; the whole text is at the offer's own address."""
ROME_V4_DATE = dt.date(2024, 3, 25)
"""Offers before this date carry v3 codes, some of which mean several fiches today."""

CORE_WEIGHT, PLAIN_WEIGHT = 0.8, 0.5
"""Beside `REQUIRED_WEIGHT`."""

_REQUIRED, _WISHED = Exigence.REQUIRED, Exigence.WISHED  # a member is looked up anew each time it is named
_EXPERIENCE = {ExperienceDemand.BEGINNER: 1, ExperienceDemand.WISHED: 2, ExperienceDemand.REQUIRED: 3}


class OfferCard(Record, frozen=True, kw_only=True):
    """An offer, its description shortened, with the other places where the same job is published."""

    offer: Offer
    also: tuple[OfferSource, ...] = ()


def project_offers(
    records: Sequence[Offer], lookups: Lookups, also: Mapping[str, tuple[OfferSource, ...]] = MappingProxyType({})
) -> Rows:
    """Rows of offers, one each; `also` gives the other sources of the same job by offer id."""
    writer = RowWriter(Collection.OFFERS, lookups)
    titles = [lookups.neutral(without_gender_marks(offer.title)) for offer in records]
    for position, stored in enumerate(records):
        offer = lookups.completion.completed(stored, keep=True)
        guessed = offer.inferred is not None
        occupation = _occupation(offer, titles[position], lookups)
        skills, weights = wanted_skills(offer, occupation, lookups)
        card = OfferCard(
            offer=msgspec.structs.replace(offer, description=shorten(offer.description, CARD_TEXT)),
            also=also.get(offer.id, ()),
        )
        writer.add(
            offer.id,
            {
                **place_columns(lookups, offer.commune_insee, offer.lat, offer.lon, offer.departement),
                "occupation": occupation,
                "inferred": guessed,
                "contract": 0 if offer.contract is None else CONTRACT_BIT[offer.contract],
                "apprenticeship": offer.apprenticeship,
                "working_time": working_time_code(offer.working_time),
                "weekly_hours": number_or_nan(offer.weekly_hours),
                "experience_demand": 0 if offer.experience is None else _EXPERIENCE[offer.experience],
                "experience_months": number_or_nan(offer.experience_months),
                "education_required": _level(offer, _REQUIRED),
                "education_wished": _level(offer, _WISHED),
                "licences_required": _licences(offer, _REQUIRED),
                "licences_wished": _licences(offer, _WISHED),
                "languages_required": language_bits(
                    [demand.language for demand in offer.languages if demand.exigence is _REQUIRED]
                ),
                "pay_min": number_or_nan(offer.pay.min_monthly),
                "pay_max": number_or_nan(
                    offer.pay.max_monthly if offer.pay.max_monthly is not None else offer.pay.min_monthly
                ),
                "posts": min(offer.posts, 32767),
                "published_day": day_or_missing(offer.published_on),
                "expires_day": day_or_missing(offer.expires_on),
                "open_to_rqth": offer.open_to_rqth,
                "skills": skills,
                "skill_weights": weights,
                "appellation": appellation_row(lookups, offer),
                "firm": -1 if offer.siret is None else key_number(offer.siret),
                "words": word_numbers([offer.title, offer.firm_name, *(demand.label for demand in offer.skills)]),
            },
            payload_of(card, offer_view(card, lookups.reference)),
            [(titles[position], TITLE_WEIGHT), (offer.description, DESCRIPTION_WEIGHT)],
            [] if occupation < 0 else [(occupation, INFERRED_WEIGHT if guessed else OCCUPATION_WEIGHT)],
        )
    return writer.rows()


def offer_view(card: OfferCard, reference: Reference) -> dict[str, object]:
    """An offer as *Offres d'emploi v2* shows it; `origineOffre.partenaires` are the other boards that publish it."""
    shown = offre_out(card.offer)
    place = card.offer.commune_insee
    row = None if place is None else reference.communes.get_row(place)
    if row is not None and card.offer.place_label is None:
        shown["lieuTravail"] = {**object_of(shown.get("lieuTravail")), "libelle": reference.communes.label(row)}
    code = card.offer.rome_code
    inferred = card.offer.inferred
    if inferred is not None and reference.rome.contains(inferred.rome_code):
        label = reference.rome.labels[reference.rome.row_of(inferred.rome_code)]
        shown["metierDeduit"] = {**object_of(shown.get("metierDeduit")), "libelle": label}
    if code is not None and reference.rome.contains(code):
        shown["romeLibelle"] = reference.rome.labels[reference.rome.row_of(code)]
    appellation = card.offer.appellation_code
    if appellation is not None and (found := reference.rome.get_appellation_row(appellation)) is not None:
        shown["appellationlibelle"] = reference.rome.appellation_labels[found]
    if card.also:
        partners = [{"nom": source.name, "url": source.url} for source in card.also]
        shown["origineOffre"] = {**object_of(shown.get("origineOffre")), "partenaires": partners}
    return shown


def _occupation(offer: Offer, title: str, lookups: Lookups) -> int:
    row = resolve_occupation(lookups, occupation_code(offer), title)
    if row < 0 or offer.published_on >= ROME_V4_DATE or offer.rome_code is None or offer.inferred is not None:
        return row
    return nearest_occupation(lookups, lookups.reference.rome.resolve(offer.rome_code), title)


def wanted_skills(offer: Offer, occupation: int, lookups: Lookups) -> tuple[list[int], list[float]]:
    """Skill rows and weights: what the offer lists, else the occupation's core skills (*cœur de métier*)."""
    rome = lookups.reference.rome
    weights: dict[int, float] = {}
    core = core_skills(lookups, occupation) if occupation >= 0 else ()
    for demand in offer.skills:
        row = rome.get_skill_row(demand.code) if demand.code is not None else None
        if row is not None:
            wished = CORE_WEIGHT if row in core else PLAIN_WEIGHT
            weights[row] = REQUIRED_WEIGHT if demand.exigence is _REQUIRED else wished
    if not weights:
        weights = dict.fromkeys(core, CORE_WEIGHT)
    ordered = sorted(weights, key=lambda row: -weights[row])[:SKILL_WIDTH]
    return skill_list(ordered), [weights[row] for row in ordered] + [0.0] * (SKILL_WIDTH - len(ordered))


def _level(offer: Offer, exigence: Exigence) -> int:
    """The lowest level that satisfies the offer: several diplomas are alternatives."""
    levels = [item.level for item in offer.education if item.exigence is exigence and item.level is not None]
    return min(levels, default=0)


def _licences(offer: Offer, exigence: Exigence) -> int:
    return licence_bits([demand.licence for demand in offer.licences if demand.exigence is exigence])
