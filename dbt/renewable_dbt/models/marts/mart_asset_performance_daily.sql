with daily as (
    select * from {{ ref('int_performance_daily') }}
    where {{ shared_dbt.rebuilt('performance_date') }}
),

with_ratios as (
    select
        daily.asset_id,
        daily.performance_date,
        daily.tenant_id,
        daily.portfolio,
        daily.technology,
        daily.parent_asset_id,
        daily.is_plant,
        daily.weather_source_class,
        daily.gross_generation_mwh,
        daily.net_generation_mwh,
        daily.curtailment_mwh,
        daily.reported_availability_loss_mwh,
        daily.downtime_loss_mwh,
        daily.capacity_mwh,
        daily.valid_net_generation_mwh,
        daily.valid_capacity_mwh,
        {{ shared_dbt.ratio('daily.valid_net_generation_mwh', 'daily.valid_capacity_mwh') }}
            as capacity_factor,
        {{ shared_dbt.ratio('daily.valid_net_generation_mwh', 'daily.capacity_mwh') }}
            as calendar_capacity_factor,
        {{ shared_dbt.ratio('daily.sum_availability_pct', 'daily.availability_slots') }}
            as availability_pct,
        case
            when daily.availability_slots = 0 then 'assumed'
            when daily.availability_slots < daily.day_slots then 'partly_reported'
            else 'reported'
        end as availability_basis,
        daily.mean_wind_speed_mps,
        daily.mean_air_density_kgm3,
        daily.mean_temperature_c,
        daily.ghi_kwh_m2,
        daily.poa_kwh_m2,
        daily.day_slots,
        daily.weather_valid_slots,
        daily.generation_valid_slots,
        daily.expected_slots,
        daily.valid_slots,
        {{ shared_dbt.ratio('daily.valid_slots', 'daily.expected_slots') }} as completeness_frac
    from daily
),

with_status as (
    select
        with_ratios.*,
        {{ day_status('with_ratios.completeness_frac') }} as day_status
    from with_ratios
)

select * from with_status
