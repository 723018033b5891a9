"""What the tests of sales share: one built world, copied by whoever changes it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from penstock.products.sales.product import PRODUCT
from penstock.settings import Settings
from support.drops import FIXTURE, land, run
from support.once import made_once
from support.worlds import settings_for


@pytest.fixture(scope="session")
def first_world(common_dir: Path) -> Settings:
    """The small drop, built and released as run `first`; only to be read."""

    def make(folder: Path) -> None:
        settings = settings_for(folder / "data")
        land(settings, FIXTURE)
        run(settings, run_id="first")

    return settings_for(made_once(common_dir, "first_world", make) / "data")


@pytest.fixture
def built(first_world: Settings, tmp_path: Path) -> Settings:
    """A copy of the built world; links of the release series stay links."""
    target = tmp_path / "built"
    shutil.copytree(first_world.data_dir, target, symlinks=True)
    return settings_for(target)


@pytest.fixture(scope="session")
def prepared(first_world: Settings) -> Callable[[Path], Settings]:
    """Makes a data directory in which nothing has happened but compiling the models."""

    def prepare(data_dir: Path) -> Settings:
        settings = settings_for(data_dir)
        kept = [PRODUCT.engine_dir(first_world) / "dbt", *first_world.reports_dir.glob(".*")]
        for source in kept:
            target = data_dir / source.relative_to(first_world.data_dir)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("results.json"))
            else:
                shutil.copyfile(source, target)
        return settings

    return prepare
