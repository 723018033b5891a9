{#
  The quality flags of an interval, by source; the order of their columns in the fact table. What
  each one means is in docs/data-quality.md.
#}
{% macro weather_flags() -%}
    {{ return([
        'dq_missing_weather', 'dq_duplicate_weather', 'dq_late_weather', 'dq_corrected_weather',
        'dq_range_weather', 'dq_frozen_wind', 'dq_frozen_ghi', 'dq_frozen_temperature',
        'dq_frozen_pressure', 'dq_ghi_physical', 'dq_ghi_night', 'dq_jump',
    ]) }}
{%- endmacro %}

{% macro generation_flags() -%}
    {{ return([
        'dq_missing_generation', 'dq_duplicate_generation', 'dq_late_generation',
        'dq_corrected_generation', 'dq_range_generation', 'dq_frozen_power', 'dq_power_night',
        'dq_power_no_wind', 'dq_energy_balance', 'dq_capacity',
    ]) }}
{%- endmacro %}

{# It takes both sources to see that their clocks disagree. #}
{% macro quality_flags() -%}
    {{ return(weather_flags() + generation_flags() + ['dq_clock']) }}
{%- endmacro %}

{# The flags a slot cannot raise by itself: columns of int_intervals_flagged. #}
{% macro neighbour_flags() -%}
    {{ return([
        'dq_frozen_wind', 'dq_frozen_ghi', 'dq_frozen_temperature', 'dq_frozen_pressure',
        'dq_frozen_power', 'dq_jump',
    ]) }}
{%- endmacro %}
