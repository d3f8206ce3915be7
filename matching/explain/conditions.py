"""The conditions of an occupation or an offer besides its skills, and whether a person meets each, in French."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from features.bits import LICENCE_BIT, language_bits, languages_of
from features.records import Exigence, ExperienceDemand, Licence, Offer
from matching.explain.wording import REFUSED_PROFILING, counted, education, enumeration, language, months, quoted
from matching.gap import Gap
from matching.lookups import Lookups
from matching.openness import UNTOLD_MONTHS, WORKED_MONTHS

OFTEN: Final = 0.1
"""Share of the offers of an occupation from which what they ask is told."""
_HELD: Final = "vous l'avez"
_NOT_COMPARED: Final = f"non comparé : {REFUSED_PROFILING}"
_NOT_COMPARED_FEMININE: Final = f"non comparée : {REFUSED_PROFILING}"


class Condition(StrEnum):
    """What a condition is about."""

    TITLE = "titre"
    EDUCATION = "diplome"
    LICENCE = "permis"
    EXPERIENCE = "experience"
    LANGUAGE = "langue"


class Met(StrEnum):
    """Whether a condition is met, as far as the profile tells."""

    YES = "remplie"
    NO = "non_remplie"
    UNKNOWN = "a_verifier"


class Asking(StrEnum):
    """How firmly a condition is asked."""

    REQUIRED = "exigee"
    WISHED = "souhaitee"
    FREQUENT = "frequente"
    """By some offers of the occupation."""


@dataclass(frozen=True)
class Told:
    """One condition, in words."""

    about: Condition
    asking: Asking
    met: Met
    text: str


def conditions(gap: Gap, lookups: Lookups) -> tuple[Told, ...]:
    """Title, diploma, licences, experience, languages: those not met first, in that order."""
    of_offer = () if gap.offer is None else _of_offer(gap, gap.offer.offer)
    of_market = _of_market(gap) if gap.offer is None else ()
    told = [*_title(gap, lookups), *of_offer, *of_market]
    return tuple(sorted(told, key=lambda item: (item.met is Met.YES, item.asking is not Asking.REQUIRED)))


def _title(gap: Gap, lookups: Lookups) -> Iterator[Told]:
    if gap.occupation < 0 or not gap.regulated:
        return
    rome = lookups.reference.rome
    label = quoted(rome.labels[gap.occupation])
    titles = [quoted(rome.skill_labels[row]) for row in gap.titles]
    which = f" ({enumeration(titles, 2)})" if titles else ""
    background = gap.background
    worked = background.family_months[rome.family_of[gap.occupation]]
    if not background.profiled:
        met, end = Met.UNKNOWN, f" ({_NOT_COMPARED})"
    elif background.certified[gap.occupation] or any(background.declared[row] for row in gap.titles):
        met, end = Met.YES, " : vous l'avez déclaré"
    elif worked >= WORKED_MONTHS:
        met, end = Met.YES, f" : vous avez exercé {months(float(worked))}, vérifiez que votre titre est à jour"
    else:
        met, end = Met.NO, ", et aucun n'est déclaré"
    yield Told(
        Condition.TITLE, Asking.REQUIRED, met, f"{label} est un métier réglementé : un titre est exigé{which}{end}"
    )


def _of_offer(gap: Gap, offer: Offer) -> Iterator[Told]:
    background = gap.background
    for firm, asking in ((Exigence.REQUIRED, Asking.REQUIRED), (Exigence.WISHED, Asking.WISHED)):
        adverb = "exigé" if asking is Asking.REQUIRED else "souhaité"
        levels = [item.level for item in offer.education if item.exigence is firm and item.level is not None]
        if levels:
            met = _level_met(gap, min(levels))
            yield Told(
                Condition.EDUCATION, asking, met, f"Diplôme {adverb} : {education(min(levels))} ({_own_level(gap)})"
            )
        for demand in offer.licences:
            if demand.exigence is firm:
                held = background.licences & LICENCE_BIT[demand.licence] != 0
                yield Told(
                    Condition.LICENCE,
                    asking,
                    Met.YES if held else Met.NO,
                    f"Permis {demand.licence.value} {adverb} ({_HELD if held else 'non déclaré'})",
                )
        for spoken in offer.languages:
            if spoken.exigence is firm and spoken.language != "fr":
                yield _language(gap, spoken.language, asking)
    yield from _experience(gap, offer)


def _language(gap: Gap, code: str, asking: Asking) -> Told:
    held = gap.background.languages & language_bits([code]) != 0
    met = Met.YES if held else Met.NO if gap.background.languages else Met.UNKNOWN
    adverb = "exigée" if asking is Asking.REQUIRED else "souhaitée"
    return Told(Condition.LANGUAGE, asking, met, f"Langue {adverb} : {language(code)} ({_spoken(gap, held)})")


def _spoken(gap: Gap, held: bool) -> str:
    if not gap.background.profiled:
        return _NOT_COMPARED_FEMININE
    return "vous la parlez" if held else "non déclarée"


def _experience(gap: Gap, offer: Offer) -> Iterator[Told]:
    if offer.experience is None:
        return
    if offer.experience is ExperienceDemand.BEGINNER:
        yield Told(Condition.EXPERIENCE, Asking.REQUIRED, Met.YES, "Débutant accepté")
        return
    worked = float(gap.standing.months[0])
    required = offer.experience is ExperienceDemand.REQUIRED
    asked = offer.experience_months if offer.experience_months is not None else UNTOLD_MONTHS if required else 0
    adverb = "exigée" if required else "souhaitée"
    length = f" : {months(asked)}" if offer.experience_months is not None else ""
    met = Met.UNKNOWN if not gap.background.profiled else Met.YES if worked >= asked else Met.NO
    own = (
        _NOT_COMPARED_FEMININE
        if not gap.background.profiled
        else f"vous : {months(worked)}"
        if worked
        else "aucune déclarée"
    )
    yield Told(
        Condition.EXPERIENCE,
        Asking.REQUIRED if required else Asking.WISHED,
        met,
        f"Expérience {adverb} dans ce métier{length} ({own})",
    )


def _of_market(gap: Gap) -> Iterator[Told]:
    """What live offers of the occupation ask, told where a tenth of them do."""
    asked, total = gap.asked, len(gap.asked)
    if total == 0:
        return
    least = max(1, int(np.ceil(OFTEN * total)))
    levels = asked.level[asked.level > 0]
    if len(levels) >= least:
        usual = Counter(levels.tolist()).most_common(1)[0][0]
        met = _level_met(gap, usual)
        yield Told(
            Condition.EDUCATION,
            Asking.FREQUENT,
            met,
            f"Diplôme exigé par {_of(len(levels), total)}, le plus souvent {education(usual)} ({_own_level(gap)})",
        )
    for licence in Licence:
        some = int(np.count_nonzero(asked.licences & np.uint32(LICENCE_BIT[licence])))
        if some >= least:
            held = gap.background.licences & LICENCE_BIT[licence] != 0
            end = _HELD if held else "non déclaré"
            yield Told(
                Condition.LICENCE,
                Asking.FREQUENT,
                Met.YES if held else Met.NO,
                f"Permis {licence.value} exigé par {_of(some, total)} ({end})",
            )
    needing = asked.months > 0
    some = int(np.count_nonzero(needing))
    if some >= least:
        short = int(np.count_nonzero(needing & (asked.months > gap.standing.months)))
        met = Met.UNKNOWN if not gap.background.profiled else Met.NO if short == some else Met.YES
        usual_months = float(np.median(asked.months[needing]))
        own = (
            _NOT_COMPARED_FEMININE
            if not gap.background.profiled
            else "vous en avez assez pour toutes"
            if short == 0
            else "vous n'en avez assez pour aucune"
            if short == some
            else f"vous en avez assez pour {some - short} d'entre elles"
        )
        yield Told(
            Condition.EXPERIENCE,
            Asking.FREQUENT,
            met,
            f"Expérience exigée par {_of(some, total)}, {months(usual_months)} en médiane ({own})",
        )
    for code, some in _languages_asked(gap).items():
        if some >= least:
            held = gap.background.languages & language_bits([code]) != 0
            met = Met.YES if held else Met.NO if gap.background.languages else Met.UNKNOWN
            yield Told(
                Condition.LANGUAGE,
                Asking.FREQUENT,
                met,
                f"Langue exigée par {_of(some, total)} : {language(code)} ({_spoken(gap, held)})",
            )


def _languages_asked(gap: Gap) -> dict[str, int]:
    found: Counter[str] = Counter()
    values, counts = np.unique(gap.asked.languages, return_counts=True)
    for bits, count in zip(values.tolist(), counts.tolist(), strict=True):
        found.update(dict.fromkeys(languages_of(bits), count))
    return dict(found.most_common())


def _of(some: int, total: int) -> str:
    """« 12 offres sur 42 », « toutes les offres »."""
    if some == total:
        return "toutes les offres" if total > 1 else "la seule offre en ligne"
    return f"{counted(some, 'offre', 'offres')} sur {total}"


def _level_met(gap: Gap, level: int) -> Met:
    if gap.background.level == 0:
        return Met.UNKNOWN
    return Met.YES if gap.background.level >= level else Met.NO


def _own_level(gap: Gap) -> str:
    level = gap.background.level
    if not gap.background.profiled:
        return _NOT_COMPARED
    return "aucun niveau déclaré" if level == 0 else f"vous : {education(level)}"
