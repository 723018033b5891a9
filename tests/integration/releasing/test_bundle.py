"""A release travels as one file and proves itself where it arrives."""

import io
import tarfile
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from penstock.cli import app
from penstock.releasing.bundle import BundleError, bundle, unbundle
from penstock.releasing.verify import verify
from penstock.settings import Settings
from support import releases
from support.worlds import settings_for

pytestmark = pytest.mark.integration


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    settings = settings_for(data_dir)
    releases.release(settings)
    return settings


def test_a_bundle_verifies_elsewhere_and_is_the_same_every_time(
    settings: Settings, tmp_path: Path
) -> None:
    one = bundle(releases.folder(settings), tmp_path / "one.tar.zst")
    other = bundle(releases.folder(settings), tmp_path / "other.tar.zst")

    assert one.read_bytes() == other.read_bytes()
    arrived = unbundle(one, tmp_path / "elsewhere")
    assert verify(arrived, strict=True).failures == ()
    answer = CliRunner().invoke(app, ["verify", str(one), "--strict"])
    assert answer.exit_code == 0, answer.output


def test_what_is_no_bundle_is_refused(settings: Settings, tmp_path: Path) -> None:
    cut = bundle(releases.folder(settings), tmp_path / "cut.tar.zst")
    cut.write_bytes(cut.read_bytes()[:-1000])
    with pytest.raises(BundleError, match="cannot be unpacked"):
        unbundle(cut, tmp_path / "a")

    evil = tmp_path / "evil.tar.zst"
    with (
        pa.output_stream(str(evil), compression="zstd") as stream,
        tarfile.open(fileobj=stream, mode="w|") as archive,
    ):
        archive.addfile(tarfile.TarInfo("../outside"), io.BytesIO())
    with pytest.raises(BundleError, match="is no file of a release"):
        unbundle(evil, tmp_path / "b")
    assert not (tmp_path / "outside").exists()
