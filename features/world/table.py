"""Records as Parquet: the Arrow schema of a record type, its defaults written out, and reading back."""

import datetime as dt
import io
import types
import typing
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
import pyarrow.parquet as pq

from features.records import Record
from features.store.kinds import RECORD_TYPES, Kind

R = TypeVar("R", bound=Record)

ROW_GROUP = 65_536
_SCALARS: dict[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    dt.date: pa.date32(),
    dt.datetime: pa.timestamp("us", tz="UTC"),
}


def arrow_type(annotation: Any) -> pa.DataType:
    """The Arrow type of a record field: tuples are lists, records are structs, enums are their text."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        inner = [choice for choice in typing.get_args(annotation) if choice is not type(None)]
        if len(inner) != 1:
            raise TypeError(f"no Arrow type for {annotation}")
        return arrow_type(inner[0])
    if typing.get_origin(annotation) is tuple:
        return pa.list_(arrow_type(typing.get_args(annotation)[0]))
    if issubclass(annotation, Enum):
        return pa.string()
    if issubclass(annotation, Record):
        return pa.struct(list(schema_of(annotation)))
    return _SCALARS[annotation]


def schema_of(record_type: type[Record]) -> pa.Schema:
    """Column names and types of a record type, in the order of its fields."""
    return pa.schema([pa.field(field.name, arrow_type(field.type)) for field in msgspec.structs.fields(record_type)])


class ParquetTable:
    """Writes records of one kind into one Parquet file, row group by row group; the file is renamed when whole."""

    def __init__(self, path: Path, kind: Kind) -> None:
        self._path = path
        self._unfinished = path.with_name(f".{path.name}.writing")
        self._type = RECORD_TYPES[kind]
        self._schema = schema_of(self._type)
        self._pending: list[pa.Table] = []
        self._pending_rows = 0
        self.rows = 0

    def __enter__(self) -> Self:
        self._writer = pq.ParquetWriter(self._unfinished, self._schema, compression="zstd")
        return self

    def append(self, records: Sequence[Record]) -> None:
        """Add records, in order; those of less than a row group wait in memory."""
        if not records:
            return
        self._pending.append(to_arrow(records, self._type))
        self._pending_rows += len(records)
        self.rows += len(records)
        if self._pending_rows >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._pending:
            self._writer.write_table(pa.concat_tables(self._pending).combine_chunks(), row_group_size=2 * ROW_GROUP)
        self._pending, self._pending_rows = [], 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self._flush()
        self._writer.close()
        if error is None:
            self._unfinished.replace(self._path)
        else:
            self._unfinished.unlink(missing_ok=True)


def to_arrow(records: Sequence[R], record_type: type[R]) -> pa.Table:
    """The records as a table, their defaults written out."""
    schema = schema_of(record_type)
    text = msgspec.json.Encoder().encode_lines(records)
    table = pj.read_json(
        io.BytesIO(text),
        read_options=pj.ReadOptions(use_threads=False, block_size=len(text) + 1),
        parse_options=pj.ParseOptions(explicit_schema=_as_read(schema), unexpected_field_behavior="error"),
    ).combine_chunks()
    fields = msgspec.structs.fields(record_type)
    columns = [
        _filled(table.column(field.name).combine_chunks(), field.type, field.default, schema.field(field.name).type)
        for field in fields
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _as_read(schema: pa.Schema) -> pa.Schema:
    """The schema with days as moments: Arrow's JSON reader does not read days."""

    def read_type(kind: pa.DataType) -> pa.DataType:
        if pa.types.is_list(kind):
            return pa.list_(read_type(kind.value_type))
        if pa.types.is_struct(kind):
            return pa.struct([pa.field(child.name, read_type(child.type)) for child in kind])
        return pa.timestamp("s") if pa.types.is_date(kind) else kind

    return pa.schema([pa.field(field.name, read_type(field.type)) for field in schema])


def _filled(array: pa.Array, annotation: Any, default: object, kind: pa.DataType) -> pa.Array:
    """`array` with `default` where nothing was written; None and "no default" leave nulls."""
    if pa.types.is_list(kind):
        lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy()
        offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
        inner = typing.get_args(annotation)[0]
        values = _filled(array.flatten(), inner, msgspec.NODEFAULT, kind.value_type)
        return pa.ListArray.from_arrays(offsets, values, type=kind)
    if pa.types.is_struct(kind):
        choices = typing.get_args(annotation) or (annotation,)
        fields = msgspec.structs.fields(next(choice for choice in choices if choice is not type(None)))
        children = [
            _filled(array.field(position), field.type, field.default, kind.field(position).type)
            for position, field in enumerate(fields)
        ]
        return pa.StructArray.from_arrays(children, fields=list(kind), mask=array.is_null())
    if array.type != kind:
        array = array.cast(kind)
    if default is None or default is msgspec.NODEFAULT or array.null_count == 0:
        return array
    return pc.fill_null(array, default.value if isinstance(default, Enum) else default)


def read_parquet(path: Path, record_type: type[R]) -> Iterator[R]:
    """The records of a file that `to_parquet` wrote, with flat memory."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches():
            for row in batch.to_pylist():
                yield msgspec.convert(_known(row), record_type)


def _known(value: Any) -> Any:
    """`value` without its nulls: a record's own default is what a null stands for."""
    if isinstance(value, dict):
        return {name: _known(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_known(item) for item in value]
    return value
