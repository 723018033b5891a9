"""What the tests of the Dagster layer share: dbt's manifest, made once, and worlds of their own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from penstock.products.renewable.product import PRODUCT
from penstock.runs import run
from penstock.settings import Settings
from support.dagster_worlds import (
    FIRST,
    LAST,
    DagsterWorld,
    give_manifest,
    instance_in,
    make_manifest,
    manifest_dir,
    own_settings,
)
from support.once import made_once


@pytest.fixture(scope="session")
def manifest(common_dir: Path) -> Path:
    """The folder of dbt's manifest: parsing takes seconds, a copy none."""
    return manifest_dir(made_once(common_dir, "manifest", make_manifest))


@pytest.fixture(scope="session")
def by_command(common_dir: Path, manifest: Path) -> Settings:
    """The tests' days by the command line; only to be read."""

    def make(folder: Path) -> None:
        settings = own_settings(folder)
        give_manifest(settings, manifest)
        run(PRODUCT, settings, start=FIRST, end=LAST)

    return own_settings(made_once(common_dir, "by_command", make))


@pytest.fixture(scope="session")
def blank_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an instance without runs: making its tables takes most of a second."""
    folder = tmp_path_factory.mktemp("blank") / "instance"
    with instance_in(folder):
        return folder


@pytest.fixture
def instance(tmp_path: Path, blank_instance: Path) -> Iterator[dg.DagsterInstance]:
    shutil.copytree(blank_instance, tmp_path / "instance")
    with instance_in(tmp_path / "instance") as instance:
        yield instance


@pytest.fixture
def empty_world(tmp_path: Path, manifest: Path, instance: dg.DagsterInstance) -> DagsterWorld:
    """Definitions and an instance; nothing has landed."""
    settings = own_settings(tmp_path / "data")
    give_manifest(settings, manifest)
    return DagsterWorld(settings, instance)
