"""The ROME referential, read only."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response

from api import rome_shapes as shapes
from api.openapi import answer, page_answers, ref
from api.pagination import DEFAULT_RANGE, Range, json_response, page, window_of
from api.security.rules import PUBLIC, allowed
from api.service import ServiceOf
from features.rome.parts import SkillKind
from features.rome.referential import Rome, UnknownRomeCode
from features.rome.search import ALL_KINDS
from matching.errors import BadParameter, NotFound

router = APIRouter(prefix="/v1/rome", tags=["ROME"])

MOST_FOUND: Final = 50
"""Most labels in one answer of the search."""

_CODE_FORM: Final = "un code ROME 4.0 ou v3, par exemple J1501"
_KINDS: Final = [kind.value for kind in SkillKind]

Item = TypeVar("Item")

RomeCode = Annotated[
    str | None,
    Query(
        alias="codeROME",
        description="Code ROME 4.0, ou code v3 : tous les métiers qui en descendent.",
        examples=["J1501"],
    ),
]


def _rome(service: ServiceOf) -> Rome:
    return service.reference.rome


RomeOf = Annotated[Rome, Depends(_rome)]

_METIER: Final = {
    "code": "J1501",
    "libelle": "Aide-soignant / Aide-soignante",
    "codeParent": "J1501",
    "grandDomaine": {"code": "J", "libelle": "Santé"},
    "domaine": {"code": "J15", "libelle": "Soins paramédicaux"},
}
_APPELLATION: Final = {
    "code": "11155",
    "libelle": "Aide-soignant / Aide-soignante",
    "libelleCourt": "Aide-soignant / Aide-soignante",
    "codeROME": "J1501",
    "principale": True,
    "peuUsitee": False,
}
_COMPETENCE: Final = {"code": "126562", "libelle": "Aider à l'habillage d'une personne", "nature": "savoir-faire"}
_COMPETENCE_METIER: Final = {**_COMPETENCE, "coeurMetier": True, "emergente": False}
_FICHE: Final = {
    "version": "4.60",
    **_METIER,
    "definition": "Réalise des soins de prévention, de maintien ou d'éducation à la santé.",
    "acces": "Cet emploi est accessible avec le diplôme d'État d'aide-soignant.",
    "reglemente": True,
    "cadre": False,
    "transitionEcologique": "Emploi Blanc",
    "transitionNumerique": False,
    "transitionDemographique": True,
    "appellations": [_APPELLATION],
    "competences": [_COMPETENCE_METIER],
    "contextes": [{"code": "23374", "libelle": "Travail le samedi"}],
    "centresInteret": [],
    "themes": [],
    "secteursActivite": [],
    "secteursNaf": [{"code": "86", "libelle": "Activités pour la santé humaine"}],
    "mobilites": [{"code": "K1302", "libelle": "Auxiliaire de vie", "ordre": 1}],
    "memeParent": [],
}
_TROUVE: Final = {
    "type": "metier",
    "code": "J1501",
    "libelle": "Aide-soignant / Aide-soignante",
    "codeROME": "J1501",
    "score": 0.91,
}


def _page_of(name: str, shape: type[msgspec.Struct], example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return page_answers(name, ref(shape.__name__), {"resultats": [example]})


@router.get(
    "/metiers",
    summary="Lister les métiers",
    description="Les métiers du ROME 4.0 par ordre de code, page par page.",
    responses=_page_of("metiers", shapes.Metiers, _METIER),
)
@allowed(PUBLIC)
async def occupations(
    rome: RomeOf,
    domaine: Annotated[
        str, Query(description="Grand domaine (J) ou domaine professionnel (J15).", examples=["J15"])
    ] = "",
    range_: Range = DEFAULT_RANGE,
) -> Response:
    if domaine and domaine not in rome.grand_domains and domaine not in rome.domains:
        raise BadParameter(
            "domaine", domaine, "un grand domaine (une lettre) ou un domaine (une lettre, deux chiffres)"
        )
    rows = [row for row, code in enumerate(rome.codes) if code.startswith(domaine)]
    return _page("metiers", range_, rows, lambda row: shapes.metier(rome, row))


@router.get(
    "/metiers/{code}",
    summary="Lire une fiche métier",
    description="Tout ce que le ROME dit d'un métier. Un code v3 sans fiche rend le premier de ses descendants.",
    responses={200: answer("La fiche.", ref("FicheMetier"), _FICHE)},
)
@allowed(PUBLIC)
async def occupation(
    rome: RomeOf, code: Annotated[str, Path(description="Code ROME 4.0 ou v3.", examples=["J1501"], max_length=20)]
) -> Response:
    try:
        row = rome.resolve(code.upper())[0]
    except UnknownRomeCode as error:
        raise NotFound("Le code ROME", code) from error
    return json_response(shapes.fiche(rome, row))


@router.get(
    "/appellations",
    summary="Lister les appellations",
    description="Toutes les appellations, ou celles d'un métier.",
    responses=_page_of("appellations", shapes.Appellations, _APPELLATION),
)
@allowed(PUBLIC)
async def appellations(rome: RomeOf, rome_code: RomeCode = None, range_: Range = DEFAULT_RANGE) -> Response:
    rows: Sequence[int] = range(rome.n_appellations)
    if rome_code is not None:
        rows = [each for row in _rows(rome, rome_code) for each in rome.appellations_of(row).tolist()]
    return _page("appellations", range_, rows, lambda row: shapes.appellation(rome, row))


@router.get(
    "/competences",
    summary="Lister les compétences",
    description="Toutes les compétences ou, avec `codeROME`, celles d'un métier, cœur de métier d'abord.",
    responses=page_answers(
        "competences",
        {"anyOf": [ref("CompetencesMetier"), ref("Competences")]},
        {"resultats": [_COMPETENCE_METIER]},
    ),
)
@allowed(PUBLIC)
async def skills(
    rome: RomeOf,
    rome_code: RomeCode = None,
    nature: Annotated[
        str | None, Query(description=f"Une nature : {', '.join(_KINDS)}.", examples=["savoir-faire"])
    ] = None,
    range_: Range = DEFAULT_RANGE,
) -> Response:
    if nature is not None and nature not in _KINDS:
        raise BadParameter("nature", nature, f"une nature parmi {', '.join(_KINDS)}")
    if rome_code is None:
        rows = [row for row, kind in enumerate(rome.skill_kinds) if nature is None or kind.value == nature]
        return _page("competences", range_, rows, lambda row: shapes.competence(rome, row))
    found = {skill.code: skill for row in _rows(rome, rome_code) for skill in shapes.competences_of(rome, row)}
    kept = [skill for skill in found.values() if nature is None or skill.nature == nature]
    return _page("competences", range_, kept, lambda skill: skill)


@router.get(
    "/recherche",
    summary="Chercher un métier, une appellation ou une compétence",
    description=(
        "Complète ce qui est en train d'être tapé : ni les majuscules, ni les accents, ni « H/F », ni le pluriel ne "
        "comptent, et la fin des mots peut manquer."
    ),
    responses={200: answer("Les libellés, du meilleur au moins bon.", ref("Trouves"), {"resultats": [_TROUVE]})},
)
@allowed(PUBLIC)
async def search(
    rome: RomeOf,
    texte: Annotated[str, Query(description="Ce qui est tapé.", max_length=200, examples=["aide soig"])],
    type_: Annotated[
        str, Query(alias="type", description="Types cherchés, séparés par des virgules.", examples=["metier"])
    ] = "metier,appellation,competence",
    limite: Annotated[int, Query(description="Nombre de libellés au plus.", ge=1, le=MOST_FOUND)] = 10,
) -> Response:
    kinds = [kind.strip() for kind in type_.split(",") if kind.strip()]
    if not kinds or not set(kinds) <= ALL_KINDS:
        raise BadParameter(
            "type", type_, "un ou plusieurs de metier, appellation, competence, séparés par des virgules"
        )
    hits = rome.search(texte, limite, kinds)
    return json_response(shapes.Trouves([shapes.trouve(hit) for hit in hits]))


def _rows(rome: Rome, code: str) -> tuple[int, ...]:
    try:
        return rome.resolve(code.upper())
    except UnknownRomeCode as error:
        near = f", proche de {', '.join(error.nearest)}" if error.nearest else ""
        raise BadParameter("codeROME", code, f"{_CODE_FORM}{near}") from error


def _page(unit: str, range_: str, items: Sequence[Item], shape: Callable[[Item], msgspec.Struct]) -> Response:
    """The items at the ranks asked for; only these are shaped."""
    window = window_of(range_)
    shown = [shape(item) for item in items[window.first : window.last + 1]]
    return page(unit, window, len(shown), len(items), {"resultats": shown})
