"""Tenants under a real daemon: one comes while everything runs, and two wait for one another."""

from pathlib import Path
from typing import Any

import pytest

from support.dagster_server import Server, serving, until
from support.dagster_worlds import give_manifest
from support.tenants import START, tenant_entry, tenant_settings

pytestmark = pytest.mark.integration

ACME, CEDAR = tenant_entry("acme", 11, ["shopify"]), tenant_entry("cedar", 13, ["shopify"])
BACKFILL = """
mutation($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) { __typename }
}
"""
TENANTS = """
query($asset: AssetKeyInput!) { assetNodeOrError(assetKey: $asset) { ... on AssetNode {
  partitionKeysByDimension { name partitionKeys } } } }
"""
RUNS = "{ runsOrError { ... on Runs { results { status startTime endTime tags { value } } } } }"
ENDED = {"SUCCESS", "FAILURE", "CANCELED"}


def listed(server: Server) -> list[str]:
    asset = {"path": ["marketing", "release"]}
    node = server.ask(TENANTS, {"asset": asset})["assetNodeOrError"]
    by_name = {one["name"]: one["partitionKeys"] for one in node["partitionKeysByDimension"]}
    return list(by_name["tenant"])


def ended(server: Server, count: int) -> list[dict[str, Any]]:
    """The runs there are, once there are so many and all have ended."""
    runs: list[dict[str, Any]] = server.ask(RUNS)["runsOrError"]["results"]
    return runs if len(runs) == count and {one["status"] for one in runs} <= ENDED else []


def test_a_tenant_comes_without_a_restart_and_waits_for_the_other(
    tmp_path: Path, manifest: Path
) -> None:
    settings = tenant_settings(tmp_path, [ACME])
    give_manifest(settings, manifest)
    with serving(settings.data_dir, PENSTOCK_REFERENCE_DIR=str(settings.reference_dir)) as server:
        until(lambda: listed(server) == ["acme"], seconds=90, what="the tenant to be a partition")
        tenant_settings(tmp_path, [ACME, CEDAR])
        until(lambda: "cedar" in listed(server), seconds=90, what="the new one to be one")
        params = {
            "assetSelection": [
                {"path": ["marketing", room]} for room in ("land", "load", "transform", "release")
            ],
            "partitionNames": [f"{START}|acme", f"{START}|cedar"],
        }
        launched = server.ask(BACKFILL, {"params": params})["launchPartitionBackfill"]
        assert launched["__typename"] == "LaunchBackfillSuccess", launched
        runs = until(lambda: ended(server, 2), seconds=600, what="the runs of both to end")

    assert [one["status"] for one in runs] == ["SUCCESS", "SUCCESS"]
    first, second = sorted(runs, key=lambda one: float(one["startTime"]))
    assert first["endTime"] <= second["startTime"], "two writers of one warehouse at a time"
