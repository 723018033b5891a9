"""Building a release again from the files it names, to see that it comes out the same.

Belongs here: finding the recorded inputs, running load and transform on them in a directory of
their own, comparing fingerprints. Does not belong here: the rooms; releases.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from penstock.contracts.product import DROPPED, Product
from penstock.errors import PenstockError
from penstock.landing.files import sha256_of
from penstock.loading.load import load
from penstock.releasing.export import Look, export_tables
from penstock.releasing.record import code_facts
from penstock.releasing.sealed import Input, Metadata, SealedTable, read_inputs, read_metadata
from penstock.releasing.sealed import read_tables as sealed_tables
from penstock.releasing.working import sources_of, working_warehouse
from penstock.settings import Settings
from penstock.transforming.transform import models_hash, transform

Progress = Callable[[str], None]
_SHOWN = 5


class RebuildError(PenstockError):
    """A release that cannot be built again here."""


@dataclass(frozen=True)
class Rebuilt:
    """What came of it. `differences` names tables and months; none if all fingerprints agree."""

    tables: int
    rows: int
    differences: tuple[str, ...]


def rebuild(
    release: Path,
    product: Product,
    settings: Settings,
    *,
    allow_other_code: bool = False,
    progress: Progress = lambda _: None,
) -> Rebuilt:
    """Build the release's tables again from its recorded inputs and compare every fingerprint.

    Everything happens in a directory that is removed at the end; the working warehouse is not
    touched.

    Raises: RebuildError when the code is not the release's (unless `allow_other_code`), or a
    recorded file is not to be found.
    """
    metadata = read_metadata(release)
    if not allow_other_code:
        _require_same_code(metadata, product)
    inputs = [one for one in read_inputs(release) if one.status == "loaded"]
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".rebuild-") as scratch:
        apart = _apart(settings, Path(scratch))
        progress(f"gathering {len(inputs):,} files")
        _gather(inputs, product, settings, apart)
        load(product, apart, run_id=metadata.run_id, progress=progress)
        # A product whose tables depend on a logical date is built as of the release's.
        as_of = str(metadata.inputs.get("as_of", ""))
        transform(product, apart, test=False, as_of=as_of, progress=progress)
        with working_warehouse(product.warehouse(apart), apart) as connection:
            exported = export_tables(
                connection,
                product.published,
                sources_of(connection, product.published),
                Path(scratch) / "tables",
                parent=None,
                look=Look(),
                progress=progress,
            )
    expected = {one.name: one for one in sealed_tables(release)[0]}
    found = {one.name: one for one in exported.tables}
    return Rebuilt(
        tables=len(found),
        rows=sum(one.rows for one in exported.tables),
        differences=tuple(_differences(expected, found)),
    )


def _require_same_code(metadata: Metadata, product: Product) -> None:
    now = code_facts(models_hash(product.dbt_project))
    recorded = dict(metadata.code)
    if recorded["commit"] == now["commit"] and not (recorded["is_modified"] or now["is_modified"]):
        return
    changed = " with changes that were not committed"
    message = (
        f"{metadata.run_id}: was built by commit {recorded['commit'] or 'unknown'}"
        f"{changed if recorded['is_modified'] else ''}, this is {now['commit'] or 'unknown'}"
        f"{changed if now['is_modified'] else ''}: check out that commit, or rebuild with "
        "--allow-other-code to see whether this code gives the same"
    )
    raise RebuildError(message)


def _apart(settings: Settings, scratch: Path) -> Settings:
    """The settings of a directory of their own."""
    return settings.model_copy(
        update={
            "data_dir": scratch,
            "raw_dir": scratch / "raw",
            "warehouse_dir": scratch / "warehouse",
            "releases_dir": scratch / "releases",
            "quarantine_dir": scratch / "quarantine",
            "duckdb_temp_directory": scratch / "warehouse" / "tmp",
            "openlineage_config": None,  # no run that anybody has to hear of
        }
    )


def _gather(inputs: Sequence[Input], product: Product, settings: Settings, apart: Settings) -> None:
    missing: list[str] = []
    for one in inputs:
        source = next(_candidates(one, product, settings), None)
        if source is None:
            missing.append(f"{one.file} (SHA-256 {one.sha256[:12]}...)")
            continue
        target = product.raw_dir(apart) / one.file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        if one.source == DROPPED:
            # A file without a delivery time of its own got its modification time.
            moment = datetime.fromisoformat(one.delivered_at).replace(tzinfo=UTC).timestamp()
            os.utime(target, (moment, moment))
    if missing:
        more = f" and {len(missing) - _SHOWN:,} more" if len(missing) > _SHOWN else ""
        message = (
            f"{len(missing):,} recorded files are not here: {', '.join(missing[:_SHOWN])}{more}; "
            f"expected them below {product.raw_dir(settings)} or in quarantine/retracted: put them "
            "back from a copy"
        )
        raise RebuildError(message)


def _candidates(one: Input, product: Product, settings: Settings) -> Iterator[Path]:
    """Files that may be the recorded one and have its content: landed, or retracted since."""
    for folder in (product.raw_dir(settings), settings.quarantine_dir / "retracted"):
        path = folder / one.file
        if path.is_file() and path.stat().st_size == one.bytes and sha256_of(path) == one.sha256:
            yield path


def _differences(expected: dict[str, SealedTable], found: dict[str, SealedTable]) -> Iterator[str]:
    for name in sorted(expected.keys() | found.keys()):
        if name not in expected or name not in found:
            yield f"{name}: {'is not in the release' if name in found else 'was not built'}"
        elif expected[name].root != found[name].root:
            before = {one.month: one.fingerprint for one in expected[name].parts}
            after = {one.month: one.fingerprint for one in found[name].parts}
            months = sorted(
                one for one in before.keys() | after.keys() if before.get(one) != after.get(one)
            )
            yield f"{name}: differs in {', '.join(months) or 'its columns'}"
