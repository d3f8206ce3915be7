"""The verdict of a gap, in French: how near, what is missing most, what bars, how many offers are open already."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from matching.explain.conditions import Asking, Met, conditions
from matching.explain.wording import counted, enumeration, months, quoted
from matching.gap import Gap, SkillGap, State
from matching.lookups import Lookups
from matching.openness import WORKED_MONTHS

READY: Final = 0.75
FAIR: Final = 0.4
"""Shares of the skills from which a person is told to be very near, and well on the way."""
WITHOUT_PROFILING: Final = (
    "Vous n'avez pas accepté que vos compétences et votre parcours servent aux recommandations : voici ce qui est "
    "demandé, sans comparaison avec votre parcours."
)


def verdict(gap: Gap, lookups: Lookups) -> str:
    """Two to four sentences: how near, what is missing most, what bars, how many offers are open already."""
    if not gap.background.profiled:
        return WITHOUT_PROFILING
    told = conditions(gap, lookups)
    sentences = [_nearness(gap, lookups), *_missing(gap, lookups)]
    bars = [item.text for item in told if item.met is Met.NO and item.asking is Asking.REQUIRED]
    sentences.extend(f"{text}." for text in bars[:2])
    if gap.offer is None:
        sentences.append(_open_offers(gap))
    elif gap.standing.open[0]:
        sentences.append("Vous remplissez les conditions de cette offre : vous pouvez postuler.")
    elif not bars and any(item.state is not State.MISSING for item in gap.skills):
        sentences.append("Rien ne vous interdit de postuler, en montrant ce que vous savez faire de proche.")
    return " ".join(sentences)


def _label(gap: Gap, lookups: Lookups) -> str:
    if gap.offer is not None:
        return quoted(gap.offer.offer.title)
    return quoted(lookups.reference.rome.labels[gap.occupation])


def _nearness(gap: Gap, lookups: Lookups) -> str:
    target, share = _label(gap, lookups), gap.share
    if share is None:
        return f"{target} : aucune compétence n'est précisée."
    counted_skills = gap.telling
    had = [item for item in counted_skills if item.state in (State.DECLARED, State.PRACTISED)]
    degree = len(had) / len(counted_skills)
    worked = float(gap.background.family_months[lookups.reference.rome.family_of[gap.occupation]])
    if worked >= WORKED_MONTHS:
        opening = f"Vous connaissez le métier {target}, exercé {months(worked)}"
    elif degree >= READY:
        opening = f"Vous êtes très proche de {target}"
    elif degree >= FAIR:
        opening = f"Vous avez une bonne part de ce que demande {target}"
    else:
        opening = f"Il vous reste du chemin jusqu'à {target}"
    return f"{opening} : {_had(len(had), counted_skills)}{_from_work(had, lookups)}."


def _from_work(had: list[SkillGap], lookups: Lookups) -> str:
    """« , dont 3 exercées comme « Cuisinier » sans être déclarées »; nothing where all are declared."""
    learned = [item.learned_as for item in had if item.learned_as is not None]
    if not learned:
        return ""
    labels = lookups.reference.rome.labels
    places = enumeration(list(dict.fromkeys(quoted(labels[row]) for row in learned)), 2)
    if len(had) == 1:
        return f", exercée comme {places} sans être déclarée"
    if len(learned) == len(had):
        return f", toutes exercées comme {places} sans être déclarées"
    several = len(learned) > 1
    return f", dont {len(learned)} exercée{'s' * several} comme {places} sans être déclarée{'s' * several}"


def _had(had: int, skills: tuple[SkillGap, ...]) -> str:
    """« vous avez 9 des 13 compétences clés »."""
    kind = "compétences exigées" if skills[0].required else "compétences clés" if skills[0].core else "compétences"
    one = kind.replace("s", "")
    if len(skills) == 1:
        return f"la seule {one} {'est acquise' if had else 'reste à acquérir'}"
    if had == 0:
        return f"aucune des {len(skills)} {kind} n'est déclarée ni exercée"
    whole = f"les {len(skills)} {kind}" if had == len(skills) else f"{had} des {len(skills)} {kind}"
    return f"vous avez {whole}"


def _missing(gap: Gap, lookups: Lookups) -> Iterator[str]:
    labels = lookups.reference.rome.skill_labels
    missing = [quoted(labels[item.skill]) for item in gap.telling if item.state is State.MISSING]
    close = sum(item.state is State.CLOSE for item in gap.telling)
    if missing:
        others = "autres sont proches" if close > 1 else "autre est proche"
        near = f" ; {close} {others} de ce que vous savez faire"
        most = " surtout" if len(missing) > 2 else ""
        yield f"Il vous manque{most} {enumeration(missing[:2], 2)}{near if close else ''}."
    elif close:
        yield f"{counted(close, 'compétence est proche', 'compétences sont proches')} de ce que vous savez faire."


def _open_offers(gap: Gap) -> str:
    total, ready = len(gap.asked), int(np.count_nonzero(gap.standing.open))
    where = "autour de chez vous" if gap.around else "en France"
    if total == 0:
        return "Aucune offre de ce métier n'est en ligne en ce moment."
    if ready == 0:
        some = counted(total, "offre de ce métier", "offres de ce métier")
        return (
            f"Aucune des {some} {where} ne vous est accessible aujourd'hui."
            if total > 1
            else (f"La seule offre de ce métier {where} ne vous est pas accessible aujourd'hui.")
        )
    if total == 1:
        return f"La seule offre de ce métier {where} vous est accessible aujourd'hui."
    if ready == total:
        return f"Les {total} offres de ce métier {where} vous sont déjà accessibles."
    verb = "vous est déjà accessible" if ready == 1 else "vous sont déjà accessibles"
    return f"{ready} des {total} offres de ce métier {where} {verb}."
