"""A release made once and committed: what it says must stay readable and true."""

from pathlib import Path

import pytest

from penstock.releasing.read import reading_release
from penstock.releasing.sealed import read_metadata
from penstock.releasing.verify import verify
from penstock.settings import Settings
from support import releases
from support.golden import GOLDEN
from support.worlds import settings_for

pytestmark = pytest.mark.integration

ROOT = "94509804bbb55a8c82299b22ae591c1e08fcf94a41746ac881ae43744f1b2c21"


@pytest.fixture
def golden() -> Path:
    return GOLDEN / releases.run_id(0)


def test_the_golden_release_verifies(golden: Path) -> None:
    assert verify(golden, strict=True, expect_root=ROOT).failures == ()


def test_the_golden_release_is_read(golden: Path) -> None:
    with reading_release(golden) as ask:
        assert ask("select count(*), sum(energy_mwh)::varchar from mart_day").rows == [
            (80, "45460.000000000")
        ]


def test_the_same_build_has_the_same_root_today(data_dir: Path) -> None:
    settings: Settings = settings_for(data_dir)
    releases.release(settings, 0)

    assert read_metadata(releases.folder(settings, 0)).root == ROOT
