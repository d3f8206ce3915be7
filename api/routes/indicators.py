"""The open indicators of the labour market: for anybody, and of nobody."""

import datetime as dt
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from api.indicator_shapes import Indicateurs, indicateur
from api.openapi import content, page_answers, ref
from api.pagination import DEFAULT_RANGE, Range, page, window_of
from api.problems import ApiProblem, ProblemType
from api.security.rules import PUBLIC, allowed
from api.service import Service, ServiceOf
from api.steering.indicators import Indicators, Names
from api.steering.kept import Made
from matching.errors import BadParameter

router = APIRouter(prefix="/v1/indicateurs", tags=["Indicateurs ouverts"])

CSV: Final = "text/csv; charset=utf-8"
_ONE: Final[dict[str, Any]] = {
    "codeROME": "J1501",
    "libelle": "Aide-soignant / Aide-soignante",
    "grandDomaine": "J",
    "offres": 282,
    "postes": 408,
    "bassin": "7532",
    "libelleBassin": "Bordeaux",
    "personnes": 155,
    "offresPourDixPersonnes": 18.19,
    "partRecrutementsDifficiles": 0.78,
}
EXAMPLE: Final[dict[str, Any]] = {"resultats": [_ONE], "calculesLe": "2026-11-26T09:00:00+00:00"}
_CSV_EXAMPLE: Final = '"Code ROME";"Métier"\r\n"J1501";"Aide-soignant / Aide-soignante"\r\n'


@router.get(
    "",
    summary="Les indicateurs ouverts du marché du travail",
    description=(
        "Par métier (famille du ROME), en France entière ou dans un bassin : offres ouvertes, postes, personnes en "
        "recherche, offres pour dix personnes, part de recrutements jugés difficiles. Un nombre de personnes est donné "
        "à cinq près, légèrement déplacé, et tu sous cinq : nul ne s'y reconnaît, ni en retirant un nombre d'un autre. "
        "Refaits toutes les dix minutes quand quelqu'un les demande."
    ),
    responses=page_answers("indicateurs", ref("Indicateurs"), EXAMPLE),
)
@allowed(PUBLIC)
async def indicators(
    service: ServiceOf,
    area: Annotated[
        str | None,
        Query(
            alias="bassin", description="Code d'un bassin d'emploi ; sans lui, la France entière.", examples=["7532"]
        ),
    ] = None,
    domain: Annotated[
        str | None, Query(alias="grandDomaine", description="Lettre d'un grand domaine du ROME.", examples=["J"])
    ] = None,
    range_: Range = DEFAULT_RANGE,
) -> Response:
    window, names = window_of(range_), service.board.names
    place = None if area is None else _area(area, names)
    if domain is not None and domain not in names.domains:
        raise BadParameter("grandDomaine", domain, f"l'une des lettres {', '.join(sorted(names.domains))}")
    made = await _made(service)
    found = made.value.of(place, domain)
    shown = [indicateur(each, names) for each in found[window.first : window.last + 1]]
    moment = dt.datetime.fromtimestamp(int(made.at), dt.UTC).isoformat()
    notice = None if found else _why_nothing(made.value, place, domain)
    body = Indicateurs(shown, moment, notice)
    return page("indicateurs", window, len(shown), len(found), body, has_notice=notice is not None)


@router.get(
    "/export",
    response_class=Response,
    summary="Tous les indicateurs ouverts, en CSV",
    description=(
        "La France entière, puis chaque bassin d'emploi, pour un tableur : séparés par des points-virgules, sans "
        "cellule qu'il prendrait pour une formule."
    ),
    responses={200: {"description": "Le fichier.", "content": content({"type": "string"}, _CSV_EXAMPLE, CSV)}},
)
@allowed(PUBLIC)
async def export(service: ServiceOf) -> Response:
    made = await _made(service)
    headers = {"Content-Disposition": 'attachment; filename="indicateurs.csv"'}
    return Response(made.value.csv, media_type=CSV, headers=headers)


def _area(code: str, names: Names) -> int:
    """The row of an area. Raises BadParameter."""
    if code not in names.areas:
        known = ", ".join(f"{area} ({label})" for area, label in zip(names.areas[:1], names.area_labels, strict=False))
        raise BadParameter("bassin", code, f"un code de bassin d'emploi, par exemple {known}")
    return names.areas.index(code)


async def _made(service: Service) -> Made[Indicators]:
    """Raises ApiProblem (503) where the first ones are still being computed."""
    made = await service.board.indicators.get()
    if made is None:
        raise ApiProblem(
            ProblemType.NOT_READY,
            "Les indicateurs sont en cours de calcul : redemandez-les dans quelques secondes.",
            headers={"Retry-After": "5"},
        )
    return made


def _why_nothing(found: Indicators, area: int | None, domain: str | None) -> str:
    """What an empty answer comes from, and the filter to leave out that fills it."""
    what = "Aucune offre, et trop peu de personnes en recherche pour être comptées"
    if area is not None and domain is not None and found.of(area, None):
        return f"{what}, dans ce domaine et ce bassin : sans « grandDomaine », le bassin en a."
    if area is not None and found.of(None, domain):
        return f"{what}, dans ce bassin : sans « bassin », la France entière en a."
    if domain is not None and found.of(None, None):
        return f"{what}, dans ce domaine : sans « grandDomaine », d'autres domaines en ont."
    return f"{what} : le service n'a encore ni offre, ni profil."
