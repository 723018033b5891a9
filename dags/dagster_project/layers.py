"""A product that builds in layers: one step per layer, a sensor on its drop folder, a schedule.

Belongs here: calling the product's run, layer by layer. Does not belong here: what a layer is made
of, whether there is anything to do (`penstock` decides).

A layer yields its tables only if it was built: Dagster then skips what depends on it, and the log
of the step above says why.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from dagster_project import sensors
from dagster_project.partitions import SINGLE_RUN
from dagster_project.resources import SettingsResource
from dagster_project.rooms import RETRIES, progress, room
from dagster_project.schedules import PRODUCT_TAG
from dagster_project.translators import bronze_spec, layer_table_spec
from penstock.contracts.layered import LAYERS, Layer, LayeredRun
from penstock.contracts.product import Product


def layered_definitions(product: Product) -> dg.Definitions:
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
        assets=[_layer(product, layer) for layer in LAYERS],
        jobs=[job],
        schedules=[schedule],
        sensors=[sensors.drop_sensor(product, job.name)],
    )


def _layer(product: Product, layer: Layer) -> dg.AssetsDefinition:
    specs = _specs(product, layer)

    @dg.multi_asset(
        name=f"{product.name}_{layer}",
        specs=specs,
        backfill_policy=SINGLE_RUN,
        retry_policy=RETRIES,
    )
    def build(
        context: dg.AssetExecutionContext, settings: SettingsResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        with room(context, product, settings, layer) as run_id:
            before = LAYERS[LAYERS.index(layer) - 1] if layer != LAYERS[0] else None
            done = _run(
                product,
                settings,
                layer,
                from_run=None if before is None else f"{run_id}-{before}",
                run_id=f"{run_id}-{layer}",
                context=context,
            )
        if done.run_id is None:
            context.log.info("skipped, and everything below: %s", done.note)
            return
        for spec in specs:
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

    return build


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


def _specs(product: Product, layer: Layer) -> Sequence[dg.AssetSpec]:
    """The assets of a layer: files of bronze, tables of silver and gold."""
    if layer == "bronze":
        return [bronze_spec(product, one) for one in product.contracts.values()]
    return [
        layer_table_spec(product, layer, table)
        for table in product.published
        if table.folder == layer
    ]
