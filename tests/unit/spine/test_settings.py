"""Settings: one place, absolute paths, a truthful example file."""

import os
import re
from pathlib import Path

import pytest
import yaml
from jinja2 import Template
from pydantic import ValidationError

from penstock.settings import (
    REPOSITORY_ROOT,
    Settings,
    SettingsError,
    new_run_id,
    read_settings,
)

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
    for line in re.findall(r"^(#? ?)PENSTOCK_([A-Z_]+)=(\S+)", text, flags=re.MULTILINE):
        commented, name, example = line[0], line[1].lower(), line[2]
        default = Settings.model_fields[name].default
        if default is None:
            assert commented, f"{name} is not set by default: its example is commented out"
        elif not isinstance(default, Path):
            assert example == str(default), name


def test_an_empty_variable_means_the_default(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENSTOCK_DATA_DIR", "")
    monkeypatch.setenv("PENSTOCK_LOCK_WAIT_SECONDS", "")

    assert Settings().data_dir == REPOSITORY_ROOT / "data"
    assert Settings().lock_wait_seconds == 30.0


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PENSTOCK_LOCK_WAIT_SECONDS", "abc", "valid number"),
        ("PENSTOCK_RENEWABLE_SOURCE", "real", "'mock' or 'files'"),
        ("PENSTOCK_DUCKDB_THREADS", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_variable_is_named_with_its_value_and_what_was_expected(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as told:
        read_settings()
    assert f"{name}={value}" in str(told.value)
    assert expected in str(told.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"PENSTOCK_DATA_DIR": "/d"}, ("/d/warehouse", "/d/warehouse/tmp")),
        ({"PENSTOCK_DATA_DIR": "~/d"}, ("/home/me/d/warehouse", "/home/me/d/warehouse/tmp")),
        ({"PENSTOCK_WAREHOUSE_DIR": "~/w"}, ("/home/me/w", "/home/me/w/tmp")),
        (
            {"PENSTOCK_DATA_DIR": "", "PENSTOCK_DUCKDB_TEMP_DIRECTORY": "~/s"},
            (f"{REPOSITORY_ROOT}/data/warehouse", "/home/me/s"),
        ),
    ],
)
def test_the_dbt_profile_and_the_settings_mean_the_same_directories(
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, str],
    expected: tuple[str, str],
) -> None:
    monkeypatch.delenv("PENSTOCK_DATA_DIR")
    monkeypatch.setenv("HOME", "/home/me")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    project = REPOSITORY_ROOT / "dbt" / "renewable_dbt"
    profile = yaml.safe_load((project / "profiles.yml").read_text())["renewable"]["outputs"]["dev"]

    def rendered(text: str) -> Path:
        value = Template(text).render(env_var=os.environ.get)
        return Path(os.path.normpath(project / value))

    settings = Settings()
    found = rendered(profile["path"]), rendered(profile["config_options"]["temp_directory"])
    assert (str(settings.warehouse_dir), str(settings.duckdb_temp_directory)) == expected
    assert found == (settings.warehouse_dir / "renewable_dev.duckdb", Path(expected[1]))


def test_run_ids_sort_by_time_and_differ() -> None:
    one, other = new_run_id(), new_run_id()

    assert re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{8}", one)
    assert one != other
