"""The questions about the fleet and its assets, for the report and for the summary of a run.

Belongs here: SQL over marts that gives one row per asset or technology, every aggregate a ratio of
sums. Does not belong here: days and months (`report_sql_days.py`); how answers are shown; formulas
(dbt).

"Recent" is the last 30 days up to the asset's own last day, so that an asset whose data end early
is not judged by days it has not delivered.
"""

RECENT_DAYS = 30
USABLE_FRAC = 0.8
"""Share of a period that must be usable before it is scored (dbt: `completeness_usable`)."""

SUMMARY_SQL = f"""
with recent as (
    select *
    from mart_asset_performance_daily
    qualify performance_date
        > max(performance_date) over (partition by asset_id) - {RECENT_DAYS}
),

summed as (
    select
        asset_id,
        any_value(technology) as technology,
        max(performance_date) as last_day,
        sum(valid_net_generation_mwh) / nullif(sum(valid_capacity_mwh), 0) as capacity_factor,
        sum(valid_slots) / nullif(sum(expected_slots), 0) as completeness
    from recent
    group by asset_id
)

select
    summed.asset_id as asset,
    summed.technology,
    round(summed.capacity_factor, 3) as capacity_factor,
    round(judged.performance_score_30d, 1) as score_30d,
    judged.rating_30d as rating,
    round(judged.correlation_30d, 2) as correlation,
    round(summed.completeness, 3) as completeness
from summed
left join mart_weather_adjusted_performance as judged
    on summed.asset_id = judged.asset_id and summed.last_day = judged.performance_date
order by summed.asset_id
"""

HEADER_SQL = """
select
    min(performance_date) as first_day,
    max(performance_date) as last_day,
    count(distinct asset_id) as assets,
    count(distinct asset_id) filter (where is_plant) as plants,
    count(distinct asset_id) filter (where not is_plant) as units,
    (select count(*) from fct_generation_weather_interval) as intervals
from mart_asset_performance_daily
"""

_FLEET_DAYS = f"""
with fleet as (
    select *
    from mart_fleet_summary
    where period_grain = 'day'
    qualify period_start > max(period_start) over (partition by technology) - {RECENT_DAYS}
)"""

FLEET_SQL = f"""{_FLEET_DAYS},

latest as (
    select
        asset_id,
        rating_30d
    from mart_weather_adjusted_performance
    qualify performance_date = max(performance_date) over (partition by asset_id)
),

units as (
    select
        daily.technology,
        sum(daily.valid_slots) / nullif(sum(daily.expected_slots), 0) as completeness_frac,
        count(distinct daily.asset_id) as assets,
        count(distinct daily.asset_id) filter (where latest.rating_30d <> 'not_rated') as rated
    from mart_asset_performance_daily as daily
    inner join
        (select technology, max(period_start) as last_day from fleet group by technology) as ends
        on
            daily.technology = ends.technology
            and daily.performance_date > ends.last_day - {RECENT_DAYS}
    left join latest on daily.asset_id = latest.asset_id
    where not daily.is_plant
    group by daily.technology
),

summed as (
    select
        technology,
        min(period_start) as first_day,
        max(period_start) as last_day,
        sum(net_generation_mwh) as net_mwh,
        sum(valid_net_generation_mwh) / nullif(sum(valid_capacity_mwh), 0) as capacity_factor,
        sum(potential_mwh) as potential_mwh,
        sum(potential_mwh - curtailment_loss_mwh) as achievable_mwh,
        sum(potential_mwh - availability_loss_mwh - curtailment_loss_mwh) as expected_mwh,
        sum(potential_mwh - availability_loss_mwh - curtailment_loss_mwh - performance_loss_mwh)
            as judged_gross_mwh
    from fleet
    group by technology
)

select
    summed.*,
    100 * least(1, greatest(0, summed.judged_gross_mwh / nullif(summed.achievable_mwh, 0)))
        as score,
    summed.judged_gross_mwh / nullif(summed.expected_mwh, 0) as performance_index,
    units.completeness_frac,
    units.assets,
    units.rated
from summed
left join units on summed.technology = units.technology
order by summed.technology desc
"""

LOSSES_SQL = f"""{_FLEET_DAYS},

causes as (
    unpivot (
        select
            technology,
            sum(potential_mwh) as potential_mwh,
            sum(availability_loss_mwh) as outages,
            sum(curtailment_loss_mwh) as curtailment,
            sum(performance_loss_mwh) as performance,
            sum(electrical_loss_mwh) as electrical
        from fleet
        group by technology
    )
    on outages, curtailment, performance, electrical
    into name cause value lost_mwh
)

select
    technology,
    cause,
    round(lost_mwh, 1)::double as lost_mwh,
    lost_mwh / nullif(potential_mwh, 0) as lost_frac,
    sum(lost_mwh) over (partition by technology) / nullif(potential_mwh, 0) as total_lost_frac
from causes
where potential_mwh > 0
order by technology desc, lost_mwh desc, cause
"""

ASSETS_SQL = f"""
with named as (
    select asset_id, name, parent_asset_id
    from dim_asset
    qualify row_number() over (partition by asset_id order by valid_from desc) = 1
),

days as (
    select
        daily.*,
        judged.potential_mwh,
        judged.judged_slots,
        judged.performance_loss_mwh
    from mart_asset_performance_daily as daily
    left join mart_weather_adjusted_performance as judged
        on daily.asset_id = judged.asset_id and daily.performance_date = judged.performance_date
    qualify daily.performance_date
        > max(daily.performance_date) over (partition by daily.asset_id) - {RECENT_DAYS}
),

summed as (
    select
        asset_id,
        any_value(technology) as technology,
        bool_or(is_plant) as is_plant,
        max(performance_date) as last_day,
        count(*) as days,
        sum(valid_net_generation_mwh) / nullif(sum(valid_capacity_mwh), 0) as capacity_factor,
        sum(valid_slots) / nullif(sum(expected_slots), 0) as completeness_frac,
        sum(judged_slots) / nullif(sum(expected_slots), 0) as judged_frac,
        sum(potential_mwh) as potential_mwh,
        sum(performance_loss_mwh) as performance_loss_mwh
    from days
    group by asset_id
)

select
    summed.*,
    named.name,
    named.parent_asset_id,
    judged.performance_score_30d as score,
    judged.rating_30d as rating,
    judged.correlation_30d as correlation,
    judged.performance_index_30d as performance_index,
    judged.performance_index_30d - 1 as performance_gap_frac,
    judged.achievement_ratio_30d as achievement_ratio,
    case
        when judged.performance_score_30d is not null then null
        when summed.is_plant then 'plant'
        when summed.days < {USABLE_FRAC} * {RECENT_DAYS} then 'days'
        when coalesce(summed.completeness_frac, 0) < {USABLE_FRAC} then 'completeness'
        when summed.potential_mwh is null or summed.judged_frac < {USABLE_FRAC} then 'expectation'
        else 'resource'
    end as missing_because
from summed
inner join named on summed.asset_id = named.asset_id
left join mart_weather_adjusted_performance as judged
    on summed.asset_id = judged.asset_id and summed.last_day = judged.performance_date
order by
    summed.technology desc,
    coalesce(named.parent_asset_id, summed.asset_id),
    named.parent_asset_id is not null,
    summed.asset_id
"""
