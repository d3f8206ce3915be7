"""Sourcing: an employer's search for people, from an offer or from a demand that was just typed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.records import Profile
from matching.answer import Answer, Window
from matching.demand import Demand
from matching.engine import Engine
from matching.errors import NotFound
from matching.explain.gaps import VOICES
from matching.explain.job_facts import Reader
from matching.explain.wording import counted
from matching.facets import discreet, facets_of
from matching.filters import consent, exclusion, place
from matching.filters.base import Condition, Context
from matching.filters.registry import parse
from matching.jobs import PROFILE_DECODER, job_matches, job_pairs, over_found_projects, score_jobs
from matching.likeness import moved
from matching.lookups import day_number
from matching.pay_steps import asked_in_steps, offered_in_steps
from matching.rank import NO_DIPLOMA_RANKER, SKILLS_RANKER, Ranker
from matching.retrieve import Candidates, domain_of, kinship_to, opened, retrieve
from matching.reverse import accepted_by
from matching.rows.offer import project_offers
from matching.schema import NO_DAY, Collection
from matching.scoring import best_of_each, results_of
from matching.sides import ColumnReader, columns_of, columns_of_rows, declared_alone, job_side, person_side
from matching.skills_alone import for_skills, holders, require_place
from models.ranked import Ranked

READ_OCCUPATION = "Métier reconnu : « {label} ». Si ce n'est pas le bon, précisez un code ROME."

UNREAD_OCCUPATION = (
    "Le métier n'a pas été reconnu dans « {title} » : la recherche se fait sur le texte seul. Précisez un code ROME ou "
    "un intitulé du ROME."
)

BAND_KM = place.BAND_KM
"""An employer is told how far people live in steps of this, so that no home is found by asking from several places."""
LEAST_KM = 10.0
"""Least radius around a commune that an employer may search, for the same reason."""

EXPIRED = "Cette offre a expiré."

TRANSPARENT_MODEL = "transparent"
NOBODY = "Personne, parmi les profils visibles des employeurs, n'accepte ce travail à cet endroit et à ces conditions."


def profiles_for_offer(engine: Engine, offer_id: str, parameters: Mapping[str, str], window: Window) -> Answer[Profile]:
    """The people for a published offer, best first. Raises NotFound, UnknownParameter, BadParameter.

    An offer that stands behind another of the same job is answered through that one.
    """
    offers = engine.catalogue(Collection.OFFERS)
    rows = offers.rows_of(engine.links.canonical.get(offer_id, offer_id))
    if len(rows) == 0:
        raise NotFound("L'offre", offer_id)
    answer = _profiles(engine, columns_of(offers, rows), offers.index.vectors(rows)[0], parameters, window)
    expires = int(offers.take("expires_day", rows)[0])
    if expires != NO_DAY and expires < day_number(engine.today()):
        return replace(answer, notice=EXPIRED)
    return answer


def profiles_for_demand(engine: Engine, demand: Demand, window: Window) -> Answer[Profile]:
    """The people for a demand, best first. Raises UnknownParameter, BadParameter, also for profiles that it names and
    that employers cannot see."""
    if demand.by_skills:
        return profiles_by_skills(engine, demand, window)
    offer = msgspec.structs.replace(demand.offer, education=()) if demand.without_diploma else demand.offer
    rows = project_offers([engine.lookups.completion.completed(offer)], engine.lookups)
    vector = moved(engine, rows.vectors[0], demand.liked, demand.unliked)
    answer = _profiles(
        engine,
        columns_of_rows(rows),
        vector,
        demand.parameters,
        window,
        ranker=NO_DIPLOMA_RANKER if demand.without_diploma else None,
        besides=_others(demand),
        open_domain=demand.open_domain,
    )
    occupation = int(rows.columns["occupation"][0])
    if occupation < 0:
        read: str | None = UNREAD_OCCUPATION.format(title=demand.offer.title)
    elif rows.columns["inferred"][0]:
        read = READ_OCCUPATION.format(label=engine.lookups.reference.rome.labels[occupation])
    else:
        read = None
    told = [read, answer.notice if occupation >= 0 else None, _moved_words(demand)]
    return replace(answer, notice=" ".join(each for each in told if each is not None) or None)


def _others(demand: Demand) -> list[Condition]:
    """Other people than those that the demand names: they are known already."""
    named = (*demand.liked, *demand.unliked)
    return [exclusion.other_than(named)] if named else []


def _moved_words(demand: Demand) -> str | None:
    """What the profiles that the demand names did to the order."""
    if not demand.liked and not demand.unliked:
        return None
    done = []
    if demand.liked:
        done.append(f"rapprochés de {counted(len(demand.liked), 'profil choisi', 'profils choisis')}")
    if demand.unliked:
        done.append(f"éloignés de {counted(len(demand.unliked), 'profil écarté', 'profils écartés')}")
    return f"Résultats {' et '.join(done)}."


def profiles_by_skills(engine: Engine, demand: Demand, window: Window) -> Answer[Profile]:
    """The people who declare most of the skills asked for, whatever their title, diploma or past, best first.

    Raises UnknownParameter, BadParameter, also for a demand that names no skill of ROME or no place.
    """
    offer, unread = for_skills(engine.lookups, demand.offer)
    rows = project_offers([offer], engine.lookups)
    job = offered_in_steps(columns_of_rows(rows))
    conditions = _conditions(engine, job, demand.parameters)
    conditions += _others(demand)
    require_place(job, demand.parameters)
    candidates = holders(engine.catalogue(Collection.PROFILES), job, conditions)
    answer = _ranked(engine, job, candidates, window, SKILLS_RANKER)
    return replace(answer, notice=" ".join(each for each in (unread, answer.notice) if each is not None) or None)


def _profiles(
    engine: Engine,
    job: ColumnReader,
    vector: NDArray[np.float32],
    parameters: Mapping[str, str],
    window: Window,
    ranker: Ranker | None = None,
    besides: Sequence[Condition] = (),
    open_domain: bool = False,
) -> Answer[Profile]:
    profiles = engine.catalogue(Collection.PROFILES)
    offered = offered_in_steps(job)
    conditions = [*_conditions(engine, offered, parameters), *besides]
    occupation = int(job("occupation")[0])
    kinship = kinship_to(engine.lookups, occupation)
    if open_domain and occupation >= 0:
        kinship = opened(kinship, domain_of(engine.lookups, occupation))
    candidates = retrieve(profiles, vector, kinship, conditions)
    return _ranked(engine, offered, candidates, window, ranker)


def _conditions(engine: Engine, job: ColumnReader, parameters: Mapping[str, str]) -> list[Condition]:
    """What was asked of people, that they may be seen, and what they accept."""
    asked = parse(parameters, Context(Collection.PROFILES, engine.lookups, engine.today()))
    place.refuse_narrow(engine.lookups, parameters, LEAST_KM)
    return [*asked, consent.visible_to_employers, *accepted_by(engine.lookups, job)]


def _ranked(
    engine: Engine, job: ColumnReader, candidates: Candidates, window: Window, chosen: Ranker | None
) -> Answer[Profile]:
    """The page of some candidates, ranked by `chosen`, one of the transparent rankers, or by what serves."""
    profiles = engine.catalogue(Collection.PROFILES)
    today = day_number(engine.today())
    workplace = int(job("commune")[0])
    to_profiles = asked_in_steps(columns_of(profiles, candidates.rows))
    if chosen is SKILLS_RANKER:
        to_profiles = declared_alone(to_profiles)
    distances = in_bands(engine.lookups.distances_between(workplace, to_profiles("commune")))
    keys = [profiles.keys(candidates.rows)]
    serving = engine.rankers[Ranked.PROFILES]
    pairs = job_pairs(
        engine,
        person_side(to_profiles, today),
        job_side(job, engine.lookups, today, engine.pay_medians),
        candidates.closeness,
        distances,
        over_found_projects(candidates.closeness, keys[0]),
        serving.collaboration,
    )
    ranker = serving.ranker if chosen is None else chosen
    scored = score_jobs(candidates.rows, pairs, ranker, VOICES[Reader.EMPLOYER].reads)
    places = best_of_each([scored], keys)
    inferred = bool(job("inferred")[0])
    matches = job_matches(
        engine.lookups,
        Reader.EMPLOYER,
        profiles,
        PROFILE_DECODER,
        pairs,
        scored,
        places,
        window,
        lambda rows: [inferred] * len(rows),
    )
    facets = discreet(facets_of(profiles, *results_of([scored], keys), engine.lookups))
    return Answer(
        matches,
        len(places),
        facets,
        None if len(places) else NOBODY,
        serving.model if chosen is None else TRANSPARENT_MODEL,
    )


def in_bands(distances: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distances in km rounded to whole bands, the first one included; NaN stays."""
    return np.maximum(np.round(distances / BAND_KM) * BAND_KM, BAND_KM).astype(np.float32)
