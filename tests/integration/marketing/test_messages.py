"""What somebody is told who lands files of a tenant that nothing can be made of."""

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from penstock.cli import app
from support.tenants import tenant_entry, tenant_settings

pytestmark = pytest.mark.integration

WHOSE = ("marketing", "--tenant", "acme")


@pytest.fixture(autouse=True)
def _tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tenant_settings(tmp_path, [tenant_entry("acme", 1, ["shopify"])])
    monkeypatch.setenv("PENSTOCK_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("PENSTOCK_REFERENCE_DIR", str(settings.reference_dir))
    monkeypatch.setenv("COLUMNS", "250")


def _told(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, " ".join(result.output.split())


def test_every_refused_file_is_named_with_what_to_do_next(tmp_path: Path) -> None:
    pl.DataFrame({"foo": [1]}).write_parquet(tmp_path / "odd.parquet")
    (tmp_path / "empty.csv").touch()
    files = [str(tmp_path / one) for one in ("odd.parquet", "empty.csv")]
    code, told = _told("land", *WHOSE, *files)
    assert code == 0
    assert "warning: odd.parquet: unknown: has no column of any contract" in told
    assert f"warning: unreadable: {tmp_path / 'empty.csv'}: is empty" in told
    assert "files in quarantine: 2; see `penstock quarantine list marketing --tenant acme`" in told
    assert "next: penstock run" not in told  # nothing has landed that a run could load
    assert _told("land", *WHOSE, *files, "--strict")[0] == 1
    assert "next: penstock run marketing --tenant acme" in _told("status", *WHOSE)[1]
    assert "penstock quarantine list marketing --tenant acme (2" in _told("status", *WHOSE)[1]


def test_a_file_that_cannot_be_opened_is_named_and_costs_no_other(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.symlink_to("/proc/self/mem")  # whose first byte nobody may read, root neither
    pl.DataFrame({"foo": [1]}).write_parquet(tmp_path / "odd.parquet")
    code, told = _told("land", *WHOSE, str(broken), str(tmp_path / "odd.parquet"))

    assert code == 0
    assert f"warning: unopened: {broken}: cannot be opened (Input/output error)" in told
    assert "warning: odd.parquet: unknown" in told


def test_a_path_that_is_not_there_is_no_empty_folder(tmp_path: Path) -> None:
    code, told = _told("land", *WHOSE, str(tmp_path / "nope.parquet"))
    assert code == 1
    assert "nope.parquet: is not there; expected a file or a folder" in told
