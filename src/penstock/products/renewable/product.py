"""The declaration of the product `renewable`.

Belongs here: what the spine must know of it. Does not belong here: behaviour.
"""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from penstock.alerts import Alert
from penstock.contracts.product import Product, Watch
from penstock.products.renewable.contracts import ASSETS, GENERATION, GROUND_TRUTH, WEATHER
from penstock.products.renewable.declared import declared_assets
from penstock.products.renewable.published import PUBLISHED
from penstock.products.renewable.report_sql import SUMMARY_SQL
from penstock.products.renewable.starter import STARTER
from penstock.settings import Settings


def _mock(product: Product, settings: Settings, **options: Any) -> int:
    # The generators take half a second to import: only making mock data pays for it.
    from penstock.products.renewable.mock import mock  # noqa: PLC0415

    return mock(product, settings, **options)


def _report(product: Product, settings: Settings) -> Path:
    # Altair takes a second to import: only writing a report pays for it.
    from penstock.products.renewable.report import write_report  # noqa: PLC0415

    return write_report(product, settings)


def _rating_drops(product: Product, settings: Settings, *, first: date, last: date) -> list[Alert]:
    # DuckDB is imported only by those who ask it something.
    from penstock.products.renewable.watches import rating_drops  # noqa: PLC0415

    return rating_drops(product, settings, first=first, last=last)


def _clock_doubts(table: str, rows: pl.DataFrame, assets: pl.DataFrame) -> list[str]:
    # The sun's formulas are imported only by those who land something.
    from penstock.products.renewable.clock import clock_doubts  # noqa: PLC0415

    return clock_doubts(table, rows, assets)


PRODUCT = Product(
    name="renewable",
    contracts={one.table: one for one in (ASSETS, WEATHER, GENERATION, GROUND_TRUTH)},
    published=PUBLISHED,
    declaring=ASSETS.table,
    parse_declared=declared_assets,
    mock=_mock,
    report=_report,
    source=lambda settings: settings.renewable_source,
    summary=SUMMARY_SQL,
    watches=(
        Watch(
            name="rating_drop",
            mart="mart_weather_adjusted_performance",
            description="No asset's 30-day rating is worse than before the days of the run.",
            find=_rating_drops,
        ),
    ),
    find_doubts=_clock_doubts,
    starter=STARTER,
    # A day's last slots are judged by the first slots of the next day (frozen sensors, ramps).
    lookback_days=1,
    flat_raw=True,
)
