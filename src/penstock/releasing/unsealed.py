"""Rows that no release holds: those of intermediate models, in the working warehouse.

Belongs here: whether the working warehouse still is the build that was released, reading it,
computing a figure again from it. Does not belong here: which rows (`behind.py`).

A release is what its readers may rely on; the working warehouse moves on with the next load. Its
rows are shown as long as nothing has been loaded, built or released since, and never otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from penstock.contracts.product import Product
from penstock.ledger import Ledger
from penstock.loading.stale import stale_from
from penstock.releasing.record import Model, read_released, read_state
from penstock.releasing.sealed import Metadata
from penstock.releasing.working import quoted
from penstock.settings import Settings
from penstock.transforming.rebuilds import last_rebuild

_VARIABLE = "getvariable("
"""What SQL says that depends on the run it was made in."""
_RELATIONS = f"""
select table_schema, table_name from information_schema.tables where table_catalog = ?
except all
select schema_name, view_name from duckdb_views()
where database_name = ? and contains(sql, '{_VARIABLE}')
"""


@dataclass(frozen=True)
class Working:
    """The working warehouse as a release may be explained with it.

    `relations`: qualified name of each table and view. `why_not`: why there are none.
    """

    relations: Mapping[str, str] = field(default_factory=dict)
    why_not: str = ""


def open_working(
    connection: duckdb.DuckDBPyConnection, product: Product, settings: Settings, metadata: Metadata
) -> Working:
    """Attach the working warehouse, read-only, if it still is the release's build."""
    why_not = _why_not(product, settings, metadata)
    if why_not:
        return Working(why_not=why_not)
    warehouse = product.warehouse(settings)
    try:
        connection.execute(f'attach {quoted(warehouse)} as "{warehouse.stem}" (read_only)')
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        return Working(why_not=f"the working warehouse cannot be read just now ({reason})")
    found = connection.execute(_RELATIONS, [warehouse.stem, warehouse.stem]).fetchall()
    return Working({name: f'"{warehouse.stem}"."{schema}"."{name}"' for schema, name in found})


def recompute(
    connection: duckdb.DuckDBPyConnection,
    working: Working,
    model: Model,
    *,
    column: str,
    where: str,
    values: Sequence[str],
    sealed: Any,
) -> str:
    """What the model's own SQL makes of the working warehouse, beside the sealed figure."""
    if working.why_not:
        return f"not computed again: {working.why_not}"
    if _VARIABLE in model.code:
        return f"not computed again: {model.path} reads what only its run knew"
    try:
        rows = connection.execute(
            f'select "{column}" from ({model.code}) where {where}', list(values)
        ).fetchall()
    except duckdb.Error as error:
        return f"not computed again: the model's SQL cannot be run ({str(error).splitlines()[0]})"
    if [row[0] for row in rows] == [sealed]:
        return f"ok: {model.path} makes the same figure of the rows in the working warehouse"
    made = ", ".join(str(row[0]) for row in rows) or "no row"
    return f"BROKEN: {model.path} makes {made} of the rows in the working warehouse"


def _why_not(product: Product, settings: Settings, metadata: Metadata) -> str:
    if not (product.ledger(settings).exists() and product.warehouse(settings).exists()):
        return "there is no working warehouse here"
    with Ledger(product.ledger(settings)) as ledger:
        last = read_released(ledger, metadata.series)
        is_still = (
            last is not None
            and last.run_id == metadata.run_id
            and last.rebuild == last_rebuild(ledger)
            and stale_from(ledger) is None
            and last.state == read_state(product, settings, ledger)
        )
    return "" if is_still else "the working warehouse is no longer what this release was made of"
