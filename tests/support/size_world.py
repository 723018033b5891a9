"""A world of many assets at ten minutes, and the same marts computed by hand.

Belongs here: the portfolio, landing its days, running the script in `by_hand/`, comparing marts.
Run alone it is the script itself: `python size_world.py RAW_DIR DATABASE MEMORY_LIMIT THREADS`.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import yaml

ROOT = Path(__file__).parents[2]
STEPS = sorted((ROOT / "tests" / "benchmarks" / "by_hand").glob("*.sql"))
SHIPPED = ROOT / "data" / "reference" / "portfolio.yaml"

_KEY_COLUMNS = {
    "mart_fleet_summary": 5,
    "mart_data_quality_daily": 3,
    "mart_loss_waterfall_monthly": 7,
    "mart_loss_waterfall_fleet_monthly": 6,
    "mart_power_curve": 5,
}
"""How many of a mart's first columns name its rows, where two are not enough."""


def write_portfolio(path: Path, assets: int) -> Path:
    """The ten shipped assets at ten minutes, at neighbouring sites; a quarter has local days."""
    shipped = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))["assets"]
    several: list[dict[str, Any]] = []
    for number in range(assets):
        one, turn = shipped[number % len(shipped)], number // len(shipped)
        moved = {
            "asset_id": f"{one['asset_id']}_{turn:03}",
            "latitude": round(one["latitude"] + 0.01 * turn, 4),
            "longitude": round(one["longitude"] + 0.01 * turn, 4),
            "interval_minutes": 10,
            "day_boundary": "local" if number % 4 == 1 else "utc",
        }
        several.append(one | moved)
    path.write_text(yaml.safe_dump({"assets": several}, sort_keys=False), encoding="utf-8")
    return path


def compute_by_hand(
    raw_dir: Path, database: Path, *, memory_limit: str, threads: int
) -> dict[str, float]:
    """Run the script's steps in their order; seconds by step."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": str(threads),
        "temp_directory": f"{database}.tmp",
        "preserve_insertion_order": "false",
    }
    seconds: dict[str, float] = {}
    with duckdb.connect(str(database), config=config) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set variable raw_dir = '{raw_dir}'")
        for step in STEPS:
            started = time.perf_counter()
            connection.execute(step.read_text(encoding="utf-8"))
            seconds[step.stem] = round(time.perf_counter() - started, 2)
        connection.execute("checkpoint")
    return seconds


def is_empty(database: Path, mart: str) -> bool:
    """Whether a mart of the warehouse has no row."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return not connection.execute(f"select 1 from marts.{mart} limit 1").fetchall()


def differing_columns(database: Path, by_hand: Path, mart: str) -> list[str]:
    """Columns of a mart whose type or values differ between the warehouse and the script.

    The values of a column are compared together with the columns that name the row.
    """
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute(f"attach '{database}' as built (read_only)")
        connection.execute(f"attach '{by_hand}' as computed (read_only)")
        described = [
            connection.execute(f"describe {table}").fetchall()
            for table in (f"built.marts.{mart}", f"computed.{mart}")
        ]
        types = [{row[0]: row[1] for row in one} for one in described]
        if types[0] != types[1]:
            return sorted(
                f"{name}: {types[0].get(name)} / {types[1].get(name)}"
                for name in types[0].keys() | types[1].keys()
                if types[0].get(name) != types[1].get(name)
            )
        key = ", ".join(list(types[0])[: _KEY_COLUMNS.get(mart, 2)])
        sums = ", ".join(f'sum(hash({key}, "{name}"))' for name in types[0])
        found = [
            connection.execute(f"select count(*), {sums} from {table}").fetchall()[0]
            for table in (f"built.marts.{mart}", f"computed.{mart}")
        ]
    names = ["(number of rows)", *types[0]]
    return [
        name for name, one, other in zip(names, found[0], found[1], strict=True) if one != other
    ]


if __name__ == "__main__":
    raw, target, memory, workers = sys.argv[1:]
    steps = compute_by_hand(Path(raw), Path(target), memory_limit=memory, threads=int(workers))
    sys.stdout.write(json.dumps(steps) + "\n")
