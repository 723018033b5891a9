"""Transform: what is stale is built; dbt's models are assets, its tests checks.

Belongs here: calling `penstock.transforming.transform` and telling what became of each model and
test. Does not belong here: which days are built (`penstock` decides), SQL (dbt).

One step builds the room whole, whichever of its models are asked for: a build is one run of them
under one lock, and the ledger calls days built only when every model and test of them passed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from dagster_project.checks import test_result
from dagster_project.partitions import SINGLE_RUN
from dagster_project.resources import SettingsResource
from dagster_project.rooms import RETRIES, progress, room
from dagster_project.translators import model_spec, node_key
from penstock.contracts.product import Product
from penstock.settings import Settings
from penstock.transforming.manifest import checked_nodes
from penstock.transforming.results import DbtError, NodeResult, last_results
from penstock.transforming.tables import row_counts
from penstock.transforming.transform import transform

Result = dg.MaterializeResult[None] | dg.AssetCheckResult


def transforming_assets(
    product: Product, days: dg.PartitionsDefinition[str], manifest: Mapping[str, Any]
) -> dg.AssetsDefinition:
    """Every model of the product's dbt project, with its data tests as checks."""

    @dg.multi_asset(
        name=f"{product.name}_transform",
        specs=list(_specs(product, manifest, days)),
        check_specs=list(_check_specs(product, manifest)),
        # Tests of sources are checks of raw tables, which another step makes.
        allow_arbitrary_check_specs=True,
        can_subset=True,
        backfill_policy=SINGLE_RUN,
        retry_policy=RETRIES,
    )
    def build(context: dg.AssetExecutionContext, settings: SettingsResource) -> Iterator[Result]:
        with room(context, product, settings, "transform") as run_id:
            try:
                report = transform(product, settings, run_id=run_id, progress=progress(context))
            except DbtError as error:
                # What failed is shown where it belongs, before the step fails.
                yield from _checks(context, error.results)
                raise
            results = report.results or _last_results(product, settings)
            counts = row_counts(product, settings)
        yield from _models(context, results, counts, reason=report.reason)
        yield from _checks(context, results)

    return build


def _specs(
    product: Product, manifest: Mapping[str, Any], days: dg.PartitionsDefinition[str]
) -> Iterator[dg.AssetSpec]:
    """Every model, made of the models and sources that it reads."""
    everything = {**manifest["nodes"], **manifest["sources"]}
    for one in manifest["nodes"].values():
        if one["resource_type"] == "model":
            made_of = [node_key(product, everything[name]) for name in one["depends_on"]["nodes"]]
            yield model_spec(product, one, made_of, days)


def _check_specs(product: Product, manifest: Mapping[str, Any]) -> Iterator[dg.AssetCheckSpec]:
    """Every data test, at what it checks."""
    for test, tested in checked_nodes(manifest):
        yield dg.AssetCheckSpec(
            test["name"], asset=node_key(product, tested), description=test["description"] or None
        )


def _last_results(product: Product, settings: Settings) -> Sequence[NodeResult]:
    return last_results(product.engine_dir(settings) / "dbt")


def _models(
    context: dg.AssetExecutionContext,
    results: Sequence[NodeResult],
    counts: Mapping[str, int],
    *,
    reason: str,
) -> Iterator[dg.MaterializeResult[None]]:
    selected = {key.path[-1]: key for key in context.selected_asset_keys}
    # In dbt's order: Dagster wants a model after those it depends on.
    for one in results:
        if one.kind == "model" and one.name in selected:
            rows = {"dagster/row_count": counts[one.name]} if one.name in counts else {}
            yield dg.MaterializeResult(
                asset_key=selected[one.name],
                metadata={"built": reason, "seconds": one.seconds, **rows},
            )


def _checks(
    context: dg.AssetExecutionContext, results: Sequence[NodeResult]
) -> Iterator[dg.AssetCheckResult]:
    tests = {one.name: one for one in results if one.kind == "test"}
    for key in context.selected_asset_check_keys:
        if key.name in tests:
            yield test_result(key, tests[key.name])
