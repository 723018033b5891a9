"""Land: the day's files under `data/raw/`.

Belongs here: calling `penstock.runs.land_days` and telling what it found. Does not belong here:
making or reading files.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import dagster as dg

from dagster_project.partitions import SINGLE_RUN, days_of
from dagster_project.resources import SettingsResource
from dagster_project.rooms import RETRIES, progress, room
from dagster_project.translators import land_key, land_spec
from penstock.contracts.product import Product
from penstock.runs import LandedDays, land_days

CHECK = "landed"
_NAMED = 10


def landing_assets(product: Product, days: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """One asset per table: its landed files, by day where its rows belong to days."""
    dated = product.dated_tables

    @dg.multi_asset(
        name=f"{product.name}_land",
        specs=[
            land_spec(product, one, days if table in dated else None)
            for table, one in product.contracts.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                CHECK,
                asset=land_key(product, table),
                description="Every day of the run has a file.",
            )
            for table in dated
        ],
        can_subset=True,
        backfill_policy=SINGLE_RUN,
        retry_policy=RETRIES,
    )
    def land(
        context: dg.AssetExecutionContext, settings: SettingsResource
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        first, last = days_of(context.run)
        with room(context, product, settings, "land") as run_id:
            landed = land_days(
                product,
                settings,
                first=first,
                last=last,
                run_id=run_id,
                progress=progress(context),
            )
        for table in product.contracts:
            key = land_key(product, table)
            if key in context.selected_asset_keys:
                yield dg.MaterializeResult(asset_key=key, metadata=_metadata(landed, table))
        for table in dated:
            if land_key(product, table) in context.selected_asset_keys:
                yield _check(product, table, landed.missing(table))

    return land


def _metadata(landed: LandedDays, table: str) -> dict[str, dg.MetadataValue | int | str]:
    paths = [path for day in landed.files.get(table, {}).values() for path in day]
    return {
        "source": "files" if landed.mocked_files is None else "mock",
        "files": len(paths),
        "bytes": sum(path.stat().st_size for path in paths),
        **({"last_file": dg.MetadataValue.path(paths[-1])} if paths else {}),
    }


def _check(product: Product, table: str, missing: Sequence[date]) -> dg.AssetCheckResult:
    named = ", ".join(str(day) for day in missing[:_NAMED])
    more = len(missing) - _NAMED
    text = f"no file of {named}" + (f" and {more:,} more days" if more > 0 else "")
    return dg.AssetCheckResult(
        asset_key=land_key(product, table),
        check_name=CHECK,
        passed=not missing,
        severity=dg.AssetCheckSeverity.WARN,
        description=text if missing else "every day has a file",
        metadata={"missing_days": len(missing)},
    )
