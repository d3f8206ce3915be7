"""What the diagnosis of a demand answers."""

from typing import Final

import msgspec

from features.adverts.clarity import lacks, vague_passages
from features.adverts.discrimination import wordings
from features.adverts.grounds import GROUND_NAMES
from features.records import Offer
from features.rome.referential import Rome
from matching.diagnosis.diagnose import Diagnosis, Loosening
from matching.discretion import LEAST, Told

SOURCE: Final = (
    "Ordre de grandeur : délai médian de 47 jours des offres pourvues en 2022 (Pôle emploi, Éclairages et synthèses "
    "n° 77, avril 2023), corrigé par la part de recrutements jugés difficiles (enquête Besoins en main-d'œuvre)."
)
NOTE: Final = (
    "Les nombres sont arrondis à 5 près et légèrement brouillés ; en dessous de 5, ils ne sont pas dits : personne ne "
    "doit pouvoir être reconnu par comparaison."
)
MANY_QUESTIONS: Final = (
    "Beaucoup de demandes différentes ont porté aujourd'hui sur ce métier et ce bassin d'emploi : les petits nombres "
    "n'y "
    "sont plus détaillés avant demain, pour que personne ne puisse être reconnu. La recherche de profils reste ouverte."
)
CLEAR_GAP: Final = 10
"""Points of a hundred from which two median scores are told as different."""


class MetierDemande(msgspec.Struct, frozen=True):
    """Le métier sur lequel porte la demande."""

    codeROME: str
    libelle: str
    deduit: bool
    """Read in the words of the demand."""


class CritereDemande(msgspec.Struct, frozen=True):
    """Un critère compté, en toutes lettres."""

    critere: str
    texte: str


class NombreProfils(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un nombre de profils : `nombre` est arrondi, et absent quand il y en a moins de 5."""

    texte: str
    nombre: int | None = None


class FormationProche(msgspec.Struct, frozen=True, omit_defaults=True):
    """La session la plus courte qui enseigne la compétence, près du lieu de travail ou à distance."""

    session: str
    intitule: str
    dateDebut: str
    lieu: str | None = None
    dureeHeures: float | None = None
    texte: str = ""


class Assouplissement(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un critère, ou plusieurs, assouplis, et ce que cela apporte."""

    criteres: tuple[str, ...]
    texte: str
    profilsEnPlus: NombreProfils
    scoreMedian: int | None = None
    """Des profils en plus, en points sur 100, par pas de 5."""
    formation: FormationProche | None = None


class DelaiRecrutement(msgspec.Struct, frozen=True):
    """Le délai à prévoir, et d'où il vient."""

    jours: int
    partDifficile: float
    texte: str
    source: str


class SalaireCompare(msgspec.Struct, frozen=True, omit_defaults=True):
    """Le salaire proposé et la médiane des offres du métier et du secteur géographique, en euros bruts par mois."""

    texte: str
    propose: float | None = None
    mediane: float | None = None
    ecart: float | None = None
    """Proposé sur médiane, moins 1."""


class Formulation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un passage qui évoque un critère de l'article L1132-1 du Code du travail, et une écriture neutre."""

    champ: str
    debut: int
    fin: int
    passage: str
    motif: str
    interdit: bool
    """False: it keeps people away without being forbidden as such."""
    texte: str
    proposition: str
    exception: str | None = None


class APreciser(msgspec.Struct, frozen=True):
    """Ce que la demande ne dit pas."""

    champ: str
    texte: str


class TermeVague(msgspec.Struct, frozen=True):
    """Un passage qui dit peu, ou dans des mots que tous ne partagent pas."""

    champ: str
    debut: int
    fin: int
    passage: str
    proposition: str


class Diagnostic(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ce qui, dans une demande, réduit le nombre de profils, et ce qui l'élargirait."""

    criteres: tuple[CritereDemande, ...]
    assouplissements: tuple[Assouplissement, ...]
    """Chaque critère seul, ce qui apporte le plus d'abord ; ceux qui n'apportent presque personne sont dans
    `sansEffet`."""
    paires: tuple[Assouplissement, ...]
    """Deux critères ensemble, quand ils apportent des personnes qu'aucun n'apporte seul."""
    salaire: SalaireCompare
    formulations: tuple[Formulation, ...]
    aPreciser: tuple[APreciser, ...]
    termesVagues: tuple[TermeVague, ...]
    metier: MetierDemande | None = None
    profils: NombreProfils | None = None
    scoreMedian: int | None = None
    """Des profils trouvés, en points sur 100, par pas de 5."""
    plusProche: Assouplissement | None = None
    """Quand il y a trop peu de profils : le moins à changer pour en trouver."""
    delaiRecrutement: DelaiRecrutement | None = None
    sansEffet: tuple[str, ...] = ()
    """Les critères qui, assouplis seuls, feraient venir trop peu de monde pour que le nombre soit dit."""
    note: str | None = None
    avis: str | None = None


def diagnostic(diagnosis: Diagnosis, offer: Offer, rome: Rome) -> Diagnostic:
    """A diagnosis and what the text of its offer calls for, in French."""
    found, score = diagnosis.found, diagnosis.score
    fill, pay = diagnosis.time_to_fill, diagnosis.pay
    nearest = None if diagnosis.nearest is None else _loosening(diagnosis.nearest, score)
    texts = {"intitule": offer.title, "description": offer.description}
    return Diagnostic(
        criteres=tuple(CritereDemande(name, words) for name, words in diagnosis.asked),
        assouplissements=tuple(_loosening(item, score) for item in diagnosis.alone if _is_told(item)),
        paires=tuple(_loosening(item, score) for item in diagnosis.pairs),
        salaire=SalaireCompare(pay.text, pay.offered, _rounded(pay.median, 2), _rounded(pay.gap, 3)),
        formulations=tuple(each for field, text in texts.items() for each in _formulations(field, text)),
        aPreciser=tuple(APreciser(lack.item, lack.text) for lack in lacks(offer)),
        termesVagues=tuple(
            TermeVague(field, each.start, each.end, each.passage, each.rewriting)
            for field, text in texts.items()
            for each in vague_passages(text)
        ),
        metier=(
            None
            if diagnosis.occupation < 0
            else MetierDemande(
                rome.codes[diagnosis.occupation], rome.labels[diagnosis.occupation], diagnosis.inferred
            )
        ),
        profils=None if found is None else _number(found),
        scoreMedian=score,
        plusProche=nearest,
        delaiRecrutement=None if fill is None else DelaiRecrutement(
            fill.days, round(fill.difficult, 2), fill.text, SOURCE
        ),
        sansEffet=tuple(item.text for item in diagnosis.alone if not _is_told(item)),
        note=None if found is None else NOTE,
        avis=diagnosis.notice if found is None else _notice(found, nearest),
    )  # fmt: skip


def _number(told: Told, more: str = "") -> NombreProfils:
    if told.count is None:
        return NombreProfils(f"moins de {told.below} profils{more}")
    return NombreProfils(f"environ {_grouped(told.count)} profils{more}", told.count)


def _is_told(item: Loosening) -> bool:
    """Whether what a criterion brings is worth a line: people enough to be counted, or a training that teaches it."""
    return not item.brought.is_few or item.teaching is not None


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")


def _loosening(item: Loosening, there: int | None) -> Assouplissement:
    number = _number(item.brought, " de plus")
    taught = item.teaching
    words = f"{item.text} : {number.texte}{_fit(item.score, there)}"
    if taught is not None:
        words += f". La compétence s'acquiert {taught.text}"
    return Assouplissement(
        item.names,
        f"{words}.",
        number,
        item.score,
        None
        if taught is None
        else FormationProche(
            taught.session_id, taught.title, taught.starts_on.isoformat(), taught.place, taught.hours, taught.text
        ),
    )


def _fit(score: int | None, there: int | None) -> str:
    """How those who come in fit the demand beside those who are there."""
    if score is None or there is None:
        return ""
    if score <= there - CLEAR_GAP:
        return f", moins proches de la demande (score médian d'environ {score} sur 100, contre {there})"
    if score >= there + CLEAR_GAP:
        return f", plus proches encore de la demande (score médian d'environ {score} sur 100, contre {there})"
    return f", aussi proches de la demande (score médian d'environ {score} sur 100)"


def _notice(found: Told, nearest: Assouplissement | None) -> str | None:
    """Why the pool is empty or nearly, and the least that fills it."""
    if not found.is_few:
        return None
    if found.below > LEAST:
        return MANY_QUESTIONS
    few = f"Moins de {LEAST} personnes visibles des employeurs répondent à toute la demande à la fois."
    if nearest is None:
        return f"{few} Même en assouplissant tous les critères, il y en a trop peu : chercher un autre lieu ou métier."
    return f"{few} Le plus simple : {nearest.texte[0].lower()}{nearest.texte[1:]}"


def _formulations(field: str, text: str) -> list[Formulation]:
    return [
        Formulation(
            field,
            each.start,
            each.end,
            each.passage,
            each.ground.value,
            each.forbidden,
            f"« {each.passage} » évoque {GROUND_NAMES[each.ground]}"
            + (
                ", que la loi interdit de faire entrer dans un recrutement (Code du travail, art. L1132-1)."
                if each.forbidden
                else " et peut écarter des candidats, sans être interdit en soi."
            ),
            each.rewriting,
            each.exception,
        )
        for each in wordings(text)
    ]


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
