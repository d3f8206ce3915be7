"""What the HTTP benchmarks ask: each public question, about many people, offers, needs and counsellors."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from benchmarks.http_client import Ask

FOUR: Final = (
    "offers_for_profile",
    "trainings_for_profile",
    "profiles_for_offer",
    "profiles_for_need",
    "firms_to_prospect",
)
"""The four services' lists, which are asked most: those of mixed loads."""


@dataclass(frozen=True)
class Askers:
    """Whom and what requests are about: records of the deployment that is asked."""

    people: Sequence[str]
    """Ids of profiles."""
    offers: Sequence[str]
    needs: Sequence[Mapping[str, Any]]
    """Bodies of a search for people: a title and a place at least."""
    portfolios: Mapping[str, str | None]
    """By counsellor, the commune to prospect around; None: where most of their people live."""
    places: Sequence[str]
    """A name of a commune for each need."""


def questions(askers: Askers) -> dict[str, list[Ask]]:
    """Requests by the name of their question."""

    def of_person(path: str) -> list[Ask]:
        return [Ask(f"/v1/profils/{quote(key)}/{path}") for key in askers.people]

    return {
        "offers_for_profile": of_person("offres"),
        "trainings_for_profile": of_person("formations"),
        "gaps_of_profile": of_person("ecarts"),
        "paths_for_profile": of_person("parcours"),
        "careers_for_profile": of_person("metiers"),
        "subscription_tried": [Ask(f"/v1/profils/{quote(key)}/abonnements/simulation", "{}") for key in askers.people],
        "profiles_for_offer": [Ask(f"/v1/offres/{quote(key)}/profils") for key in askers.offers],
        "profiles_for_need": [Ask("/v1/profils/recherche", json.dumps(need)) for need in askers.needs],
        "need_diagnosed": [Ask("/v1/offres/diagnostic", json.dumps(need)) for need in askers.needs],
        "need_read": [
            Ask("/v1/besoins/lecture", json.dumps({"texte": f"{need['intitule']} à {place}, CDI, débutant accepté"}))
            for need, place in zip(askers.needs, askers.places, strict=True)
        ],
        "firms_to_prospect": [
            Ask(
                "/v1/prospection/cibles",
                json.dumps({"conseiller": key} | ({} if commune is None else {"commune": commune})),
            )
            for key, commune in askers.portfolios.items()
        ],
    }


def mixed(pools: Mapping[str, Sequence[Ask]]) -> list[Ask]:
    """Requests of the `FOUR` in turn."""
    return [ask for asks in zip(*(pools[name] for name in FOUR), strict=False) for ask in asks]
