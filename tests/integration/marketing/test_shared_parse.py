"""One parse serves all tenants, and none of them ever meets another's names."""

import json
import os
import shutil
from pathlib import Path

import pytest
from dbt.contracts.graph.manifest import Manifest

from penstock.settings import Settings
from penstock.transforming.shared_parse import PLACEHOLDER, parsed_manifest
from support.tenants import of, tenant_entry, tenant_settings

pytestmark = pytest.mark.integration

ENTRIES = [tenant_entry(slug, seed, ["shopify"]) for seed, slug in enumerate(("birch", "acme"))]

SHARED = (
    '"marketing"."platform".',
    '"marketing"."raw"."platform__',
    '"marketing"."raw"."deliveries"',
)
"""How names of relations begin that are all tenants'."""


def _of_its_own(folder: Path) -> Settings:
    """A data directory that takes nobody's parse."""
    settings = tenant_settings(folder, ENTRIES)
    return settings.model_copy(update={"parses_dir": settings.warehouse_dir})


def _relations(manifest: Manifest) -> set[str]:
    both = (*manifest.nodes.values(), *manifest.sources.values())
    return {str(one.relation_name) for one in both if getattr(one, "relation_name", None)}


def test_a_parse_is_kept_once_without_anybodys_name(tmp_path: Path) -> None:
    settings = _of_its_own(tmp_path)
    manifests = {
        slug: parsed_manifest(of(settings, slug), settings, run_id=f"run-{slug}")
        for slug in ("birch", "acme", "birch")
    }
    for slug, other in (("birch", "acme"), ("acme", "birch")):
        text = json.dumps(manifests[slug].writable_manifest().to_dict(), default=str)
        assert PLACEHOLDER not in text
        assert f"{other}_" not in text
        assert f"run-{slug}" in text
        names = _relations(manifests[slug])
        own = {one for one in names if f"_{slug}__" in one or f'"{slug}_' in one}
        assert f'"marketing"."{slug}_analytics"."fct_{slug}__orders"' in own
        assert f'"marketing"."raw"."{slug}_shopify__orders"' in own
        assert all(one.startswith(SHARED) for one in names - own)
    (kept,) = settings.warehouse_dir.rglob("partial_parse.msgpack")
    content = kept.read_bytes()
    assert PLACEHOLDER.encode() in content
    assert b"birch" not in content
    assert b"acme" not in content


def test_a_parse_fits_wherever_the_data_lie(tmp_path: Path) -> None:
    here, there = tenant_settings(tmp_path / "here", ENTRIES), _of_its_own(tmp_path / "there")
    made = parsed_manifest(of(here, "acme"), here, run_id="here")
    shutil.copytree(of(here, "acme").parse_dir(here), of(there, "acme").parse_dir(there))
    (kept,) = there.warehouse_dir.rglob("partial_parse.msgpack")
    os.utime(kept, (0, 0))  # dbt writes it whenever it has parsed anything
    again = parsed_manifest(of(there, "acme"), there, run_id="there")
    assert kept.stat().st_mtime == 0
    assert _relations(again) == _relations(made)
