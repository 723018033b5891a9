"""Checks: verdicts, dbt tests and watches in Dagster's form.

Belongs here: specifications and results of asset checks. Does not belong here: deciding whether
something is right (`penstock.loading.verdicts`, dbt tests, a product's watches).
"""

from collections.abc import Mapping, Sequence

import dagster as dg

from dagster_project.partitions import days_of
from dagster_project.resources import SettingsResource
from dagster_project.translators import model_key, raw_key, release_key, room_key
from penstock.contracts.product import Product, Watch
from penstock.loading import tenant_verdicts, verdicts
from penstock.loading.verdicts import Verdict, checks_of
from penstock.releasing.sealed import Check
from penstock.runs import raise_alerts
from penstock.transforming.results import NodeResult

_ERROR, _WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN


def load_check_specs(product: Product) -> list[dg.AssetCheckSpec]:
    """The checks of every raw table."""
    return [
        dg.AssetCheckSpec(check, asset=raw_key(product, table), description=promise)
        for table, contract in product.contracts.items()
        for check, promise in checks_of(contract).items()
    ]


def verdict_result(key: dg.AssetKey, verdict: Verdict) -> dg.AssetCheckResult:
    """A verdict over a load."""
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=verdict.check,
        passed=verdict.passed,
        severity=_ERROR if verdict.is_error else _WARN,
        description=_paragraphs(verdict.message),
        metadata={
            **verdict.figures,
            **({"first_refused_rows": _table(verdict.examples)} if verdict.examples else {}),
        },
    )


def verdict_evaluation(key: dg.AssetKey, verdict: Verdict) -> dg.AssetCheckEvaluation:
    """A verdict over a load, told by a step that makes no asset."""
    result = verdict_result(key, verdict)
    return dg.AssetCheckEvaluation(
        asset_key=key,
        check_name=verdict.check,
        passed=result.passed,
        severity=result.severity,
        description=result.description,
        metadata=result.metadata,
    )


def _paragraphs(text: str) -> str:
    """Lines as the UI keeps them apart: it reads Markdown."""
    return "\n\n".join(text.splitlines())


def _table(rows: Sequence[Mapping[str, object]]) -> dg.TableMetadataValue:
    shown = [{name: str(value) for name, value in row.items()} for row in rows]
    columns = [dg.TableColumn(name) for name in shown[0]]
    return dg.MetadataValue.table([dg.TableRecord(one) for one in shown], dg.TableSchema(columns))


def test_result(key: dg.AssetCheckKey, result: NodeResult) -> dg.AssetCheckResult:
    """What became of a dbt data test."""
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.passed,
        severity=_WARN if result.status == "warn" else _ERROR,
        description=result.message or None,
        metadata={"seconds": result.seconds, "failing_rows": result.failures or 0},
    )


def audit_spec(
    product: Product,
    partitions: dg.PartitionsDefinition[str] | None = None,
    *,
    key: dg.AssetKey | None = None,
) -> dg.AssetCheckSpec:
    """The audit of a release: what reads releases does not go on without it."""
    return dg.AssetCheckSpec(
        "audit",
        asset=key or release_key(product),
        blocking=True,
        partitions_def=partitions,
        description="The build keeps every promise; else nothing is published.",
    )


def audit_result(
    product: Product, checks: Sequence[Check], *, key: dg.AssetKey | None = None
) -> dg.AssetCheckResult:
    """What the audit looked at; it fails if anything failed that does not only warn."""
    failed = [one for one in checks if not (one.passed or one.warns)]
    return dg.AssetCheckResult(
        asset_key=key or release_key(product),
        check_name="audit",
        passed=not failed,
        severity=_ERROR,
        description=_paragraphs("\n".join(f"{one.name}: {one.message}" for one in failed)) or None,
        metadata={one.name: one.message or "passed" for one in checks},
    )


def watch_checks(product: Product) -> Sequence[dg.AssetChecksDefinition]:
    """One check per watch of the product; what it finds is told at once."""
    return [_watch_check(product, watch) for watch in product.watches]


def _watch_check(product: Product, watch: Watch) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        name=watch.name,
        asset=model_key(product, watch.mart),
        description=watch.description,
    )
    def check(
        context: dg.AssetCheckExecutionContext, settings: SettingsResource
    ) -> dg.AssetCheckResult:
        first, last = days_of(context.run)
        alerts = watch.find(product, settings, first=first, last=last)
        told = raise_alerts(product, settings, alerts)
        return dg.AssetCheckResult(
            passed=not alerts,
            severity=_WARN,
            description="\n\n".join(f"{one.title}. {one.text}" for one in alerts)
            or "nothing to tell",
            metadata={
                "alerts": len(alerts),
                "told_now": len(told),
                **{one.key: dg.MetadataValue.json(dict(one.figures)) for one in alerts},
            },
        )

    return check


DATA_TESTS = "data_tests"
_OF_ROOMS = {
    "land": tenant_verdicts.CHECKS,
    "load": verdicts.CHECKS,
    "transform": {DATA_TESTS: "Every data test of the tenant's models passes."},
}


def tenant_check_specs(
    product: Product, room: str, partitions: dg.PartitionsDefinition[str]
) -> list[dg.AssetCheckSpec]:
    """The checks of what a room leaves behind, each told for every partition by itself."""
    if room == "release":
        return [audit_spec(product, partitions)]
    return [
        dg.AssetCheckSpec(
            check, asset=room_key(product, room), description=promise, partitions_def=partitions
        )
        for check, promise in _OF_ROOMS[room].items()
    ]


def data_tests_result(product: Product, results: Sequence[NodeResult]) -> dg.AssetCheckResult:
    """What became of all data tests of a build, as one check: the failed ones by name."""
    tests = [one for one in results if one.kind == "test"]
    failed = [one for one in tests if not one.passed]
    return dg.AssetCheckResult(
        asset_key=room_key(product, "transform"),
        check_name=DATA_TESTS,
        passed=not failed,
        severity=_WARN if all(one.status == "warn" for one in failed) else _ERROR,
        description=_paragraphs("\n".join(f"{one.name}: {one.message}" for one in failed))
        or f"{len(tests):,} tests passed",
        metadata={
            "tests": len(tests),
            **{one.name: one.failures or 0 for one in failed},
        },
    )
