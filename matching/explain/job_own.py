"""What only the person is told of a job, criterion by criterion: where, at what conditions, how sought after, and what
they did. An employer is told the sum of it (`job.WITHHELD`)."""

from collections.abc import Callable
from math import isnan
from typing import Final

from matching.explain.job_facts import JobFacts
from matching.explain.wording import counted, euros, kilometres, percent


def _contract(facts: JobFacts) -> str:
    fits = facts.values["contract"]
    if isnan(fits):
        return "Contrat non précisé"
    return "Un contrat que vous acceptez" if fits >= 1 else "Un autre contrat que ceux que vous acceptez"


def _working_time(facts: JobFacts) -> str:
    fits = facts.values["working_time"]
    if isnan(fits):
        return "Temps de travail non précisé"
    return "Le temps de travail que vous souhaitez" if fits >= 1 else "Un autre temps de travail que le vôtre"


def _hours(facts: JobFacts) -> str:
    beyond = facts.values["hours"]
    if isnan(beyond):
        return "Durée hebdomadaire non précisée"
    if abs(beyond) < 0.5:
        return "La durée hebdomadaire que vous souhaitez"
    side = "de plus" if beyond > 0 else "de moins"
    return f"{counted(abs(beyond), 'heure', 'heures')} par semaine {side} que vous ne souhaitez"


def _pay_market(facts: JobFacts) -> str:
    ratio = facts.values["pay_market"]
    if isnan(ratio):
        return "Salaire non comparable à ceux du métier dans ce bassin"
    if abs(ratio) < 0.01:
        return "Salaire médian du métier dans ce bassin"
    return f"Salaire {percent(abs(ratio))} {'au-dessus' if ratio > 0 else 'en dessous'} du médian de ce métier ici"


def _minutes(facts: JobFacts) -> str:
    minutes = facts.values["minutes"]
    if isnan(minutes):
        return "Temps de trajet inconnu"
    return f"Environ {counted(minutes, 'minute', 'minutes')} de trajet"


def _posts(facts: JobFacts) -> str:
    posts = facts.values["posts"]
    return counted(posts, "poste à pourvoir", "postes à pourvoir") if not isnan(posts) else "Nombre de postes inconnu"


def _interest(facts: JobFacts) -> str:
    points = facts.values["interest"]
    if isnan(points) or points == 0:
        return "Aucune consultation récente dans cette famille de métiers"
    did = "consulté" if points > 0 else "écarté"
    return f"Vous avez récemment {did} des offres de cette famille de métiers"


def _responsiveness(facts: JobFacts) -> str:
    share = facts.values["responsiveness"]
    if isnan(share):
        return "Réponses de l'entreprise aux candidatures inconnues"
    return f"L'entreprise reçoit environ {percent(share)} des candidats en entretien"


def _crowding(facts: JobFacts) -> str:
    times = facts.values["crowding"]
    if isnan(times):
        return "Nombre d'affichages inconnu"
    return f"Affichée {counted(times, 'fois', 'fois')} par poste ces derniers temps"


def _collaborative(facts: JobFacts) -> str:
    points = facts.values["collaborative"]
    if isnan(points):
        return "Pas de parcours comparable"
    often = "souvent" if points > 0 else "rarement"
    return f"Famille de métiers {often} consultée par des personnes au parcours comparable"


def _pay(facts: JobFacts) -> str:
    if isnan(facts.pay_max):
        return "Salaire non précisé par l'offre"
    offered = f"Jusqu'à {euros(facts.pay_max)} brut par mois"
    if not facts.pay_floor > 0:
        return f"{offered}, sans minimum déclaré"
    difference = facts.pay_max / facts.pay_floor - 1
    if abs(difference) < 0.01:
        return f"{offered}, au niveau de votre minimum"
    return f"{offered}, {percent(abs(difference))} {'au-dessus' if difference > 0 else 'en dessous'} de votre minimum"


def _distance(facts: JobFacts) -> str:
    if isnan(facts.distance_km):
        return "Distance inconnue"
    if facts.distance_km < 0.5:
        return "Dans votre commune"
    near = f"À {kilometres(facts.distance_km)} de chez vous"
    if facts.distance_km <= facts.reach_km:
        return f"{near}, dans votre rayon de {kilometres(facts.reach_km)}"
    return f"{near}, au-delà de votre rayon de {kilometres(facts.reach_km)}"


def _freshness(facts: JobFacts) -> str:
    days = facts.values["freshness"]
    if isnan(days):
        return "Date de publication inconnue"
    if days < 1:
        return "Publiée aujourd'hui"
    if days >= 365:
        return "Publiée il y a plus d'un an"
    return "Publiée hier" if days < 2 else f"Publiée il y a {round(days)} jours"


def _tension(facts: JobFacts) -> str:
    share = facts.values["tension"]
    if isnan(share):
        return "Tension du métier inconnue dans ce bassin"
    return f"{percent(share)} des recrutements de ce métier sont jugés difficiles dans ce bassin"


def _closeness_over_projects(facts: JobFacts, name: str, among: str) -> str:
    closeness = facts.values[name]
    if isnan(closeness):
        return f"Proximité avec {among} inconnue"
    degree = "très forte" if closeness >= 0.88 else "forte" if closeness >= 0.82 else "faible"
    return f"Proximité {degree} avec {among}"


def _closeness_best(facts: JobFacts) -> str:
    return _closeness_over_projects(facts, "closeness_best", "le plus proche de vos projets")


def _closeness_mean(facts: JobFacts) -> str:
    return _closeness_over_projects(facts, "closeness_mean", "l'ensemble de vos projets")


OWN_SENTENCES: Final[dict[str, Callable[[JobFacts], str]]] = {
    "contract": _contract,
    "working_time": _working_time,
    "hours": _hours,
    "pay_market": _pay_market,
    "minutes": _minutes,
    "posts": _posts,
    "interest": _interest,
    "responsiveness": _responsiveness,
    "crowding": _crowding,
    "collaborative": _collaborative,
    "pay": _pay,
    "distance": _distance,
    "freshness": _freshness,
    "tension": _tension,
    "closeness_best": _closeness_best,
    "closeness_mean": _closeness_mean,
}
"""The sentence of each of `JOB_FEATURES` that is not in `TOLD_TO_EMPLOYERS`."""
