"""Looking into built warehouses: tables found by name, compared row by row."""

from pathlib import Path

import duckdb


def tables(connection: duckdb.DuckDBPyConnection, catalog: str, layer: str) -> dict[str, str]:
    """Table name to qualified name of a layer's tables; an adapter may have prefixed the schema."""
    rows = connection.execute(
        "select table_name, table_catalog || '.' || table_schema || '.' || table_name"
        " from information_schema.tables"
        " where table_catalog = ? and table_schema like ? and table_type = 'BASE TABLE'",
        [catalog, f"%{layer}"],
    ).fetchall()
    return dict(rows)


RUN_COLUMNS = ("_dlt_load_id", "run_id", "message")
"""Columns of raw tables that name a run or a directory, and so differ from one to the next."""


def differing_rows(
    one: Path,
    other: Path,
    *,
    layers: tuple[str, ...] = ("marts",),
    leaving_out: tuple[str, ...] = (),
) -> list[str]:
    """Rows that only one of two warehouses has, in words; empty if they are equal to the digit.

    Columns of `leaving_out` are not compared, nor are dlt's own tables.
    """
    found: list[str] = []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        for layer in layers:
            left = tables(connection, "one", layer)
            right = tables(connection, "other", layer)
            if left.keys() != right.keys():
                found.append(f"{layer}: {sorted(left)} != {sorted(right)}")
            for name in sorted(left.keys() & right.keys()):
                if name.startswith("_dlt"):
                    continue
                wanted = f"columns(c -> c not in {(*leaving_out, '')})"
                for side, a, b in (("one", left, right), ("other", right, left)):
                    rows = connection.execute(
                        f"select * from (select {wanted} from {a[name]} except all"
                        f" select {wanted} from {b[name]}) limit 3"
                    ).fetchall()
                    found += [f"only {side} has in {name}: {row}" for row in rows]
    return found


def row_count(warehouse: Path, table: str) -> int:
    """Rows of a table, found by its name."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        (schema,) = connection.execute(
            "select table_schema from information_schema.tables where table_name = ?", [table]
        ).fetchall()[0]
        return int(connection.execute(f"select count(*) from {schema}.{table}").fetchall()[0][0])
