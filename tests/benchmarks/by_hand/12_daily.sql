-- The sums of a day, which every mart below is made of.
create temp table daily as
with intervals as (
    select
        *,
        technology <> 'solar' or is_daylight as is_counted,
        is_judged and is_net_valid and gross_generation_mwh > 0 as is_metered,
        case when is_judged then expected_baseline_mwh end as baseline_mwh,
        exact(baseline_mwh::double * (
            1e0 - coalesce(reported(availability_pct), 100)::double / 100e0
        )) as baseline_availability_loss_mwh,
        exact(
            baseline_mwh - baseline_availability_loss_mwh - least(
                exact(greatest(coalesce(curtailment_mwh, 0), 0)),
                baseline_mwh - baseline_availability_loss_mwh
            )
        ) as baseline_attainable_mwh,
        is_judged and expected_mwh::double > 0.15e0 * capacity_mwh::double
        and stands_still(
            is_weather_valid, is_generation_valid, availability_pct, curtailment_mwh,
            gross_generation_mwh, capacity_mwh
        ) as is_dead
    from fct_generation_weather_interval
),

summed as (
    select
        asset_id,
        performance_date,
        any_value(technology) as technology,
        any_value(interval_minutes) as interval_minutes,
        max(weather_source_class) as weather_source_class,
        max(method) as method,
        count(*)::integer as day_slots,
        (count(*) filter (is_counted))::integer as expected_slots,
        (count(*) filter (is_counted and is_weather_valid and is_generation_valid))::integer
            as valid_slots,
        (count(*) filter (is_counted and is_judged))::integer as judged_slots,
        (count(*) filter (is_weather_valid))::integer as weather_valid_slots,
        (count(*) filter (is_generation_valid))::integer as generation_valid_slots,
        exact(sum(capacity_mwh)) as capacity_mwh,
        exact(sum(gross_generation_mwh)) as gross_generation_mwh,
        exact(sum(net_generation_mwh)) as net_generation_mwh,
        exact(sum(curtailment_mwh)) as curtailment_mwh,
        exact(sum(net_generation_mwh) filter (is_net_valid)) as valid_net_generation_mwh,
        exact(sum(capacity_mwh) filter (is_net_valid)) as valid_capacity_mwh,
        exact(sum(availability_pct) filter (availability_pct between 0 and 100))
            as sum_availability_pct,
        (count(availability_pct) filter (availability_pct between 0 and 100))::integer
            as availability_slots,
        mean(
            sum(wind_speed_mps) filter (wind_speed_mps between 0 and 50),
            count(wind_speed_mps) filter (wind_speed_mps between 0 and 50)
        ) as mean_wind_speed_mps,
        mean(
            sum(temperature_c) filter (temperature_c between -45 and 55),
            count(temperature_c) filter (temperature_c between -45 and 55)
        ) as mean_temperature_c,
        mean(
            sum(air_density_kgm3) filter (not is_air_assumed),
            count(air_density_kgm3) filter (not is_air_assumed)
        ) as mean_air_density_kgm3,
        sum(ghi_wm2) filter (ghi_wm2 between -6 and 1500) as sum_ghi_wm2,
        sum(poa_wm2) as sum_poa_wm2,
        exact(sum(capacity_mwh) filter (is_judged)) as judged_capacity_mwh,
        exact(sum(gross_generation_mwh) filter (is_judged)) as judged_gross_mwh,
        exact(sum(expected_mwh) filter (is_judged)) as potential_mwh,
        exact(sum(baseline_attainable_mwh)) as baseline_available_uncurtailed_mwh,
        exact(sum(gross_generation_mwh) filter (baseline_mwh is not null)) as baseline_gross_mwh,
        coalesce(sum(interval_minutes) filter (is_dead), 0) as dead_minutes,
        coalesce(sum(interval_minutes) filter (dq_frozen_wind or dq_frozen_ghi), 0)
            as frozen_minutes,
        exact(sum(availability_loss_mwh)) as availability_loss_mwh,
        exact(sum(curtailment_loss_mwh)) as curtailment_loss_mwh,
        exact(sum(performance_loss_mwh)) as performance_loss_mwh,
        case
            when count(*) filter (is_judged and electrical_loss_mwh is null) = 0
                then exact(sum(electrical_loss_mwh) filter (is_judged))
        end as electrical_loss_mwh,
        exact(sum(electrical_loss_mwh)) as read_electrical_loss_mwh,
        exact(sum(net_generation_mwh) filter (is_judged and is_net_valid)) as read_net_mwh,
        exact(sum(expected_mwh) filter (is_judged and not is_net_valid)) as unread_expected_mwh,
        exact(sum(availability_loss_mwh) filter (is_judged and not is_net_valid))
            as unread_availability_loss_mwh,
        exact(sum(curtailment_loss_mwh) filter (is_judged and not is_net_valid))
            as unread_curtailment_loss_mwh,
        exact(sum(performance_loss_mwh) filter (is_judged and not is_net_valid))
            as unread_performance_loss_mwh,
        exact(sum(expected_mwh) filter (not is_judged)) as unjudged_expected_mwh,
        exact(sum(case
            when technology <> 'wind' then null
            when
                normalized_wind_speed_mps > 5e0
                and gross_generation_mwh < 0.02e0 * capacity_mwh::double then expected_mwh
            when is_judged then 0
        end)) as downtime_loss_mwh,
        exact(sum(gross_generation_mwh) filter (is_metered)) as metered_gross_mwh,
        exact(sum(net_generation_mwh) filter (is_metered)) as metered_net_mwh,
        sum(poa_wm2) filter (is_judged) as sum_judged_poa_wm2,
        exact(sum(exact(dc_power_pu::double * capacity_mwh::double)) filter (is_judged))
            as dc_reference_at_temperature_mwh
    from intervals
    group by asset_id, performance_date
)

select
    s.* exclude (sum_ghi_wm2, sum_poa_wm2, sum_judged_poa_wm2),
    a.tenant_id,
    a.portfolio,
    a.parent_asset_id,
    exact(sum_ghi_wm2::double * s.interval_minutes / 60e3) as ghi_kwh_m2,
    exact(sum_poa_wm2::double * s.interval_minutes / 60e3) as poa_kwh_m2,
    exact(
        exact(coalesce(a.dc_capacity_mw, a.capacity_mw))::double
        * exact(sum_judged_poa_wm2::double * s.interval_minutes / 60e3)::double
    ) as dc_reference_mwh,
    exact(potential_mwh - availability_loss_mwh - curtailment_loss_mwh)
        as expected_available_uncurtailed_mwh,
    exact(potential_mwh - curtailment_loss_mwh) as achievable_mwh,
    ratio(valid_slots, expected_slots) as completeness_frac
from summed as s
inner join assets as a using (asset_id);
