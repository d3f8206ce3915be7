"""What the border models share: strict shapes, bounded texts, and look-ups in the reference data."""

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from features.border.problems import BorderError
from features.days import LAST_DAY
from features.records import Inference, WorkingTime
from features.text import normalise

if TYPE_CHECKING:
    from features.reference import Reference
    from features.rome.referential import Rome

TEXT_LIMIT: Final = 100_000
"""Characters of any one text."""

LIST_LIMIT: Final = 500
"""Elements of any one list."""

_ID_CHARACTER: Final = r"[^\s/?#%\\\x00-\x1f\x7f]"
Id = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=200,
        pattern=rf"^(?:\.{{0,2}}[^.\s/?#%\\\x00-\x1f\x7f]{_ID_CHARACTER}*|\.{{3}}{_ID_CHARACTER}*)$",
    ),
]
"""An opaque id that stands in a URL path: no blank, control or path character, and neither "." nor "..".
"""
ShortText = Annotated[str, StringConstraints(max_length=500)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=500)]

D = TypeVar("D", bound=dt.date)


def _in_calendar(value: D) -> D:
    if value.year > LAST_DAY.year:
        raise PydanticCustomError("date_too_late", "after the last day", {"last": LAST_DAY.isoformat()})
    return value


_DAY_FIRST: Final = re.compile(r"\s*\d{4}-\d{2}-\d{2}(?!\d)", re.ASCII)
_DATE: Final = TypeAdapter(dt.date)
_TIME: Final = TypeAdapter(dt.datetime)


def _reading(adapter: TypeAdapter[D]) -> BeforeValidator:
    """Reads a text that begins by a day as ISO 8601 writes it. A number, or a text of digits, is refused: it would be
    read as seconds since 1970."""

    def read(value: object) -> object:
        if isinstance(value, bool | int | float):
            raise PydanticCustomError("date_type", "not written as a date")
        if not isinstance(value, str):
            return value
        if _DAY_FIRST.match(value) is None:
            raise PydanticCustomError("date_parsing", "not written as a date")
        try:
            return adapter.validate_python(value)
        except ValidationError as error:
            raise PydanticCustomError("date_parsing", "not a day of the calendar") from error

    return BeforeValidator(read)


Day = Annotated[dt.date, _reading(_DATE), AfterValidator(_in_calendar)]
Moment = Annotated[AwareDatetime, _reading(_TIME), AfterValidator(_in_calendar)]
"""A time with its zone."""
_EITHER: Final = {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}
WrittenTime = Annotated[
    dt.datetime, _reading(_TIME), AfterValidator(_in_calendar), WithJsonSchema(_EITHER, mode="validation")
]
"""A date and time, or a date alone; the day is kept, as written."""

_NAF: Final = re.compile(r"(\d\d)\.?(\d\d)\.?([A-Z])")


class BorderModel(BaseModel):
    """A public JSON shape: unknown fields are errors, texts are trimmed, numbers are finite."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        str_max_length=TEXT_LIMIT,
        allow_inf_nan=False,
        populate_by_name=True,
    )


class DeductionIn(BorderModel):
    """Un métier lu dans un texte sans code. Calculé par le service : ce qui est envoyé est remplacé."""

    codeROME: str
    codeAppellation: str | None = None
    score: float = Field(ge=0, le=1, description="Probabilité que la famille du métier (son code v3) soit la bonne")
    modele: ShortText = Field(description="Les modèles et le référentiel qui l'ont lu")


def inferred_of(deduction: DeductionIn | None) -> Inference | None:
    """The inference as it was sent. Its codes are not checked: the service replaces it."""
    if deduction is None:
        return None
    return Inference(
        rome_code=deduction.codeROME,
        appellation_code=deduction.codeAppellation,
        score=deduction.score,
        model=deduction.modele,
    )


def deduction_out(inferred: Inference | None) -> dict[str, object] | None:
    """The JSON of an inference, in the shape that `DeductionIn` reads."""
    if inferred is None:
        return None
    return compact(
        codeROME=inferred.rome_code,
        codeAppellation=inferred.appellation_code,
        score=inferred.score,
        modele=inferred.model,
    )


T = TypeVar("T")


def compact(**fields: object) -> dict[str, object]:
    """`fields` without those that are None or empty; a zero and a false are kept."""
    return {name: value for name, value in fields.items() if value or isinstance(value, (int, float))}


def known_rome(reference: "Reference", code: str, path: str) -> str:
    """`code` as written, if the referential reads it as a v4 or v3 code. Raises BorderError otherwise."""
    return _known(code, path, "unknown_rome", reference.rome.resolve)


def known_appellation(reference: "Reference", code: str, path: str) -> str:
    return _known(code, path, "unknown_appellation", reference.rome.appellation_row_of)


@lru_cache(maxsize=2)
def _appellations_by_label(rome: "Rome") -> dict[str, str]:
    return {normalise(label): code for code, label in zip(rome.appellation_codes, rome.appellation_labels, strict=True)}


def appellation_of_label(reference: "Reference", label: str | None) -> str | None:
    """The OGR code of the appellation of exactly that label, case and accents aside; None when there is none."""
    return _appellations_by_label(reference.rome).get(normalise(label)) if label else None


def known_skill(reference: "Reference", code: str, path: str) -> str:
    return _known(code, path, "unknown_skill", reference.rome.skill_row_of)


def known_commune(reference: "Reference", insee: str, path: str) -> str:
    return _known(insee, path, "unknown_commune", reference.communes.row_of)


def if_given(
    check: Callable[["Reference", str, str], str], reference: "Reference", value: str | None, path: str
) -> str | None:
    """`check` of a value that may be absent."""
    return None if not value else check(reference, value, path)


def _known(code: str, path: str, problem: str, look_up: Callable[[str], object]) -> str:
    try:
        look_up(code)
    except ValueError as error:
        nearest = getattr(error, "nearest", ())
        raise BorderError.one(path, code, problem, nearest=f" ({', '.join(nearest)})" if nearest else "") from error
    return code


def clean_naf(code: str | None, path: str) -> str | None:
    """A NAF rev. 2 class without dots ("10.71C" -> "1071C"). Raises BorderError when it is not one."""
    if not code:
        return None
    match = _NAF.fullmatch(code.strip().upper())
    if match is None:
        raise BorderError.one(path, code, "bad_naf")
    return "".join(match.groups())


def clean_siret(siret: str | None, path: str) -> str | None:
    """The 14 digits, spaces removed. Raises BorderError when they are not 14."""
    if not siret:
        return None
    digits = re.sub(r"\s", "", siret)
    if re.fullmatch(r"[0-9]{14}", digits) is None:
        raise BorderError.one(path, siret, "bad_siret")
    return digits


def working_time(full: bool | None) -> WorkingTime | None:
    """`tempsPlein` as a working time; None stays unknown."""
    if full is None:
        return None
    return WorkingTime.FULL if full else WorkingTime.PART


def full_time(time: WorkingTime | None) -> bool | None:
    """A working time as `tempsPlein`."""
    return None if time is None else time is WorkingTime.FULL


def occupation_of_appellation(reference: "Reference", appellation: str | None) -> str | None:
    """An appellation belongs to one occupation: it tells the ROME code of a job that does not."""
    if appellation is None:
        return None
    rome = reference.rome
    return rome.codes[int(rome.appellation_occupation[rome.appellation_row_of(appellation)])]


def iso(date: dt.date | None) -> str | None:
    """A date or a time as ISO 8601 text."""
    return None if date is None else date.isoformat()
