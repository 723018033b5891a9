"""The declaration of the product `renewable`.

Belongs here: what the spine must know of it. Does not belong here: behaviour.
"""

from penstock.contracts.product import Product
from penstock.products.renewable.contracts import ASSETS, GENERATION, WEATHER
from penstock.products.renewable.declared import declared_assets
from penstock.products.renewable.mock import mock
from penstock.products.renewable.report import write_report

_SUMMARY = """
with recent as (
    select *
    from mart_asset_performance_daily
    qualify performance_date > max(performance_date) over (partition by asset_id) - 30
),

months as (
    select
        asset_id,
        max(performance_date) as performance_date,
        sum(net_generation_mwh) as net_generation_mwh
    from recent
    group by asset_id
)

select months.asset_id as asset
from months
"""

PRODUCT = Product(
    name="renewable",
    contracts={one.table: one for one in (ASSETS, WEATHER, GENERATION)},
    marts=(
        "dim_asset",
        "fct_generation_weather_interval",
        "mart_asset_performance_daily",
        "mart_weather_adjusted_performance",
        "mart_monthly_kpis",
        "mart_fleet_summary",
    ),
    declaring=ASSETS.table,
    parse_declared=declared_assets,
    mock=mock,
    report=write_report,
    source=lambda settings: settings.renewable_source,
    summary=_SUMMARY,
    # A day's last slots are judged by the first slots of the next day (frozen sensors, ramps).
    lookback_days=1,
    flat_raw=True,
)
