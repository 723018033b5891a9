"""Reading landed Parquet files as rows with the contract's columns, many files at a time.

Belongs here: checking columns and types of a file, reading batches with each row's origin.
Does not belong here: judging rows (`gate.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from penstock.contracts.contract import Contract
from penstock.loading.discover import PendingFile

# A panic of Polars' Rust code is no Exception; damaged pages end in one of these.
_UNREADABLE = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    pa.ArrowException,
    OSError,
    ValueError,
    OverflowError,
    MemoryError,
)
_BATCH_ROWS = 2_000_000
"""Rows held in memory at once; about 1 GB with everything the gate adds."""


@dataclass(frozen=True)
class Batch:
    """Some files of one table read together, and those that turned out to be unreadable."""

    files: tuple[PendingFile, ...]
    rows: pl.DataFrame
    rejected: tuple[PendingFile, ...] = ()


def schema_problem(contract: Contract, file: PendingFile) -> str:
    """What keeps a file's columns from being the contract's; empty if nothing does."""
    if file.problem or file.schema is None:
        return file.problem
    found = {field.name: field.type for field in file.schema}
    missing = [name for name in contract.required if name not in found]
    if missing:
        return (
            f"{file.path}: has no column {', '.join(missing)}; expected at least "
            f"{', '.join(contract.required)}: add it, or land the file with a mapping"
        )
    twice = [one.name for one in contract.columns if file.schema.names.count(one.name) > 1]
    if twice:
        return (
            f"{file.path}: names column {', '.join(twice)} twice; expected each once: leave one "
            "out, or land the file with a mapping"
        )
    for column in contract.columns:
        kind = found.get(column.name)
        if kind is not None and not _fits(kind, column.type):
            return (
                f"{file.path}: column {column.name} is {kind}, expected {column.type}: write it "
                "with that type, or land the file with a mapping"
            )
    measures = [c.name for c in contract.columns if c.name not in contract.required]
    if measures and not any(name in found for name in measures):
        return f"{file.path}: has none of the columns {', '.join(measures)}: nothing to load"
    return ""


def read_batches(contract: Contract, files: Sequence[PendingFile]) -> Iterator[Batch]:
    """Files whose schema fits, in batches of bounded size; unreadable ones come as rejected."""
    for group in _groups(files):
        try:
            yield Batch(tuple(group), _read(contract, group))
        except _UNREADABLE:
            # One of many is broken inside: find it, keep the others.
            yield from _one_by_one(contract, group)


def _one_by_one(contract: Contract, files: Iterable[PendingFile]) -> Iterator[Batch]:
    for file in files:
        try:
            yield Batch((file,), _read(contract, [file]))
        except _UNREADABLE as error:
            reason = (str(error) or type(error).__name__).splitlines()[0]
            problem = (
                f"{file.path}: breaks off while reading ({reason}); expected a complete Parquet "
                "file: write it again under the same name and load"
            )
            yield Batch((), pl.DataFrame(), (replace(file, schema=None, problem=problem),))


def _groups(files: Iterable[PendingFile]) -> Iterator[list[PendingFile]]:
    """Files with equal columns and types, up to the batch size (one file may exceed it)."""
    group: list[PendingFile] = []
    rows = 0
    for file in files:
        count = _row_count(file)
        same = not group or _plain(group[0].schema) == _plain(file.schema)
        if group and (not same or rows + count > _BATCH_ROWS):
            yield group
            group, rows = [], 0
        group.append(file)
        rows += count
    if group:
        yield group


def _row_count(file: PendingFile) -> int:
    try:
        return int(pq.read_metadata(file.path).num_rows)
    except (OSError, pa.ArrowException):
        return 0  # gone since it was found: reading it says so


def _plain(schema: pa.Schema | None) -> pa.Schema | None:
    return None if schema is None else schema.remove_metadata()


def _read(contract: Contract, files: Sequence[PendingFile]) -> pl.DataFrame:
    counts = [pq.read_metadata(file.path).num_rows for file in files]
    own = [*contract.by_name, "_source_file", "_source_row"]
    present = [
        name for name in own if files[0].schema is not None and name in files[0].schema.names
    ]
    rows = pl.read_parquet([file.path for file in files], columns=present, glob=False)
    which = pl.Series("_which", np.repeat(np.arange(len(files)), counts))
    position = np.concatenate([np.arange(1, count + 1) for count in counts])
    origins = pl.DataFrame(
        {
            "_delivery_id": [file.delivery.delivery_id for file in files],
            "_delivered_at": [file.delivery.delivered_at for file in files],
            "_duplicates": [file.duplicates for file in files],
            "_file_name": [file.path.name for file in files],
        },
        schema_overrides={"_delivered_at": pl.Datetime("us")},
    )
    per_row = origins.select(pl.all().gather(which))
    columns = [
        _cast(name, dtype, rows).alias(name) for name, dtype in contract.polars_schema.items()
    ]
    mapped = "_source_file" in rows.columns
    return rows.hstack(per_row).select(
        *columns,
        "_delivery_id",
        "_delivered_at",
        "_duplicates",
        (pl.col("_source_file") if mapped else pl.col("_file_name")).alias("_source_file"),
        (pl.col("_source_row") if mapped else pl.Series(position))
        .cast(pl.Int64)
        .alias("_source_row"),
    )


def _cast(name: str, dtype: pl.DataType, rows: pl.DataFrame) -> pl.Expr:
    if name not in rows.columns:
        return pl.lit(None, dtype=dtype)
    column = pl.col(name)
    found = rows.schema[name]
    if isinstance(found, pl.Datetime) and isinstance(dtype, pl.Datetime):
        if found.time_zone is not None:
            column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return column.dt.cast_time_unit("us")
    return column.cast(dtype)


def _fits(found: pa.DataType, expected: str) -> bool:
    if pa.types.is_null(found):
        return True
    if pa.types.is_dictionary(found):
        return _fits(found.value_type, expected)
    number = pa.types.is_integer(found) or pa.types.is_floating(found) or pa.types.is_decimal(found)
    text = (
        pa.types.is_string(found)
        or pa.types.is_large_string(found)
        or pa.types.is_string_view(found)
    )
    fitting = {
        "timestamp": pa.types.is_timestamp(found),
        "date": pa.types.is_date(found),
        "float": number,
        "integer": pa.types.is_integer(found),
        "string": text,
        "boolean": pa.types.is_boolean(found),
    }
    return bool(fitting[expected])
