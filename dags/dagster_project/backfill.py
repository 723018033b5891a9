"""A long range of days in one run, without an event per day: the backfill job.

Belongs here: the rooms as steps of that job. Does not belong here: which days are done (the sensor
`done_elsewhere` marks them afterwards, in its own time); what the rooms do.
"""

from datetime import date

import dagster as dg
from pydantic import Field

from dagster_project.checks import verdict_evaluation
from dagster_project.partitions import asked_tags
from dagster_project.resources import SettingsResource
from dagster_project.rooms import RETRIES, progress, room
from dagster_project.schedules import PRODUCT_TAG
from dagster_project.translators import raw_key
from penstock.contracts.product import Product
from penstock.landing.days import days_asked_for
from penstock.loading.load import load
from penstock.loading.verdicts import judge_tables
from penstock.releasing.release import release
from penstock.runs import land_days
from penstock.transforming.transform import transform

Span = tuple[date, date]


class Days(dg.Config):
    """The days of a backfill."""

    first_day: str = Field(description="First day (UTC), YYYY-MM-DD.")
    last_day: str = Field(description="Last day (UTC), YYYY-MM-DD.")


def backfill_job(product: Product) -> dg.JobDefinition:
    """Land, load, transform and release a range of days; its config says which."""

    @dg.op(name=f"{product.name}_backfill_land", retry_policy=RETRIES)
    def land(context: dg.OpExecutionContext, config: Days, settings: SettingsResource) -> Span:
        with room(context, product, settings, "land") as run_id:
            first, last = days_asked_for(config.first_day, config.last_day)
            context.instance.add_run_tags(context.run.run_id, asked_tags(first, last))
            land_days(
                product,
                settings,
                first=first,
                last=last,
                run_id=run_id,
                progress=progress(context),
            )
        return first, last

    @dg.op(name=f"{product.name}_backfill_load", retry_policy=RETRIES, out=dg.Out(dg.Nothing))
    def load_raw(context: dg.OpExecutionContext, settings: SettingsResource, span: Span) -> None:
        first, last = span
        with room(context, product, settings, "load") as run_id:
            load(product, settings, run_id=run_id, progress=progress(context))
        verdicts = judge_tables(product, settings, run_id=run_id, first=first, last=last)
        for table, found in verdicts.items():
            for verdict in found:
                told = verdict_evaluation(raw_key(product, table), verdict)
                context.instance.report_runless_asset_event(told)

    @dg.op(
        name=f"{product.name}_backfill_transform",
        ins={"loaded": dg.In(dg.Nothing)},
        out=dg.Out(dg.Nothing),
        retry_policy=RETRIES,
    )
    def build(context: dg.OpExecutionContext, settings: SettingsResource) -> None:
        with room(context, product, settings, "transform") as run_id:
            transform(product, settings, run_id=run_id, progress=progress(context))

    @dg.op(
        name=f"{product.name}_backfill_release",
        ins={"built": dg.In(dg.Nothing)},
        retry_policy=RETRIES,
    )
    def publish(context: dg.OpExecutionContext, settings: SettingsResource) -> None:
        with room(context, product, settings, "release") as run_id:
            release(product, settings, run_id=run_id, progress=progress(context))

    @dg.job(
        name=f"{product.name}_backfill",
        tags={PRODUCT_TAG: product.name},
        description=(
            "A long range of days in one run. Days show as done when the sensor has marked them."
        ),
    )
    def job() -> None:
        publish(build(load_raw(land())))

    return job
