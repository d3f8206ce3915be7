"""The routers, in the order in which they are tried: one line each, and the API and its contract suite know it."""

from collections.abc import Iterator

from fastapi import APIRouter

from api.pages import registry as pages
from api.routes import (
    access_tokens,
    account,
    accounts,
    archive,
    audit,
    careers,
    contact_log,
    diagnosis,
    fairness,
    flags,
    gaps,
    gestures,
    health,
    indicators,
    introductions,
    needs,
    paths,
    pools,
    problem_pages,
    prospection,
    prospection_plan,
    recommendations,
    rome,
    sign_in,
    sourcing,
    subscriptions,
    text,
)
from api.routes.bulk import bulk_router
from api.routes.protected import sub_resource
from api.routes.records import records_router
from features.border.registry import BORDERS
from features.store import Kind

APART = {Kind.IDENTITY: "identite", Kind.PROTECTED: "statut-protege"}
"""Kinds that are reached only through their profile, and the last part of their address."""


def routers() -> Iterator[APIRouter]:
    """All routers."""
    yield archive.router
    yield recommendations.router
    yield careers.router
    yield gaps.router
    yield paths.router
    yield sourcing.router
    yield diagnosis.router
    yield needs.router
    yield pools.router
    yield introductions.router
    yield prospection.router
    yield prospection_plan.router
    yield contact_log.router
    yield subscriptions.router
    yield gestures.router
    yield audit.router
    yield flags.router
    yield fairness.router
    yield indicators.router
    yield rome.router
    yield text.router
    for kind, border in BORDERS.items():
        if kind in APART:
            yield sub_resource(kind, APART[kind])
        else:
            yield records_router(border)
            yield bulk_router(border)
    yield access_tokens.router
    yield sign_in.router
    yield account.router
    yield accounts.router
    yield from pages.routers()
    yield health.router
    yield problem_pages.router
