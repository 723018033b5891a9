{{ config(materialized='table') }}

with events as (
    select
        event_id,
        asset_id,
        event_type,
        reported as is_reported,
        cast(start_utc as date) as first_date,
        cast({{ shared_dbt.minutes_later('end_utc', -1) }} as date) as last_date,
        expected_lost_mwh
    from {{ ref('ground_truth_events') }}
),

-- a slow decline is no event of a day: the baseline shows it
planted as (
    select * from events
    where event_type <> 'degradation'
),

performance as (
    select
        asset_id,
        performance_date,
        anomaly_type,
        anomaly_type <> 'data_suspect' as is_loss
    from {{ ref('mart_weather_adjusted_performance') }}
    where not is_plant
),

flagged as (
    select * from performance
    where anomaly_type is not null
),

assets as (
    select
        asset_id,
        max(capacity_mw) as capacity_mw
    from {{ ref('dim_asset') }}
    group by asset_id
),

-- recall: what the operator did not report and what cost at least two hours of full load
costly as (
    select
        planted.event_id,
        planted.asset_id,
        planted.event_type,
        planted.first_date,
        planted.last_date
    from planted
    inner join assets
        on planted.asset_id = assets.asset_id
    where
        not planted.is_reported
        and planted.expected_lost_mwh
        >= {{ constant('costly_event_hours') }} * assets.capacity_mw
),

first_days as (
    select
        asset_id,
        min(performance_date) as first_performance_date
    from performance
    group by asset_id
),

found as (
    select
        costly.event_id,
        costly.event_type,
        costly.first_date >= {{ shared_dbt.days_later(
            'first_days.first_performance_date', constant('span_window_days')
        ) }} as has_past,
        coalesce(bool_or(flagged.is_loss), false) as is_found
    from costly
    inner join first_days
        on costly.asset_id = first_days.asset_id
    left join flagged
        on
            costly.asset_id = flagged.asset_id
            and flagged.performance_date between costly.first_date and costly.last_date
    group by
        costly.event_id, costly.event_type, costly.first_date, first_days.first_performance_date
),

event_rows as (
    select
        'event' as subject,
        found.event_type,
        cast(count(*) as integer) as n,
        cast(count(*) filter (where found.is_found) as integer) as detected,
        cast(count(*) filter (where found.has_past) as integer) as n_with_past,
        cast(count(*) filter (where found.has_past and found.is_found) as integer)
            as detected_with_past
    from found
    group by found.event_type
),

-- precision: a flagged day is right while an unreported event is in force
hits as (
    select
        flagged.asset_id,
        flagged.performance_date,
        flagged.anomaly_type,
        count(planted.event_id) > 0 as is_hit
    from flagged
    left join planted
        on
            flagged.asset_id = planted.asset_id
            and flagged.performance_date between planted.first_date and planted.last_date
            and not planted.is_reported
    group by flagged.asset_id, flagged.performance_date, flagged.anomaly_type
),

flag_rows as (
    select
        'flag' as subject,
        hits.anomaly_type as event_type,
        cast(count(*) as integer) as n,
        cast(count(*) filter (where hits.is_hit) as integer) as detected,
        cast(null as integer) as n_with_past,
        cast(null as integer) as detected_with_past
    from hits
    group by hits.anomaly_type
),

asset_years as (
    select count(*) / 365.25 as asset_years
    from performance
),

all_rows as (
    select * from event_rows
    union all
    select * from flag_rows
),

-- without planted events there is nothing to measure against
final as (
    select
        all_rows.subject,
        all_rows.event_type,
        all_rows.n,
        all_rows.detected,
        all_rows.n_with_past,
        all_rows.detected_with_past,
        case
            when all_rows.subject = 'event'
                then {{ shared_dbt.ratio('all_rows.detected', 'all_rows.n') }}
        end as recall_frac,
        {{ shared_dbt.ratio('all_rows.detected_with_past', 'all_rows.n_with_past') }}
            as recall_with_past_frac,
        case
            when all_rows.subject = 'flag'
                then {{ shared_dbt.ratio('all_rows.detected', 'all_rows.n') }}
        end as precision_frac,
        case
            when all_rows.subject = 'flag'
                then {{ shared_dbt.ratio(
                    '(all_rows.n - all_rows.detected)', 'asset_years.asset_years'
                ) }}
        end as false_alarms_per_asset_year
    from all_rows
    cross join asset_years
    where exists (select events.event_id from events)
)

select * from final
