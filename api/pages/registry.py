"""All pages, in the order in which their addresses are tried: a new one is a file beside this and a line here."""

from collections.abc import Iterator

from fastapi import APIRouter

from api.pages import (
    about,
    canvass,
    day_round,
    front,
    my_account,
    my_careers,
    my_data,
    my_offers,
    my_profile,
    my_requests,
    my_subscriptions,
    my_trainings,
    recruit,
    recruit_advert,
    recruit_pools,
    recruit_requests,
    static,
    steer,
    team_plan,
)


def routers() -> Iterator[APIRouter]:
    yield static.router
    yield front.router
    yield about.router
    yield my_account.router
    yield my_offers.router
    yield my_trainings.router
    yield my_careers.router
    yield my_profile.router
    yield my_subscriptions.router
    yield my_requests.router
    yield my_data.router
    yield recruit.router
    yield recruit_advert.router
    yield recruit_pools.router
    yield recruit_requests.router
    yield canvass.router
    yield steer.router
    yield team_plan.router
    yield day_round.router
