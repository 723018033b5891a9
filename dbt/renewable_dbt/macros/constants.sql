{# Every number of the method, named once. Values are SQL text; e0 makes a literal DOUBLE. #}
{% macro constant(name) -%}
    {%- set constants = {
        'completeness_usable': var('completeness_usable'),
        'completeness_complete': var('completeness_complete'),
        'minimum_energy_frac': '0.03',
        'train_availability_pct': '99',
        'train_curtailment_frac': '0.001e0',
        'standstill_speed_mps': '5e0',
        'standstill_power_frac': '0.02e0',
        'power_range_high_frac': '1.05e0',
        'power_range_low_frac': '-0.05e0',
        'meter_tolerance_frac': '0.001e0',
        'full_power_frac': '0.999e0',
        'late_after_minutes': 36 * 60,
        'night_zenith_deg': '96e0',
        'night_ghi_wm2': '15e0',
        'night_power_frac': '0.005e0',
        'below_cut_in_mps': '1e0',
        'below_cut_in_power_frac': '0.05e0',
        'above_cut_out_mps': '3e0',
        'above_cut_out_power_frac': '0.2e0',
        'capacity_tolerance_frac': '0.01e0',
        'curve_window_days': 365,
        'curve_bin_minutes': 30,
        'curve_total_minutes': 180 * 60,
        'curve_last_bin': 60,
        'solar_window_days': 60,
        'solar_long_window_days': 120,
        'training_day_minutes': 3 * 60,
        'solar_days': 15,
        'solar_train_low_pu': '0.05e0',
        'solar_train_high_pu': '0.95e0',
        'baseline_days': 365,
        'season_days': 730,
        'inverter_efficiency': '0.96e0',
        'yardstick_yield_ratio': '0.85e0',
        'frozen_wind_above_mps': '1.5',
        'frozen_wind_slots': 3,
        'frozen_ghi_above_wm2': '5',
        'frozen_ghi_slots': 3,
        'frozen_air_slots': 20,
        'frozen_air_minutes': 360,
        'frozen_power_low_frac': '0.05',
        'frozen_power_high_frac': '0.97',
        'frozen_power_slots': 6,
        'clock_lag_hours': 3,
        'clock_pairs': 12,
        'clock_correlation': '0.8',
        'clock_window_days': 30,
        'clock_days': 20,
        'jump_wind_mps': '15',
        'jump_temperature_c': '8',
        'jump_pressure_hpa': '5',
        'correlation_pairs_7d': 5,
        'correlation_pairs_30d': 20,
        'dead_availability_pct': '99',
        'dead_power_frac': '0.01e0',
        'dead_expected_frac': '0.15e0',
        'dead_minutes': 2 * 60,
        'frozen_minutes': 3 * 60,
        'deviation_window_days': 60,
        'deviation_days': 15,
        'deviation_slots_frac': '0.75',
        'deviation_sigma_floor': '0.015e0',
        'mad_to_sigma': '1.4826e0',
        'sudden_sigmas': '4e0',
        'sudden_loss_frac': '0.01',
        'full_power_first_bin': 28,
        'full_power_last_bin': 40,
        'full_power_minutes': 60,
        'full_power_past_minutes': 3 * 60,
        'full_power_sigmas': '3e0',
        'full_power_loss_frac': '0.045e0',
        'span_window_days': 120,
        'span_sigmas': '3e0',
        'span_loss_frac': '0.03e0',
        'low_day_loss_frac': '0.05e0',
        'week_distance_days': 14,
        'week_valid_days': 4,
        'fortnight_distance_days': 21,
        'fortnight_valid_days': 8,
        'suspicion_days': 7,
        'suspicion_most_days': 40,
        'sensor_correlation': '0.5',
        'sensor_stopped_frac': '0.05',
        'episode_gap_days': 2,
        'costly_event_hours': 2,
        'climate_days': 28,
        'degradation_weeks': 102,
        'degradation_pairs': 26,
        'bootstrap_samples': 200,
        'asset_events_most': 50,
    } -%}
    {{ constants[name] }}
{%- endmacro %}

{# The range a channel can physically have; outside it a value is stored, flagged and not used. #}
{% macro channel_range(channel) -%}
    {%- set ranges = {
        'wind_speed_mps': (0, 50),
        'wind_direction_deg': (0, 360),
        'ghi_wm2': (-6, 1500),
        'temperature_c': (-45, 55),
        'pressure_hpa': (600, 1080),
        'relative_humidity_pct': (0, 100),
        'poa_wm2': (-6, 1600),
        'module_temperature_c': (-45, 100),
        'snow_depth_m': (0, 20),
        'availability_pct': (0, 100),
    } -%}
    {{ return(ranges[channel]) }}
{%- endmacro %}

{# A channel's value where it is physically possible, else null. #}
{% macro plausible(channel, column=none) -%}
    {%- set low, high = channel_range(channel) -%}
    {%- set value = column or channel -%}
    case when {{ value }} between {{ low }} and {{ high }} then {{ value }} end
{%- endmacro %}

{# True where a channel has a value outside its range; null counts as no value. #}
{% macro out_of_range(channel, column=none) -%}
    {%- set low, high = channel_range(channel) -%}
    coalesce({{ column or channel }} not between {{ low }} and {{ high }}, false)
{%- endmacro %}

{# How many equal readings of temperature or pressure are too many: 20, or six hours of them. #}
{% macro fewest_frozen_air_slots(interval_minutes) -%}
    least(
        {{ constant('frozen_air_slots') }},
        cast(floor({{ constant('frozen_air_minutes') }} / {{ interval_minutes }}) as integer)
    )
{%- endmacro %}
