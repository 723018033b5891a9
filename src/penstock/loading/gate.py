"""The gate: accept rows, quarantine the rest with a reason.

Belongs here: vectorised checks of rows that have the contract's columns.
Does not belong here: reading files (`read_deliveries.py`); plausibility of values: whatever can
be stored and placed is stored, and flagged later.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from penstock.contracts.contract import PROVENANCE, Contract, Reference
from penstock.contracts.lifetime import bounds
from penstock.contracts.row_hash import row_hashes
from penstock.landing.quarantine import REFUSED_SCHEMA, refused_rows


@dataclass(frozen=True)
class Gated:
    """Rows read = rows of `accepted` + rows of `refused`.

    `accepted`: contract columns and PROVENANCE. `refused`: REFUSED_SCHEMA plus `_delivery_id`.
    """

    accepted: pl.DataFrame
    refused: pl.DataFrame


@dataclass(frozen=True)
class _Rule:
    """Rows where `refuses` holds may not enter; `expected` says what would have been right."""

    reason: str
    column: str
    expected: str | pl.Expr
    refuses: pl.Expr


def gate(rows: pl.DataFrame, *, contract: Contract, known: pl.DataFrame | None) -> Gated:
    """Split rows into accepted and refused.

    `rows` has the contract's columns, `_delivery_id`, `_delivered_at`, `_source_file`,
    `_source_row` and `_duplicates` (keep_first or keep_last). `known` holds the rows that the
    contract's reference may name, with its interval column.
    """
    refused: list[pl.DataFrame] = []
    if contract.reference is not None and known is not None:
        rows = _with_interval(rows, contract=contract, known=known)
        rows = _with_first_day(rows, contract.reference, known=known)
    for rule in _rules(contract):
        bad = rows.filter(rule.refuses)
        if not bad.is_empty():
            refused.append(_refuse(bad, contract, rule.reason, rule.column, rule.expected))
            rows = rows.filter(~rule.refuses)
    rows = rows.with_columns(
        row_hashes(rows.select(list(contract.by_name))), pl.lit(value=False).alias("_has_conflict")
    )
    rows, duplicates = _keep_one_per_key(rows, contract)
    refused += duplicates
    schema = REFUSED_SCHEMA | {"_delivery_id": pl.String()}
    columns = [*contract.by_name, *(name for name, _ in PROVENANCE)]
    return Gated(rows.select(columns), pl.concat([pl.DataFrame(schema=schema), *refused]))


def _rules(contract: Contract) -> Iterator[_Rule]:
    for name in contract.required:
        yield _Rule("missing_value", name, "a value in every row", pl.col(name).is_null())
    for column in contract.columns:
        if column.type == "float":
            not_finite = ~pl.col(column.name).is_finite().fill_null(value=True)
            yield _Rule("not_finite", column.name, "a finite number or nothing", not_finite)
        if column.choices and column.type == "string":
            foreign = ~pl.col(column.name).is_in(column.choices).fill_null(value=True)
            expected = f"one of {', '.join(column.choices)}"
            yield _Rule("unknown_value", column.name, expected, foreign)
    if contract.reference is not None and contract.time_column is not None:
        reference = contract.reference
        entity = reference.column.removesuffix("_id")
        yield _Rule(
            f"unknown_{entity}",
            reference.column,
            f"a row of {reference.table}: land the {entity}, then load again",
            pl.col("_interval").is_null(),
        )
        yield _Rule(
            "off_the_grid",
            contract.time_column,
            f"a multiple of the {entity}'s {reference.interval_column}",
            _microseconds_of_day(contract.time_column) % (pl.col("_interval") * 60_000_000) != 0,
        )
        time, since, delivered_at = map(pl.col, (contract.time_column, "_since", "_delivered_at"))
        for one in bounds(time, since=since, delivered_at=delivered_at):
            yield _Rule(one.reason, contract.time_column, one.expected, one.refuses)


def _microseconds_of_day(column: str) -> pl.Expr:
    return pl.col(column).dt.timestamp("us") % 86_400_000_000


def _with_interval(rows: pl.DataFrame, *, contract: Contract, known: pl.DataFrame) -> pl.DataFrame:
    """Rows with the interval of the version that holds on their day, null where none is known."""
    reference = contract.reference
    if reference is None or reference.interval_column is None or contract.time_column is None:
        return rows
    entity, version = reference.column, reference.version_column
    grid = known.select(
        pl.col(entity),
        pl.col(reference.interval_column).alias("_interval"),
        *([] if version is None else [pl.col(version).cast(pl.Datetime("us")).alias("_from")]),
    )
    changed = grid.group_by(entity).agg(pl.col("_interval").n_unique() > 1)["_interval"].any()
    if version is None or not changed:
        last = grid.unique(entity, keep="last", maintain_order=True).select(entity, "_interval")
        return rows.join(last, on=entity, how="left", maintain_order="left")
    versions = grid.unique([entity, "_from"], keep="last", maintain_order=True).sort("_from")
    first = versions.unique(entity, keep="first", maintain_order=True)
    held = (
        rows.with_row_index("_order")
        .sort(contract.time_column)
        .join_asof(
            versions,
            left_on=contract.time_column,
            right_on="_from",
            by=entity,
            coalesce=False,
            check_sortedness=False,  # both are; Polars cannot see it beside `by`
        )
        # The first version also covers what came before it.
        .join(first.select(entity, pl.col("_interval").alias("_first")), on=entity, how="left")
        .with_columns(pl.coalesce("_interval", "_first").alias("_interval"))
    )
    return held.sort("_order").drop("_order", "_from", "_first")


def _with_first_day(
    rows: pl.DataFrame, reference: Reference, *, known: pl.DataFrame
) -> pl.DataFrame:
    """Rows with the earliest first day declared of their entity, null where none is."""
    if reference.since_column is None:
        return rows.with_columns(pl.lit(None, dtype=pl.Date).alias("_since"))
    since = pl.col(reference.since_column).min().alias("_since")
    first = known.group_by(reference.column).agg(since)
    return rows.join(first, on=reference.column, how="left", maintain_order="left")


def _keep_one_per_key(
    rows: pl.DataFrame, contract: Contract
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """One row per key and delivery by the delivery's policy; the others are refused."""
    key = ["_delivery_id", *contract.key]
    # Distinct hashes prove distinct keys; only a repeated hash is worth the slower look.
    if rows.select(pl.struct(key).hash().n_unique()).item() == rows.height:
        return rows, []
    ranked = rows.with_columns(
        pl.when(pl.col("_duplicates") == "keep_first")
        .then(pl.col("_source_row").rank("ordinal").over(key))
        .otherwise(pl.col("_source_row").rank("ordinal", descending=True).over(key))
        .alias("_rank"),
        (pl.col("_row_hash").n_unique().over(key) > 1).alias("_has_conflict"),
    ).with_columns(
        pl.col("_row_hash").filter(pl.col("_rank") == 1).first().over(key).alias("_kept_hash")
    )
    losing = ranked.filter(pl.col("_rank") > 1).with_columns(
        pl.when(pl.col("_row_hash") == pl.col("_kept_hash"))
        .then(pl.lit("duplicate_identical"))
        .otherwise(pl.format("duplicate_{}", pl.col("_duplicates").str.replace("keep", "kept")))
        .alias("_reason")
    )
    refused = [
        _refuse(part, contract, str(reason), ", ".join(contract.key), "one row per key")
        for (reason,), part in losing.partition_by(
            "_reason", as_dict=True, maintain_order=True
        ).items()
    ]
    return ranked.filter(pl.col("_rank") == 1), refused


def _refuse(
    bad: pl.DataFrame, contract: Contract, reason: str, column: str, expected: str | pl.Expr
) -> pl.DataFrame:
    listed = refused_rows(
        bad,
        table=contract.table,
        reason=reason,
        column=column,
        expected=expected,
        values=list(contract.by_name),
    )
    return listed.with_columns(bad["_delivery_id"])
