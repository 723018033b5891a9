"""Load: new files through the gate into the raw tables.

Belongs here: calling `penstock.loading.load`, one result per raw table, its verdicts as checks.
Does not belong here: judging (`penstock.loading.verdicts`).
"""

from collections.abc import Iterator

import dagster as dg

from dagster_project.checks import load_check_specs, verdict_result
from dagster_project.partitions import SINGLE_RUN, days_of
from dagster_project.resources import SettingsResource
from dagster_project.rooms import RETRIES, progress, room
from dagster_project.translators import raw_key, raw_spec
from penstock.contracts.product import Product
from penstock.ledger import Ledger
from penstock.loading.load import LoadReport, load
from penstock.loading.verdicts import judge_tables


def loading_assets(product: Product, days: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """One asset per raw table. A load takes every file that waits, whatever day it is of."""

    @dg.multi_asset(
        name=f"{product.name}_load",
        specs=[
            raw_spec(product, one, days if table in product.dated_tables else None)
            for table, one in product.contracts.items()
        ],
        check_specs=load_check_specs(product),
        can_subset=True,
        backfill_policy=SINGLE_RUN,
        retry_policy=RETRIES,
    )
    def load_raw(
        context: dg.AssetExecutionContext, settings: SettingsResource
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        first, last = days_of(context.run)
        with room(context, product, settings, "load") as run_id:
            report = load(product, settings, run_id=run_id, progress=progress(context))
        with Ledger(product.ledger(settings)) as ledger:
            rows = ledger.rows_by_table()
        verdicts = judge_tables(product, settings, run_id=run_id, first=first, last=last)
        selected = [
            table
            for table in product.contracts
            if raw_key(product, table) in context.selected_asset_keys
        ]
        for table in selected:
            yield dg.MaterializeResult(
                asset_key=raw_key(product, table),
                metadata=_metadata(report, table, rows=rows.get(table, 0), run_id=run_id),
            )
        for table in selected:
            for verdict in verdicts[table]:
                yield verdict_result(raw_key(product, table), verdict)

    return load_raw


def _metadata(report: LoadReport, table: str, *, rows: int, run_id: str) -> dict[str, int | str]:
    mine = [one for one in report.deliveries if one.table_name == table]
    return {
        "dagster/row_count": rows,
        "files_loaded": len(mine),
        "rows_read": sum(one.rows_read for one in mine),
        "rows_accepted": sum(one.rows_accepted for one in mine),
        "rows_quarantined": sum(one.rows_quarantined for one in mine),
        "run_id": run_id,
    }
