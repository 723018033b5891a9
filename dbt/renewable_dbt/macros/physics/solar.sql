{# Share of diffuse light by clearness index (Erbs, Klein, Duffie 1982). #}
{% macro clearness_index(ghi_wm2, extraterrestrial_wm2, cosine_of_zenith) -%}
    {{ shared_dbt.at_most(
        ghi_wm2 ~ ' / (' ~ extraterrestrial_wm2 ~ ' * greatest(' ~ cosine_of_zenith ~ ', 0.065e0))',
        '1e0'
    ) }}
{%- endmacro %}

{% macro diffuse_frac(kt) -%}
    case
        when {{ kt }} <= 0.22e0 then 1e0 - 0.09e0 * {{ kt }}
        when {{ kt }} <= 0.8e0
            then
                0.9511e0
                + {{ kt }} * (-0.1604e0
                + {{ kt }} * (4.388e0
                + {{ kt }} * (-16.638e0
                + {{ kt }} * 12.336e0)))
        else 0.165e0
    end
{%- endmacro %}

{#
  The surface: fixed, or turning about a horizontal north-south axis up to 60 degrees without
  backtracking. A tracker's rotation is positive towards west.
#}
{% macro tracker_rotation_deg(cosine_of_zenith, sine_of_zenith, solar_azimuth_deg) -%}
    greatest(-60e0, least(60e0, degrees(atan2(
        {{ sine_of_zenith }} * sin(radians({{ solar_azimuth_deg }} - 180e0)),
        {{ cosine_of_zenith }}
    ))))
{%- endmacro %}

{% macro cosine_of_incidence(
    cosine_of_zenith, sine_of_zenith, solar_azimuth_deg, tilt_deg, surface_azimuth_deg
) -%}
    {{ shared_dbt.at_least(
        '(' ~ cosine_of_zenith ~ ' * cos(radians(' ~ tilt_deg ~ '))'
        ~ ' + ' ~ sine_of_zenith ~ ' * sin(radians(' ~ tilt_deg ~ '))'
        ~ ' * cos(radians(' ~ solar_azimuth_deg ~ ' - ' ~ surface_azimuth_deg ~ ')))',
        '0e0'
    ) }}
{%- endmacro %}

{# Plane-of-array irradiance, W/m2: Hay and Davies 1980, isotropic ground reflection. #}
{% macro plane_of_array_wm2(
    ghi_wm2, dni_wm2, dhi_wm2, extraterrestrial_wm2,
    cosine_of_zenith, cosine_of_incidence, tilt_deg, albedo
) -%}
    (
        {{ dni_wm2 }} * {{ cosine_of_incidence }}
        + {{ dhi_wm2 }} * (
            {{ dni_wm2 }} / {{ extraterrestrial_wm2 }}
            * {{ cosine_of_incidence }} / greatest({{ cosine_of_zenith }}, 0.01745e0)
            + (1e0 - {{ dni_wm2 }} / {{ extraterrestrial_wm2 }})
            * (1e0 + cos(radians({{ tilt_deg }}))) / 2e0
        )
        + {{ albedo }} * {{ ghi_wm2 }} * (1e0 - cos(radians({{ tilt_deg }}))) / 2e0
    )
{%- endmacro %}

{# Wind that cools a module: read at module height as it is, higher up halved, else 1 m/s. #}
{% macro module_wind_mps(speed_mps, measured_at_m) -%}
    case
        when {{ speed_mps }} is null then 1e0
        when {{ measured_at_m }} <= 3 then {{ speed_mps }}
        else 0.5e0 * {{ speed_mps }}
    end
{%- endmacro %}

{# Faiman 2008. #}
{% macro cell_temperature_c(temperature_c, poa_wm2, wind_mps, u0, u1) -%}
    ({{ temperature_c }} + {{ poa_wm2 }} / ({{ u0 }} + {{ u1 }} * {{ wind_mps }}))
{%- endmacro %}

{# PVWatts v5 direct-current power as a share of AC capacity. #}
{% macro dc_power_pu(dc_ac_ratio, poa_wm2, cell_temperature_c, gamma_pdc) -%}
    (
        {{ dc_ac_ratio }} * {{ poa_wm2 }} / 1000e0
        * (1e0 + {{ gamma_pdc }} * ({{ cell_temperature_c }} - 25e0))
    )
{%- endmacro %}

{# Insolation of a period from the sum of its interval means, kWh/m2. #}
{% macro insolation_kwh_m2(sum_wm2, interval_minutes) -%}
    {{ shared_dbt.measure('cast(' ~ sum_wm2 ~ ' as double) * ' ~ interval_minutes ~ ' / 60e3') }}
{%- endmacro %}

{# The factor of a date's calendar month, of columns month_1_factor to month_12_factor. #}
{% macro factor_of_month(factors, date) -%}
    case extract(month from {{ date }})
        {%- for month in range(1, 13) %}
        when {{ month }} then {{ factors }}.month_{{ month }}_factor
        {%- endfor %}
    end
{%- endmacro %}
