"""Mappings of a made-up wind farm, applied to small files written on the spot."""

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from penstock.landing.apply_mapping import MappedTable
from penstock.landing.inputs import RefusedFile
from penstock.landing.land_files import map_files
from penstock.landing.mapping import read_mapping
from penstock.products.renewable.contracts import ASSETS, GENERATION, WEATHER
from penstock.products.renewable.declared import declared_assets
from support.worlds import SITE

CONTRACTS = {one.table: one for one in (ASSETS, WEATHER, GENERATION)}
DELIVERED_AT = datetime(2026, 1, 1)
HEADER = "turbine,time,power,temp\n"


def mapping_document(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": "farm",
        "product": "renewable",
        "inputs": {
            "scada": {
                "recognised_by": ["turbine", "time", "power"],
                "time": {"column": "time", "zone": "UTC"},
                "entity": {"column": "turbine", "values": {"T1": "t1"}},
            }
        },
        "tables": {
            "generation": {
                "input": "scada",
                "columns": {"gross_generation_mwh": {"column": "power", "unit": "kW"}},
            }
        },
        "assets": [
            {
                **SITE,
                "asset_id": "t1",
                "name": "T1",
                "technology": "wind",
                "capacity_mw": 2,
                "hub_height_m": 80,
                "interval_minutes": 10,
                "commissioning_date": "2010-01-01",
            }
        ],
    }
    for path, value in changes.items():
        target = document
        *parents, last = path.split("__")
        for parent in parents:
            target = target[parent]
        target[last] = value
    return document


def mapped(tmp_path: Path, text: str, **changes: Any) -> MappedTable:
    tables = map_all(tmp_path, {"farm.csv": text}, **changes)
    assert len(tables) == 1
    return tables[0]


def map_all(tmp_path: Path, files: dict[str, str], **changes: Any) -> list[MappedTable]:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return map_paths(tmp_path, [tmp_path / name for name in files], **changes)[0]


def map_paths(
    tmp_path: Path, paths: list[Path], **changes: Any
) -> tuple[list[MappedTable], list[RefusedFile]]:
    mapping_file = tmp_path / "mapping.yaml"
    mapping_file.write_text(yaml.safe_dump(mapping_document(**changes)))
    mapping = read_mapping(mapping_file, CONTRACTS)
    tables, refused = map_files(
        mapping,
        paths,
        contracts=CONTRACTS,
        entities=declared_assets(mapping.assets, str(mapping_file)),
        delivered_at=DELIVERED_AT,
    )
    return list(tables), refused
