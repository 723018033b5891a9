create temp table months_rated as
with summed as (
    select
        asset_id,
        date_trunc('month', performance_date)::date as performance_month,
        any_value(tenant_id) as tenant_id,
        any_value(portfolio) as portfolio,
        any_value(technology) as technology,
        any_value(parent_asset_id) as parent_asset_id,
        count(*)::integer as days,
        sum(expected_slots)::integer as expected_slots,
        sum(valid_slots)::integer as valid_slots,
        sum(judged_slots)::integer as judged_slots,
        sum(availability_slots)::integer as availability_slots,
        exact(sum(gross_generation_mwh)) as gross_generation_mwh,
        exact(sum(net_generation_mwh)) as net_generation_mwh,
        exact(sum(curtailment_mwh)) as curtailment_mwh,
        exact(sum(downtime_loss_mwh)) as downtime_loss_mwh,
        exact(sum(capacity_mwh)) as capacity_mwh,
        exact(sum(valid_net_generation_mwh)) as valid_net_generation_mwh,
        exact(sum(valid_capacity_mwh)) as valid_capacity_mwh,
        exact(sum(sum_availability_pct)) as sum_availability_pct,
        exact(sum(judged_capacity_mwh)) as judged_capacity_mwh,
        exact(sum(judged_gross_mwh)) as judged_gross_mwh,
        exact(sum(potential_mwh)) as potential_mwh,
        exact(sum(availability_loss_mwh)) as availability_loss_mwh,
        exact(sum(curtailment_loss_mwh)) as curtailment_loss_mwh,
        exact(sum(performance_loss_mwh)) as performance_loss_mwh,
        case
            when count(*) filter (potential_mwh is not null and electrical_loss_mwh is null) = 0
                then exact(sum(electrical_loss_mwh) filter (potential_mwh is not null))
        end as electrical_loss_mwh,
        exact(sum(metered_gross_mwh)) as metered_gross_mwh,
        exact(sum(metered_net_mwh)) as metered_net_mwh,
        exact(sum(dc_reference_mwh)) as dc_reference_mwh,
        exact(sum(dc_reference_at_temperature_mwh)) as dc_reference_at_temperature_mwh,
        exact(sum(achievable_mwh)) as achievable_mwh,
        exact(sum(expected_available_uncurtailed_mwh)) as expected_available_uncurtailed_mwh,
        exact(sum(ghi_kwh_m2)) as ghi_kwh_m2,
        exact(sum(poa_kwh_m2)) as poa_kwh_m2,
        arg_min_null(c.capacity_factor, performance_date) as climate_capacity_factor,
        extract(day from last_day(performance_month))::integer as days_in_month
    from daily
    inner join climate as c using (asset_id, performance_date)
    group by asset_id, performance_month
),

scored as (
    select
        *,
        ratio(judged_gross_mwh, achievable_mwh) as achievement_ratio,
        score_if(
            ratio(judged_gross_mwh, achievable_mwh),
            ratio(judged_slots * days, expected_slots * days_in_month),
            potential_mwh,
            capacity_mwh * days_in_month / days
        ) as performance_score
    from summed
)

select
    asset_id,
    performance_month,
    tenant_id,
    portfolio,
    technology,
    parent_asset_id,
    false as is_plant,
    days,
    expected_slots,
    valid_slots,
    judged_slots,
    ratio(valid_slots, expected_slots) as completeness_frac,
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
    potential_mwh,
    null::decimal(18, 9) as oem_potential_mwh,
    availability_loss_mwh,
    curtailment_loss_mwh,
    performance_loss_mwh,
    electrical_loss_mwh,
    ratio(potential_mwh - availability_loss_mwh, potential_mwh)
        as production_based_availability_frac,
    ratio(curtailment_loss_mwh, potential_mwh) as curtailment_rate_frac,
    ratio(metered_gross_mwh - metered_net_mwh, metered_gross_mwh) as electrical_loss_frac,
    ratio(potential_mwh, judged_capacity_mwh) as weather_adjusted_capacity_factor,
    ratio(judged_gross_mwh, expected_available_uncurtailed_mwh) as performance_index,
    achievement_ratio,
    performance_score,
    rating(performance_score) as rating,
    case when technology = 'solar' then ratio(judged_gross_mwh, dc_reference_mwh) end
        as performance_ratio,
    case when technology = 'solar' then ratio(judged_gross_mwh, dc_reference_at_temperature_mwh) end
        as performance_ratio_25c,
    ghi_kwh_m2,
    poa_kwh_m2,
    ratio(potential_mwh, judged_capacity_mwh * climate_capacity_factor) as weather_index
from scored;

-- Capacity factor = potential capacity factor x what was delivered of it: each change at the
-- other's mean.
create table mart_monthly_kpis as
with delivered as (
    select
        *,
        capacity_factor::double / nullif(weather_adjusted_capacity_factor::double, 0)
            as delivered_frac
    from months_rated
)

select
    m.* exclude (delivered_frac),
    exact(m.capacity_factor - b.capacity_factor) as yoy_capacity_factor_change,
    exact(
        (m.weather_adjusted_capacity_factor - b.weather_adjusted_capacity_factor)::double
        * (m.delivered_frac + b.delivered_frac) / 2e0
    ) as yoy_weather_change,
    exact(yoy_capacity_factor_change - yoy_weather_change) as yoy_performance_change
from delivered as m
left join delivered as b
    on m.asset_id = b.asset_id and m.performance_month = b.performance_month + interval 1 year;
