with latest as (
    {{ shared_dbt.latest_delivery(source('raw', 'generation'), ['asset_id', 'timestamp']) }}
),

typed as (
    select
        latest.asset_id,
        latest.timestamp,
        {{ shared_dbt.measure('latest.gross_generation_mwh') }} as gross_generation_mwh,
        {{ shared_dbt.measure('latest.net_generation_mwh') }} as net_generation_mwh,
        {{ shared_dbt.measure('latest.curtailment_mwh') }} as curtailment_mwh,
        {{ shared_dbt.measure('latest.availability_pct') }} as availability_pct,
        {{ shared_dbt.measure('latest.asset_capacity_mw') }} as asset_capacity_mw,
        {{ shared_dbt.measure('latest.grid_limit_mw') }} as grid_limit_mw,
        latest.status_code,
        {{ shared_dbt.measure('latest.reported_availability_loss_mwh') }}
            as reported_availability_loss_mwh,
        (
            {{ out_of_range('availability_pct', 'latest.availability_pct') }}
            or coalesce(latest.curtailment_mwh < 0, false)
            or coalesce(latest.asset_capacity_mw <= 0, false)
            or coalesce(latest.reported_availability_loss_mwh < 0, false)
            or coalesce(abs(latest.gross_generation_mwh) >= 1e9, false)
            or coalesce(abs(latest.net_generation_mwh) >= 1e9, false)
        ) as is_out_of_range,
        coalesce(latest._has_conflict, false) as has_conflict,
        latest._is_corrected as is_corrected,
        latest._delivered_at as delivered_at,
        latest._delivery_id as delivery_id
    from latest
)

select * from typed
