"""Queries that move towards people and away from others."""

import msgspec
import numpy as np
import pytest

from features.records import Consents, Project
from matching.answer import Window
from matching.demand import Demand
from matching.engine import Engine
from matching.errors import BadParameter
from matching.likeness import ALPHA, BETA, GAMMA, moved
from matching.retrieve import kinship_to
from matching.schema import Collection
from matching.sourcing import profiles_for_demand
from tests.matching.made import offer, profile, write

NURSE = "J1506"


def filled(local: Engine) -> Engine:
    write(local, *(profile(f"carer{number}") for number in range(5)))
    write(local, *(profile(f"nurse{number}", NURSE) for number in range(5)))
    write(local, msgspec.structs.replace(profile("hidden"), consents=Consents()))
    return local


def vector_of(engine: Engine, key: str) -> np.ndarray:  # type: ignore[type-arg]
    profiles = engine.catalogue(Collection.PROFILES)
    return profiles.index.vectors(profiles.rows_of(key))[0]


def test_the_move_is_that_of_rocchio(local: Engine) -> None:
    filled(local)
    query = np.zeros(local.lookups.encoder.dim, dtype=np.float32)
    query[0] = 1
    expected = ALPHA * query + BETA * vector_of(local, "nurse0") - GAMMA * vector_of(local, "carer0")
    found = moved(local, query, ["nurse0"], ["carer0"])
    assert found == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)
    assert moved(local, query, [], []) is query


def test_of_several_projects_the_nearest_to_the_query_counts(local: Engine) -> None:
    write(local, profile("both", projects=(Project(rome_code="J1501"), Project(rome_code=NURSE))))
    write(local, profile("nurse", NURSE))
    query = vector_of(local, "nurse")
    assert moved(local, query, ["both"], []) @ query > 0.999


@pytest.mark.parametrize("key", ["hidden", "nobody"])
def test_people_who_are_hidden_and_people_who_are_not_there_are_refused_alike(local: Engine, key: str) -> None:
    filled(local)
    with pytest.raises(BadParameter, match=r"« commeProfils ».*visible des employeurs") as refused:
        profiles_for_demand(local, Demand(offer("need"), liked=(key,)), Window())
    assert refused.value.expected == "l'identifiant d'un profil visible des employeurs"


def test_results_move_and_their_reasons_still_add_up(local: Engine) -> None:
    near = kinship_to(local.lookups, local.lookups.reference.rome.row_of("J1501")).near[:-1]
    codes = [code for code, is_near in zip(local.lookups.reference.rome.codes, near, strict=True) if is_near]
    other = next(code for code in codes if code != "J1501")
    write(local, *(profile(f"carer{number}") for number in range(5)))
    write(local, *(profile(f"nurse{number}", other) for number in range(5)))
    plain = profiles_for_demand(local, Demand(offer("need")), Window())
    liking = profiles_for_demand(local, Demand(offer("need"), liked=("nurse0", "nurse1")), Window())
    score = {match.id: match.score for match in plain.matches}
    assert "nurse4" in score
    for match in liking.matches:
        assert match.base + sum(reason.contribution for reason in match.reasons) == pytest.approx(match.score, abs=1e-5)
    moved_to = {match.id: match.score for match in liking.matches}
    assert moved_to["nurse4"] - score["nurse4"] > moved_to["carer4"] - score["carer4"]
    assert liking.notice == "Résultats rapprochés de 2 profils choisis."


def test_people_who_are_not_wanted_are_no_longer_shown(local: Engine) -> None:
    filled(local)
    answer = profiles_for_demand(local, Demand(offer("need"), unliked=("carer0",)), Window())
    assert "carer0" not in {match.id for match in answer.matches}
    liking = profiles_for_demand(local, Demand(offer("need"), liked=("carer0",)), Window())
    assert "carer0" not in {match.id for match in liking.matches}
    assert answer.notice == "Résultats éloignés de 1 profil écarté."
