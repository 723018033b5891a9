"""The export of a tenant: a bag of its releases, files, refused rows, runs, ledger and entry.

Belongs here: what goes where in the bag, copying it durably, comparing it. Does not belong here:
the forms of a bag (`releasing/bag.py`); removing what was copied.

    <export>/
        bagit.txt  bag-info.txt  manifest-sha256.txt  tagmanifest-sha256.txt  metadata.yaml
        data/releases/<run_id>/   as released, with chain.jsonl beside them
        data/raw/<table>/         landed files
        data/dropped/<connector>/ what lay in its drop folder
        data/quarantine/          files/, rows/, discarded/, retracted/<table>/
        data/runs/<run_id>/       logs
        data/ledger.sqlite        what landed and ran
        data/tenant.yaml          the entry
        offboarding.json          what was looked for when all was removed; no part of the bag

`sha256sum -c manifest-sha256.txt` in the folder proves the copies, `penstock verify
data/releases/<run_id> --strict` each release.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import yaml

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.landing.files import sha256_of
from penstock.ledger import Ledger
from penstock.offboarding.holdings import Holdings
from penstock.releasing.bag import (
    METADATA,
    PAYLOAD,
    TAG_MANIFEST,
    bag_info,
    hash_files,
    manifest_text,
    write_tags,
)
from penstock.releasing.series import sync_dir
from penstock.settings import Settings

REPORT = "offboarding.json"
DROPPED = "dropped"
"""Place in the bag of what lay in the drop folder."""


class ExportError(PenstockError):
    """An export that cannot be made where it should be, or is not what was exported."""


def refuse_place(folder: Path, settings: Settings) -> None:
    """Raises: ExportError when a folder is in use, or lies where a tenant's data do."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = f"{folder}: is there already; expected a new or empty folder: name another (--to)"
        raise ExportError(message)
    for leaving in (
        settings.raw_dir,
        settings.quarantine_dir,
        settings.warehouse_dir,
        settings.releases_dir,
        settings.runs_dir,
        settings.reports_dir,
        settings.marketing_drop_dir,
        settings.sales_drop_dir,
    ):
        if folder == leaving or leaving in folder.parents:
            message = f"{folder}: lies in {leaving}, where data are removed: name another (--to)"
            raise ExportError(message)


def is_export(folder: Path, series: str) -> bool:
    """Whether a folder is the export of a series: it takes its name when it is whole."""
    if not (folder / TAG_MANIFEST).is_file():
        return False
    facts = yaml.safe_load((folder / METADATA).read_text(encoding="utf-8"))
    return isinstance(facts, dict) and facts.get("series") == series


def export(
    one: Product, settings: Settings, held: Holdings, folder: Path, *, entry: str | None
) -> int:
    """Write the export to `folder`, whole or not at all; returns its files (0: nothing to export).

    Raises: ExportError as `refuse_place`, and when a copy differs from its original; BagError for a
    file name that no manifest can hold.
    """
    refuse_place(folder, settings)
    building = folder.with_name(f".{folder.name}.partial")
    if building.exists():
        shutil.rmtree(building)  # what a killed export left
    sources = dict(_files(held))
    ledger = one.ledger(settings)
    if not sources and not ledger.exists() and entry is None:
        return 0
    manifest_text(dict.fromkeys(sources, ""))
    payload = _copied(building, sources)
    if ledger.exists():
        with Ledger(ledger) as known:
            known.copy_to(building / PAYLOAD / "ledger.sqlite")
    if entry is not None:
        (building / PAYLOAD / "tenant.yaml").write_text(entry, encoding="utf-8", newline="")
    more = [f"{PAYLOAD}/{name}" for name in ("ledger.sqlite", "tenant.yaml")]
    payload |= hash_files(building, [name for name in more if (building / name).exists()])
    _write_tags(building, one, payload)
    for path in building.rglob("*"):
        sync_dir(path)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        folder.rmdir()
    building.rename(folder)
    sync_dir(folder.parent)
    return len(payload)


def _files(held: Holdings) -> Iterator[tuple[str, Path]]:
    """Path in the bag and source of every file; hidden files are left out, links not followed."""
    folders = {
        "releases": [held.releases],
        "raw": [held.raw],
        DROPPED: list(held.dropped),
        "quarantine/files": [held.refused_files],
    }
    folders |= {f"quarantine/retracted/{one.name}": [one] for one in held.retracted}
    # Runs of others as well stay where they are: their logs are the others' too.
    folders |= {f"runs/{one.name}": [one] for one in held.runs}
    for place, roots in folders.items():
        for root in roots:
            for path in _regular(root):
                yield f"{PAYLOAD}/{place}/{path.relative_to(root).as_posix()}", path
    for path in held.refused_rows:
        inside = "discarded" if path.parent.name == "discarded" else "rows"
        yield f"{PAYLOAD}/quarantine/{inside}/{path.name}", path


def _regular(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):  # does not follow links: `current` is no copy
        for name in sorted(names):
            path = Path(folder) / name
            if not name.startswith(".") and path.is_file():
                yield path


def _copied(building: Path, sources: Mapping[str, Path]) -> dict[str, str]:
    """Copy the files and return their hashes, which are those of the originals.

    Files that releases share (hard links) share their copy too.

    Raises: ExportError naming a copy that differs.
    """
    copies: dict[tuple[int, int], Path] = {}
    hashes: dict[str, str] = {}
    (building / PAYLOAD).mkdir(parents=True)
    for name, source in sources.items():
        target = building / name
        target.parent.mkdir(parents=True, exist_ok=True)
        stat = source.stat()
        twin = copies.setdefault((stat.st_dev, stat.st_ino), target)
        if twin == target or not _linked(twin, target):
            shutil.copyfile(source, target)
        hashes[name] = sha256_of(target)
        if hashes[name] != sha256_of(source):
            message = f"{source}: its copy {target} differs; expected the same bytes: try again"
            raise ExportError(message)
    return hashes


def _linked(twin: Path, target: Path) -> bool:
    try:
        target.hardlink_to(twin)
    except OSError:
        return False  # a file system without hard links: a copy of its own
    return True


def _write_tags(building: Path, one: Product, payload: Mapping[str, str]) -> None:
    moment = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    facts = {"series": one.series, "exported_at": moment, "files": len(payload)}
    info = bag_info(
        run_id=building.name.removeprefix(".").removesuffix(".partial"),
        series=one.series,
        sealed_at=moment,
        sizes=[(building / name).stat().st_size for name in payload],
    )
    metadata = yaml.safe_dump(facts, sort_keys=False)
    write_tags(building, metadata=metadata, info=info, payload=payload)
