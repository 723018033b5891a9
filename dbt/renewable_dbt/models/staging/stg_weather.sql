with latest as (
    {{ shared_dbt.latest_delivery(source('raw', 'weather'), ['asset_id', 'timestamp']) }}
),

typed as (
    select
        latest.asset_id,
        latest.timestamp,
        {{ shared_dbt.measure('latest.wind_speed_mps') }} as wind_speed_mps,
        {{ shared_dbt.measure('latest.wind_direction_deg') }} as wind_direction_deg,
        {{ shared_dbt.measure('latest.ghi') }} as ghi_wm2,
        {{ shared_dbt.measure('latest.temperature_c') }} as temperature_c,
        {{ shared_dbt.measure('latest.pressure_hpa') }} as pressure_hpa,
        {{ shared_dbt.measure('latest.relative_humidity') }} as relative_humidity_pct,
        {{ shared_dbt.measure('latest.poa_wm2') }} as poa_wm2,
        {{ shared_dbt.measure('latest.module_temperature_c') }} as module_temperature_c,
        {{ shared_dbt.measure('latest.wind_speed_height_m') }} as wind_speed_height_m,
        {{ shared_dbt.measure('latest.snow_depth_m') }} as snow_depth_m,
        latest.source_class,
        (
            {{ out_of_range('wind_speed_mps', 'latest.wind_speed_mps') }}
            or {{ out_of_range('wind_direction_deg', 'latest.wind_direction_deg') }}
            or coalesce(latest.wind_direction_deg = 360, false)
            or {{ out_of_range('ghi_wm2', 'latest.ghi') }}
            or {{ out_of_range('temperature_c', 'latest.temperature_c') }}
            or {{ out_of_range('pressure_hpa', 'latest.pressure_hpa') }}
            or {{ out_of_range('relative_humidity_pct', 'latest.relative_humidity') }}
            or {{ out_of_range('poa_wm2', 'latest.poa_wm2') }}
            or {{ out_of_range('module_temperature_c', 'latest.module_temperature_c') }}
            or {{ out_of_range('snow_depth_m', 'latest.snow_depth_m') }}
        ) as is_out_of_range,
        coalesce(latest._has_conflict, false) as has_conflict,
        latest._is_corrected as is_corrected,
        latest._delivered_at as delivered_at,
        latest._delivery_id as delivery_id
    from latest
)

select * from typed
