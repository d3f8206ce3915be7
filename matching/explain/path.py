"""What a path says, in French: what it takes, what it opens, and the rule that it rests on."""

from collections.abc import Sequence
from typing import Final

from features.bits import funding_bits
from features.pairs.to_pay import OWN
from matching.explain.session import BASICS, CPF
from matching.explain.wording import counted, education, enumeration, french_date, months, quoted
from matching.lookups import Lookups
from matching.paths.before_hiring import POEI_HOURS
from matching.paths.path import Path, Way
from matching.rows.session import SessionCard

RULES: Final[dict[Way, str]] = {
    Way.BEFORE_HIRING: "Code du travail, art. L6326-1 et L6326-2 ; décret n° 2024-561 du 18 juin 2024",
    Way.BY_EXPERIENCE: (
        "Code du travail, art. L6411-1, dans sa rédaction issue de la loi n° 2022-1598 du 21 décembre 2022 ; décret "
        "n° 2023-1275 du 27 décembre 2023"
    ),
}
"""What the ways that the law defines rest on."""


def summary(path: Path, lookups: Lookups, placed: bool) -> str:
    """Two or three sentences; `placed`: where the person lives is known."""
    match path.way:
        case Way.ONE_STEP:
            return f"{_named(path.steps[0])} : {_opens(path, lookups, placed)}."
        case Way.TWO_STEPS:
            return _two_steps(path, lookups, placed)
        case Way.BEFORE_HIRING:
            return _before_hiring(path, lookups)
        case Way.BY_EXPERIENCE:
            return _by_experience(path, lookups, placed)


def _two_steps(path: Path, lookups: Lookups, placed: bool) -> str:
    first, second = path.steps
    lesson = [words for basics, words in BASICS.items() if path.because and basics & path.because]
    level = second.training.entry_level
    if lesson:
        need = f"La seconde suppose de savoir {enumeration(lesson)}, ce que votre profil ne montre pas : la première y"
        need += " prépare."
    else:
        asked = "un diplôme" if level is None else f"le niveau {education(level)}"
        need = f"La seconde demande {asked}, que votre profil ne montre pas : la première le donne."
    return f"{_named(first)}, puis {_named(second)}. {need} Au bout du parcours, {_opens(path, lookups, placed)}."


def _before_hiring(path: Path, lookups: Lookups) -> str:
    offer, (card,) = path.offer, path.steps
    firm = "Un employeur" if offer is None or offer.firm_name is None else offer.firm_name
    title = "" if offer is None else f" pour {quoted(offer.title)}"
    nearness = "dans le métier de votre projet" if path.serves.itself else "un métier proche de votre projet"
    return (
        f"{firm} recrute{title}, {nearness} {_project(path, lookups)}. {_named(card)} vous apporterait ce qui vous "
        "manque pour ce poste : avec l'accord de l'employeur, France Travail peut la payer avant l'embauche "
        f"(préparation opérationnelle à l'emploi individuelle, {POEI_HOURS} heures au plus). Proposez-le à "
        "l'employeur, ou parlez-en à votre conseiller."
    )


def _by_experience(path: Path, lookups: Lookups, placed: bool) -> str:
    reference = lookups.reference
    title = reference.certifications.labels[path.certification]
    worked = ""
    if path.worked_as is not None:
        occupation, count = path.worked_as
        worked = f"Vous avez exercé {months(count)} comme {quoted(reference.rome.labels[occupation])} : "
    return (
        f"{worked}la validation des acquis de l'expérience (VAE) peut vous donner le titre {quoted(title)} sans "
        f"retourner en formation. Ce titre vaut {_opens(path, lookups, placed)}. La loi ne fixe plus de durée "
        "minimale : il faut une activité en rapport direct avec le titre. Le service public France VAE étudie votre "
        "demande."
    )


def _opens(path: Path, lookups: Lookups, placed: bool) -> str:
    """« +3 offres accessibles autour de chez vous, pour votre projet « Soudeur / Soudeuse » »."""
    where = "autour de chez vous" if placed else "en France"
    count = f"+{counted(path.opening.offers, 'offre accessible', 'offres accessibles')} {where}"
    if path.serves.itself:
        return f"{count}, pour votre projet {_project(path, lookups)}"
    labels = [lookups.reference.rome.labels[row] for row, _ in path.opening.occupations]
    nearness = "dans un métier proche de" if len(labels) == 1 else "dans des métiers proches de"
    return f"{count}, {nearness} votre projet {_project(path, lookups)} ({', '.join(labels)})"


def _project(path: Path, lookups: Lookups) -> str:
    return quoted(lookups.reference.rome.labels[path.serves.occupation])


def _named(card: SessionCard) -> str:
    hours = card.training.duration_hours
    length = "" if hours is None else f"{counted(hours, 'heure', 'heures')}, "
    return f"{quoted(card.training.title)} ({length}le {french_date(card.session.starts_on)})"


def hours_of(steps: Sequence[SessionCard]) -> float | None:
    """Hours of all steps; None where one does not say, or there is none."""
    told = [card.training.duration_hours for card in steps]
    known = [hours for hours in told if hours is not None]
    return sum(known) if known and len(known) == len(told) else None


def left_to_pay(steps: Sequence[SessionCard]) -> float | None:
    """Euros left to the person for all steps: 0 for one that somebody else may pay, else its price; None where one is
    not known, or depends on the training account (CPF)."""
    total = 0.0
    for card in steps:
        fundings, price = funding_bits(card.session.fundings), card.session.price_eur
        if fundings & ~int(OWN) or price == 0:
            continue
        if price is None or not fundings or fundings & CPF:
            return None
        total += price
    return total if steps else None
