"""What a release says of its tables, inputs and itself, as data.

Belongs here: the facts of a release and their two written forms, `fingerprints.json` (every part of
every table) and `metadata.yaml` (what people read first). Does not belong here: computing them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from penstock.errors import PenstockError
from penstock.releasing.bag import METADATA, PAYLOAD, read_text
from penstock.releasing.canonical import canonical_json, canonical_yaml, json_line, read_yaml
from penstock.releasing.merkle import merkle_root

FORMAT = "penstock release 1"
FINGERPRINTS = f"{PAYLOAD}/fingerprints.json"
INPUTS = f"{PAYLOAD}/inputs.json"
WAREHOUSE = f"{PAYLOAD}/warehouse.duckdb"
CONTRACTS = f"{PAYLOAD}/contracts"
REPORTS = f"{PAYLOAD}/reports"
MAKING = f"{REPORTS}/making"
LOGS = f"{PAYLOAD}/logs"
DBT = f"{PAYLOAD}/dbt"


class ReleaseFormatError(PenstockError):
    """A release whose own description cannot be read."""


@dataclass(frozen=True)
class Column:
    """One published column: its SQL type and its canonical type (`fingerprint.py`)."""

    name: str
    type: str
    canonical: str


@dataclass(frozen=True)
class Part:
    """The rows of one month (`2026-03`), or all rows of a table that is not cut (`all`).

    `checksum` is the engine's own sum over its row hashes: it tells quickly, and for one version of
    the engine only, whether the rows of the working warehouse are still these.
    """

    month: str
    rows: int
    fingerprint: str
    checksum: str
    file: str
    file_sha256: str
    file_bytes: int


@dataclass(frozen=True)
class SealedTable:
    """One published table with its parts in the order of their months."""

    name: str
    layer: str
    key: tuple[str, ...]
    month_column: str | None
    in_warehouse: bool
    columns: tuple[Column, ...]
    parts: tuple[Part, ...]

    @property
    def rows(self) -> int:
        """Rows of all parts."""
        return sum(one.rows for one in self.parts)

    @cached_property
    def root(self) -> str:
        """The table's fingerprint: Merkle root over its name, key, columns and parts."""
        columns = sorted((one.name, one.canonical) for one in self.columns)
        head = json_line({"table": self.name, "key": list(self.key), "columns": columns})
        parts = [f"{one.month} {one.rows} {one.fingerprint}" for one in self.parts]
        return merkle_root([head.encode(), *(one.encode() for one in parts)])

    @property
    def schema(self) -> tuple[tuple[str, str], ...]:
        """Names and canonical types, by name: the order of columns is no change."""
        return tuple(sorted((one.name, one.canonical) for one in self.columns))


@dataclass(frozen=True)
class Input:
    """One landed file: what it was and what became of its rows."""

    file: str
    table: str
    status: str
    source: str
    sha256: str
    bytes: int
    delivered_at: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    message: str
    run_id: str


@dataclass(frozen=True)
class Check:
    """One promise of the audit and whether it was kept. A check that only warns stops nothing."""

    name: str
    passed: bool
    message: str
    warns: bool = False


def passes(name: str, message: str) -> Check:
    """A promise kept."""
    return Check(name, passed=True, message=message)


def fails(name: str, message: str) -> Check:
    """A promise broken: nothing is released."""
    return Check(name, passed=False, message=message)


def notes(name: str, message: str) -> Check:
    """Something to know; it stops nothing."""
    return Check(name, passed=False, message=message, warns=True)


@dataclass(frozen=True)
class Parent:
    """The release that was current before."""

    run_id: str
    root: str
    seal: str


@dataclass(frozen=True)
class Metadata:
    """`metadata.yaml`. `built_from` identifies the state of the working warehouse."""

    product: str
    series: str
    run_id: str
    root: str
    parent: Parent | None
    started_at: str
    sealed_at: str
    built_from: str
    code: Mapping[str, Any]
    tools: Mapping[str, str]
    inputs: Mapping[str, Any]
    tables: Sequence[Mapping[str, Any]]
    contracts: Mapping[str, str]
    checks: Sequence[Mapping[str, Any]]
    warnings: Sequence[str]

    @property
    def text(self) -> str:
        """The file's one canonical text."""
        return canonical_yaml({"format": FORMAT, **asdict(self)})


def table_facts(table: SealedTable) -> dict[str, Any]:
    """A table as `metadata.yaml` shows it."""
    return {
        "name": table.name,
        "rows": table.rows,
        "fingerprint": table.root,
        "parts": len(table.parts),
        "key": list(table.key),
        "columns": {one.name: one.type for one in table.columns},
    }


def root_of(
    tables: Sequence[SealedTable], contracts: Mapping[str, str], inputs: Sequence[Input]
) -> str:
    """The identity of a release: tables, contracts (name to SHA-256), loaded input files.

    Nothing with a clock or an id in it: where, when, in what order and on how many threads a
    release was built does not change its root.
    """
    facts = [
        *sorted(f"table {one.name} {one.root}" for one in tables),
        *sorted(f"contract {name} {digest}" for name, digest in contracts.items()),
        *sorted(f"input {one.table} {one.sha256}" for one in inputs if one.status == "loaded"),
    ]
    return merkle_root([FORMAT.encode(), *(one.encode() for one in facts)])


def fingerprints_text(tables: Sequence[SealedTable], engine: str) -> str:
    """The text of `fingerprints.json`; `engine` made the checksums."""
    return canonical_json(
        {"format": FORMAT, "checksum_engine": engine, "tables": [asdict(one) for one in tables]}
    )


def inputs_text(inputs: Sequence[Input]) -> str:
    """The text of `inputs.json`."""
    return canonical_json({"format": FORMAT, "files": [asdict(one) for one in inputs]})


def read_metadata(release: Path) -> Metadata:
    """`metadata.yaml` of a release. Raises: ReleaseFormatError; BagError."""
    try:
        facts = dict(read_yaml(read_text(release / METADATA)))
        _require_format(facts.pop("format"))
        parent = facts.pop("parent")
        return Metadata(parent=None if parent is None else Parent(**parent), **facts)
    except (ValueError, TypeError, KeyError, yaml.YAMLError) as error:
        raise _unreadable(METADATA, error) from error


def read_tables(release: Path) -> tuple[list[SealedTable], str]:
    """The tables that `fingerprints.json` describes, and the engine of their checksums.

    Raises: ReleaseFormatError; BagError.
    """
    try:
        facts = json.loads(read_text(release / FINGERPRINTS))
        _require_format(facts["format"])
        return [_table(one) for one in facts["tables"]], str(facts["checksum_engine"])
    except (ValueError, TypeError, KeyError) as error:
        raise _unreadable(FINGERPRINTS, error) from error


def read_inputs(release: Path) -> list[Input]:
    """The files of `inputs.json`. Raises: ReleaseFormatError; BagError."""
    try:
        facts = json.loads(read_text(release / INPUTS))
        _require_format(facts["format"])
        return [Input(**one) for one in facts["files"]]
    except (ValueError, TypeError, KeyError) as error:
        raise _unreadable(INPUTS, error) from error


def _table(facts: Mapping[str, Any]) -> SealedTable:
    table = SealedTable(**facts)
    return replace(
        table,
        key=tuple(table.key),
        columns=tuple(Column(**one) for one in facts["columns"]),
        parts=tuple(Part(**one) for one in facts["parts"]),
    )


def _require_format(found: object) -> None:
    if found != FORMAT:
        raise ValueError(f"expected format {FORMAT!r}, found {found!r}")


def _unreadable(name: str, error: Exception) -> ReleaseFormatError:
    message = f"{name}: does not describe a release ({error}); expected {FORMAT}"
    return ReleaseFormatError(message)
