"""Settings: one place, absolute paths, a truthful example file."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from penstock.settings import REPOSITORY_ROOT, Settings, new_run_id

pytestmark = pytest.mark.unit


def test_every_path_follows_the_data_directory(data_dir: Path) -> None:
    settings = Settings()

    assert settings.raw_dir == data_dir / "raw"
    assert settings.warehouse_dir == data_dir / "warehouse"
    assert settings.quarantine_dir == data_dir / "quarantine"
    assert settings.duckdb_temp_directory == data_dir / "warehouse" / "tmp"


def test_reference_data_come_from_the_repository_whatever_the_data_directory(
    data_dir: Path,
) -> None:
    assert data_dir not in Settings().reference_dir.parents
    assert (Settings().reference_dir / "portfolio.yaml").exists()


def test_relative_paths_count_from_the_repository_wherever_a_command_starts(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PENSTOCK_DATA_DIR", "somewhere")
    monkeypatch.chdir(tmp_path)

    assert Settings().data_dir == REPOSITORY_ROOT / "somewhere"


def test_settings_cannot_be_changed_after_they_were_read(data_dir: Path) -> None:
    with pytest.raises(ValidationError):
        Settings().data_dir = Path("elsewhere")  # type: ignore[misc]  # the point of the test


def test_the_example_file_names_every_setting_with_its_default(data_dir: Path) -> None:
    text = (REPOSITORY_ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#? ?PENSTOCK_([A-Z_]+)=", text, flags=re.MULTILINE))

    assert named == {name.upper() for name in Settings.model_fields}
    for line in re.findall(r"^#? ?PENSTOCK_([A-Z_]+)=(\S+)", text, flags=re.MULTILINE):
        name, example = line[0].lower(), line[1]
        default = Settings.model_fields[name].default
        if not isinstance(default, Path):
            assert example == str(default), name


def test_run_ids_sort_by_time_and_differ() -> None:
    one, other = new_run_id(), new_run_id()

    assert re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{8}", one)
    assert one != other
