-- Expected energy and losses of every interval.
create temp table expected as
select
    w.asset_id,
    w.timestamp,
    t.method,
    exact(
        case
            when not w.is_weather_valid or t.method is null then null
            when w.is_above_cut_out then 0e0
            else greatest(0e0, w.power_factor::double * on_curve(
                w.normalised_speed, c.own_speed, c.own_power,
                c.previous_speed, c.previous_power, c.next_speed, c.next_power
            ))
        end * w.capacity_mwh::double
    ) as expected_mwh,
    exact(
        case
            when not w.is_weather_valid or p.baseline_to is null then null
            when w.is_above_cut_out then 0e0
            else greatest(0e0, w.power_factor::double * on_curve(
                w.normalised_speed, f.own_speed, f.own_power,
                f.previous_speed, f.previous_power, f.next_speed, f.next_power
            ))
        end * w.capacity_mwh::double
    ) as expected_baseline_mwh
from wind as w
left join wind_training as t using (asset_id, performance_date)
left join power_curves as c using (asset_id, performance_date, wind_bin)
left join baselines as p on w.asset_id = p.asset_id and w.performance_date > p.baseline_to
left join baseline_curves as f
    on p.asset_id = f.asset_id and p.baseline_to = f.performance_date and w.wind_bin = f.wind_bin;

create macro reported(availability) as case when availability between 0 and 100 then availability end;

create table fct_generation_weather_interval as
with together as (
    select
        w.*,
        null::decimal(18, 9) as zenith_deg,
        null::boolean as is_daylight,
        null::decimal(18, 9) as poa_wm2,
        null::decimal(18, 9) as cell_temperature_c,
        null::decimal(18, 9) as dc_power_pu,
        exact(w.density) as air_density_kgm3,
        not w.is_air_measured as is_air_assumed,
        w.wind_speed_mps is null as dq_missing_weather,
        w.is_frozen as dq_frozen_wind,
        false as dq_frozen_ghi,
        false as dq_ghi_physical,
        false as dq_ghi_night,
        false as dq_power_night,
        w.is_power_without_wind as dq_power_no_wind,
        e.method,
        e.expected_mwh,
        e.expected_baseline_mwh
    from wind as w
    inner join expected as e using (asset_id, timestamp)
    union all by name
    select
        s.*,
        exact(s.zenith) as zenith_deg,
        s.zenith < 87e0 as is_daylight,
        exact(s.poa) as poa_wm2,
        exact(s.cell_temperature) as cell_temperature_c,
        exact(s.dc_power) as dc_power_pu,
        s.usable_temperature is null as is_air_assumed,
        s.ghi is null as dq_missing_weather,
        false as dq_frozen_wind,
        s.is_frozen as dq_frozen_ghi,
        s.is_ghi_impossible as dq_ghi_physical,
        s.is_light_at_night as dq_ghi_night,
        s.is_power_at_night as dq_power_night,
        false as dq_power_no_wind,
        t.method,
        exact(
            case
                when s.is_weather_valid
                    then greatest(0e0, least(1e0, t.yield::double * exact(s.dc_power)::double))
            end * s.capacity_mwh::double
        ) as expected_mwh,
        exact(
            case
                when s.is_weather_valid and p.baseline_to is not null
                    then greatest(
                        0e0, least(
                            1e0,
                            exact(p.baseline_yield::double * coalesce(f.factor, 1)::double)::double
                            * exact(s.dc_power)::double
                        )
                    )
            end * s.capacity_mwh::double
        ) as expected_baseline_mwh
    from solar as s
    inner join solar_training as t using (asset_id, performance_date)
    left join baselines as p on s.asset_id = p.asset_id and s.performance_date > p.baseline_to
    left join month_factors as f
        on
            s.asset_id = f.asset_id
            and s.performance_date > f.season_to
            and month(s.performance_date) = f.calendar_month
),

judged as (
    select
        t.*,
        is_weather_valid and is_generation_valid and expected_mwh is not null as is_judged
    from together as t
),

available as (
    select
        *,
        case
            when is_judged
                then exact(
                    expected_mwh::double
                    * (1e0 - coalesce(reported(availability_pct), 100e0) / 100e0)
                )
        end as availability_loss_mwh
    from judged
),

curtailed as (
    select
        *,
        case
            when is_judged
                then exact(least(
                    exact(greatest(coalesce(curtailment_mwh, 0), 0)),
                    expected_mwh - availability_loss_mwh
                ))
        end as curtailment_loss_mwh
    from available
)

select
    c.asset_id,
    c.timestamp,
    c.performance_date,
    a.tenant_id,
    a.technology,
    a.parent_asset_id,
    false as is_plant,
    a.interval_minutes::integer as interval_minutes,
    c.capacity_mwh,
    exact(c.wind_speed_mps) as wind_speed_mps,
    exact(c.wind_direction_deg) as wind_direction_deg,
    exact(c.ghi) as ghi_wm2,
    exact(c.temperature_c) as temperature_c,
    exact(c.pressure_hpa) as pressure_hpa,
    exact(c.relative_humidity) as relative_humidity_pct,
    null::decimal(18, 9) as measured_poa_wm2,
    null::decimal(18, 9) as module_temperature_c,
    null::decimal(18, 9) as snow_depth_m,
    c.source_class as weather_source_class,
    exact(c.gross) as gross_generation_mwh,
    exact(c.net) as net_generation_mwh,
    exact(c.curtailment_mwh) as curtailment_mwh,
    exact(c.availability_pct) as availability_pct,
    case when reported(c.availability_pct) is null then 'assumed' else 'reported' end
        as availability_basis,
    exact(c.asset_capacity_mw) as asset_capacity_mw,
    null::decimal(18, 9) as grid_limit_mw,
    null::varchar as status_code,
    null::decimal(18, 9) as reported_availability_loss_mwh,
    c.air_density_kgm3,
    c.is_air_assumed,
    c.normalised_speed as normalized_wind_speed_mps,
    c.zenith_deg as solar_zenith_deg,
    c.zenith < 87e0 as is_daylight,
    c.poa_wm2,
    c.cell_temperature_c,
    c.dc_power_pu,
    c.dq_missing_weather,
    false as dq_duplicate_weather,
    coalesce(
        dw.delivered_at > c.timestamp + to_minutes(a.interval_minutes) + interval 36 hour, false
    ) as dq_late_weather,
    false as dq_corrected_weather,
    weather_out_of_range(
        c.wind_speed_mps, c.wind_direction_deg, c.ghi, c.temperature_c, c.pressure_hpa,
        c.relative_humidity
    ) as dq_range_weather,
    c.dq_frozen_wind,
    c.dq_frozen_ghi,
    c.is_frozen_temperature as dq_frozen_temperature,
    c.is_frozen_pressure as dq_frozen_pressure,
    c.dq_ghi_physical,
    c.dq_ghi_night,
    c.is_jump as dq_jump,
    c.gross is null as dq_missing_generation,
    false as dq_duplicate_generation,
    coalesce(
        dg.delivered_at > c.timestamp + to_minutes(a.interval_minutes) + interval 36 hour, false
    ) as dq_late_generation,
    false as dq_corrected_generation,
    c.is_energy_out_of_range
    or not in_range(c.availability_pct, 0, 100)
    or coalesce(c.curtailment_mwh < 0, false)
    or coalesce(c.asset_capacity_mw <= 0, false) as dq_range_generation,
    c.is_frozen_power as dq_frozen_power,
    c.dq_power_night,
    c.dq_power_no_wind,
    c.is_unbalanced as dq_energy_balance,
    coalesce(
        abs((exact(c.asset_capacity_mw) - exact(a.capacity_mw))::double)
        > 0.01e0 * exact(a.capacity_mw)::double, false
    ) as dq_capacity,
    k.asset_id is not null as dq_clock,
    c.is_weather_valid,
    c.is_generation_valid,
    c.is_net_valid,
    c.is_train_ok,
    c.method,
    c.expected_mwh,
    c.expected_baseline_mwh,
    c.is_judged,
    c.availability_loss_mwh,
    c.curtailment_loss_mwh,
    case
        when c.is_judged
            then exact(
                c.expected_mwh - c.availability_loss_mwh - c.curtailment_loss_mwh - exact(c.gross)
            )
    end as performance_loss_mwh,
    case when c.is_judged and c.is_net_valid then exact(exact(c.gross) - exact(c.net)) end
        as electrical_loss_mwh
from curtailed as c
inner join assets as a using (asset_id)
left join clock_shifts as k using (asset_id, performance_date)
left join deliveries as dw
    on dw.table_name = 'weather' and c.timestamp::date = dw.utc_date
left join deliveries as dg
    on dg.table_name = 'generation' and c.timestamp::date = dg.utc_date;

drop table wind;
drop table solar;
drop table expected;
