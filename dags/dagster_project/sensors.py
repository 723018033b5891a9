"""Sensors: files that arrive, runs that fail.

Belongs here: turning `penstock.loading.arrivals` into run requests, failures into alerts. Does not
belong here: what has arrived; how an alert is told.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import dagster as dg

from dagster_project.partitions import day_tags, days_of, tenant_of
from dagster_project.resources import SettingsResource
from dagster_project.schedules import PRODUCT_TAG, daily_job_name
from dagster_project.translators import land_key, raw_key
from penstock.alerts import run_failed, send
from penstock.contracts.product import Product
from penstock.loading.arrivals import (
    Arrival,
    Outcome,
    Quiet,
    days_to_run,
    look_at_drop,
    look_for_arrivals,
    next_attempt,
)
from penstock.transforming.built import days_done

ARRIVALS_TAG = "penstock/arrivals_of"
BATCH_TAG = "penstock/batch"
ATTEMPT_TAG = "penstock/attempt"
_SECONDS = 15
_EVENTS_PER_TICK = 280
_IN_PROGRESS = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def arrival_sensor(
    product: Product, days: dg.TimeWindowPartitionsDefinition
) -> dg.SensorDefinition:
    """New files in the product's raw folder start one run over the days they touch.

    The cursor names the last batch of files whose run succeeded.
    """

    @dg.sensor(
        name=f"{product.name}_arrivals",
        job_name=daily_job_name(product),
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Files that arrive in the raw folder are loaded and built by themselves.",
    )
    def arrivals(
        context: dg.SensorEvaluationContext, settings: SettingsResource
    ) -> dg.SensorResult:
        cursor = _last_success(context.instance, product) or context.cursor
        if _is_busy(context.instance, product):
            return dg.SensorResult(skip_reason="a run is in progress", cursor=cursor)
        found = look_for_arrivals(product, settings)
        tags: dict[str, str] = {}
        if isinstance(found, Arrival):
            today = datetime.now(UTC).date()
            tags = day_tags(*days_to_run(found, first=days.start.date(), today=today))
        return _answer(context, product, found, cursor=cursor, tags=tags)

    return arrivals


def elsewhere_sensor(
    product: Product, days: dg.TimeWindowPartitionsDefinition, daily_models: Sequence[dg.AssetKey]
) -> dg.SensorDefinition:
    """Days that the command line has landed, loaded or built show in the UI as done.

    A few hundred at a time, the newest first: each is an event in Dagster's store.
    """

    @dg.sensor(
        name=f"{product.name}_done_elsewhere",
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Marks the days that the command line has landed, loaded and built.",
    )
    def done_elsewhere(
        context: dg.SensorEvaluationContext, settings: SettingsResource
    ) -> dg.SensorResult:
        if _is_busy(context.instance, product):
            return dg.SensorResult(skip_reason="a run is in progress")
        done = days_done(product, settings)
        days_of_key = {
            **{land_key(product, table): found for table, found in done.landed.items()},
            **{raw_key(product, table): found for table, found in done.loaded.items()},
            **dict.fromkeys(daily_models, done.built),
        }
        known = set(days.get_partition_keys())
        unmarked = [
            (day, key)
            for key, found in days_of_key.items()
            for day in {one.isoformat() for one in found}
            & known - context.instance.get_materialized_partitions(key)
        ]
        events = [
            dg.AssetMaterialization(key, partition=day, metadata={"done_by": "command line"})
            for day, key in sorted(unmarked, reverse=True)[:_EVENTS_PER_TICK]
        ]
        if not events:
            return dg.SensorResult(skip_reason="every day done is marked")
        return dg.SensorResult(asset_events=events)

    return done_elsewhere


def drop_sensor(product: Product, job_name: str) -> dg.SensorDefinition:
    """Files that are new in the product's drop folder start one run."""

    @dg.sensor(
        name=f"{product.name}_arrivals",
        job_name=job_name,
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Files that arrive in the drop folder are received and built by themselves.",
    )
    def arrivals(
        context: dg.SensorEvaluationContext, settings: SettingsResource
    ) -> dg.SensorResult:
        if _is_busy(context.instance, product):
            return dg.SensorResult(skip_reason="a run is in progress")
        return _answer(context, product, look_at_drop(product, settings))

    return arrivals


def failure_sensor() -> dg.SensorDefinition:
    """A run that fails is told as an alert: which step, which days, whose, what to do."""

    @dg.run_failure_sensor(
        name="run_failures",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Failed runs become alerts: logged, kept, posted if configured.",
    )
    def run_failures(context: dg.RunFailureSensorContext, settings: SettingsResource) -> None:
        run = context.dagster_run
        steps = {str(event.step_key): _reason(event) for event in context.get_step_failure_events()}
        alert = run_failed(
            job=run.job_name,
            run=run.run_id,
            days=days_of(run),
            tenant=tenant_of(run),
            reasons=steps or {"run": context.failure_event.message or "the run failed"},
        )
        send(alert, settings)

    return run_failures


def _answer(
    context: dg.SensorEvaluationContext,
    product: Product,
    found: Arrival | Quiet,
    *,
    cursor: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> dg.SensorResult:
    """One run for what has arrived, unless it was tried often enough."""
    answer = next_request(context.instance, product, found, tags=tags)
    if isinstance(answer, Quiet):
        return dg.SensorResult(skip_reason=str(answer), cursor=cursor)
    return dg.SensorResult(run_requests=[answer], cursor=cursor)


def next_request(
    instance: dg.DagsterInstance,
    product: Product,
    found: Arrival | Quiet,
    *,
    tags: Mapping[str, str] | None = None,
) -> dg.RunRequest | Quiet:
    """The run that an arrival asks for, or why there is none: tried often enough, for example."""
    if isinstance(found, Quiet):
        return found
    attempt = next_attempt(found, _outcomes(instance, found))
    if isinstance(attempt, Quiet):
        return attempt
    return dg.RunRequest(
        run_key=f"{found.batch}-{attempt}",
        tags={
            PRODUCT_TAG: product.name,
            ARRIVALS_TAG: product.series,
            BATCH_TAG: found.batch,
            ATTEMPT_TAG: str(attempt),
            **(tags or {}),
        },
    )


def _reason(event: dg.DagsterEvent) -> str:
    """The message a step failed with, without its stack trace."""
    failure = event.step_failure_data
    if failure.user_failure_data is not None and failure.user_failure_data.description:
        return failure.user_failure_data.description
    error = failure.error
    # After the last attempt the library wraps what went wrong.
    while error is not None and error.cause is not None:
        error = error.cause
    return "unknown" if error is None else error.message.strip()


def _last_success(instance: dg.DagsterInstance, product: Product) -> str | None:
    """The batch of the last run of this sensor that succeeded."""
    filters = dg.RunsFilter(
        tags={ARRIVALS_TAG: product.name}, statuses=[dg.DagsterRunStatus.SUCCESS]
    )
    runs = instance.get_runs(filters=filters, limit=1)
    return runs[0].tags[BATCH_TAG] if runs else None


def _outcomes(instance: dg.DagsterInstance, arrival: Arrival) -> list[Outcome]:
    """How the runs that this batch has started ended."""
    runs = instance.get_runs(filters=dg.RunsFilter(tags={BATCH_TAG: arrival.batch}))
    return ["failed" if one.is_failure_or_canceled else "done" for one in runs]


def _is_busy(instance: dg.DagsterInstance, product: Product) -> bool:
    """Whether a run of the product, by whoever it was started, is queued or under way."""
    runs = instance.get_runs(filters=dg.RunsFilter(statuses=_IN_PROGRESS))
    return any(
        one.job_name.startswith(f"{product.name}_")
        or any(key.path[0] == product.name for key in one.asset_selection or ())
        for one in runs
    )


def busy_tenants(instance: dg.DagsterInstance) -> set[str]:
    """The tenants of whom a run is queued or under way, by whoever it was started."""
    runs = instance.get_runs(filters=dg.RunsFilter(statuses=_IN_PROGRESS))
    return {tenant for one in runs if (tenant := tenant_of(one)) is not None}
