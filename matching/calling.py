"""Which firms may be called on for a portfolio, and what to widen where none may."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.explain.filter_names import filters
from matching.explain.wording import counted, enumeration, kilometres
from matching.filters import consent, place
from matching.filters.base import Condition, Context
from matching.filters.registry import parse
from matching.lookups import day_number
from matching.portfolio import Portfolio
from matching.schema import Collection
from matching.selection import select
from matching.solicitation import CAP_DAYS, SOLICITATION_CAP, not_contacted_since, under_the_cap

WIDER_KM: Final = (50, 100)
"""Radii that are tried where a search brings nothing."""


def conditions_of(
    engine: Engine, demand: ProspectionDemand, portfolio: Portfolio, centre: int, capped: bool = True
) -> list[Condition]:
    """What a firm must meet to be called on; `capped` is False to count also those that refused or were called on too
    often."""
    today = day_number(engine.today())
    fits = portfolio.fits
    conditions: list[Condition] = [
        consent.may_be_prospected,
        *([under_the_cap(today)] if capped else []),
        place.within(engine.lookups, [centre], demand.radius_km),
        lambda view: fits[view.column("naf")] > 0,
        *parse(demand.parameters, Context(Collection.ESTABLISHMENTS, engine.lookups, engine.today())),
    ]
    if demand.not_contacted_days:
        conditions.append(not_contacted_since(today - demand.not_contacted_days))
    return conditions


def widening(engine: Engine, demand: ProspectionDemand, portfolio: Portfolio, centre: int) -> str:
    """Why nothing is found, and the nearest relaxation that brings some."""

    def count(relaxed: ProspectionDemand, capped: bool = True) -> int:
        conditions = conditions_of(engine, relaxed, portfolio, centre, capped)
        return len(select(engine.catalogue(Collection.ESTABLISHMENTS), conditions).rows)

    def firms(number: int) -> str:
        return counted(number, "établissement", "établissements")

    if not portfolio.fits.any():
        labels = _wanted_labels(engine, portfolio)
        return f"Aucun secteur connu n'embauche dans les métiers visés ({labels}) : ajouter des métiers proches."
    if demand.parameters:
        found = count(replace(demand, parameters={}))
        if found:
            return f"Aucun établissement avec ces filtres : sans {filters(demand.parameters)}, il y en a {found}."
    if demand.not_contacted_days:
        found = count(replace(demand, not_contacted_days=None))
        if found:
            return (
                f"Tous ont été contactés depuis moins de {counted(demand.not_contacted_days, 'jour', 'jours')} : "
                f"en les comptant aussi, il y en a {found}."
            )
    for wider_km in (km for km in WIDER_KM if km > demand.radius_km):
        found = count(replace(demand, radius_km=wider_km))
        if found:
            return (
                f"Aucun établissement à démarcher dans un rayon de {kilometres(demand.radius_km)} ; "
                f"{firms(found)} à moins de {wider_km} km."
            )
    found = count(replace(demand, not_contacted_days=None, parameters={}), capped=False)
    if found:
        return (
            f"Les établissements alentour ont refusé récemment ou ont déjà été sollicités {SOLICITATION_CAP} fois en "
            f"{CAP_DAYS} jours : choisir une autre commune, ou attendre."
        )
    labels = _wanted_labels(engine, portfolio)
    return (
        f"Aucun établissement à démarcher à moins de {kilometres(max(demand.radius_km, *WIDER_KM))} pour ces métiers "
        f"({labels}) : élargir les métiers visés."
    )


def _wanted_labels(engine: Engine, portfolio: Portfolio) -> str:
    labels: Sequence[str] = engine.lookups.reference.rome.labels
    order = portfolio.wanted[np.argsort(-portfolio.weights[portfolio.wanted], kind="stable")]
    return enumeration([labels[row] for row in order.tolist()])
