-- Wind: density, normalised speed, validity, frozen sensors, what may train a curve.
create temp table wind as
with air as (
    select
        m.*,
        a.is_stall_regulated,
        a.cut_in_mps,
        a.cut_out_mps,
        case when wind_speed_mps between 0 and 50 then wind_speed_mps end as speed,
        air_density(
            coalesce(
                case when temperature_c between -45 and 55 then temperature_c end,
                15e0 - 0.0065e0 * a.altitude_m
            ),
            coalesce(
                case when pressure_hpa between 600 and 1080 then pressure_hpa end,
                1013.25e0 * power(1e0 - 2.25577e-5 * a.altitude_m, 5.25588e0)
            ),
            coalesce(
                case when relative_humidity between 0 and 100 then relative_humidity end, 50e0
            )
        ) as density,
        coalesce(temperature_c between -45 and 55, false)
        and coalesce(pressure_hpa between 600 and 1080, false) as is_air_measured
    from measured as m
    inner join (
        select
            asset_id,
            coalesce(stall_regulated, false) as is_stall_regulated,
            cut_in_mps::double as cut_in_mps,
            cut_out_mps::double as cut_out_mps,
            coalesce(altitude_m, 0)::double as altitude_m
        from assets where technology = 'wind'
    ) as a using (asset_id)
),

normalised as (
    select
        *,
        case
            when is_stall_regulated then speed
            else speed * power(density / 1.225e0, 1e0 / 3e0)
        end as normalised_speed
    from air
),

judged as (
    select
        *,
        is_unbalanced(gross, net, capacity, curtailment_mwh, availability_pct) as is_unbalanced,
        is_idle(availability_pct, curtailment_mwh, capacity)
        or coalesce(normalised_speed > 5 and gross < 0.02e0 * capacity, false) as is_stopped
    from normalised
),

neighbours as (
    select
        *,
        coalesce(lag(is_stopped) over by_time, false)
        or coalesce(lead(is_stopped) over by_time, false) as is_beside_stop
    from judged
    window by_time as (partition by asset_id order by timestamp)
),

with_flags as (
    select
        n.*,
        coalesce(f.is_frozen_wind, false) as is_frozen,
        coalesce(f.is_frozen_temperature, false) as is_frozen_temperature,
        coalesce(f.is_frozen_pressure, false) as is_frozen_pressure,
        coalesce(f.is_frozen_power, false) as is_frozen_power,
        coalesce(f.is_jump, false) as is_jump
    from neighbours as n
    left join flagged as f using (asset_id, timestamp)
)

select
    * exclude (
        is_beside_stop, is_stopped, normalised_speed, capacity, is_stall_regulated, cut_in_mps,
        cut_out_mps, speed
    ),
    exact(capacity) as capacity_mwh,
    exact(normalised_speed) as normalised_speed,
    least(floor(normalised_speed / 0.5e0 + 0.5e0)::integer, 60) as wind_bin,
    coalesce(speed > cut_out_mps + 1e0, false) as is_above_cut_out,
    coalesce(speed < cut_in_mps - 1e0 and gross > 0.05e0 * capacity, false)
    or coalesce(speed > cut_out_mps + 3e0 and gross > 0.2e0 * capacity, false)
        as is_power_without_wind,
    exact(case when is_stall_regulated then density / 1.225e0 else 1e0 end) as power_factor,
    normalised_speed is not null and not is_frozen as is_weather_valid,
    gross is not null and not is_unbalanced and not energy_out_of_range(gross, capacity)
    and not is_frozen_power as is_generation_valid,
    net is not null and not is_unbalanced and not energy_out_of_range(net, capacity)
    and not is_frozen_power as is_net_valid,
    energy_out_of_range(gross, capacity) or energy_out_of_range(net, capacity)
        as is_energy_out_of_range,
    coalesce(
        normalised_speed is not null and not is_frozen and not is_frozen_power
        and not is_unbalanced
        and not energy_out_of_range(gross, capacity)
        and not is_stopped and not is_beside_stop and gross >= 0, false
    ) as is_train_ok
from with_flags;
