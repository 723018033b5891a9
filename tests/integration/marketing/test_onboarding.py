"""A tenant is taken up, left alone, and taken up again by commands."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from penstock.cli import app
from penstock.products.marketing.tenants import read_tenants
from penstock.releasing.series import series_of
from penstock.settings import Settings
from support.tenants import mock_load, tenant_entry, tenant_settings

pytestmark = pytest.mark.integration

ACME = "acme"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    entry = tenant_entry(ACME, 11, ["shopify"], status="onboarding")
    settings = tenant_settings(tmp_path, [entry])
    monkeypatch.setenv("PENSTOCK_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("PENSTOCK_REFERENCE_DIR", str(settings.reference_dir))
    return settings


def _call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def _status(settings: Settings) -> str:
    text = (settings.reference_dir / "marketing" / "tenants.yaml").read_text(encoding="utf-8")
    return str(yaml.safe_load(text)["tenants"][0]["status"])


def test_taken_up_once_suspended_and_still_readable(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    mock_load(settings, ACME)

    monkeypatch.setenv("PENSTOCK_MARKETING_SOURCE", "files")
    first = _call("tenants", "onboard", ACME)
    assert first.exit_code == 0, first.output
    assert f"{ACME} is active; report: " in first.output.replace("\n", " ")
    assert _status(settings) == "active"
    series = series_of(settings, f"marketing/{ACME}")
    (released,) = series.entries()
    files = _files(settings)

    again = _call("tenants", "onboard", ACME)
    assert again.exit_code == 0, again.output
    assert series.entries() == [released]
    assert _files(settings) == files

    for _ in range(2):
        assert _call("tenants", "suspend", ACME).exit_code == 0
    assert _status(settings) == "suspended"
    assert read_tenants(settings).served == []
    for words in (("run", "marketing"), ("release", "marketing"), ("land", "marketing", "x.csv")):
        refused = _call(*words, "--tenant", ACME)
        assert refused.exit_code == 1
        assert f"penstock tenants onboard {ACME}" in " ".join(refused.output.split())
    assert _call("run", "marketing").exit_code == 0
    assert series.entries() == [released]

    asked = _call(
        "query", "marketing", "--tenant", ACME, f"select count(*) from fct_{ACME}__orders"
    )
    assert asked.exit_code == 0, asked.output
    assert _call("verify", str(series.release_dir(released.run_id)), "--strict").exit_code == 0

    assert _call("tenants", "onboard", ACME).exit_code == 0
    assert _status(settings) == "active"
    assert series.entries() == [released]


def _files(settings: Settings) -> dict[str, bytes]:
    """Every file of data and reference, but locks."""
    return {
        str(one): one.read_bytes()
        for folder in (settings.data_dir, settings.reference_dir)
        for one in sorted(folder.rglob("*"))
        if one.is_file() and not one.name.endswith(".lock")
    }
