"""A partner's row through the border: a record, or why not."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from features.border.problems import BorderError, Problem, problems_of
from features.records import Record
from features.sources.base import Parsed, Reject

M = TypeVar("M", bound=BaseModel)


def through_border(
    line: int,
    data: Mapping[str, object],
    model: type[M],
    to_record: Callable[[M], Record],
    record_id: str | None = None,
) -> Parsed | Reject:
    """The record of `data`, in the shape of `model`; the first problem where it has any.

    Fields that the shape does not have are left out: a public schema has many that Vivier has no use for or must not
    keep (contacts). `record_id` protects the record of a bad row from the deletions of a complete feed.
    """
    try:
        return Parsed(line, (to_record(model.model_validate(known_fields(model, data))),))
    except ValidationError as error:
        problem = problems_of(error)[0]
    except BorderError as error:
        problem = error.problems[0]
    return rejected(line, problem, record_id)


def rejected(line: int, problem: Problem, record_id: str | None = None) -> Reject:
    """A border problem as a reject."""
    return Reject.of(line, problem.field, problem.value, problem.reason_en, problem.remedy_en, record_id)


def known_fields(model: type[BaseModel], data: Mapping[str, object]) -> dict[str, object]:
    """`data` with only the fields of `model`, at every depth; null counts as absent."""
    nested = _nested(model)
    kept: dict[str, object] = {}
    for name in model.model_fields:
        value = data.get(name)
        if value is None:
            continue
        inner = nested.get(name)
        if inner is None:
            kept[name] = value
        elif isinstance(value, dict):
            kept[name] = known_fields(inner, value)
        elif isinstance(value, list):
            kept[name] = [known_fields(inner, item) if isinstance(item, dict) else item for item in value]
        else:
            kept[name] = value
    return kept


@cache
def _nested(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Fields of a model that are models, or tuples of models."""
    found: dict[str, type[BaseModel]] = {}
    for name, info in model.model_fields.items():
        inner = next((kind for kind in _kinds(info.annotation) if isinstance(kind, type)), None)
        if inner is not None and issubclass(inner, BaseModel):
            found[name] = inner
    return found


def _kinds(annotation: Any) -> list[Any]:
    arguments = [argument for argument in get_args(annotation) if argument not in (Ellipsis, type(None))]
    return [kind for argument in arguments for kind in _kinds(argument)] if arguments else [annotation]
