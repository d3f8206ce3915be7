"""The shapes of the gap between a profile and an occupation or an offer."""

import msgspec

from features.rome.referential import Rome
from matching.explain.conditions import conditions
from matching.explain.verdict import verdict
from matching.gap import Gap, SkillGap
from matching.lookups import Lookups


class MetierOuOffre(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ce à quoi le profil est comparé : un métier, ou une offre."""

    nature: str
    """`metier` ou `offre`."""
    libelle: str
    codeROME: str | None = None
    libelleROME: str | None = None
    offre: str | None = None
    """L'identifiant de l'offre."""


class Origine(msgspec.Struct, frozen=True):
    """Le métier exercé d'où vient une compétence."""

    codeROME: str
    libelle: str
    mois: int


class CompetenceVoisine(msgspec.Struct, frozen=True):
    """Une compétence que la personne a."""

    code: str
    libelle: str


class EcartCompetence(msgspec.Struct, frozen=True, omit_defaults=True):
    """Une compétence demandée, et où en est la personne."""

    code: str
    libelle: str
    etat: str
    """`acquise` (déclarée), `transferable` (exercée dans un métier passé), `proche` d'une compétence acquise,
    `manquante`, ou `non_comparee` quand la personne a refusé le profilage."""
    coeurMetier: bool = False
    exigee: bool = False
    """Exigée par l'offre."""
    depuis: Origine | None = None
    procheDe: CompetenceVoisine | None = None


class ConditionDemandee(msgspec.Struct, frozen=True):
    """Une condition hors compétences : titre, diplôme, permis, expérience ou langue."""

    nature: str
    exigence: str
    """`exigee`, `souhaitee`, ou `frequente` : demandée par une part des offres du métier."""
    statut: str
    """`remplie`, `non_remplie`, ou `a_verifier` quand le profil ne permet pas de le dire."""
    texte: str


class OffresDuMetier(msgspec.Struct, frozen=True, omit_defaults=True):
    """Les offres du métier en ligne, et celles qui sont déjà accessibles à la personne."""

    autourDeChezVous: bool
    """Sinon, celles de toute la France : il y en a trop peu autour du domicile."""
    offres: int
    accessibles: int | None = None
    """Absent quand la personne a refusé le profilage : rien n'est comparé."""


class Ecarts(msgspec.Struct, frozen=True, omit_defaults=True):
    """L'écart entre un profil et un métier ou une offre."""

    cible: MetierOuOffre
    verdict: str
    competences: list[EcartCompetence]
    """Les plus importantes d'abord : exigées, puis cœur de métier."""
    conditions: list[ConditionDemandee]
    savoirEtre: list[str]
    titres: list[str]
    """Diplômes, titres et habilitations que le ROME cite pour ce métier."""
    couverture: float | None = None
    """De 0 à 1 : la part, pondérée, des compétences acquises ou transférables."""
    offresDuMetier: OffresDuMetier | None = None
    acces: str | None = None
    """Ce que le ROME dit de l'accès au métier."""


def ecarts(gap: Gap, lookups: Lookups) -> Ecarts:
    """The answer of a gap."""
    rome = lookups.reference.rome
    share = gap.share if gap.background.profiled else None
    return Ecarts(
        cible=_target(gap, rome),
        verdict=verdict(gap, lookups),
        competences=[_skill(item, rome) for item in gap.skills],
        conditions=[
            ConditionDemandee(item.about.value, item.asking.value, item.met.value, item.text)
            for item in conditions(gap, lookups)
        ],
        savoirEtre=[rome.skill_labels[row] for row in gap.soft_skills],
        titres=[rome.skill_labels[row] for row in gap.titles],
        couverture=None if share is None else round(share, 2),
        offresDuMetier=(
            None
            if gap.offer is not None
            else OffresDuMetier(
                gap.around,
                len(gap.asked),
                int(gap.standing.open.sum()) if gap.background.profiled else None,
            )
        ),
        acces=(rome.access[gap.occupation] or None) if gap.occupation >= 0 else None,
    )


def _target(gap: Gap, rome: Rome) -> MetierOuOffre:
    code = None if gap.occupation < 0 else rome.codes[gap.occupation]
    label = None if gap.occupation < 0 else rome.labels[gap.occupation]
    if gap.offer is None:
        return MetierOuOffre("metier", label or "", code, label)
    return MetierOuOffre("offre", gap.offer.offer.title, code, label, gap.offer.offer.id)


def _skill(item: SkillGap, rome: Rome) -> EcartCompetence:
    learned, close = item.learned_as, item.close_to
    return EcartCompetence(
        rome.skill_codes[item.skill],
        rome.skill_labels[item.skill],
        item.state.value,
        item.core,
        item.required,
        None if learned is None else Origine(rome.codes[learned], rome.labels[learned], item.learned_months),
        None if close is None else CompetenceVoisine(rome.skill_codes[close], rome.skill_labels[close]),
    )
