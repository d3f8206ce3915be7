"""A service that answers takes up newly published prices without a restart, and heeds them by its setting alone."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.records import Profile
from matching.allocation.live import publish
from matching.keys import key_number
from tests.api.conftest import client_over
from tests.api.test_adoption import nudge, service_of
from tests.waiting import soon

LONG_S = 60


@pytest.mark.slow
@pytest.mark.parametrize("knob", [0.0, 0.5])
def test_prices_are_taken_up_between_two_answers(deployment: Path, knob: float) -> None:
    with client_over(deployment, follow_interval_s=LONG_S, allocation_knob=knob) as client:
        people = service_of(client).store.page(Profile, 0, 50)
        paths = [f"/v1/profils/{each.id}/offres?range=0-49" for each in people]
        path = next(path for path in paths if len(client.get(path).json().get("resultats", [])) > 5)

        def ask() -> Any:
            return client.get(path).json()

        def generation() -> Any:
            return client.get("/health/ready").json()["index"]["prices"]["generation"]

        before = ask()
        first = before["resultats"][0]
        publish(
            deployment,
            np.array([key_number(first["id"])], dtype=np.int64),
            np.array([0.5], dtype=np.float32),
            np.array([1200]),
            np.array([1], dtype=np.int32),
            {},
        )
        assert (ask(), generation()) == (before, None), "nobody has looked yet"
        nudge(client)
        assert soon(lambda: generation() == "000001")
        if knob == 0:
            assert ask() == before
            return
        charged = next(each for each in ask()["resultats"] if each["id"] == first["id"])
        told = next(each for each in charged["raisons"] if each["critere"] == "price")
        assert told == {
            "critere": "price",
            "famille": "marche",
            "texte": "Déjà proposée à 1200 personnes pour 1 poste",
            "contribution": -0.25,
        }
        assert charged["score"] == pytest.approx(first["score"] - 0.25, abs=2e-4)
        whole = charged.get("base", 0.0) + sum(each["contribution"] for each in charged["raisons"])
        assert whole == pytest.approx(charged["score"], abs=1e-9)
