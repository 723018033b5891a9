create table mart_asset_performance_daily as
select
    asset_id,
    performance_date,
    tenant_id,
    portfolio,
    technology,
    parent_asset_id,
    false as is_plant,
    weather_source_class,
    gross_generation_mwh,
    net_generation_mwh,
    curtailment_mwh,
    null::decimal(18, 9) as reported_availability_loss_mwh,
    downtime_loss_mwh,
    capacity_mwh,
    valid_net_generation_mwh,
    valid_capacity_mwh,
    ratio(valid_net_generation_mwh, valid_capacity_mwh) as capacity_factor,
    ratio(valid_net_generation_mwh, capacity_mwh) as calendar_capacity_factor,
    mean(sum_availability_pct, availability_slots) as availability_pct,
    case
        when availability_slots = 0 then 'assumed'
        when availability_slots < day_slots then 'partly_reported'
        else 'reported'
    end as availability_basis,
    mean_wind_speed_mps,
    mean_air_density_kgm3,
    mean_temperature_c,
    ghi_kwh_m2,
    poa_kwh_m2,
    day_slots,
    weather_valid_slots,
    generation_valid_slots,
    expected_slots,
    valid_slots,
    completeness_frac,
    case
        when completeness_frac >= 0.95 then 'complete'
        when completeness_frac >= 0.80 then 'usable'
        else 'insufficient'
    end as day_status
from daily;
