"""What the earlier rooms leave that a release tells: inputs, contracts, models, tools, code.

Belongs here: collecting it. Does not belong here: judging it (`audit.py`), tables.
"""

import hashlib
import json
import platform
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from penstock.contracts.product import Product
from penstock.contracts.published import PublishedTable
from penstock.ledger import Delivery, Ledger, QuarantineCount
from penstock.loading.stale import stale_from
from penstock.releasing.canonical import canonical_json, json_line
from penstock.releasing.sealed import Column, Input
from penstock.settings import REPOSITORY_ROOT, Settings
from penstock.transforming.results import NodeResult, last_results
from penstock.transforming.transform import BUILT_AS_OF, BUILT_FROM, built_models, models_of

_TOOLS = ("penstock", "duckdb", "dbt-core", "dbt-duckdb", "dlt", "polars", "pyarrow", "bagit")
_JSON_TYPES = {
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time"},
    "timestamptz": {"type": "string", "format": "date-time"},
    "string": {"type": "string"},
}


@dataclass(frozen=True)
class Model:
    """A published table's model: its words, its code, what it is made of."""

    name: str
    description: str
    columns: Mapping[str, str]
    required: tuple[str, ...]
    depends_on: tuple[str, ...]
    code: str
    path: str


@dataclass(frozen=True)
class Record:
    """The state of the working warehouse as the earlier rooms account for it."""

    inputs: tuple[Input, ...]
    quarantined: tuple[QuarantineCount, ...]
    stale: date | None
    models: str
    built_with: str | None
    as_of: str | None
    results: tuple[NodeResult, ...]
    nodes: Mapping[str, Model]
    dbt_dir: Path

    @cached_property
    def built_from(self) -> str:
        """Identity of the state: equal if no file, model or logical date has changed."""
        return state_of(self.inputs, self.built_with, self.as_of)


def state_of(inputs: tuple[Input, ...], built_with: str | None, as_of: str | None) -> str:
    """SHA-256 over the landed files, the models and the logical date: what tables depend on."""
    files = sorted((one.file, one.sha256, one.delivered_at, one.status) for one in inputs)
    facts = [files, built_with, *([as_of] if as_of else [])]
    return hashlib.sha256(json_line(facts).encode()).hexdigest()


def read_state(product: Product, settings: Settings, ledger: Ledger) -> str:
    """`Record.built_from` from the ledger alone."""
    return state_of(_inputs(ledger), built_models(product, settings), ledger.fact(BUILT_AS_OF))


@dataclass(frozen=True)
class Released:
    """What the ledger remembers of a series' last release: state, run, number of the rebuild."""

    state: str
    run_id: str
    rebuild: int


def read_released(ledger: Ledger, series: str) -> Released | None:
    """The working warehouse as the series' last release found it; None before the first."""
    text = ledger.fact(f"released {series}")
    if text is None:
        return None
    state, run_id, rebuild = text.split(" ")
    return Released(state, run_id, int(rebuild))


def put_released(ledger: Ledger, series: str, last: Released) -> None:
    """Remember it."""
    ledger.put_facts({f"released {series}": f"{last.state} {last.run_id} {last.rebuild}"})


def read_record(product: Product, settings: Settings, ledger: Ledger) -> Record:
    """Everything a release has to tell of the rooms before it.

    Raises: DbtError when nothing was built yet.
    """
    dbt_dir = product.engine_dir(settings) / "dbt"
    return Record(
        inputs=_inputs(ledger),
        quarantined=tuple(ledger.quarantine()),
        stale=stale_from(ledger),
        models=models_of(product),
        built_with=built_models(product, settings),
        as_of=ledger.fact(BUILT_AS_OF),
        results=tuple(last_results(dbt_dir)),
        nodes=read_models(dbt_dir / "target" / "manifest.json"),
        dbt_dir=dbt_dir,
    )


def code_facts(models: str) -> dict[str, Any]:
    """Which code built: git commit, whether the tree differs from it, the models' hash."""
    git = shutil.which("git")
    commit, is_modified = None, None
    if git is not None and (REPOSITORY_ROOT / ".git").exists():
        commit = _git(git, "rev-parse", "HEAD")
        is_modified = bool(_git(git, "status", "--porcelain", "--untracked-files=no"))
    return {"commit": commit, "is_modified": is_modified, "models_hash": models}


def tool_versions() -> dict[str, str]:
    """Python and the libraries that make the figures, the files and the bag."""
    return {"python": platform.python_version(), **{name: version(name) for name in _TOOLS}}


def raw_contracts(product: Product) -> dict[str, str]:
    """The landing contracts as JSON Schema, file name to text."""
    return {
        f"raw/{name}.schema.json": canonical_json(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                **one.schema.model_json_schema(),
                "x-primary-key": list(one.key),
            }
        )
        for name, one in product.contracts.items()
    }


def published_contract(table: PublishedTable, columns: tuple[Column, ...], model: Model) -> str:
    """A published table's contract as JSON Schema."""
    required = sorted(model.required)
    properties = {
        one.name: {
            **_json_type(one.canonical, is_nullable=one.name not in required),
            "description": model.columns.get(one.name, ""),
            "x-sql-type": one.type,
        }
        for one in columns
    }
    return canonical_json(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": table.name,
            "description": model.description,
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
            "x-primary-key": list(table.key),
        }
    )


def _json_type(canonical: str, *, is_nullable: bool) -> dict[str, Any]:
    kind = dict(_JSON_TYPES.get(canonical, {"type": "number"}))
    return {**kind, "type": [kind["type"], "null"]} if is_nullable else kind


def _inputs(ledger: Ledger) -> tuple[Input, ...]:
    """The files the tables are built from: all, unless the build named those that count."""
    deliveries = [one for one in ledger.deliveries() if one.status in ("loaded", "rejected")]
    named = ledger.fact(BUILT_FROM)
    counting = None if named is None else set(named.splitlines())
    return tuple(
        _input(one) for one in deliveries if counting is None or one.delivery_id in counting
    )


def _input(one: Delivery) -> Input:
    return Input(
        file=one.delivery_id,
        table=one.table_name,
        status=one.status,
        source=one.source,
        sha256=one.sha256,
        bytes=one.bytes,
        delivered_at=one.delivered_at.isoformat(),
        rows_read=one.rows_read,
        rows_accepted=one.rows_accepted,
        rows_quarantined=one.rows_quarantined,
        message=one.message,
        run_id=one.run_id,
    )


def read_models(manifest: Path) -> dict[str, Model]:
    """The models of a dbt manifest, by the name of the table they build."""
    nodes = read_json(manifest)["nodes"]
    relations = {key: str(one.get("alias") or one["name"]) for key, one in nodes.items()}
    return {
        relations[key]: Model(
            name=relations[key],
            description=str(one["description"]).strip(),
            columns={
                name: str(column["description"]).strip() for name, column in one["columns"].items()
            },
            required=tuple(
                name
                for name, column in one["columns"].items()
                if any(rule["type"] == "not_null" for rule in column.get("constraints", []))
            ),
            depends_on=tuple(
                relations.get(made_of, made_of.split(".")[-1])
                for made_of in one["depends_on"]["nodes"]
            ),
            code=str(one.get("compiled_code") or one["raw_code"]),
            path=str(one["original_file_path"]),
        )
        for key, one in nodes.items()
        if one["resource_type"] == "model"
    }


def read_json(path: Path) -> dict[str, Any]:
    """A JSON file's object."""
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts


def _git(git: str, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - git itself, with fixed arguments
        [git, "-C", str(REPOSITORY_ROOT), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
        text=True,
    )
    return done.stdout.strip()
