"""The product's pair features of a synthetic market's candidates, as far as a market without words can have them."""

from typing import Final

import numpy as np

from features.pairs import JOB_FEATURES
from models.simulation.chances import Purpose, normal
from models.simulation.market import Floats, Occupations, Offers, Persons
from models.simulation.synthetic_candidates import CHUNK, Found

NAMES: Final = (
    "closeness",
    "relation",
    "affinity",
    "skills",
    "experience",
    "education",
    "pay",
    "distance",
    "freshness",
    "pay_market",
    "working_time",
    "hours",
    "minutes",
    "posts",
    "interest",
    "responsiveness",
    "crowding",
    "collaborative",
    "experience_held",
    "experience_asked",
)
"""Features made here, of the names of `JOB_FEATURES`; the four that hang on behaviour only as weeks go by, NaN until
then."""

FULL_TIME, PART_TIME = 35, 24
"""Weekly hours that full time and part time stand for, as in the feature `hours`."""
_ROWS: Final = 50 * CHUNK


def pair_features(persons: Persons, offers: Offers, occupations: Occupations, found: Found, seed: int) -> Floats:
    """(n_candidates, n_names) float32 in the order of `NAMES`, NaN where a record does not tell."""
    limits = {feature.name: (feature.low, feature.high) for feature in JOB_FEATURES}
    matrix = np.empty((len(found.offer), len(NAMES)), dtype=np.float32)
    for start in range(0, len(found.offer), _ROWS):
        rows = slice(start, start + _ROWS)
        person, offer = found.person[rows], found.offer[rows]
        relation, project = found.relation[rows], found.project[rows]
        floor, reach_km = persons.pay_floor[person, project], persons.reach_km[person, project]
        told = persons.working_time[person] != 0
        part_time = persons.working_time[person] == 2
        noise = normal(seed, Purpose.WORDS, persons.targets[person, project], offers.occupation[offer])
        own = normal(seed, Purpose.WORDS, person, offer)
        asked = np.maximum(offers.skills_asked[offer], 1)
        values = {
            "relation": relation,
            "closeness": 0.45 + 0.09 * relation + 0.05 * noise + 0.03 * own,
            "affinity": np.clip(0.02 + 0.22 * np.maximum(relation - 1, 0) + 0.12 * noise, 0, 1),
            "skills": found.skills_shared[rows] / asked,
            "experience": found.experience_months[rows] - offers.experience_months[offer],
            "experience_held": found.experience_months[rows],
            "experience_asked": offers.experience_months[offer],
            "education": np.where(
                offers.education_level[offer] > 0,
                persons.education_level[person] - offers.education_level[offer],
                np.nan,
            ),
            "pay": offers.pay[offer] / floor - 1,
            "distance": found.distance_km[rows] / np.maximum(reach_km, 1.0),
            "freshness": np.maximum(-offers.published_day[offer], 0),
            "pay_market": offers.pay[offer] / occupations.pay[offers.occupation[offer]] - 1,
            "working_time": np.where(told, part_time == (offers.weekly_hours[offer] < FULL_TIME), np.nan),
            "hours": np.where(told, offers.weekly_hours[offer] - np.where(part_time, PART_TIME, FULL_TIME), np.nan),
            "minutes": found.distance_km[rows] * persons.minutes_per_km[person],
            "posts": offers.posts[offer],
        }
        for column, name in enumerate(NAMES):
            matrix[rows, column] = np.clip(values[name], *limits[name]) if name in values else np.nan
    return matrix


def served_score(persons: Persons, offers: Offers, found: Found) -> Floats:
    """(n_candidates,) in 0..1: what a plain weighted sum of relation, skills, distance and pay would give."""
    score = np.empty(len(found.offer), dtype=np.float32)
    for start in range(0, len(found.offer), _ROWS):
        rows = slice(start, start + _ROWS)
        person, offer = found.person[rows], found.offer[rows]
        project = found.project[rows]
        share = found.skills_shared[rows] / np.maximum(offers.skills_asked[offer], 1)
        near = 1 - 0.65 * np.minimum(found.distance_km[rows] / np.maximum(persons.reach_km[person, project], 1.0), 1.5)
        pay = np.clip(np.nan_to_num(offers.pay[offer] / persons.pay_floor[person, project] - 1), -0.2, 0.2) * 2.5 + 0.5
        score[rows] = 0.6 * found.relation[rows] / 5 + 0.2 * share + 0.12 * near + 0.08 * pay
    return score
