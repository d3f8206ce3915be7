"""The shapes of the fairness report, as auditors read it over HTTP."""

import msgspec


class TauxGroupe(msgspec.Struct, frozen=True, omit_defaults=True):
    """Le taux d'un groupe ; `masque` quand trop peu de personnes en sont."""

    groupe: str
    personnes: int | None = None
    """À la dizaine."""
    taux: float | None = None
    tauxBas: float | None = None
    tauxHaut: float | None = None
    masque: bool = False


class MesureGroupes(msgspec.Struct, frozen=True, omit_defaults=True):
    """Une mesure par groupe, et le ratio du moindre au plus grand."""

    mesure: str
    groupes: tuple[TauxGroupe, ...]
    constat: str
    ratioImpact: float | None = None
    ratioImpactBas: float | None = None
    ratioImpactHaut: float | None = None
    moinsServi: str | None = None
    mieuxServi: str | None = None


class EcartGroupes(msgspec.Struct, frozen=True, omit_defaults=True):
    """L'écart d'une grandeur entre un groupe et le plus nombreux, dans les recommandations et dans les embauches."""

    grandeur: str
    unite: str
    aMetierEgal: bool
    groupe: str
    reference: str
    constat: str
    recommande: float | None = None
    recommandeBas: float | None = None
    recommandeHaut: float | None = None
    embauche: float | None = None
    embaucheBas: float | None = None
    embaucheHaut: float | None = None
    elargissement: float | None = None
    elargissementBas: float | None = None
    elargissementHaut: float | None = None


class AxeEquite(msgspec.Struct, frozen=True, omit_defaults=True):
    """Une façon de répartir les personnes en groupes, et ce que les listes leur font."""

    axe: str
    titre: str
    selection: MesureGroupes
    exposition: MesureGroupes | None = None
    ecarts: tuple[EcartGroupes, ...] = ()


class EquiteService(msgspec.Struct, frozen=True):
    """Les listes d'un service."""

    service: str
    titre: str
    modele: str
    listes: int
    axes: tuple[AxeEquite, ...]


class Devinette(msgspec.Struct, frozen=True):
    """Si un attribut se devine d'après ce que lit un classement : aire sous la courbe, 0,5 pour le hasard."""

    attribut: str
    depuis: str
    aire: float
    aireBas: float
    aireHaut: float


class RapportEquite(msgspec.Struct, frozen=True, omit_defaults=True):
    """Le dernier rapport d'équité ; sans résultats, `avis` dit pourquoi."""

    resultats: tuple[EquiteService, ...]
    avis: str | None = None
    genereLe: str | None = None
    source: str | None = None
    graine: int | None = None
    personnes: int | None = None
    embauches: int | None = None
    constats: tuple[str, ...] = ()
    axesInconnus: tuple[str, ...] = ()
    lecture: tuple[str, ...] = ()
    proxys: tuple[Devinette, ...] = ()
