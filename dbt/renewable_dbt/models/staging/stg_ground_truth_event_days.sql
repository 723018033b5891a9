with latest as (
    {{ shared_dbt.latest_delivery(
        source('raw', 'ground_truth_event_days'), ['event_id', 'timestamp']
    ) }}
),

typed as (
    select
        latest.event_id,
        cast(latest.timestamp as date) as performance_date,
        latest.asset_id,
        latest.event_type,
        latest.start_utc,
        latest.end_utc,
        {{ shared_dbt.measure('latest.severity') }} as severity,
        latest.reported,
        latest.table_affected,
        {{ shared_dbt.measure('latest.expected_lost_mwh') }} as expected_lost_mwh
    from latest
)

select * from typed
