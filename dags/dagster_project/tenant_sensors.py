"""Sensors of a product with tenants: who there is, and what was dropped for whom.

Belongs here: turning the roll into partitions, drops into run requests, tenant by tenant. Does not
belong here: what the roll says, what a drop holds.
"""

import hashlib
from datetime import UTC, datetime, timedelta

import dagster as dg

from dagster_project.partitions import listed_tenants, tenant_day_tags
from dagster_project.resources import SettingsResource
from dagster_project.sensors import busy_tenants, next_request
from penstock.alerts import Alert, send
from penstock.contracts.product import Product
from penstock.contracts.roll import Roll, due_tenants, list_changes
from penstock.loading.arrivals import Quiet, look_at_drop
from penstock.settings import Settings

_SECONDS = 15


def roll_of(product: Product, settings: Settings) -> Roll:
    """The roll of a product's tenants."""
    if product.roll is None:
        raise TypeError(f"{product.name} has tenants and keeps no roll")
    return product.roll(settings)


def roll_sensor(
    product: Product, partitions: dg.DynamicPartitionsDefinition
) -> dg.SensorDefinition:
    """The tenants of the roll become partitions while everything runs; wrong entries are told."""

    @dg.sensor(
        name=f"{product.name}_tenants",
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="New tenants become partitions, without a restart; wrong entries are told.",
    )
    def tenants(context: dg.SensorEvaluationContext, settings: SettingsResource) -> dg.SensorResult:
        roll = roll_of(product, settings)
        changes = list_changes(roll, listed_tenants(context.instance, product))
        requests: list[dg.AddDynamicPartitionsRequest | dg.DeleteDynamicPartitionsRequest] = []
        if changes.added:
            requests.append(partitions.build_add_request(list(changes.added)))
        if changes.removed:
            requests.append(partitions.build_delete_request(list(changes.removed)))
        problems = "\n".join(line for lines in roll.problems.values() for line in lines)
        told = hashlib.sha256(problems.encode()).hexdigest()[:16]
        if problems and told != context.cursor:
            send(
                Alert(
                    kind="tenants_wrong",
                    key=told,
                    title=f"{product.name}: entries of {len(roll.problems)} tenants are wrong",
                    text=problems,
                ),
                settings,
            )
        reason = "; ".join(
            [
                *(f"added {slug}" for slug in changes.added),
                *(f"removed {slug}" for slug in changes.removed),
                *([problems] if problems else []),
            ]
        )
        return dg.SensorResult(
            skip_reason=reason or "every tenant is a partition",
            dynamic_partitions_requests=requests,
            cursor=told,
        )

    return tenants


def arrival_sensor(product: Product, job_name: str) -> dg.SensorDefinition:
    """Files in a tenant's drop folder start one run of the tenant, whatever others are doing."""

    @dg.sensor(
        name=f"{product.name}_arrivals",
        job_name=job_name,
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Files that arrive in a tenant's drop folder are landed and built.",
    )
    def arrivals(
        context: dg.SensorEvaluationContext, settings: SettingsResource
    ) -> dg.SensorResult:
        roll, listed = roll_of(product, settings), listed_tenants(context.instance, product)
        busy = busy_tenants(context.instance)
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        requests: list[dg.RunRequest] = []
        quiet: list[str] = []
        for slug in due_tenants(roll, listed):
            if slug in roll.problems or product.of_tenant is None:
                continue  # the roll's sensor tells of it
            if slug in busy:
                quiet.append(f"{slug}: a run is in progress")
                continue
            tenant = product.of_tenant(product, settings, slug)
            found = look_at_drop(tenant, settings)
            tags = tenant_day_tags(slug, yesterday)
            answer = next_request(context.instance, tenant, found, tags=tags)
            if isinstance(answer, Quiet):
                quiet.append(f"{slug}: {answer}")
            else:
                requests.append(answer)
        if not requests:
            return dg.SensorResult(skip_reason="\n".join(quiet) or "no tenant is served")
        return dg.SensorResult(run_requests=requests)

    return arrivals
