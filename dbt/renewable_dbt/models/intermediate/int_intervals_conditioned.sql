with asset_days as (
    select * from {{ ref('int_asset_days') }}
    where {{ shared_dbt.rebuilt('performance_date') }}
),

-- a local day begins on the UTC day before where clocks are ahead of UTC
weather as (
    select * from {{ ref('stg_weather') }}
    where {{ shared_dbt.rebuilt('timestamp', lookback=1) }}
),

generation as (
    select * from {{ ref('stg_generation') }}
    where {{ shared_dbt.rebuilt('timestamp', lookback=1) }}
),

-- the slots of a day and where the sun stands in the middle of each, once for all assets
distinct_days as (
    select distinct
        asset_days.performance_date,
        asset_days.interval_minutes,
        asset_days.day_zone
    from asset_days
),

day_minutes as (
    select
        distinct_days.*,
        {{ shared_dbt.each_integer(
            first_minute_of_day('distinct_days.day_zone'),
            last_minute_of_day('distinct_days.day_zone'),
            'distinct_days.interval_minutes',
        ) }} as minute_of_day
    from distinct_days
),

stamped as (
    select
        day_minutes.performance_date,
        day_minutes.interval_minutes,
        day_minutes.day_zone,
        {{ shared_dbt.minutes_later(
            'cast(day_minutes.performance_date as timestamp)', 'day_minutes.minute_of_day'
        ) }} as timestamp,
        {{ days_since_j2000('cast(day_minutes.performance_date as timestamp)') }}
        + (day_minutes.minute_of_day + 0.5e0 * day_minutes.interval_minutes) / 1440e0 as j2000_days,
        {{ shared_dbt.minutes_later(
            'cast(day_minutes.performance_date as timestamp)',
            '(day_minutes.minute_of_day + day_minutes.interval_minutes + '
            ~ constant('late_after_minutes') ~ ')'
        ) }} as late_after,
        {{ extraterrestrial_wm2('day_minutes.performance_date') }} as extraterrestrial_wm2
    from day_minutes
),

-- a local day has the slots whose start is on its date: of 23, 24 or 25 hours
slots as (
    select stamped.*
    from stamped
    where {{ day_of('stamped.timestamp', 'stamped.day_zone') }} = stamped.performance_date
),

anomalies as (
    select
        slots.*,
        {{ mean_anomaly_rad('slots.j2000_days') }} as mean_anomaly_rad,
        {{ obliquity_rad('slots.j2000_days') }} as obliquity_rad
    from slots
),

longitudes as (
    select
        anomalies.*,
        {{ ecliptic_longitude_rad('anomalies.j2000_days', 'anomalies.mean_anomaly_rad') }}
            as ecliptic_longitude_rad
    from anomalies
),

sun as (
    select
        longitudes.performance_date,
        longitudes.interval_minutes,
        longitudes.day_zone,
        longitudes.timestamp,
        longitudes.late_after,
        longitudes.extraterrestrial_wm2,
        asin(sin(longitudes.obliquity_rad) * sin(longitudes.ecliptic_longitude_rad))
            as declination_rad,
        {{ greenwich_hour_angle_deg(
            'longitudes.j2000_days',
            'longitudes.ecliptic_longitude_rad',
            'longitudes.obliquity_rad',
        ) }} as greenwich_hour_angle_deg
    from longitudes
),

-- the spine: every slot of every asset's days; what was not delivered stays visible as null
aligned as (
    select
        asset_days.asset_id,
        sun.timestamp,
        asset_days.performance_date,
        asset_days.technology,
        asset_days.is_plant,
        asset_days.interval_minutes,
        asset_days.technology = 'wind' and not asset_days.is_plant as is_wind_unit,
        asset_days.technology = 'solar' and not asset_days.is_plant as is_solar_unit,
        asset_days.capacity_mw as rated_capacity_mw,
        cast(asset_days.dc_capacity_mw / asset_days.capacity_mw as double) as dc_ac_ratio,
        radians(cast(asset_days.latitude as double)) as latitude_rad,
        cast(asset_days.longitude as double) as longitude_deg,
        cast(asset_days.altitude_m as double) as altitude_m,
        cast(asset_days.hub_height_m as double) as hub_height_m,
        cast(asset_days.cut_in_mps as double) as cut_in_mps,
        cast(asset_days.cut_out_mps as double) as cut_out_mps,
        asset_days.is_stall_regulated,
        asset_days.has_tracker,
        cast(asset_days.tilt_deg as double) as fixed_tilt_deg,
        cast(asset_days.azimuth_deg as double) as fixed_azimuth_deg,
        cast(asset_days.gamma_pdc as double) as gamma_pdc,
        cast(asset_days.u0 as double) as u0,
        cast(asset_days.u1 as double) as u1,
        cast(asset_days.albedo as double) as albedo,
        sun.extraterrestrial_wm2,
        sun.declination_rad,
        sun.greenwich_hour_angle_deg,
        weather.wind_speed_mps,
        weather.wind_direction_deg,
        weather.ghi_wm2,
        weather.temperature_c,
        weather.pressure_hpa,
        weather.relative_humidity_pct,
        weather.poa_wm2 as measured_poa_wm2,
        weather.module_temperature_c,
        cast(weather.wind_speed_height_m as double) as wind_speed_height_m,
        weather.snow_depth_m,
        weather.source_class as weather_source_class,
        generation.gross_generation_mwh,
        generation.net_generation_mwh,
        generation.curtailment_mwh,
        generation.availability_pct,
        generation.asset_capacity_mw,
        generation.grid_limit_mw,
        generation.status_code,
        generation.reported_availability_loss_mwh,
        coalesce(weather.is_out_of_range, false) as dq_range_weather,
        coalesce(generation.is_out_of_range, false) as has_channel_out_of_range,
        coalesce(weather.has_conflict, false) as dq_duplicate_weather,
        coalesce(generation.has_conflict, false) as dq_duplicate_generation,
        coalesce(weather.is_corrected, false) as dq_corrected_weather,
        coalesce(generation.is_corrected, false) as dq_corrected_generation,
        coalesce(weather.delivered_at > sun.late_after, false) as dq_late_weather,
        coalesce(generation.delivered_at > sun.late_after, false) as dq_late_generation
    from asset_days
    inner join sun
        on
            asset_days.performance_date = sun.performance_date
            and asset_days.interval_minutes = sun.interval_minutes
            and asset_days.day_zone = sun.day_zone
    left join weather
        on
            asset_days.asset_id = weather.asset_id
            and sun.timestamp = weather.timestamp
    left join generation
        on
            asset_days.asset_id = generation.asset_id
            and sun.timestamp = generation.timestamp
),

-- only possible values enter a formula; capacity is the row's own where it has one
usable as (
    select
        aligned.*,
        cast({{ plausible('wind_speed_mps', 'aligned.wind_speed_mps') }} as double) as wind_speed,
        cast({{ plausible('ghi_wm2', 'aligned.ghi_wm2') }} as double) as ghi,
        cast({{ plausible('poa_wm2', 'aligned.measured_poa_wm2') }} as double) as measured_poa,
        cast({{ plausible('temperature_c', 'aligned.temperature_c') }} as double) as temperature,
        cast({{ plausible('pressure_hpa', 'aligned.pressure_hpa') }} as double) as pressure,
        cast(coalesce(
            {{ plausible('relative_humidity_pct', 'aligned.relative_humidity_pct') }}, 50
        ) as double) as relative_humidity,
        {{ plausible('availability_pct', 'aligned.availability_pct') }} as usable_availability_pct,
        case when aligned.curtailment_mwh >= 0 then aligned.curtailment_mwh end
            as usable_curtailment_mwh,
        cast(
            case
                when aligned.asset_capacity_mw > 0 then aligned.asset_capacity_mw
                else aligned.rated_capacity_mw
            end as double
        ) * aligned.interval_minutes / 60e0 as slot_capacity_mwh,
        cast(aligned.gross_generation_mwh as double) as gross,
        cast(aligned.net_generation_mwh as double) as net,
        case
            when aligned.is_solar_unit
                then radians(aligned.greenwich_hour_angle_deg + aligned.longitude_deg)
        end as hour_angle_rad
    from aligned
),

air as (
    select
        usable.*,
        case
            when usable.is_wind_unit
                then {{ air_density(
                    'coalesce(usable.temperature, '
                    ~ standard_temperature_c('usable.altitude_m') ~ ')',
                    'coalesce(usable.pressure, ' ~ standard_pressure_hpa('usable.altitude_m') ~ ')',
                    'usable.relative_humidity',
                ) }}
        end as air_density,
        case
            when usable.is_wind_unit
                then {{ hub_height_speed(
                    'usable.wind_speed', 'usable.wind_speed_height_m', 'usable.hub_height_m'
                ) }}
        end as hub_wind_speed,
        case
            when usable.is_solar_unit
                then {{ cosine_of_zenith(
                    'usable.latitude_rad', 'usable.declination_rad', 'usable.hour_angle_rad'
                ) }}
        end as cosine_of_zenith,
        case
            when usable.is_solar_unit
                then {{ solar_azimuth_deg(
                    'usable.latitude_rad', 'usable.declination_rad', 'usable.hour_angle_rad'
                ) }}
        end as azimuth_deg,
        {{ shared_dbt.at_least('usable.ghi', '0e0') }} as positive_ghi
    from usable
),

surface as (
    select
        air.*,
        {{ normalized_wind_speed(
            'air.hub_wind_speed', 'air.air_density', 'air.is_stall_regulated'
        ) }} as normalized_wind_speed,
        degrees(acos({{ shared_dbt.between_bounds(
            'air.cosine_of_zenith', '-1e0', '1e0'
        ) }})) as zenith_deg,
        sqrt(greatest(1e0 - air.cosine_of_zenith * air.cosine_of_zenith, 0e0)) as sine_of_zenith,
        {{ clearness_index(
            'air.positive_ghi', 'air.extraterrestrial_wm2', 'air.cosine_of_zenith'
        ) }} as clearness_index,
        case
            when air.is_solar_unit and air.has_tracker
                then {{ tracker_rotation_deg(
                    'air.cosine_of_zenith',
                    'sqrt(greatest(1e0 - air.cosine_of_zenith * air.cosine_of_zenith, 0e0))',
                    'air.azimuth_deg',
                ) }}
        end as rotation_deg
    from air
),

split_light as (
    select
        surface.*,
        case
            when surface.zenith_deg > {{ daylight_zenith_deg() }} then surface.positive_ghi
            else {{ diffuse_frac('surface.clearness_index') }} * surface.positive_ghi
        end as dhi,
        case when surface.has_tracker then abs(surface.rotation_deg) else surface.fixed_tilt_deg end
            as tilt_deg,
        case
            when surface.has_tracker and surface.rotation_deg >= 0 then 270e0
            when surface.has_tracker then 90e0
            else surface.fixed_azimuth_deg
        end as surface_azimuth_deg
    from surface
),

direct_light as (
    select
        split_light.*,
        case
            when split_light.zenith_deg > {{ daylight_zenith_deg() }} then 0e0
            else (split_light.positive_ghi - split_light.dhi) / split_light.cosine_of_zenith
        end as dni,
        {{ cosine_of_incidence(
            'split_light.cosine_of_zenith',
            'split_light.sine_of_zenith',
            'split_light.azimuth_deg',
            'split_light.tilt_deg',
            'split_light.surface_azimuth_deg',
        ) }} as cosine_of_incidence
    from split_light
),

irradiated as (
    select
        direct_light.*,
        case
            when direct_light.is_solar_unit and direct_light.measured_poa is not null
                then {{ shared_dbt.at_least('direct_light.measured_poa', '0e0') }}
            when direct_light.is_solar_unit
                then {{ plane_of_array_wm2(
                    'direct_light.positive_ghi',
                    'direct_light.dni',
                    'direct_light.dhi',
                    'direct_light.extraterrestrial_wm2',
                    'direct_light.cosine_of_zenith',
                    'direct_light.cosine_of_incidence',
                    'direct_light.tilt_deg',
                    'direct_light.albedo',
                ) }}
        end as poa
    from direct_light
),

heated as (
    select
        irradiated.*,
        {{ cell_temperature_c(
            'coalesce(irradiated.temperature, '
            ~ standard_temperature_c('irradiated.altitude_m') ~ ')',
            'irradiated.poa',
            module_wind_mps('irradiated.wind_speed', 'irradiated.wind_speed_height_m'),
            'irradiated.u0',
            'irradiated.u1',
        ) }} as cell_temperature
    from irradiated
),

powered as (
    select
        heated.*,
        {{ dc_power_pu(
            'heated.dc_ac_ratio', 'heated.poa', 'heated.cell_temperature', 'heated.gamma_pdc'
        ) }} as dc_power_pu,
        case when heated.is_plant then heated.net else heated.gross end is null
            as dq_missing_generation,
        case heated.technology
            when 'solar' then coalesce(heated.measured_poa_wm2, heated.ghi_wm2)
            else heated.wind_speed_mps
        end is null as dq_missing_weather,
        coalesce(
            heated.gross not between
            {{ constant('power_range_low_frac') }} * heated.slot_capacity_mwh
            and {{ constant('power_range_high_frac') }} * heated.slot_capacity_mwh,
            false
        ) as is_gross_out_of_range,
        coalesce(
            heated.net not between
            {{ constant('power_range_low_frac') }} * heated.slot_capacity_mwh
            and {{ constant('power_range_high_frac') }} * heated.slot_capacity_mwh,
            false
        ) as is_net_out_of_range,
        coalesce(
            heated.ghi > {{ highest_physical_ghi_wm2(
                'heated.extraterrestrial_wm2', 'heated.cosine_of_zenith'
            ) }}
            or heated.ghi < {{ lowest_physical_ghi_wm2() }},
            false
        ) and heated.is_solar_unit as dq_ghi_physical,
        coalesce(
            heated.zenith_deg > {{ constant('night_zenith_deg') }}
            and heated.ghi > {{ constant('night_ghi_wm2') }},
            false
        ) as dq_ghi_night,
        coalesce(
            heated.zenith_deg > {{ constant('night_zenith_deg') }}
            and heated.gross > {{ constant('night_power_frac') }} * heated.slot_capacity_mwh,
            false
        ) as dq_power_night,
        coalesce(
            heated.hub_wind_speed < heated.cut_in_mps - {{ constant('below_cut_in_mps') }}
            and heated.gross
            > {{ constant('below_cut_in_power_frac') }} * heated.slot_capacity_mwh,
            false
        )
        or coalesce(
            heated.hub_wind_speed > heated.cut_out_mps + {{ constant('above_cut_out_mps') }}
            and heated.gross
            > {{ constant('above_cut_out_power_frac') }} * heated.slot_capacity_mwh,
            false
        ) as dq_power_no_wind,
        coalesce(
            abs(cast(heated.asset_capacity_mw - heated.rated_capacity_mw as double))
            > {{ constant('capacity_tolerance_frac') }}
            * cast(heated.rated_capacity_mw as double),
            false
        ) as dq_capacity,
        (
            coalesce(
                heated.net > heated.gross
                + {{ constant('meter_tolerance_frac') }} * heated.slot_capacity_mwh, false
            )
            or coalesce(
                heated.curtailment_mwh > 0
                and heated.gross
                >= {{ constant('full_power_frac') }} * heated.slot_capacity_mwh, false
            )
            or coalesce(
                heated.gross > {{ constant('standstill_power_frac') }} * heated.slot_capacity_mwh
                and heated.availability_pct = 0, false
            )
        ) as dq_energy_balance
    from heated
),

judged as (
    select
        powered.*,
        not powered.dq_missing_weather
        and not powered.dq_duplicate_weather
        and not powered.dq_ghi_physical
        and case
            when powered.is_wind_unit then powered.normalized_wind_speed is not null
            when powered.is_solar_unit then powered.dc_power_pu is not null
            else true
        end as is_weather_usable,
        not powered.dq_missing_generation
        and not powered.dq_duplicate_generation
        and not powered.dq_energy_balance
        and not case
            when powered.is_plant then powered.is_net_out_of_range
            else powered.is_gross_out_of_range
        end as is_generation_usable,
        powered.net is not null
        and not powered.dq_duplicate_generation
        and not powered.dq_energy_balance
        and not powered.is_net_out_of_range as is_net_usable,
        (
            coalesce(powered.usable_availability_pct < {{ constant(
                'train_availability_pct'
            ) }}, false)
            or coalesce(
                powered.usable_curtailment_mwh
                > {{ constant('train_curtailment_frac') }} * powered.slot_capacity_mwh, false
            )
            or powered.is_wind_unit and coalesce(
                powered.normalized_wind_speed > {{ constant('standstill_speed_mps') }}
                and powered.gross < {{ constant(
                    'standstill_power_frac'
                ) }} * powered.slot_capacity_mwh,
                false
            )
        ) as is_stopped
    from powered
),

conditioned as (
    select
        judged.asset_id,
        judged.timestamp,
        judged.performance_date,
        judged.wind_speed_mps,
        judged.wind_direction_deg,
        judged.ghi_wm2,
        judged.temperature_c,
        judged.pressure_hpa,
        judged.relative_humidity_pct,
        judged.measured_poa_wm2,
        judged.module_temperature_c,
        judged.snow_depth_m,
        judged.weather_source_class,
        judged.gross_generation_mwh,
        judged.net_generation_mwh,
        judged.curtailment_mwh,
        judged.availability_pct,
        judged.asset_capacity_mw,
        judged.grid_limit_mw,
        judged.status_code,
        judged.reported_availability_loss_mwh,
        {{ shared_dbt.measure('judged.slot_capacity_mwh') }} as capacity_mwh,
        {{ shared_dbt.measure('judged.air_density') }} as air_density_kgm3,
        case
            when judged.is_wind_unit then judged.temperature is null or judged.pressure is null
            when judged.is_solar_unit then judged.temperature is null
        end as is_air_assumed,
        {{ shared_dbt.measure('judged.normalized_wind_speed') }} as normalized_wind_speed_mps,
        {{ wind_bin('judged.normalized_wind_speed') }} as wind_bin,
        coalesce(judged.hub_wind_speed > judged.cut_out_mps + 1e0, false) as is_above_cut_out,
        {{ shared_dbt.measure(
            density_power_factor('judged.air_density', 'judged.is_stall_regulated')
        ) }} as density_power_factor,
        {{ shared_dbt.measure('judged.zenith_deg') }} as solar_zenith_deg,
        judged.zenith_deg < {{ daylight_zenith_deg() }} as is_daylight,
        {{ shared_dbt.measure('judged.poa') }} as poa_wm2,
        {{ shared_dbt.measure('judged.cell_temperature') }} as cell_temperature_c,
        {{ shared_dbt.measure('judged.dc_power_pu') }} as dc_power_pu,
        judged.dq_missing_weather,
        judged.dq_missing_generation,
        judged.dq_range_weather,
        judged.has_channel_out_of_range
        or judged.is_gross_out_of_range
        or judged.is_net_out_of_range as dq_range_generation,
        judged.dq_duplicate_weather,
        judged.dq_duplicate_generation,
        judged.dq_late_weather,
        judged.dq_late_generation,
        judged.dq_corrected_weather,
        judged.dq_corrected_generation,
        judged.dq_ghi_physical,
        judged.dq_ghi_night,
        judged.dq_power_night,
        judged.dq_power_no_wind,
        judged.dq_energy_balance,
        judged.dq_capacity,
        judged.is_weather_usable,
        judged.is_generation_usable,
        judged.is_net_usable,
        judged.is_stopped,
        judged.is_weather_usable
        and judged.is_generation_usable
        and not judged.is_stopped
        and judged.gross >= 0
        and not judged.is_plant
        and (
            judged.technology <> 'solar'
            or (
                judged.dc_power_pu > {{ constant('solar_train_low_pu') }}
                and judged.dc_power_pu < {{ constant('solar_train_high_pu') }}
            )
        ) as is_train_candidate
    from judged
)

select * from conditioned
