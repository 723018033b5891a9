"""A tenant's semantic manifest: what its star schema can be asked, as a file of its release.

Belongs here: dimensions, measures, ratios and joins out of the models' own YAML, written in the
format of boring-semantic-layer. Does not belong here: what a column means (the YAML beside each
model).

What the YAML says under `config.meta`: of a model `time_dimension`, `smallest_time_grain` and
`ratios` (name to numerator and denominator, both measures); of a column `measure` (how it is summed
up) or `is_hidden`. Every other column is a dimension. A join is what a dbt `relationships` test
holds: a column that has one names a row of the other model.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from penstock.contracts.product import Product
from penstock.errors import PenstockError
from penstock.landing.files import write_text_atomically
from penstock.settings import Settings

ROW_COUNT = "row_count"
"""Measure that every table has."""
_AGGREGATES = ("sum", "min", "max", "mean")
_GRAINS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")


class SemanticError(PenstockError):
    """Metadata of a model that no manifest can be made of."""


def write_manifest(product: Product, _settings: Settings, payload: Path) -> None:
    """Write `semantic/<tenant>.yml` below a release's payload folder.

    Raises: SemanticError.
    """
    manifest = semantic_manifest(product.dbt_project / "models" / "analytics", product.tenant)
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=100)
    write_text_atomically(manifest_file(payload, product.tenant), text)


def manifest_file(payload: Path, tenant: str) -> Path:
    """Where a release holds its manifest; `payload` is the release's payload folder."""
    return payload / "semantic" / f"{tenant}.yml"


def semantic_manifest(models: Path, tenant: str) -> dict[str, Any]:
    """The semantic tables of a tenant by model, in order of their names.

    `table` is the relation's name in the release; `models` is the folder with the models' YAML.

    Raises: SemanticError naming file, model and what is wrong.
    """
    read = [
        (path, model)
        for path in sorted(models.glob("*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    ]
    keys = {model["name"]: _keys(model) for _, model in read}
    return {
        model["name"]: _table(path, model, tenant) | _joins(path, model, keys)
        for path, model in read
    }


def _table(path: Path, model: Mapping[str, Any], tenant: str) -> dict[str, Any]:
    prefix, _, rest = model["name"].partition("_")
    meta = _meta(model)
    dimensions: dict[str, Any] = {}
    measures: dict[str, Any] = {ROW_COUNT: {"expr": "_.count()", "description": "Number of rows."}}
    for column in model["columns"]:
        name, own = column["name"], _meta(column)
        if own.get("is_hidden"):
            continue
        how = own.get("measure")
        if how is None:
            dimensions[name] = {"expr": f"_.{name}", "description": column["description"]}
            continue
        if how not in _AGGREGATES:
            message = (
                f"{path}: model {model['name']}, column {name}: config.meta.measure is {how!r}; "
                f"expected one of {', '.join(_AGGREGATES)}"
            )
            raise SemanticError(message)
        measures[name] = {"expr": f"_.{name}.{how}()", "description": column["description"]}
    time = meta.get("time_dimension")
    if time not in dimensions:
        message = (
            f"{path}: model {model['name']}: config.meta.time_dimension is {time!r}; expected one "
            f"of its dimensions: {', '.join(dimensions)}"
        )
        raise SemanticError(message)
    grain = meta.get("smallest_time_grain")
    if grain not in _GRAINS:
        message = (
            f"{path}: model {model['name']}: config.meta.smallest_time_grain is {grain!r}; "
            f"expected one of {', '.join(_GRAINS)}"
        )
        raise SemanticError(message)
    dimensions[time] |= {
        "is_time_dimension": True,
        "smallest_time_grain": f"TIME_GRAIN_{grain.upper()}",
    }
    made = {
        "table": f"{prefix}_{tenant}__{rest}",
        "description": model["description"],
        "dimensions": dimensions,
        "measures": measures,
    }
    ratios = _ratios(path, model["name"], meta.get("ratios", {}), measures)
    return {**made, "calculated_measures": ratios} if ratios else made


def _ratios(
    path: Path, model: str, ratios: Mapping[str, list[str]], measures: Mapping[str, Any]
) -> dict[str, Any]:
    for name, parts in ratios.items():
        unknown = [one for one in parts if one not in measures]
        if unknown:
            message = (
                f"{path}: model {model}, ratio {name}: {', '.join(unknown)} is no measure; "
                f"expected two of {', '.join(measures)}"
            )
            raise SemanticError(message)
    return {
        name: {"expr": f"_.{above} / _.{below}", "description": f"{above} per {below}."}
        for name, (above, below) in ratios.items()
    }


def _joins(
    path: Path, model: Mapping[str, Any], keys: Mapping[str, list[list[str]]]
) -> dict[str, Any]:
    joins: dict[str, Any] = {}
    for column in model["columns"]:
        for test in _tests(column, "relationships"):
            other = test["to"].removeprefix("ref('").removesuffix("')")
            where = f"{path}: model {model['name']}, column {column['name']}: relationships"
            if [test["field"]] not in keys.get(other, []):
                message = (
                    f"{where} to {other}.{test['field']}, which is no key there; expected a model "
                    "beside it and the one column of a unique_combination of that model"
                )
                raise SemanticError(message)
            name = other.partition("_")[2]
            if name in joins:
                message = f"{where} to {other}, as another column of it; expected one of them"
                raise SemanticError(message)
            joins[name] = {
                "model": other,
                "type": "one",
                "left_on": column["name"],
                "right_on": test["field"],
            }
    return {"joins": joins} if joins else {}


def _keys(model: Mapping[str, Any]) -> list[list[str]]:
    return [test["columns"] for test in _tests(model, "unique_combination")]


def _tests(entry: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Arguments of the tests of that name, whatever package it is from."""
    return [
        arguments["arguments"]
        for test in entry.get("data_tests", [])
        if isinstance(test, dict)
        for full, arguments in test.items()
        if full.rpartition(".")[2] == name
    ]


def _meta(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    meta: Mapping[str, Any] = entry.get("config", {}).get("meta", {})
    return meta
