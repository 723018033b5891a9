"""A product that builds in layers: one step per layer, a sensor on its drop folder, a schedule.

Belongs here: calling the product's run, layer by layer. Does not belong here: what a layer is made
of, whether there is anything to do (`penstock` decides).

A layer yields its tables only if it was built: Dagster then skips what depends on it, and the log
of the step above says why. Its data tests are checks of its tables; what failed is shown there,
before the step fails.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from dagster_project import sensors
from dagster_project.checks import test_result
from dagster_project.partitions import SINGLE_RUN
from dagster_project.resources import SettingsResource
from dagster_project.rooms import RETRIES, progress, room
from dagster_project.schedules import PRODUCT_TAG
from dagster_project.translators import bronze_spec, layer_table_spec
from penstock.contracts.layered import LAYERS, Layer, LayeredRun
from penstock.contracts.product import Product
from penstock.transforming.manifest import data_tests, lineage
from penstock.transforming.results import DbtError, NodeResult, last_results


def layered_definitions(product: Product, manifest: Mapping[str, Any]) -> dg.Definitions:
    """The layers as one lineage graph, and what starts them."""
    job = dg.define_asset_job(
        f"{product.name}_run",
        selection=dg.AssetSelection.key_prefixes([product.name]),
        tags={PRODUCT_TAG: product.name},
        description="Take what was dropped, build bronze, silver and gold, release.",
    )
    schedule = dg.ScheduleDefinition(
        name=f"{product.name}_schedule",
        description="05:00 UTC: what was dropped since, or what failed before.",
        job=job,
        cron_schedule="0 5 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    return dg.Definitions(
        assets=[_layer(product, layer, manifest) for layer in LAYERS],
        jobs=[job],
        schedules=[schedule],
        sensors=[sensors.drop_sensor(product, job.name)],
    )


def _layer(product: Product, layer: Layer, manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    specs = _specs(product, layer, manifest)

    @dg.multi_asset(
        name=f"{product.name}_{layer}",
        specs=specs,
        check_specs=_check_specs(product, specs, manifest),
        can_subset=True,  # else Dagster misses the checks of a layer that was not built
        backfill_policy=SINGLE_RUN,
        retry_policy=RETRIES,
    )
    def build(
        context: dg.AssetExecutionContext, settings: SettingsResource
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        with room(context, product, settings, layer) as run_id:
            try:
                done = _run(
                    product,
                    settings,
                    layer,
                    from_run=_from_run(context, product, layer, run_id),
                    run_id=f"{run_id}-{layer}",
                    context=context,
                )
            except DbtError as error:
                yield from _checks(context, error.results)
                raise
        if done.run_id is None:
            context.log.info("skipped, and everything below: %s", done.note)
            return
        for spec in specs:
            if spec.key not in context.selected_asset_keys:
                continue  # it was built too: a layer is built whole
            rows = done.rows.get(spec.key.path[-1])
            yield dg.MaterializeResult(
                asset_key=spec.key,
                metadata={
                    "run_id": done.run_id,
                    "as_of": str(done.as_of),
                    **({} if rows is None else {"dagster/row_count": rows}),
                    **({} if done.release is None else {"release": str(done.release)}),
                },
            )
        if layer != "bronze":
            yield from _checks(context, last_results(product.engine_dir(settings) / "dbt"))

    return build


def _checks(
    context: dg.AssetExecutionContext, results: Sequence[NodeResult]
) -> Iterator[dg.AssetCheckResult]:
    """What became of the data tests of this layer that ran."""
    tests = {one.name: one for one in results if one.kind == "test" and one.status != "skipped"}
    for key in sorted(context.selected_asset_check_keys, key=lambda one: one.name):
        if key.name in tests:
            yield test_result(key, tests[key.name])


def _from_run(
    context: dg.AssetExecutionContext, product: Product, layer: Layer, run_id: str
) -> str | None:
    """What a layer starts from: the one below, of this run if it is a step of it."""
    if layer == LAYERS[0]:
        return None
    before = LAYERS[LAYERS.index(layer) - 1]
    steps, chosen = context.run.step_keys_to_execute, context.run.asset_selection
    if steps is not None:
        is_here = f"{product.name}_{before}" in steps
    else:
        is_here = chosen is None or any(key.path[1] == before for key in chosen)
    return f"{run_id}-{before}" if is_here else "latest"


def _run(
    product: Product,
    settings: SettingsResource,
    layer: Layer,
    *,
    from_run: str | None,
    run_id: str,
    context: dg.AssetExecutionContext,
) -> LayeredRun:
    if product.run_layers is None:
        raise TypeError(f"{product.name} does not build in layers")
    # A run is made once: a step that is retried makes another, from whatever was made last.
    tried = f".{context.retry_number}" if context.retry_number else ""
    return product.run_layers(
        product,
        settings,
        layer=layer,
        from_run="latest" if from_run is not None and tried else from_run,
        run_id=run_id + tried,
        progress=progress(context),
    )


def _specs(product: Product, layer: Layer, manifest: Mapping[str, Any]) -> Sequence[dg.AssetSpec]:
    """The assets of a layer: files of bronze, tables of silver and gold, as they are built."""
    if layer == "bronze":
        return [bronze_spec(product, one) for one in product.contracts.values()]
    tables = {one.name: one for one in product.published if one.folder == layer}
    return [
        layer_table_spec(product, layer, tables[name], made_of)
        for name, made_of in lineage(manifest, product.marts).items()
        if name in tables
    ]


def _check_specs(
    product: Product, specs: Sequence[dg.AssetSpec], manifest: Mapping[str, Any]
) -> Sequence[dg.AssetCheckSpec]:
    """Every data test of the tables of a layer."""
    keys = {spec.key.path[-1]: spec.key for spec in specs}
    return [
        dg.AssetCheckSpec(test, asset=keys[table])
        for test, table in sorted(data_tests(manifest, product.marts).items())
        if table in keys
    ]
