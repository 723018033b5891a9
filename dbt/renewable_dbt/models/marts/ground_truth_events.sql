{{ config(materialized='table') }}

with event_days as (
    select * from {{ ref('stg_ground_truth_event_days') }}
),

events as (
    select
        event_days.event_id,
        event_days.asset_id,
        event_days.event_type,
        event_days.start_utc,
        event_days.end_utc,
        event_days.severity,
        event_days.reported,
        event_days.table_affected,
        min(event_days.performance_date) as first_performance_date,
        max(event_days.performance_date) as last_performance_date,
        cast(sum(event_days.expected_lost_mwh) as decimal(18, 9)) as expected_lost_mwh
    from event_days
    group by
        event_days.event_id,
        event_days.asset_id,
        event_days.event_type,
        event_days.start_utc,
        event_days.end_utc,
        event_days.severity,
        event_days.reported,
        event_days.table_affected
)

select * from events
