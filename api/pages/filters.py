"""Filters as links: what is in place, each with the way to take it off, and what would narrow further, with counts."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request

from api.parameters import check, declared_by
from matching.answer import Answer, Facet, Window
from matching.errors import BadParameter
from matching.explain.wording import euros
from matching.facets import CONTRACT_LABELS, FUNDING_LABELS
from matching.filters.base import Parameter
from matching.lookups import Lookups

PAGE: Final = "page"
SIZE: Final = 10
MOST_PAGES: Final = 1000
MOST_VALUES: Final = 7

TITLES: Final[Mapping[str, str]] = {
    "typeContrat": "Contrat",
    "tempsPlein": "Temps de travail",
    "experience": "Expérience",
    "codeROME": "Métier",
    "departement": "Département",
    "financement": "Financement",
    "modalite": "Modalité",
    "niveauFormation": "Niveau de formation",
    "permis": "Permis",
    "naf": "Activité",
}
NAMES: Final[Mapping[str, str]] = {
    **TITLES,
    "motsCles": "Mots à trouver",
    "commune": "Lieu",
    "distance": "Distance",
    "tempsTrajet": "Temps de trajet",
    "region": "Région",
    "bassin": "Bassin d'emploi",
    "salaireMin": "Salaire",
    "publieeDepuis": "Date de publication",
    "dureeHebdoMin": "Heures par semaine, au moins",
    "dureeHebdoMax": "Heures par semaine, au plus",
    "langue": "Langue",
    "disponibleAvant": "Disponibilité",
    "experienceMois": "Mois d'expérience",
    "appellation": "Appellation du métier",
    "grandDomaine": "Grand domaine",
    "domaine": "Domaine",
    "alternance": "Alternance",
    "accesTravailleurHandicape": "Ouvert aux travailleurs handicapés",
    "exclure": "Écartés un à un",
    "debutApres": "Début au plus tôt",
    "debutAvant": "Début au plus tard",
    "certifiante": "Certification",
    "dureeHeuresMax": "Durée",
    "resteAPayerMax": "Reste à payer",
    "misesDeCote": "Ce que vous avez écarté",
}
"""What a reader calls the parameters."""
_CODE_WANTED: Final = re.compile(r"([Pp])récisez un code ROME[^.]*")
"""What the API asks of who has a referential at hand."""
_QUOTED: Final = re.compile(r"« ?(\w+) ?»")
_VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "typeContrat": {each.value: label for each, label in CONTRACT_LABELS.items()},
    "financement": {each.value: label for each, label in FUNDING_LABELS.items()},
    "tempsPlein": {"true": "Temps plein", "false": "Temps partiel"},
    "experience": {"D": "Débutant accepté", "S": "Expérience souhaitée", "E": "Expérience exigée"},
    "modalite": {"presentiel": "En présence", "distance": "À distance", "mixte": "Mixte"},
    "certifiante": {"true": "Mène à une certification"},
    "alternance": {"true": "En alternance", "false": "Sans alternance"},
    "accesTravailleurHandicape": {"true": "Ouvertes aux travailleurs handicapés"},
}


@dataclass(frozen=True)
class Chip:
    """A filter in place, and the address of the page without it."""

    label: str
    without: str


@dataclass(frozen=True)
class Choice:
    label: str
    count: int
    href: str


@dataclass(frozen=True)
class FacetShown:
    title: str
    values: tuple[Choice, ...]


@dataclass(frozen=True)
class Pages:
    """Where a page of results stands; `before` and `after` are addresses, None at the ends."""

    first: int
    last: int
    total: int
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Asked:
    """What the address of a list asks for."""

    path: str
    parameters: Mapping[str, str]
    """Of the search: names and values that are not empty."""
    number: int

    @property
    def window(self) -> Window:
        return Window((self.number - 1) * SIZE, self.number * SIZE - 1)

    def address(self, parameters: Mapping[str, str], number: int = 1) -> str:
        query = {**parameters, **({PAGE: str(number)} if number > 1 else {})}
        return f"{self.path}?{urlencode(query)}" if query else self.path


def in_words(text: str | None) -> str | None:
    """A text of the API, which names its parameters, as a reader of pages knows them."""
    if text is None:
        return None
    told = _QUOTED.sub(lambda found: f"« {NAMES.get(found[1], found[1])} »", text)
    return _CODE_WANTED.sub(lambda found: f"{'D' if found[1] == 'P' else 'd'}ites-le avec d'autres mots", told)


def described(declared: Iterable[Parameter]) -> dict[str, object]:
    """What a route of a list declares as `openapi_extra`: the search's parameters, and the page's number."""
    names = [PAGE, *[parameter.name for parameter in declared]]
    return {"parameters": [{"name": name, "in": "query"} for name in names]}


def asked_of(request: Request, besides: Collection[str] = ()) -> Asked:
    """What is asked, `besides` what is no part of the search; a field of a form that was left empty asks for nothing.
    Raises UnknownParameter, and BadParameter for a name that comes twice or a page that is no number."""
    check(request.query_params.multi_items(), declared_by(request.scope["route"]))
    given = {
        name: value.strip() for name, value in request.query_params.items() if value.strip() and name not in besides
    }
    written = given.pop(PAGE, "1")
    if not (written.isascii() and written.isdigit() and 1 <= int(written[:6]) <= MOST_PAGES):
        raise BadParameter(PAGE, written, f"un numéro de page, de 1 à {MOST_PAGES}")
    return Asked(request.url.path, given, int(written))


def chips_of(asked: Asked, lookups: Lookups) -> list[Chip]:
    """The filters in place; those that say how another is meant go with it."""
    found = []
    for name, value in asked.parameters.items():
        label = _label(name, value, lookups, asked.parameters)
        if label is not None:
            goes = {name, *_GOES_WITH.get(name, ())}
            left = {key: kept for key, kept in asked.parameters.items() if key not in goes}
            found.append(Chip(label, asked.address(left)))
    return found


_GOES_WITH: Final[Mapping[str, tuple[str, ...]]] = {
    "commune": ("distance", "tempsTrajet", "mode"),
    "salaireMin": ("periodeSalaire",),
}


def facets_shown(facets: Iterable[Facet], asked: Asked, lookups: Lookups) -> list[FacetShown]:
    """What would narrow: a filter that is in place, or that has one value only, would not."""
    shown = []
    for facet in facets:
        if facet.parameter in asked.parameters or len(facet.values) < 2 or facet.parameter not in TITLES:
            continue
        values = tuple(
            Choice(
                each.label if facet.parameter == "naf" else _value(facet.parameter, each.value, lookups),
                each.count,
                asked.address({**asked.parameters, facet.parameter: each.value}),
            )
            for each in facet.values[:MOST_VALUES]
        )
        shown.append(FacetShown(TITLES[facet.parameter], values))
    return shown


def pages_of(answer: Answer[Any], asked: Asked) -> Pages:
    first = asked.window.first + 1
    last = asked.window.first + len(answer.matches)
    return Pages(
        first,
        last,
        answer.total,
        asked.address(asked.parameters, asked.number - 1) if asked.number > 1 else None,
        asked.address(asked.parameters, asked.number + 1) if last < answer.total and answer.matches else None,
    )


def _value(name: str, value: str, lookups: Lookups) -> str:
    known = _VALUES.get(name, {})
    if value in known:
        return known[value]
    rome, communes = lookups.reference.rome, lookups.reference.communes
    if name == "codeROME" and rome.contains(value):
        return str(rome.labels[rome.row_of(value)])
    if name == "commune":
        row = communes.get_row(value)
        return value if row is None else communes.label(row)
    if name == "naf":
        return lookups.reference.naf.labels.get(value, value)
    if name == "departement":
        return f"Département {value}"
    return value


def _label(name: str, value: str, lookups: Lookups, parameters: Mapping[str, str]) -> str | None:
    """A filter in words; None for one that another tells."""
    told = ", ".join(_value(name, each, lookups) for each in value.split(","))
    match name:
        case "distance" | "tempsTrajet" | "mode" | "periodeSalaire":
            return None
        case "commune":
            return f"Autour de {told}" + (
                f", à {parameters['distance']} km au plus" if "distance" in parameters else ""
            )
        case "motsCles":
            return f"Mots : {value}"
        case "publieeDepuis":
            return f"Publiée depuis {value} jours au plus" if value != "1" else "Publiée depuis hier"
        case "salaireMin":
            amount = value.replace(",", ".")
            return f"Salaire d'au moins {euros(float(amount)) if amount.replace('.', '', 1).isdigit() else value}"
        case _ if name in _VALUES or name in TITLES:
            return told
        case _:
            return f"{name} : {value}"
