"""What is told of a possible occupation, in French: why it is proposed, what is missing, what to expect."""

from typing import Final

from features.rome.referential import Relation
from matching.career_field import Career
from matching.careers import Careers
from matching.explain.filter_names import filters
from matching.explain.wording import (
    REFUSED_PROFILING,
    WITHOUT_PROFILING,
    counted,
    enumeration,
    euros,
    french_date,
    percent,
    quoted,
)
from matching.lookups import Lookups

PARTS: Final = ("competences", "proximite", "offres", "tension")
"""What each of `Career.parts` is about."""


def reasons(career: Career, lookups: Lookups, placed: bool, profiled: bool) -> tuple[str, str, str, str]:
    """One sentence for each of `PARTS`. `placed`: where the person lives is known; `profiled`: they agreed that their
    skills and career be read."""
    return (_skills(career, profiled), _nearness(career, lookups), _offers(career, placed), _tension(career))


def notice(found: Careers, asked: tuple[str, ...]) -> str | None:
    """What the reader should know of the whole list; of an empty one, what would fill it."""
    told = [] if found.profiled else [WITHOUT_PROFILING]
    if found.total == 0 and found.relaxed:
        (name, count), *_ = found.relaxed
        told.append(f"Aucun métier avec ces filtres. Sans {filters([name])}, il y en aurait {count}.")
    elif found.total == 0 and asked:
        told.append(f"Aucun métier avec ces filtres : retirer {filters(asked, 3)}.")
    return " ".join(told) or None


def gap(career: Career, lookups: Lookups, profiled: bool) -> str:
    """What is missing for it, in a sentence."""
    labels = lookups.reference.rome.skill_labels
    if not profiled:
        asked = enumeration([quoted(labels[row]) for row in career.missing], 2) if career.missing else "non précisées"
        title = " Un titre ou un diplôme est exigé par la loi." if career.regulated else ""
        return f"Compétences clés : {asked}. Elles ne sont pas comparées aux vôtres : {REFUSED_PROFILING}.{title}"
    if career.regulated and not career.certified:
        title = "Un titre ou un diplôme est exigé par la loi"
        if not career.missing:
            return f"{title}."
        return f"{title}. À acquérir aussi : {enumeration([quoted(labels[row]) for row in career.missing], 2)}."
    if not career.missing:
        return "Vous en avez toutes les compétences clés."
    return f"À acquérir : {enumeration([quoted(labels[row]) for row in career.missing], 2)}."


def way_in(career: Career) -> str | None:
    """The best session, in a sentence; None where none opens any offer of it."""
    if career.best is None or career.best_opens is None:
        return None
    training, hours = career.best.training, career.best.training.duration_hours
    length = "" if hours is None else f"{counted(hours, 'heure', 'heures')}, "
    gain = counted(career.best_opens.offers, "offre accessible", "offres accessibles")
    return f"{quoted(training.title)} ({length}le {french_date(career.best.session.starts_on)}) : +{gain}"


def expect(career: Career, placed: bool, profiled: bool) -> str:
    """What to expect: pay, offers, what is open already to those whose skills and career may be read."""
    where = "autour de chez vous" if placed else "en France"
    told = [f"{counted(career.offers, 'offre', 'offres')} {where}" if career.offers else f"Aucune offre {where}"]
    if career.offers and profiled:
        told.append(
            "aucune accessible dès aujourd'hui"
            if career.open_offers == 0
            else f"{career.open_offers} accessible{'s' * (career.open_offers > 1)} dès aujourd'hui"
        )
    if career.pay_median is not None:
        told.append(f"salaire médian de {euros(career.pay_median)} brut par mois")
    return f"{', '.join(told)}."


def _skills(career: Career, profiled: bool) -> str:
    if career.core_total == 0:
        return "Le ROME ne liste pas de compétences clés pour ce métier"
    if not profiled:
        return f"Compétences clés non comparées : {REFUSED_PROFILING}"
    if career.core_held == 0:
        return f"Aucune de ses {career.core_total} compétences clés n'est déclarée ni exercée"
    if career.core_held == career.core_total:
        return f"Vous avez ses {career.core_total} compétences clés"
    return f"Vous avez {career.core_held} de ses {career.core_total} compétences clés"


def _nearness(career: Career, lookups: Lookups) -> str:
    source = quoted(lookups.reference.rome.labels[career.came_from])
    if career.came_from == career.occupation:
        return "Vous visez ce métier" if career.is_project else "Vous avez exercé ce métier"
    match career.relation:
        case Relation.PARENT | Relation.SAME:
            return f"De la même famille que {source}"
        case Relation.MOBILITY:
            return f"Une évolution que le ROME relie à {source}"
        case Relation.DOMAIN | Relation.GRAND_DOMAIN:
            return f"Du même domaine que {source}"
        case _:
            return f"Un travail qui ressemble à {source}"


def _offers(career: Career, placed: bool) -> str:
    where = "autour de chez vous" if placed else "en France"
    if career.offers == 0:
        return f"Aucune offre {where} en ce moment"
    return f"{counted(career.offers, 'offre', 'offres')} {where} en ce moment"


def _tension(career: Career) -> str:
    if career.tension is None:
        return "Difficulté à recruter non publiée"
    return f"{percent(career.tension)} des recrutements y sont jugés difficiles par les employeurs"
