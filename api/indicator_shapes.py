"""The open indicators as the API gives them."""

from collections.abc import Sequence
from typing import Final

import msgspec

from api.steering.indicators import Names
from matching.steering.market import Line

DIGITS: Final = 2


class Indicateur(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un métier, en France entière ou dans un bassin d'emploi."""

    codeROME: str
    libelle: str
    grandDomaine: str
    offres: int
    postes: int
    bassin: str | None = None
    """Absent : la France entière."""
    libelleBassin: str | None = None
    personnes: int | None = None
    """Qui recherchent ce métier, à cinq près ; absent quand il y en a moins de `personnesMoinsDe`."""
    personnesMoinsDe: int | None = None
    offresPourDixPersonnes: float | None = None
    """Absent quand trop peu de personnes recherchent ce métier."""
    partRecrutementsDifficiles: float | None = None
    """De 0 à 1, d'après l'enquête Besoins en main-d'œuvre ; absente quand elle ne le dit pas."""


class Indicateurs(msgspec.Struct, frozen=True, omit_defaults=True):
    """Des indicateurs, par code de métier."""

    resultats: Sequence[Indicateur]
    calculesLe: str
    avis: str | None = None
    """Pourquoi il n'y en a pas, et où il y en a."""


def indicateur(line: Line, names: Names) -> Indicateur:
    few = line.people.count is None
    ratio = line.offers_for_ten
    return Indicateur(
        codeROME=names.family_codes[line.family],
        libelle=names.family_labels[line.family],
        grandDomaine=names.family_codes[line.family][0],
        offres=line.offers,
        postes=line.posts,
        bassin=None if line.area is None else names.areas[line.area],
        libelleBassin=None if line.area is None else names.area_labels[line.area],
        personnes=line.people.count,
        personnesMoinsDe=line.people.below if few else None,
        offresPourDixPersonnes=None if ratio is None else round(ratio, DIGITS),
        partRecrutementsDifficiles=None if line.tension is None else round(line.tension, DIGITS),
    )
