"""tenants.yaml and the catalogue: every error names line, tenant and field."""

import os
import shutil
from pathlib import Path

import pytest

from penstock.products.marketing.catalogue import read_catalogue
from penstock.products.marketing.contracts import landing_contracts
from penstock.products.marketing.tenants import TenantError, read_tenants
from penstock.products.marketing.yaml_marks import ConfigurationError
from penstock.settings import REPOSITORY_ROOT, Settings

pytestmark = pytest.mark.unit

GOOD = """\
tenants:
  - slug: acme
    business_name: Acme
    status: active
    sources: [shopify]
    generator: {seed: 1}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(
        REPOSITORY_ROOT / "data" / "reference" / "marketing", tmp_path / "ref" / "marketing"
    )
    return Settings(data_dir=tmp_path / "data", reference_dir=tmp_path / "ref", _env_file=None)


def _write(settings: Settings, text: str) -> None:
    (settings.reference_dir / "marketing" / "tenants.yaml").write_text(text, encoding="utf-8")


def test_what_ships_is_valid() -> None:
    tenants = read_tenants(Settings(_env_file=None))
    assert list(tenants.known) == ["tyrell_corp", "wayne_enterprises"]
    assert not tenants.problems


@pytest.mark.parametrize(
    ("entry", "line", "field"),
    [
        ("slug: Acme-1", 8, "slug"),
        ('slug: "a/../b"', 8, "slug"),
        ("slug: platform", 8, "slug"),
        ("status: busy", 10, "status"),
        ("sources: [shopify, myspace_ads]", 11, "sources.1"),
        ("generator: {seed: -1}", 12, "generator.seed"),
        ("generator: {seed: 1, conversion_rat: 2}", 12, "generator.conversion_rat"),
    ],
)
def test_an_error_names_line_tenant_and_field(
    settings: Settings, entry: str, line: int, field: str
) -> None:
    lines = GOOD.replace("acme", "globex").replace("seed: 1", "seed: 2").splitlines()[1:]
    key = entry.split(":", maxsplit=1)[0]
    second = [
        f"{one[: len(one) - len(one.lstrip(' -'))]}{entry}" if f"{key}:" in one else one
        for one in lines
    ]
    _write(settings, GOOD + "\n".join(second).replace("\n    slug", "\n  - slug", 1) + "\n")
    tenants = read_tenants(settings)
    (problems,) = tenants.problems.values()
    slug = "globex" if key != "slug" else entry.split(": ")[1].strip('"')
    assert f"tenants.yaml, line {line - 1}: tenant {slug}, {field}: " in problems[0]


def test_one_bad_tenant_stops_no_other_and_is_not_passed_over(settings: Settings) -> None:
    _write(settings, GOOD + GOOD.removeprefix("tenants:\n").replace("acme", "Bad Slug"))
    tenants = read_tenants(settings)
    assert tenants.tenant("acme").slug == "acme"
    assert tenants.served == ["acme", "Bad Slug"]
    with pytest.raises(TenantError, match=r"line 7: tenant Bad Slug, slug"):
        tenants.tenant("Bad Slug")


def test_a_slug_that_comes_twice_is_an_error(settings: Settings) -> None:
    _write(settings, GOOD + GOOD.removeprefix("tenants:\n"))
    assert "slug: is there already" in read_tenants(settings).problems["acme"][0]


def test_a_slug_whose_raw_tables_would_be_called_as_anothers_is_an_error(
    settings: Settings,
) -> None:
    catalogue = settings.reference_dir / "marketing" / "supported_connectors.yaml"
    text = catalogue.read_text()
    catalogue.write_text(text.replace("name: woocommerce", "name: birch_shopify"))
    second = GOOD.removeprefix("tenants:\n")
    _write(settings, GOOD + second.replace("acme", "acme_birch") + second.replace("acme", "acm"))
    tenants = read_tenants(settings)
    assert list(tenants.known) == ["acme", "acm"]
    (problem,) = tenants.problems["acme_birch"]
    assert "line 7: tenant acme_birch, slug: its raw tables and those of acme would" in problem
    assert "acme_birch_shopify__" in problem


def test_a_key_that_comes_twice_is_an_error(settings: Settings) -> None:
    _write(settings, GOOD + "    status: suspended\n")
    with pytest.raises(ConfigurationError, match="line 7: status stands here a second time"):
        read_tenants(settings)


def test_catalogue_and_contracts_agree() -> None:
    catalogue = read_catalogue(Settings(_env_file=None))
    declared = {
        (connector.master_model, one.name): (one.key, one.cursor, connector.api_version)
        for connector, one in catalogue.objects()
    }
    first = [one for one in landing_contracts() if one.revision == 1]
    assert declared == {
        (one.master_model, one.object_name): (one.key, one.cursor, one.since) for one in first
    }
    assert all(set(one.identity) <= set(one.columns) for one in first)


def test_a_catalogue_that_changes_is_read_anew(settings: Settings) -> None:
    path = settings.reference_dir / "marketing" / "supported_connectors.yaml"
    assert read_catalogue(settings).connectors
    changed = path.stat().st_mtime_ns + 1_000_000_000
    path.write_text("connectors: []\n", encoding="utf-8")
    os.utime(path, ns=(changed, changed))
    assert not read_catalogue(settings).connectors
