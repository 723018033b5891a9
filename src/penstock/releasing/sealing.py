"""Sealing: one build becomes one directory that proves itself.

Belongs here: what is written into a release, in which order, and the audit between writing and
sealing. Does not belong here: its pages (`pages.py`), publishing it (`release.py`).
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from penstock.beside import beside
from penstock.errors import PenstockError
from penstock.loading.kept_open import another_session
from penstock.loading.one_opening import checkpoint
from penstock.releasing import bag, sealed
from penstock.releasing.audit import audit_build, audit_tables
from penstock.releasing.evolution import Change, read_notes, schema_changes, transition_views
from penstock.releasing.export import Exported, ParentTables, export_tables, parent_tables
from penstock.releasing.pack import check_pack
from penstock.releasing.pages import write_reports
from penstock.releasing.plan import Plan, require
from penstock.releasing.record import code_facts, published_contract, raw_contracts, tool_versions
from penstock.releasing.sealed import Check, Input, Metadata, SealedTable
from penstock.releasing.series import sync_dir
from penstock.releasing.signing import sign
from penstock.releasing.warehouse_file import add_views, write_warehouse
from penstock.releasing.working import ExportError, engine, sources_of, working_warehouse
from penstock.settings import Settings
from penstock.spared import spare_pandas
from penstock.transforming.results import RESULTS

_LOG_FILES = ("run_log.*", "openlineage.jsonl")
_OF_EVERY_RELEASE = (
    *(sealed.FINGERPRINTS, sealed.INPUTS, sealed.WAREHOUSE),
    *(sealed.CONTRACTS, sealed.REPORTS, sealed.LOGS, sealed.DBT),
)
_DBT_FILES = ("target/manifest.json", RESULTS)


@dataclass(frozen=True)
class SealedRelease:
    """A directory that is ready to be published."""

    metadata: Metadata
    seal: str
    reused_parts: int
    written_parts: int


def seal_release(plan: Plan, building: Path) -> SealedRelease | None:
    """Fill `building` and seal it; None when it would say what the parent says already.

    Raises: AuditError naming what failed and where the evidence lies.
    """
    spare_pandas()
    checks = require(plan, audit_build(plan.record))
    parent = parent_tables(plan.parent_dir)
    before = {} if parent is None else dict(parent.tables)
    (building / bag.PAYLOAD).mkdir(parents=True)
    try:
        exported, changes = _write_tables(plan, building, parent)
    except ExportError as error:
        require(plan, [*checks, sealed.fails("tables", str(error))])
        raise
    # The working warehouse has been read; its log is written into it while one core is enough.
    with beside(partial(checkpoint, plan.product, plan.settings)):
        return _seal_tables(plan, building, exported, changes, before=before, checks=checks)


def _seal_tables(
    plan: Plan,
    building: Path,
    exported: Exported,
    changes: Sequence[Change],
    *,
    before: Mapping[str, SealedTable],
    checks: Sequence[Check],
) -> SealedRelease | None:
    """Everything else beside the tables that are written; as `seal_release`."""
    checks = [
        *checks,
        *audit_tables(
            exported.tables,
            plan.record.nodes,
            before=before,
            changes=changes,
            may_shrink={one.name for one in plan.product.published if one.may_shrink},
            sources=(plan.parent_sources, _sources(plan.record.inputs)),
            floor_pct=plan.settings.row_count_floor_pct,
            allow_shrink=plan.allow_shrink,
        ),
    ]
    require(plan, checks)
    contracts = _write_contracts(plan, building, exported.tables)
    root = sealed.root_of(exported.tables, contracts, plan.record.inputs)
    is_same = plan.parent is not None and root == plan.parent.root and plan.parent_dir is not None
    if is_same and not plan.product.extras_count:
        return None
    extras = _write_extras(plan, building)
    if is_same and not _are_others(plan, building, extras):
        return None
    _write_facts(plan, building, exported)
    metadata = _metadata(plan, exported, contracts=contracts, root=root, checks=checks)
    write_reports(plan, building, metadata, changes)
    seal = _seal(plan, building, metadata, exported)
    plan.progress("auditing the sealed release")
    pack = check_pack(
        building,
        metadata,
        only=exported.written,
        known_secrets=_secrets(plan.settings),
        config=plan.settings.duckdb_limits,
    )
    require(plan, [*checks, *pack.checks])
    return SealedRelease(
        metadata=metadata,
        seal=seal,
        reused_parts=sum(len(one.parts) for one in exported.tables) - len(exported.written),
        written_parts=len(exported.written),
    )


def _write_extras(plan: Plan, building: Path) -> set[str]:
    """Write the product's own files; returns their names below the payload folder."""
    payload = building / bag.PAYLOAD
    before, _ = bag.files_below(payload)
    if plan.product.release_extras is not None:
        plan.product.release_extras(plan.product, plan.settings, payload)
    after, _ = bag.files_below(payload)
    return set(after) - set(before)


def _are_others(plan: Plan, building: Path, extras: set[str]) -> bool:
    """Whether extras are others than the parent's: new, changed or gone.

    The parent's are what lies in its payload folder and no release of the same tables writes.
    """
    if plan.parent_dir is None:
        return False
    payload, old = building / bag.PAYLOAD, plan.parent_dir / bag.PAYLOAD
    written, _ = bag.files_below(payload)
    ours = {name.removeprefix(f"{bag.PAYLOAD}/") for name in _OF_EVERY_RELEASE}
    there, _ = bag.files_below(old)
    known = {
        one
        for one in set(there) - (set(written) - extras)
        if not any(one == name or one.startswith(f"{name}/") for name in ours)
    }
    return known != extras or any(
        (old / name).read_bytes() != (payload / name).read_bytes() for name in extras
    )


def _write_tables(
    plan: Plan, building: Path, parent: ParentTables | None
) -> tuple[Exported, list[Change]]:
    published = plan.product.published
    with working_warehouse(plan.product.warehouse(plan.settings), plan.settings) as connection:
        sources = sources_of(connection, published)
        plan.progress("writing warehouse.duckdb")
        with beside(
            partial(write_warehouse, another_session(connection), published, sources, building)
        ):
            exported = export_tables(
                connection,
                published,
                sources,
                building,
                parent=parent,
                look=plan.look,
                progress=plan.progress,
            )
        after = {one.name: one for one in exported.tables}
        before = after if parent is None else parent.tables
        changes = schema_changes(before, after, read_notes(plan.product.dbt_project))
        add_views(connection, building, list(transition_views(changes, after)))
    return exported, changes


def _write_contracts(plan: Plan, building: Path, tables: Sequence[SealedTable]) -> dict[str, str]:
    """Write every contract as JSON Schema; name to SHA-256."""
    texts = raw_contracts(plan.product)
    declared = {one.name: one for one in plan.product.published}
    for table in tables:
        model = plan.record.nodes[table.name]
        texts[f"published/{table.name}.schema.json"] = published_contract(
            declared[table.name], table.columns, model
        )
    for name, text in texts.items():
        bag.write_text(building / sealed.CONTRACTS / name, text)
    return bag.hash_files(building / sealed.CONTRACTS, texts)


def _write_facts(plan: Plan, building: Path, exported: Exported) -> None:
    """What the release tells of its making: fingerprints, inputs, dbt's own files, the log."""
    bag.write_text(
        building / sealed.FINGERPRINTS, sealed.fingerprints_text(exported.tables, engine())
    )
    bag.write_text(building / sealed.INPUTS, sealed.inputs_text(plan.record.inputs))
    for name in _DBT_FILES:
        _copy(plan.record.dbt_dir / name, building / sealed.DBT / Path(name).name)
    for pattern in _LOG_FILES:
        for log in sorted(plan.run_dir.glob(pattern)):
            _copy(log, building / sealed.LOGS / log.name)


def _metadata(
    plan: Plan,
    exported: Exported,
    *,
    contracts: dict[str, str],
    root: str,
    checks: Sequence[Check],
) -> Metadata:
    inputs = plan.record.inputs
    damaged = [
        f"{one}: was damaged in the release before; written anew" for one in exported.damaged
    ]
    return Metadata(
        product=plan.product.name,
        series=str(plan.series.folder.relative_to(plan.settings.releases_dir)),
        run_id=plan.run_id,
        root=root,
        parent=plan.parent,
        started_at=plan.started_at,
        sealed_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        built_from=plan.record.built_from,
        code=code_facts(plan.record.models),
        tools=tool_versions(),
        inputs={
            "files": len(inputs),
            "bytes": sum(one.bytes for one in inputs),
            "rows_read": sum(one.rows_read for one in inputs),
            "rows_accepted": sum(one.rows_accepted for one in inputs),
            "rows_quarantined": sum(one.rows_quarantined for one in inputs),
            "sources": _sources(inputs),
            **({"as_of": plan.record.as_of} if plan.record.as_of else {}),
        },
        tables=[sealed.table_facts(one) for one in exported.tables],
        contracts=dict(sorted(contracts.items())),
        checks=[asdict(one) for one in checks],
        warnings=[*(f"{one.name}: {one.message}" for one in checks if not one.passed), *damaged],
    )


def _seal(plan: Plan, building: Path, metadata: Metadata, exported: Exported) -> str:
    """Write the bag's tag files, sign, make every file read-only and durable; returns the seal."""
    files, odd = bag.files_below(building)
    if odd:
        message = f"{plan.product.name}: cannot be sealed: {'; '.join(odd)}"
        raise PenstockError(message)
    known = {part.file: part.file_sha256 for one in exported.tables for part in one.parts}
    hashes = {**known, **bag.hash_files(building, files - known.keys())}
    seal = bag.write_tags(
        building,
        metadata=metadata.text,
        info=bag.bag_info(
            run_id=metadata.run_id,
            series=metadata.series,
            sealed_at=metadata.sealed_at,
            sizes=((building / path).stat().st_size for path in hashes),
        ),
        payload=hashes,
    )
    if plan.settings.signing_key_file is not None:
        bag.write_text(
            building / bag.SIGNATURE, sign(metadata, seal, plan.settings.signing_key_file)
        )
    reused = known.keys() - set(exported.written)
    bag.keep_files(building / path for path in bag.files_below(building)[0] - reused)
    for folder in [building, *(path for path in building.rglob("*") if path.is_dir())]:
        sync_dir(folder)
    return seal


def _sources(inputs: Sequence[Input]) -> list[str]:
    return sorted({one.source for one in inputs if one.status == "loaded"})


def _secrets(settings: Settings) -> list[str]:
    """Secrets in use here: none of them may be in a release, whatever it looks like."""
    url = settings.alert_webhook_url
    return [] if url is None else [url.get_secret_value()]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
