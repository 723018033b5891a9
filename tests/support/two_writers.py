"""One of two writers of a warehouse: `python -m support.two_writers cli|dagster DATA_DIR ROUNDS`.

Each round delivers one day of a source of its own and loads it, through the function the command
line calls or as Dagster's step; every tenth round of the command line builds as well.
"""

import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import dagster as dg

from dagster_project.assets.loading import loading_assets
from dagster_project.partitions import daily_partitions
from penstock.loading.load import load
from penstock.products.renewable.contracts import WEATHER
from penstock.products.renewable.product import PRODUCT
from penstock.runs import recorded
from penstock.settings import Settings
from penstock.transforming.transform import transform
from support.worlds import FIRST_DAY, settings_for, ship, weather

ROWS_PER_ROUND = 48
_BUILD_EVERY = 10


def main(writer: str, data_dir: Path, rounds: int) -> None:
    settings = settings_for(data_dir)
    settings = settings.model_copy(update={"first_day": FIRST_DAY, "lock_wait_seconds": 120.0})
    load_once = {"cli": _by_command_line, "dagster": _by_dagster}[writer](settings)
    for number in range(rounds):
        day = FIRST_DAY + timedelta(days=number)
        ship(settings, WEATHER, weather(day), source=writer, delivered_at=datetime(2025, 5, 1))
        load_once(number, day)


def _by_command_line(settings: Settings) -> Callable[[int, date], None]:
    def load_once(number: int, _: date) -> None:
        with recorded(PRODUCT, settings, "load") as run_id:
            load(PRODUCT, settings, run_id=run_id)
            if number % _BUILD_EVERY == _BUILD_EVERY - 1:
                transform(PRODUCT, settings)

    return load_once


def _by_dagster(settings: Settings) -> Callable[[int, date], None]:
    assets = loading_assets(PRODUCT, daily_partitions(PRODUCT, settings))

    def load_once(_: int, day: date) -> None:
        with dg.DagsterInstance.ephemeral() as instance:
            done = dg.materialize(
                [assets],
                instance=instance,
                partition_key=str(day),
                resources={"settings": settings},
            )
        assert done.success

    return load_once


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
