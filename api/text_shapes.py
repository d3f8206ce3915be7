"""What the text endpoints read and answer: ROMEO v2's names where it has them."""

import uuid
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from pydantic import Field, StringConstraints

from features.border.base import BorderModel, ShortText
from features.rome.referential import Rome
from models.mentions import LIKELY, LONGEST_TEXT, Mention
from models.suggestions import Suggestion
from models.tagger import THRESHOLD, Prediction

MOST_TEXTS: Final = 100
"""Titles of one request."""
MOST_READ: Final = 20
"""Long texts of one request: each may take 60 ms."""
MOST_PREDICTIONS: Final = 25

Context = Annotated[str, StringConstraints(max_length=20_000)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT, strip_whitespace=False)]
"""Not trimmed: the places that are answered are those of the text as it was sent."""


class IntituleIn(BorderModel):
    """Un intitulé de poste, tel qu'il est écrit."""

    intitule: Words = Field(examples=["boucher"])
    contexte: Context = Field(
        "", description="La description de l'offre, ou le secteur d'activité", examples=["commerce"]
    )
    identifiant: ShortText | None = Field(None, description="Repris dans la réponse", examples=["123456"])


class OptionsPredictionIn(BorderModel):
    """Ce qui est attendu de la réponse."""

    nomAppelant: ShortText | None = Field(None, description="Sans effet : accepté des clients de ROMEO")
    nbResultats: int = Field(5, ge=1, le=MOST_PREDICTIONS, description="Métiers par intitulé, au plus")
    seuilScorePrediction: float = Field(0.0, ge=0, le=1, description="Les scores plus bas ne sont pas rendus")


class PredictionMetiersIn(BorderModel):
    """Des intitulés dont on cherche le métier."""

    appellations: tuple[IntituleIn, ...] = Field(min_length=1, max_length=MOST_TEXTS)
    options: OptionsPredictionIn = OptionsPredictionIn()


class TexteIn(BorderModel):
    """Une offre ou un CV."""

    texte: LongText = Field(examples=["Vous réalisez les devis et la facturation."])
    intitule: Annotated[str, StringConstraints(max_length=1_000)] = Field(
        "", description="L'intitulé du poste : il aide à lire le texte", examples=["Assistante de gestion"]
    )
    identifiant: ShortText | None = Field(None, description="Repris dans la réponse", examples=["cv-12"])


class OptionsCompetencesIn(BorderModel):
    """Ce qui est attendu de la réponse."""

    seuilScorePrediction: float = Field(
        LIKELY, ge=0, le=1, description="Plus bas : davantage de compétences, moins sûres, à faire confirmer"
    )


class PredictionCompetencesIn(BorderModel):
    """Des textes dont on cherche les compétences."""

    textes: tuple[TexteIn, ...] = Field(min_length=1, max_length=MOST_READ)
    options: OptionsCompetencesIn = OptionsCompetencesIn()


class MetierPredit(msgspec.Struct, frozen=True):
    """Un métier que l'intitulé peut vouloir dire, et son appellation la plus proche."""

    codeRome: str
    libelleRome: str
    codeAppellation: str | None
    libelleAppellation: str | None
    scorePrediction: float
    """Probability that the family of the occupation (its v3 code) is the right one."""


class IntitulePredit(msgspec.Struct, frozen=True):
    """Les métiers d'un intitulé, du plus au moins probable."""

    intitule: str
    contexte: str
    identifiant: str | None
    reconnu: bool
    """False: "I don't know", whatever is listed."""
    metiersRome: list[MetierPredit]
    uuidInference: str


class CompetenceLue(msgspec.Struct, frozen=True):
    """Une compétence dont le texte parle, et où : `debut` compris, `fin` non compris, en caractères."""

    debut: int
    fin: int
    extrait: str
    codeCompetence: str
    libelleCompetence: str
    nature: str
    scorePrediction: float


class TexteLu(msgspec.Struct, frozen=True):
    """Les compétences d'un texte, dans l'ordre où il en parle."""

    identifiant: str | None
    competencesRome: list[CompetenceLue]


class Suggere(msgspec.Struct, frozen=True):
    """Une appellation proposée ; `score` ne se compare qu'au sein d'une même réponse."""

    codeAppellation: str
    libelleAppellation: str
    codeRome: str
    libelleRome: str
    score: float


class Suggestions(msgspec.Struct, frozen=True):
    resultats: list[Suggere]


def predicted(
    asked: IntituleIn, predictions: Sequence[Prediction], rome: Rome, options: OptionsPredictionIn
) -> IntitulePredit:
    """The answer for one title."""
    kept = [prediction for prediction in predictions if prediction.score >= options.seuilScorePrediction]
    return IntitulePredit(
        asked.intitule,
        asked.contexte,
        asked.identifiant,
        bool(kept) and kept[0].score >= THRESHOLD,
        [_metier(prediction, rome) for prediction in kept],
        str(uuid.uuid4()),
    )


def read(asked: TexteIn, mentions: Sequence[Mention], rome: Rome) -> TexteLu:
    """The answer for one text."""
    return TexteLu(
        asked.identifiant,
        [
            CompetenceLue(
                mention.start,
                mention.end,
                asked.texte[mention.start : mention.end],
                rome.skill_codes[mention.skill],
                rome.skill_labels[mention.skill],
                rome.skill_kinds[mention.skill].value,
                mention.score,
            )
            for mention in mentions
        ],
    )


def suggested(suggestion: Suggestion, rome: Rome) -> Suggere:
    row = suggestion.appellation
    occupation = int(rome.appellation_occupation[row])
    return Suggere(
        rome.appellation_codes[row],
        rome.appellation_labels[row],
        rome.codes[occupation],
        rome.labels[occupation],
        suggestion.score,
    )


def _metier(prediction: Prediction, rome: Rome) -> MetierPredit:
    row = prediction.appellation
    return MetierPredit(
        rome.codes[prediction.occupation],
        rome.labels[prediction.occupation],
        rome.appellation_codes[row] if row >= 0 else None,
        rome.appellation_labels[row] if row >= 0 else None,
        prediction.score,
    )
