-- Solar: the sun, plane-of-array, cell temperature, validity, what may train a yield ratio.
create temp table sun as
with slots as (
    select distinct m.timestamp, m.performance_date, a.interval_minutes
    from measured as m
    inner join assets as a using (asset_id)
    where a.technology = 'solar'
),

days as (
    select
        *,
        epoch(timestamp::date::timestamp)::double / 86400e0 + 2440587.5e0 - 2451545.0e0
        + (
            extract(hour from timestamp) * 60 + extract(minute from timestamp)
            + 0.5e0 * interval_minutes
        ) / 1440e0 as d
    from slots
),

angles as (
    select
        *,
        radians((357.528e0 + 0.9856003e0 * d) % 360e0) as g,
        radians(23.439e0 - 4e-7 * d) as e
    from days
),

longitudes as (
    select
        *,
        radians(
            (280.460e0 + 0.9856474e0 * d) % 360e0 + 1.915e0 * sin(g) + 0.020e0 * sin(2e0 * g)
        ) as l
    from angles
)

select
    timestamp,
    performance_date,
    interval_minutes,
    asin(sin(e) * sin(l)) as declination,
    15e0 * ((
        6.697375e0 + 0.0657098242e0 * d + (d + 0.5e0 - floor(d + 0.5e0)) * 24e0
    ) % 24e0) - degrees(atan2(cos(e) * sin(l), cos(l))) as greenwich_hour_angle,
    1361e0 * (1e0 + 0.033e0 * cos(2e0 * pi() * dayofyear(performance_date) / 365.24e0)) as outside
from longitudes;

create temp table solar as
with sited as (
    select
        m.*,
        sun.declination,
        sun.outside,
        a.* exclude (asset_id),
        radians(sun.greenwich_hour_angle + a.longitude) as hour_angle,
        case when m.ghi between -6 and 1500 then m.ghi end as usable_ghi,
        case when m.temperature_c between -45 and 55 then m.temperature_c end as usable_temperature,
        case when m.wind_speed_mps between 0 and 50 then m.wind_speed_mps end as usable_speed
    from measured as m
    inner join (
        select
            asset_id,
            interval_minutes,
            radians(latitude::double) as latitude,
            longitude::double as longitude,
            coalesce(altitude_m, 0)::double as altitude_m,
            (coalesce(exact(dc_capacity_mw), exact(capacity_mw)) / exact(capacity_mw))::double
                as dc_ac_ratio,
            tilt_deg::double as fixed_tilt,
            azimuth_deg::double as fixed_azimuth,
            coalesce(tracking, 'fixed') = 'single_axis' as has_tracker,
            coalesce(gamma_pdc, -0.0037)::double as gamma_pdc,
            coalesce(u0, 25)::double as u0,
            coalesce(u1, 6.84)::double as u1,
            coalesce(albedo, 0.2)::double as albedo
        from assets where technology = 'solar'
    ) as a using (asset_id)
    inner join sun using (timestamp, performance_date, interval_minutes)
),

sky as (
    select
        *,
        sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hour_angle)
            as cos_zenith,
        180e0 + degrees(atan2(
            sin(hour_angle), cos(hour_angle) * sin(latitude) - tan(declination) * cos(latitude)
        )) as azimuth,
        case when usable_ghi < 0 then 0 else usable_ghi end as light
    from sited
),

placed as (
    select
        *,
        degrees(acos(case
            when cos_zenith < -1e0 then -1e0 when cos_zenith > 1e0 then 1e0 else cos_zenith
        end)) as zenith,
        sqrt(greatest(1e0 - cos_zenith * cos_zenith, 0e0)) as sin_zenith,
        light / (outside * greatest(cos_zenith, 0.065e0)) as open_kt,
        case
            when has_tracker
                then greatest(-60e0, least(60e0, degrees(atan2(
                    sqrt(greatest(1e0 - cos_zenith * cos_zenith, 0e0))
                    * sin(radians(azimuth - 180e0)), cos_zenith
                ))))
        end as rotation
    from sky
),

split as (
    select
        *,
        case when open_kt > 1e0 then 1e0 else open_kt end as kt,
        case when has_tracker then abs(rotation) else fixed_tilt end as tilt,
        case
            when has_tracker and rotation >= 0 then 270e0
            when has_tracker then 90e0
            else fixed_azimuth
        end as surface_azimuth
    from placed
),

diffuse as (
    select
        *,
        case
            when zenith > 87e0 then light
            when kt <= 0.22e0 then (1e0 - 0.09e0 * kt) * light
            when kt <= 0.8e0
                then (
                    0.9511e0 + kt * (-0.1604e0 + kt * (4.388e0 + kt * (-16.638e0 + kt * 12.336e0)))
                ) * light
            else 0.165e0 * light
        end as dhi,
        cos_zenith * cos(radians(tilt))
        + sin_zenith * sin(radians(tilt)) * cos(radians(azimuth - surface_azimuth)) as open_incidence
    from split
),

direct as (
    select
        *,
        case when zenith > 87e0 then 0e0 else (light - dhi) / cos_zenith end as dni,
        case when open_incidence < 0e0 then 0e0 else open_incidence end as incidence
    from diffuse
),

irradiated as (
    select
        *,
        dni * incidence
        + dhi * (
            dni / outside * incidence / greatest(cos_zenith, 0.01745e0)
            + (1e0 - dni / outside) * (1e0 + cos(radians(tilt))) / 2e0
        )
        + albedo * light * (1e0 - cos(radians(tilt))) / 2e0 as poa
    from direct
),

heated as (
    select
        *,
        coalesce(usable_temperature, 15e0 - 0.0065e0 * altitude_m)
        + poa / (u0 + u1 * coalesce(0.5e0 * usable_speed, 1e0)) as cell_temperature
    from irradiated
),

powered as (
    select
        *,
        dc_ac_ratio * poa / 1000e0 * (1e0 + gamma_pdc * (cell_temperature - 25e0)) as dc_power,
        coalesce(
            usable_ghi > 1.5e0 * outside * power(greatest(cos_zenith, 0e0), 1.2e0) + 100e0
            or usable_ghi < -4, false
        ) as is_ghi_impossible,
        is_unbalanced(gross, net, capacity, curtailment_mwh, availability_pct) as is_unbalanced,
        is_idle(availability_pct, curtailment_mwh, capacity) as is_stopped
    from heated
),

neighbours as (
    select
        *,
        coalesce(lag(is_stopped) over by_time, false)
        or coalesce(lead(is_stopped) over by_time, false) as is_beside_stop
    from (
        select
            asset_id, timestamp, performance_date, wind_speed_mps, wind_direction_deg, ghi,
            temperature_c, pressure_hpa, relative_humidity, source_class, gross, net,
            curtailment_mwh, availability_pct, asset_capacity_mw, capacity, usable_ghi,
            usable_temperature, zenith, poa, cell_temperature, dc_power, is_ghi_impossible,
            is_unbalanced, is_stopped
        from powered
    )
    window by_time as (partition by asset_id order by timestamp)
),

with_flags as (
    select
        n.*,
        coalesce(f.is_frozen_ghi, false) as is_frozen,
        coalesce(f.is_frozen_temperature, false) as is_frozen_temperature,
        coalesce(f.is_frozen_pressure, false) as is_frozen_pressure,
        coalesce(f.is_frozen_power, false) as is_frozen_power,
        coalesce(f.is_jump, false) as is_jump
    from neighbours as n
    left join flagged as f using (asset_id, timestamp)
)

select
    * exclude (
        is_beside_stop, capacity, usable_ghi
    ),
    exact(capacity) as capacity_mwh,
    ghi is not null and not is_ghi_impossible and dc_power is not null and not is_frozen
        as is_weather_valid,
    zenith > 96e0 and coalesce(usable_ghi > 15e0, false) as is_light_at_night,
    zenith > 96e0 and coalesce(gross > 0.005e0 * capacity, false) as is_power_at_night,
    gross is not null and not is_unbalanced and not energy_out_of_range(gross, capacity)
    and not is_frozen_power as is_generation_valid,
    net is not null and not is_unbalanced and not energy_out_of_range(net, capacity)
    and not is_frozen_power as is_net_valid,
    energy_out_of_range(gross, capacity) or energy_out_of_range(net, capacity)
        as is_energy_out_of_range,
    coalesce(
        ghi is not null and not is_ghi_impossible and not is_frozen and not is_frozen_power
        and not is_unbalanced
        and not energy_out_of_range(gross, capacity)
        and not is_stopped and not is_beside_stop and gross >= 0
        and dc_power > 0.05e0 and dc_power < 0.95e0, false
    ) as is_train_ok
from with_flags;

drop table measured;
drop table flagged;
