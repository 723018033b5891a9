"""The dlt pipeline: accepted rows as Arrow tables into the schema `raw`, appended by delivery.

Belongs here: everything that knows dlt. Does not belong here: which rows are accepted.

A delivery replaces itself: its rows, if a killed or earlier load left any, are deleted before
they are appended again. The ledger commits afterwards, so a kill anywhere is mended by the next
load. Runs alone as `python -m penstock.loading.dlt_pipeline PRODUCT`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, cast

import dlt
import duckdb
import pyarrow as pa
from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials
from dlt.pipeline.exceptions import PipelineStepFailed

from penstock.errors import PenstockError
from penstock.loading.dlt_surroundings import surround
from penstock.loading.kept_open import current_database
from penstock.spared import without

RAW = "raw"
DELIVERIES = "deliveries"
"""Raw table with one row per loaded file: the ledger can be rebuilt from it."""

DELIVERIES_SCHEMA = pa.schema(
    [
        pa.field("delivery_id", pa.string(), nullable=False),
        pa.field("table_name", pa.string()),
        pa.field("status", pa.string()),
        pa.field("source", pa.string()),
        pa.field("sha256", pa.string()),
        pa.field("bytes", pa.int64()),
        pa.field("modified_ns", pa.int64()),
        pa.field("delivered_at", pa.timestamp("us")),
        pa.field("rows_read", pa.int64()),
        pa.field("rows_accepted", pa.int64()),
        pa.field("rows_quarantined", pa.int64()),
        pa.field("first_day", pa.date32()),
        pa.field("last_day", pa.date32()),
        pa.field("message", pa.string()),
        pa.field("run_id", pa.string()),
    ]
)

DELIVERIES_COLUMNS: Mapping[str, Mapping[str, Any]] = {
    "delivery_id": {"data_type": "text", "nullable": False},
    "delivered_at": {"data_type": "timestamp", "precision": 6, "timezone": False},
}


class LoadError(PenstockError):
    """dlt could not load a package."""


@dataclass(frozen=True)
class RawTable:
    """Rows of one raw table; `columns` are dlt hints that match the Arrow schema."""

    name: str
    rows: Iterator[pa.Table]
    columns: Mapping[str, Mapping[str, Any]]


def append_tables(
    tables: Sequence[RawTable],
    connection: duckdb.DuckDBPyConnection,
    *,
    pipelines_dir: Path,
    pipeline_name: str,
) -> None:
    """Append Arrow tables to the raw tables, in the given order, as one load package.

    `connection` is open on the warehouse, with the limits that loading keeps to. Each table's rows
    are drained before the next one's start: a later table may be built from what an earlier one
    found.

    Raises: LoadError naming the step and dlt's own message.
    """
    surround()
    pipelines_dir.mkdir(parents=True, exist_ok=True)
    pipeline = dlt.pipeline(
        pipeline_name=pipeline_name,
        destination=dlt.destinations.duckdb(credentials=_credentials(connection)),
        dataset_name=RAW,
        pipelines_dir=str(pipelines_dir),
    )
    # A package left by a killed run holds files the ledger never confirmed: they come again.
    if pipeline.has_pending_data:
        pipeline.abort_packages()
    resources = [
        dlt.resource(
            chain(table.rows),  # of a generator dlt would look up the module, file by file
            name=table.name,
            write_disposition="append",
            columns=cast("Any", table.columns),  # derived, so no literal of dlt's closed TypedDict
            schema_contract={"tables": "evolve", "columns": "evolve", "data_type": "freeze"},
        )
        for table in tables
    ]
    try:
        # dlt has its own way to print an address, which does without SQLAlchemy's import, and
        # binds parameters, of which DuckDB would ask whether pandas made them.
        with without("sqlalchemy"), without("pandas"):
            pipeline.run(resources, loader_file_format="parquet").raise_on_failed_jobs()
    except PipelineStepFailed as error:
        message = f"{pipeline_name}: dlt failed in step {error.step}: {error.exception}"
        raise LoadError(message) from error


def _credentials(connection: duckdb.DuckDBPyConnection) -> DuckDbCredentials:
    """The connection as dlt takes it; its further ones are to use the same database."""
    return DuckDbCredentials(
        connection, local_config={"schema": f'"{current_database(connection)}".main'}
    )


def delete_deliveries(
    connection: duckdb.DuckDBPyConnection, deliveries: Mapping[str, Sequence[str]]
) -> None:
    """Delete deliveries (table name -> delivery ids), rows and records, in one transaction."""
    existing = raw_tables(connection)
    connection.begin()
    for table, ids in deliveries.items():
        if table in existing and ids:
            connection.execute(
                f'delete from {RAW}."{table}" where _delivery_id in ({_literals(ids)})'
            )
    everything = [one for ids in deliveries.values() for one in ids]
    if DELIVERIES in existing and everything:
        connection.execute(
            f"delete from {RAW}.{DELIVERIES} where delivery_id in ({_literals(everything)})"
        )
    connection.commit()


def raw_tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Names of the tables in schema `raw`."""
    rows = connection.execute(
        f"select table_name from information_schema.tables where table_schema = '{RAW}'"
    ).fetchall()
    return {row[0] for row in rows}


def _literals(texts: Sequence[str]) -> str:
    """Texts as SQL: a bound parameter would make DuckDB import pandas, for a quarter second."""
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts)


if __name__ == "__main__":
    from penstock.contracts.registry import run_main
    from penstock.loading.load import main

    run_main(main)
