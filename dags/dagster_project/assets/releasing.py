"""Release: the report of what is built, then the sealed release that readers use.

Belongs here: calling both. Does not belong here: what a report says, the audit (`penstock` judges).
"""

from collections.abc import Generator, Iterator

import dagster as dg

from dagster_project.checks import audit_result, audit_spec
from dagster_project.partitions import SINGLE_RUN
from dagster_project.resources import SettingsResource
from dagster_project.rooms import RETRIES, progress, room
from dagster_project.translators import release_key, release_spec, report_spec
from penstock.contracts.product import Product
from penstock.releasing.plan import AuditError
from penstock.releasing.release import ReleaseReport, release
from penstock.releasing.sealed import REPORTS
from penstock.settings import Settings


def report_asset(product: Product) -> dg.AssetsDefinition:
    """The HTML report of the marts."""

    @dg.multi_asset(
        name=f"{product.name}_report",
        specs=[report_spec(product)],
        backfill_policy=SINGLE_RUN,
        retry_policy=RETRIES,
    )
    def report(
        context: dg.AssetExecutionContext, settings: SettingsResource
    ) -> dg.MaterializeResult[None]:
        with room(context, product, settings, "report"):
            page = product.report(product, settings)
        return dg.MaterializeResult(
            metadata={
                "report": dg.MetadataValue.url(page.as_uri()),
                "bytes": page.stat().st_size,
            }
        )

    return report


def release_asset(product: Product) -> dg.AssetsDefinition:
    """The sealed release; a build that fails its audit ends here, and the last release stays."""

    @dg.multi_asset(
        name=f"{product.name}_release",
        specs=[release_spec(product)],
        check_specs=[audit_spec(product)],
        backfill_policy=SINGLE_RUN,
        retry_policy=RETRIES,
    )
    def publish(
        context: dg.AssetExecutionContext, settings: SettingsResource
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        with room(context, product, settings, "release") as run_id:
            report = yield from audited_release(context, product, settings, run_id=run_id)
        yield dg.MaterializeResult(
            asset_key=release_key(product), metadata=release_metadata(report)
        )
        yield audit_result(product, report.checks)

    return publish


def audited_release(
    context: dg.AssetExecutionContext,
    product: Product,
    settings: Settings,
    *,
    run_id: str,
    key: dg.AssetKey | None = None,
) -> Generator[dg.AssetCheckResult, None, ReleaseReport]:
    """Release, and return what came of it; `key` is the asset, if it is not the product's release.

    What failed in an audit is shown where it belongs, before the step fails.

    Raises: as `release`.
    """
    try:
        return release(product, settings, run_id=run_id, progress=progress(context))
    except AuditError as error:
        yield audit_result(product, error.checks, key=key)
        raise


def release_metadata(report: ReleaseReport) -> dict[str, dg.MetadataValue | int | str | bool]:
    """What came of a release, with links to the reports that are sealed in it."""
    metadata = report.metadata
    sealed = sorted((report.release / REPORTS).glob("*.html"))
    pages = {page.stem: dg.MetadataValue.url(page.as_uri()) for page in sealed}
    return {
        "rows": sum(int(one["rows"]) for one in metadata.tables),
        "is_new": report.is_new,
        "release": metadata.run_id,
        "root": metadata.root,
        "folder": dg.MetadataValue.path(str(report.release)),
        "parts_written": report.written_parts,
        "parts_unchanged": report.reused_parts,
        "warnings": "\n".join(metadata.warnings) or "none",
        **{f"report_{name}": link for name, link in pages.items()},
    }
