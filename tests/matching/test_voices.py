"""Two voices: what is withheld from an employer is summed, and changes no word of what they read."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from features.pairs import JOB_FEATURES
from features.records import Pay, Profile, Project
from matching.answer import Match, Window
from matching.engine import Engine
from matching.explain.families import JOB_FAMILIES, TOLD_TO_EMPLOYERS, Family
from matching.explain.gaps import VOICES
from matching.explain.job_facts import JobFacts, Reader
from matching.rank import PROFILE_RANKER
from matching.sourcing import profiles_for_offer
from matching.subscriptions import offers_for_profile
from tests.matching.made import BAKER, CARER, offer, profile, write
from tests.matching.test_explain import JOB

NAMES = [feature.name for feature in JOB_FEATURES]
EMPLOYER = VOICES[Reader.EMPLOYER]
HIDDEN = [name for name in NAMES if name not in TOLD_TO_EMPLOYERS]


class Learned:
    """Contributions of either sign that depend on no other feature, from a base."""

    names = tuple(NAMES)
    base = 0.5
    weights = np.ones(len(NAMES), dtype=np.float32)

    def contributions(self, features: Any) -> Any:
        return np.nan_to_num(features).astype(np.float64) * 0.01 - 0.02

    def scores(self, features: Any) -> Any:
        return (self.base + self.contributions(features).sum(axis=1)).astype(np.float32)


def row_of(facts: JobFacts) -> Any:
    return np.array([[facts.values[name] for name in NAMES]], dtype=np.float32)


@given(
    st.dictionaries(st.sampled_from(HIDDEN), st.floats(0, 1, width=32)),
    st.floats(1, 9000),
    st.floats(1, 200),
)
def test_what_employers_may_not_see_changes_no_word_of_theirs(
    hidden: dict[str, float], pay_floor: float, reach_km: float
) -> None:
    """The same texts and the same parts, but for the part in which all that is withheld is summed."""
    one = replace(JOB, reader=Reader.EMPLOYER)
    other = replace(one, values=one.values | hidden, pay_floor=pay_floor, reach_km=reach_km)
    for ranker in (PROFILE_RANKER, Learned()):
        read = []
        for facts in (one, other):
            (reasons,) = EMPLOYER.reasons(ranker, row_of(facts), [facts])
            assert ranker.base + sum(reason.contribution for reason in reasons) == pytest.approx(
                float(ranker.scores(row_of(facts))[0]), abs=1e-6
            )
            read.append({each.feature: each for each in reasons})
        counted = {name for name, weight in zip(NAMES, ranker.weights.tolist(), strict=True) if weight > 0}
        assert read[0].keys() == read[1].keys() == (TOLD_TO_EMPLOYERS & counted) | {"accord"}
        for name, reason in read[0].items():
            assert read[1][name].text == reason.text
            if name != "accord":
                assert read[1][name] == reason
    assert EMPLOYER.gaps(one) == EMPLOYER.gaps(other)
    assert EMPLOYER.obstacles(one) == EMPLOYER.obstacles(other)


def test_a_person_is_told_everything_the_heaviest_first_whichever_its_sign() -> None:
    (reasons,) = VOICES[Reader.PERSON].reasons(Learned(), row_of(JOB), [JOB])
    assert {reason.feature for reason in reasons} == set(NAMES)
    assert all(reason.family is JOB_FAMILIES[reason.feature] for reason in reasons)
    sizes = [abs(reason.contribution) for reason in reasons]
    assert sizes == sorted(sizes, reverse=True)
    assert min(reason.contribution for reason in reasons) < 0


def test_only_the_line_of_what_is_accepted_speaks_of_what_is_withheld() -> None:
    facts = replace(JOB, reader=Reader.EMPLOYER)
    (reasons,) = EMPLOYER.reasons(PROFILE_RANKER, row_of(facts), [facts])
    (line,) = [reason for reason in reasons if reason.family is Family.ACCEPTED]
    assert line.text == (
        "À 12 km environ du lieu de travail, et ce que la personne accepte ou recherche (le détail lui appartient)"
    )
    weights = dict(zip(NAMES, PROFILE_RANKER.weights.tolist(), strict=True))
    assert line.contribution <= sum(weights[name] for name in HIDDEN) + 1e-6


# ---------------------------------------------------------------- on the way from the store to the answer


def told(match: Match[Profile]) -> list[Any]:
    """Everything that an employer reads of a result, but for what the score and the line of what is withheld are."""
    texts = {reason.feature: reason.text for reason in match.reasons}
    parts = {reason.feature: reason.contribution for reason in match.reasons if reason.feature != "accord"}
    return [texts, parts, match.gaps, match.obstacles, match.distance_km]


def test_twins_who_differ_only_in_what_employers_may_not_see_read_the_same(local: Engine) -> None:
    far, near = 90, 15
    plain = profile("plain", projects=(Project(rome_code=CARER, pay_floor_monthly=1500, radius_km=far),))
    other_project = Project(rome_code=BAKER)
    twin = profile("twin", projects=(Project(rome_code=CARER, pay_floor_monthly=1990, radius_km=near), other_project))
    paid = Pay(min_monthly=2000, max_monthly=2100)
    write(local, offer(pay=paid), plain, twin)
    one, other = profiles_for_offer(local, "o1", {}, Window()).matches
    assert {one.id, other.id} == {"plain", "twin"}
    assert told(one) == told(other)
    for key, share in (("plain", "40 %"), ("twin", "6 %")):
        (found,) = offers_for_profile(local, key, {}, Window()).matches
        texts = {reason.feature: reason.text for reason in found.reasons}
        assert f"{share} au-dessus de votre minimum" in texts["pay"]
