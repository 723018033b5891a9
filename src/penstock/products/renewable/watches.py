"""What a performance analyst has to be told at once.

Belongs here: rules over the marts that end in an alert. Does not belong here: how an alert is
told; the figures' formulas (dbt).
"""

from datetime import date
from typing import Any

from penstock.alerts import Alert
from penstock.contracts.product import Product
from penstock.settings import Settings
from penstock.transforming.query import query_warehouse

_FIGURES = ("score_before", "score", "net_generation_mwh", "performance_loss_mwh")

# Ratings are letters, A the best: a later letter is a worse rating.
_DROPS_SQL = """
with rated as (
    select asset_id, performance_date, rating_30d, performance_score_30d,
        net_generation_mwh, performance_loss_mwh
    from mart_weather_adjusted_performance
    where rating_30d <> 'not_rated' and performance_date <= date '{last}'
),
now as (
    select * from rated where performance_date >= date '{first}'
    qualify row_number() over (partition by asset_id order by performance_date desc) = 1
),
before as (
    select * from rated where performance_date < date '{first}'
    qualify row_number() over (partition by asset_id order by performance_date desc) = 1
)
select now.asset_id, now.performance_date,
    before.rating_30d as rating_before, now.rating_30d as rating,
    before.performance_score_30d as score_before, now.performance_score_30d as score,
    coalesce(now.net_generation_mwh, 0) as net_generation_mwh,
    coalesce(now.performance_loss_mwh, 0) as performance_loss_mwh
from now inner join before on now.asset_id = before.asset_id
where now.rating_30d > before.rating_30d
order by now.performance_score_30d, now.asset_id
"""


def rating_drops(product: Product, settings: Settings, *, first: date, last: date) -> list[Alert]:
    """One alert per asset whose 30-day rating is worse on its last day than before `first`."""
    found = query_warehouse(product, settings, _DROPS_SQL.format(first=first, last=last))
    return [_alert(dict(zip(found.columns, row, strict=True))) for row in found.rows]


def _alert(drop: dict[str, Any]) -> Alert:
    figures = {name: float(drop[name]) for name in _FIGURES}
    asset, day, rating = drop["asset_id"], drop["performance_date"], drop["rating"]
    return Alert(
        kind="rating_drop",
        key=f"{asset} {day} {rating}",
        title=f"{asset}: rating {drop['rating_before']} -> {rating} on {day}",
        text=(
            f"30-day score {figures['score_before']:.1f} -> {figures['score']:.1f}; on {day} "
            f"{figures['net_generation_mwh']:.1f} MWh net, "
            f"{figures['performance_loss_mwh']:.1f} MWh lost to performance. "
            "The report shows the days behind it."
        ),
        figures=figures,
    )
