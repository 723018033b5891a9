create table mart_data_quality_daily as
with counted as (
    select
        asset_id,
        performance_date,
        any_value(tenant_id) as tenant_id,
        any_value(technology) as technology,
        count(*) as slots,
        max(timestamp::date) filter (not dq_missing_weather) as last_weather_date,
        max(timestamp::date) filter (not dq_missing_generation) as last_generation_date,
        count(*) filter (is_weather_valid) as weather_valid,
        count(*) filter (is_generation_valid) as generation_valid,
        count(*) filter (dq_missing_weather) as dq_missing_weather,
        count(*) filter (dq_duplicate_weather) as dq_duplicate_weather,
        count(*) filter (dq_late_weather) as dq_late_weather,
        count(*) filter (dq_corrected_weather) as dq_corrected_weather,
        count(*) filter (dq_range_weather) as dq_range_weather,
        count(*) filter (dq_missing_generation) as dq_missing_generation,
        count(*) filter (dq_duplicate_generation) as dq_duplicate_generation,
        count(*) filter (dq_late_generation) as dq_late_generation,
        count(*) filter (dq_corrected_generation) as dq_corrected_generation,
        count(*) filter (dq_range_generation) as dq_range_generation,
        count(*) filter (dq_frozen_wind) as dq_frozen_wind,
        count(*) filter (dq_frozen_ghi) as dq_frozen_ghi,
        count(*) filter (dq_frozen_temperature) as dq_frozen_temperature,
        count(*) filter (dq_frozen_pressure) as dq_frozen_pressure,
        count(*) filter (dq_ghi_physical) as dq_ghi_physical,
        count(*) filter (dq_ghi_night) as dq_ghi_night,
        count(*) filter (dq_jump) as dq_jump,
        count(*) filter (dq_frozen_power) as dq_frozen_power,
        count(*) filter (dq_power_night) as dq_power_night,
        count(*) filter (dq_power_no_wind) as dq_power_no_wind,
        count(*) filter (dq_energy_balance) as dq_energy_balance,
        count(*) filter (dq_capacity) as dq_capacity,
        count(*) filter (dq_clock) as dq_clock
    from fct_generation_weather_interval
    group by asset_id, performance_date
)

select
    asset_id,
    performance_date,
    'weather' as source,
    tenant_id,
    technology,
    false as is_plant,
    slots::integer as expected_slots,
    (slots - dq_missing_weather)::integer as received_slots,
    weather_valid::integer as valid_slots,
    ratio(weather_valid, slots) as valid_frac,
    dq_missing_weather::integer as missing_slots,
    dq_duplicate_weather::integer as duplicate_slots,
    dq_range_weather::integer as range_slots,
    dq_late_weather::integer as late_rows,
    dq_corrected_weather::integer as corrected_rows,
    dq_frozen_wind::integer as frozen_wind_slots,
    dq_frozen_ghi::integer as frozen_ghi_slots,
    dq_frozen_temperature::integer as frozen_temperature_slots,
    dq_frozen_pressure::integer as frozen_pressure_slots,
    dq_ghi_physical::integer as ghi_physical_slots,
    dq_ghi_night::integer as ghi_night_slots,
    dq_jump::integer as jump_slots,
    null::integer as frozen_power_slots,
    null::integer as power_night_slots,
    null::integer as power_no_wind_slots,
    null::integer as energy_balance_slots,
    null::integer as capacity_slots,
    dq_clock::integer as clock_slots,
    exact(
        (epoch(delivered_at) - epoch(performance_date::timestamp))::double / 3600e0 - 24e0
    ) as freshness_h
from counted
left join deliveries as d on d.table_name = 'weather' and last_weather_date = d.utc_date

union all

select
    asset_id,
    performance_date,
    'generation' as source,
    tenant_id,
    technology,
    false as is_plant,
    slots::integer as expected_slots,
    (slots - dq_missing_generation)::integer as received_slots,
    generation_valid::integer as valid_slots,
    ratio(generation_valid, slots) as valid_frac,
    dq_missing_generation::integer as missing_slots,
    dq_duplicate_generation::integer as duplicate_slots,
    dq_range_generation::integer as range_slots,
    dq_late_generation::integer as late_rows,
    dq_corrected_generation::integer as corrected_rows,
    null::integer as frozen_wind_slots,
    null::integer as frozen_ghi_slots,
    null::integer as frozen_temperature_slots,
    null::integer as frozen_pressure_slots,
    null::integer as ghi_physical_slots,
    null::integer as ghi_night_slots,
    null::integer as jump_slots,
    dq_frozen_power::integer as frozen_power_slots,
    dq_power_night::integer as power_night_slots,
    dq_power_no_wind::integer as power_no_wind_slots,
    dq_energy_balance::integer as energy_balance_slots,
    dq_capacity::integer as capacity_slots,
    dq_clock::integer as clock_slots,
    exact(
        (epoch(delivered_at) - epoch(performance_date::timestamp))::double / 3600e0 - 24e0
    ) as freshness_h
from counted
left join deliveries as d on d.table_name = 'generation' and last_generation_date = d.utc_date;
