{#
  Moist air, kg/m3, from temperature (C), pressure (hPa) and relative humidity (%).
  IEC 61400-12-1; the same closed form as OpenOA met_data_processing.compute_air_density.
#}
{% macro air_density(temperature_c, pressure_hpa, relative_humidity_pct) -%}
    (
        {{ pressure_hpa }} * 100e0 / 287.058e0
        - {{ relative_humidity_pct }} / 100e0
        * 2.05e-5 * exp(0.0631846e0 * ({{ temperature_c }} + 273.15e0))
        * (1e0 / 287.058e0 - 1e0 / 461.5e0)
    ) / ({{ temperature_c }} + 273.15e0)
{%- endmacro %}

{# Reference density of a power curve, kg/m3 (IEC 61400-12-1). #}
{% macro reference_air_density() -%} 1.225e0 {%- endmacro %}

{# Standard atmosphere (ISO 2533): stands in where a thermometer or barometer fails. #}
{% macro standard_temperature_c(altitude_m) -%}
    (15e0 - 0.0065e0 * {{ altitude_m }})
{%- endmacro %}

{% macro standard_pressure_hpa(altitude_m) -%}
    (1013.25e0 * power(1e0 - 2.25577e-5 * {{ altitude_m }}, 5.25588e0))
{%- endmacro %}
