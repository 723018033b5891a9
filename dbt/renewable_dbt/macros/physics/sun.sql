{#
  Position of the sun: the low-precision formula of the Astronomical Almanac (0.012 deg against
  SPA). `days` counts from 2000-01-01 12:00 UTC to the middle of the interval.
#}
{% macro days_since_j2000(timestamp) -%}
    ({{ shared_dbt.epoch_seconds(timestamp) }} / 86400e0 + 2440587.5e0 - 2451545.0e0)
{%- endmacro %}

{% macro mean_anomaly_rad(days) -%}
    radians((357.528e0 + 0.9856003e0 * {{ days }}) % 360e0)
{%- endmacro %}

{% macro ecliptic_longitude_rad(days, mean_anomaly_rad) -%}
    radians(
        (280.460e0 + 0.9856474e0 * {{ days }}) % 360e0
        + 1.915e0 * sin({{ mean_anomaly_rad }}) + 0.020e0 * sin(2e0 * {{ mean_anomaly_rad }})
    )
{%- endmacro %}

{% macro obliquity_rad(days) -%}
    radians(23.439e0 - 4e-7 * {{ days }})
{%- endmacro %}

{# Hour angle of the sun at Greenwich, degrees; a site adds its longitude. #}
{% macro greenwich_hour_angle_deg(days, ecliptic_longitude_rad, obliquity_rad) -%}
    (
        15e0 * ((
            6.697375e0 + 0.0657098242e0 * {{ days }}
            + ({{ days }} + 0.5e0 - floor({{ days }} + 0.5e0)) * 24e0
        ) % 24e0)
        - degrees(atan2(
            cos({{ obliquity_rad }}) * sin({{ ecliptic_longitude_rad }}),
            cos({{ ecliptic_longitude_rad }})
        ))
    )
{%- endmacro %}

{# Irradiance outside the atmosphere, W/m2. #}
{% macro extraterrestrial_wm2(date) -%}
    (1361e0 * (1e0 + 0.033e0 * cos(2e0 * pi() * {{ shared_dbt.day_of_year(date) }} / 365.24e0)))
{%- endmacro %}

{% macro cosine_of_zenith(latitude_rad, declination_rad, hour_angle_rad) -%}
    (
        sin({{ latitude_rad }}) * sin({{ declination_rad }})
        + cos({{ latitude_rad }}) * cos({{ declination_rad }}) * cos({{ hour_angle_rad }})
    )
{%- endmacro %}

{# Clockwise from north, degrees. #}
{% macro solar_azimuth_deg(latitude_rad, declination_rad, hour_angle_rad) -%}
    (180e0 + degrees(atan2(
        sin({{ hour_angle_rad }}),
        cos({{ hour_angle_rad }}) * sin({{ latitude_rad }})
        - tan({{ declination_rad }}) * cos({{ latitude_rad }})
    )))
{%- endmacro %}

{# Zenith below which a slot counts as daylight, and beyond which direct light is taken as zero. #}
{% macro daylight_zenith_deg() -%} 87e0 {%- endmacro %}

{# Highest GHI that can be real (Long and Shi; pvanalytics "physical" limit), W/m2. #}
{% macro highest_physical_ghi_wm2(extraterrestrial_wm2, cosine_of_zenith) -%}
    (
        1.5e0 * {{ extraterrestrial_wm2 }} * power(greatest({{ cosine_of_zenith }}, 0e0), 1.2e0)
        + 100e0
    )
{%- endmacro %}

{% macro lowest_physical_ghi_wm2() -%} -4 {%- endmacro %}
