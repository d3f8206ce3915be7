"""Readers of a small sample world."""

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.security.actor import Role
from api.service import Service
from api.team_plan.calendar import days_of
from api.team_plan.reading import base_of
from features.records import Establishment, Offer, Profile
from features.store import visits
from features.store.visits import PlannedVisit, PlannedWeek, State
from matching.answer import Window
from matching.schema import Collection
from matching.subscriptions import offers_for_profile
from tests.api.conftest import client_over
from tests.api.pages.browser import Browser
from tests.api.pages.screen import NAMES, Site, copied, listening

Somebody = Callable[[Role], str]


def service_of(client: TestClient):  # type: ignore[no-untyped-def]
    return client.app.state.service  # type: ignore[attr-defined]


def tokens_of(client: TestClient) -> dict[Role, str]:
    """Somebody of each role, who has something to see; the same ones whatever they did meanwhile."""
    return chosen(service_of(client))


@cache
def chosen(service: Service) -> dict[Role, str]:
    people = [
        each
        for each in service.store.page(Profile, 0, 120)
        if each.consents.profiling
        and each.consents.visible_to_employers
        and each.id in service.engine.catalogue(Collection.PROFILES)
        and each.counsellor_id is not None
    ]
    person = max(people, key=lambda each: offers_for_profile(service.engine, each.id, {}, Window(0, 0)).total)
    offer = next(each for each in service.store.page(Offer, 0, 200) if each.siret is not None)
    return {
        Role.JOBSEEKER: f"demo:demandeur:{person.id}",
        Role.EMPLOYER: f"demo:employeur:{offer.siret}",
        Role.COUNSELLOR: f"demo:conseiller:{person.counsellor_id}",
        Role.PARTNER: "demo:partenaire:un-flux",
        Role.AUDITOR: "demo:auditeur",
        Role.ADMINISTRATOR: "demo:administrateur",
        Role.PILOT: "demo:pilote",
        Role.SERVICE: "demo:service",
        Role.NEWCOMER: "demo:arrivant",
    }


def with_round(service: Service, counsellor: str, firms: Sequence[Establishment]) -> dt.date:
    """The day, of next week, on which a counsellor is to visit some firms in that order; no solver works for it."""
    week = visits.monday_of(dt.date.today()) + dt.timedelta(weeks=1)
    day = days_of(week)[0]
    base = base_of(service.engine, counsellor) or str(firms[0].commune_insee)
    planned = [
        PlannedVisit(week, each.id, counsellor, day, place, State.PROPOSED, f"Raison {place}")
        for place, each in enumerate(firms, start=1)
    ]
    terms = PlannedWeek(week, counsellor, base, frozenset(), 4, 45, 30)
    visits.renew(service.store, week, [], planned, [terms], counsellor, dt.datetime.now(dt.UTC))
    return day


@pytest.fixture(scope="module")
def world(sample_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a service that the tests of one file write to."""
    folder = shutil.copytree(sample_data_dir, tmp_path_factory.mktemp("pages") / "var")
    with client_over(folder) as client:
        yield client


@pytest.fixture
def jobseeker(world: TestClient) -> Browser:
    """A jobseeker whose list is full."""
    return Browser(world).be(tokens_of(world)[Role.JOBSEEKER])


@pytest.fixture
def employer(world: TestClient) -> Browser:
    return Browser(world).be(tokens_of(world)[Role.EMPLOYER])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The system's Chromium. The test is skipped, saying how to install it, where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is absent: install vivier[dev]")
    found = next((path for name in NAMES if (path := shutil.which(name)) is not None), None)
    if found is None:
        pytest.skip("no browser: on Debian or Ubuntu, sudo apt-get install chromium")
    options = ["--disable-background-networking", "--disable-sync", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=options)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def site(sample_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service that listens, for the tests of one file; people sign in to it with the local provider."""
    folder = copied(sample_data_dir, tmp_path_factory.mktemp("browser"))
    with listening(folder, local_provider=True) as found:
        yield found
