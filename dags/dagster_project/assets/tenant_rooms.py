"""The rooms of a product with tenants: one asset each, one partition per day and tenant.

Belongs here: calling a room for the tenant whose partition it is, telling what it found. Does not
belong here: what a room does, whether it went well (`penstock` judges).

One run is one tenant's day, and a range of partitions as many runs: there is no backfill policy.
Any policy would name partitions by ranges, which Dagster cuts by the dimension with fewer values:
one day of all tenants would be one run, and the failure of one tenant the failure of all. The pool
lets runs of the product wait for each other, also those that no job or sensor has tagged.
"""

from collections.abc import Callable, Iterator, Sequence

import dagster as dg

from dagster_project.assets.releasing import audited_release, release_metadata
from dagster_project.checks import (
    audit_result,
    data_tests_result,
    tenant_check_specs,
    verdict_result,
)
from dagster_project.partitions import days_of
from dagster_project.resources import SettingsResource
from dagster_project.rooms import RETRIES, progress, tenants_room
from dagster_project.translators import room_key, tenant_room_spec
from penstock.contracts.product import Product
from penstock.loading.load import load
from penstock.loading.tenant_verdicts import judge_routes
from penstock.loading.verdicts import judge_whole_load
from penstock.run_landing import land_new
from penstock.transforming.results import DbtError, last_results
from penstock.transforming.transform import transform

Result = dg.MaterializeResult[None] | dg.AssetCheckResult
Partitions = dg.PartitionsDefinition[str]
Making = Callable[[Callable[..., Iterator[Result]]], dg.AssetsDefinition]


def tenant_assets(product: Product, partitions: Partitions) -> Sequence[dg.AssetsDefinition]:
    """Land, load, transform, release."""
    return [
        _land(product, partitions),
        _load(product, partitions),
        _transform(product, partitions),
        _release(product, partitions),
    ]


def _asset(product: Product, room: str, partitions: Partitions) -> Making:
    """What makes a room's function an asset: what all four declare alike."""
    return dg.multi_asset(
        name=f"{product.name}_{room}",
        specs=[tenant_room_spec(product, room, partitions)],
        check_specs=tenant_check_specs(product, room, partitions),
        retry_policy=RETRIES,
        pool=product.name,
    )


def _land(product: Product, partitions: Partitions) -> dg.AssetsDefinition:
    @_asset(product, "land", partitions)
    def land(context: dg.AssetExecutionContext, settings: SettingsResource) -> Iterator[Result]:
        first, last = days_of(context.run)
        key = room_key(product, "land")
        with tenants_room(context, product, settings, "land") as (tenant, run_id):
            new = land_new(
                tenant, settings, start=first, end=last, run_id=run_id, progress=progress(context)
            )
            if tenant.routes is None:
                raise TypeError(f"{product.name} has tenants and tells nothing of their routes")
            routes = tenant.routes(tenant, settings, run_id)
        dropped = () if new.dropped is None else new.dropped.files
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "source": "files" if new.mocked_files is None else "mock",
                "files_landed": sum(routes.routed.values()),
                "files_dropped": len(dropped),
                "files_refused": len(routes.refused),
                **{f"routed: {outcome}": count for outcome, count in routes.routed.items()},
                "latest_delivery": routes.newest or "none",
            },
        )
        for verdict in judge_routes(routes, day=last):
            yield verdict_result(key, verdict)

    return land


def _load(product: Product, partitions: Partitions) -> dg.AssetsDefinition:
    @_asset(product, "load", partitions)
    def load_raw(context: dg.AssetExecutionContext, settings: SettingsResource) -> Iterator[Result]:
        first, last = days_of(context.run)
        key = room_key(product, "load")
        with tenants_room(context, product, settings, "load") as (tenant, run_id):
            report = load(tenant, settings, run_id=run_id, progress=progress(context))
            verdicts = judge_whole_load(tenant, settings, run_id=run_id, first=first, last=last)
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "files_loaded": len(report.deliveries),
                "rows_read": report.rows_read,
                "rows_accepted": report.rows_accepted,
                "rows_quarantined": report.rows_quarantined,
                "run_id": run_id,
            },
        )
        for verdict in verdicts:
            yield verdict_result(key, verdict)

    return load_raw


def _transform(product: Product, partitions: Partitions) -> dg.AssetsDefinition:
    @_asset(product, "transform", partitions)
    def build(context: dg.AssetExecutionContext, settings: SettingsResource) -> Iterator[Result]:
        with tenants_room(context, product, settings, "transform") as (tenant, run_id):
            try:
                report = transform(tenant, settings, run_id=run_id, progress=progress(context))
            except DbtError as error:
                # What failed is shown where it belongs, before the step fails.
                if any(one.kind == "test" for one in error.results):
                    yield data_tests_result(product, error.results)
                raise
            results = report.results or last_results(tenant.engine_dir(settings) / "dbt")
        yield dg.MaterializeResult(
            asset_key=room_key(product, "transform"),
            metadata={
                "built": report.reason,
                "models": sum(one.kind == "model" for one in report.results),
                "run_id": run_id,
            },
        )
        yield data_tests_result(product, results)

    return build


def _release(product: Product, partitions: Partitions) -> dg.AssetsDefinition:
    @_asset(product, "release", partitions)
    def publish(context: dg.AssetExecutionContext, settings: SettingsResource) -> Iterator[Result]:
        with tenants_room(context, product, settings, "release") as (tenant, run_id):
            report = yield from audited_release(context, tenant, settings, run_id=run_id)
        yield dg.MaterializeResult(
            asset_key=room_key(product, "release"), metadata=release_metadata(report)
        )
        yield audit_result(product, report.checks)

    return publish
