"""A release as one file, to be carried elsewhere: `tar` through Zstandard.

Belongs here: packing, unpacking. Does not belong here: verifying (`verify.py` does, once unpacked).

Members are in the order of their names, without owner, with one time: the same release gives the
same bundle. The release's event of the chain travels with it, so that it can be verified strictly.
"""

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pyarrow as pa

from penstock.errors import PenstockError
from penstock.landing.files import write_atomically
from penstock.releasing import bag
from penstock.releasing.series import CHAIN


class BundleError(PenstockError):
    """A file that is no bundle of a release."""


def bundle(release: Path, out: Path) -> Path:
    """Pack a release, and the chain beside it, into `out`, whole or not at all."""
    files = sorted(bag.files_below(release)[0])
    chain = release.parent / CHAIN

    def write(temporary: Path) -> None:
        with (
            pa.output_stream(str(temporary), compression="zstd") as stream,
            tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive,
        ):
            if chain.exists():
                _add(archive, chain, CHAIN)
            for name in files:
                _add(archive, release / name, f"{release.name}/{name}")

    write_atomically(out, write)
    return out


def unbundle(file: Path, target: Path) -> Path:
    """Unpack a bundle below `target` and return the release's folder.

    Raises: BundleError when the file is no bundle, or a member would leave `target`.
    """
    releases: set[str] = set()
    try:
        with (
            pa.input_stream(str(file), compression="zstd") as stream,
            tarfile.open(fileobj=stream, mode="r|") as archive,
        ):
            for member in archive:
                parts = PurePosixPath(member.name).parts
                if not member.isfile() or ".." in parts or member.name.startswith("/"):
                    message = f"{file}: {member.name}: is no file of a release"
                    raise BundleError(message)
                archive.extract(member, target, filter="data")
                releases |= {parts[0]} if len(parts) > 1 else set()
    except (tarfile.TarError, OSError, pa.ArrowException) as error:
        message = f"{file}: cannot be unpacked ({error}); expected a bundle of a release"
        raise BundleError(message) from error
    if len(releases) != 1:
        message = f"{file}: holds {len(releases)} releases; expected one"
        raise BundleError(message)
    return target / releases.pop()


@contextmanager
def unpacked(release: Path) -> Iterator[Path]:
    """A release's folder as it is, a bundle unpacked for as long as the block runs."""
    if release.is_dir():
        yield release
        return
    with tempfile.TemporaryDirectory(prefix="penstock-") as scratch:
        yield unbundle(release, Path(scratch))


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    member = tarfile.TarInfo(name)
    member.size = path.stat().st_size
    member.mode = 0o444
    with path.open("rb") as file:
        archive.addfile(member, file)
