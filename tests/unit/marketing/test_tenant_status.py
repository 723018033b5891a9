"""Commands change one word of tenants.yaml, or take one entry out of it."""

import shutil
from pathlib import Path

import pytest
import yaml

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.products.marketing.directory import relations
from penstock.products.marketing.product import PRODUCT
from penstock.products.marketing.tenants import (
    TenantError,
    entry_text,
    read_tenants,
    remove_entry,
    set_status,
)
from penstock.products.marketing.yaml_marks import ConfigurationError
from penstock.settings import REPOSITORY_ROOT, Settings
from penstock.tenancy import each_tenant, onboard

pytestmark = pytest.mark.unit

TEXT = """\
# Who is served: müssen alle
tenants:
  - slug: acme  # the first
    business_name: Acme
    status: active   # since March
    sources: [shopify]
    generator: {seed: 1}

  # status: suspended
  - business_name: "status: suspended"
    sources: [shopify]
    status: "onboarding"
    slug: birch
    generator: {seed: 2}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(
        REPOSITORY_ROOT / "data" / "reference" / "marketing", tmp_path / "ref" / "marketing"
    )
    settings = Settings(data_dir=tmp_path / "data", reference_dir=tmp_path / "ref", _env_file=None)
    _file(settings).write_text(TEXT, encoding="utf-8")
    return settings


def _file(settings: Settings) -> Path:
    return settings.reference_dir / "marketing" / "tenants.yaml"


def test_one_word_changes_and_comments_stay(settings: Settings) -> None:
    assert set_status(settings, "acme", "suspended")
    expected = TEXT.replace("status: active ", "status: suspended ")
    assert _file(settings).read_text(encoding="utf-8") == expected
    assert read_tenants(settings).served == ["birch"]

    assert set_status(settings, "birch", "active")
    expected = expected.replace('status: "onboarding"', "status: active")
    assert _file(settings).read_text(encoding="utf-8") == expected


def test_line_ends_and_mode_stay(settings: Settings) -> None:
    text = TEXT.replace("\n", "\r\n")
    _file(settings).write_bytes(text.encode())
    _file(settings).chmod(0o640)
    set_status(settings, "birch", "suspended")
    expected = text.replace('status: "onboarding"', "status: suspended")
    assert _file(settings).read_bytes() == expected.encode()
    assert _file(settings).stat().st_mode & 0o777 == 0o640


def test_the_same_status_writes_nothing(settings: Settings) -> None:
    before = _file(settings).stat()
    assert not set_status(settings, "acme", "active")
    after = _file(settings).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_entry_without_a_status_is_told_and_left(settings: Settings) -> None:
    text = TEXT.replace("    status: active   # since March\n", "")
    _file(settings).write_text(text, encoding="utf-8")
    with pytest.raises(TenantError, match="line 3: tenant acme, status: Field required"):
        set_status(settings, "acme", "active")
    assert _file(settings).read_text(encoding="utf-8") == text


def test_a_status_shared_by_an_alias_is_refused_and_left(settings: Settings) -> None:
    text = TEXT.replace("active ", "&same active ").replace('"onboarding"', "*same")
    _file(settings).write_text(text, encoding="utf-8")
    for slug in ("acme", "birch"):
        with pytest.raises(ConfigurationError, match=r"tenants\.yaml.*alias"):
            set_status(settings, slug, "suspended")
    assert _file(settings).read_text(encoding="utf-8") == text


def test_a_suspended_tenant_may_be_looked_at_only(settings: Settings) -> None:
    set_status(settings, "acme", "suspended")
    seen: list[str] = []
    with pytest.raises(PenstockError, match="penstock tenants onboard acme"):
        each_tenant(PRODUCT, settings, "acme", lambda one: seen.append(one.tenant), tell=print)
    assert seen == []
    each_tenant(
        PRODUCT,
        settings,
        "acme",
        lambda one: seen.append(one.tenant),
        tell=print,
        only_looks=True,
    )
    assert seen == ["acme"]


def test_a_first_run_that_fails_leaves_the_tenant_as_it_was(settings: Settings) -> None:
    def fail(one: Product) -> None:
        raise PenstockError(one.tenant)

    with pytest.raises(PenstockError, match=r"^birch$"):
        onboard(PRODUCT, settings, "birch", run=fail)
    assert _file(settings).read_text(encoding="utf-8") == TEXT


def _entries(settings: Settings) -> str:
    return _file(settings).read_text(encoding="utf-8")


def test_an_entry_goes_with_its_lines_and_every_comment_around_it_stays(
    settings: Settings,
) -> None:
    assert remove_entry(settings, "acme")
    head, rest = TEXT.split("  - slug: acme")
    _, rest = rest.split("generator: {seed: 1}\n")
    assert _entries(settings) == head + rest
    assert read_tenants(settings).served == ["birch"]
    assert not remove_entry(settings, "acme")

    assert remove_entry(settings, "birch")
    assert _entries(settings) == f"{head}\n  # status: suspended\n"
    assert read_tenants(settings).served == []


@pytest.mark.parametrize(
    "last",
    ["    sources:\n      - shopify\n", "    sources: [\n      shopify,\n    ]\n"],
    ids=["block", "flow over lines"],
)
def test_an_entry_ends_where_its_last_value_does(settings: Settings, last: str) -> None:
    entry = f"  - slug: acme\n    status: active\n    generator: {{seed: 1}}\n{last}"
    others = TEXT.replace("slug: acme", "slug: ash")
    _file(settings).write_text(f"{others}\n{entry}# the end\n", encoding="utf-8")
    assert entry_text(settings, "acme") == entry
    assert remove_entry(settings, "acme")
    assert _entries(settings) == f"{others}\n# the end\n"


def test_an_entry_that_others_refer_to_is_refused_and_left(settings: Settings) -> None:
    text = TEXT.replace("[shopify]\n    generator", "&same [shopify]\n    generator", 1)
    text = text.replace("sources: [shopify]\n    status", "sources: *same\n    status")
    _file(settings).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"tenants\.yaml.*alias"):
        remove_entry(settings, "acme")
    assert _entries(settings) == text


def test_one_line_for_all_entries_is_refused_and_left(settings: Settings) -> None:
    text = "tenants: [{slug: acme}, {slug: birch}]\n"
    _file(settings).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="line 1: the entry cannot be taken out alone"):
        remove_entry(settings, "acme")
    assert _entries(settings) == text


def test_relations_are_exact_and_those_of_two_tenants_are_refused(settings: Settings) -> None:
    mine = relations(settings, "acme")
    assert "acme_shopify__orders" in mine.raw_tables
    assert mine.schemas == {"acme_analytics", "acme_intermediate", "acme_staging"}
    assert not mine.raw_tables & relations(settings, "acme_birch").raw_tables

    # Tenant `birch` with connector `ash_shopify`, tenant `birch_ash` with connector `shopify`.
    catalogue = _file(settings).with_name("supported_connectors.yaml")
    entries = yaml.safe_load(catalogue.read_text(encoding="utf-8"))
    (shopify,) = (one for one in entries["connectors"] if one["name"] == "shopify")
    entries["connectors"].append({**shopify, "name": "ash_shopify"})
    catalogue.write_text(yaml.safe_dump(entries), encoding="utf-8")
    _file(settings).write_text(TEXT.replace("slug: acme", "slug: birch_ash"), encoding="utf-8")
    with pytest.raises(TenantError, match="birch_ash_shopify__orders is a table of birch_ash"):
        relations(settings, "birch")
    for name in ("../acme", "acme\n", "platform"):
        with pytest.raises(TenantError, match="is no tenant's slug"):
            relations(settings, name)
