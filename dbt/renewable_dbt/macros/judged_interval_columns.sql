{#
  The columns that intervals of units and of plants share, in one order: the fact table is the union
  of both.
#}
{% macro judged_interval_columns() -%}
    {{ return([
        'asset_id', 'timestamp', 'performance_date', 'tenant_id', 'technology',
        'parent_asset_id', 'is_plant', 'interval_minutes', 'capacity_mwh', 'wind_speed_mps',
        'wind_direction_deg', 'ghi_wm2', 'temperature_c', 'pressure_hpa',
        'relative_humidity_pct', 'measured_poa_wm2', 'module_temperature_c', 'snow_depth_m',
        'weather_source_class', 'gross_generation_mwh', 'net_generation_mwh', 'curtailment_mwh',
        'availability_pct', 'availability_basis', 'asset_capacity_mw', 'grid_limit_mw',
        'status_code', 'reported_availability_loss_mwh', 'air_density_kgm3', 'is_air_assumed',
        'normalized_wind_speed_mps', 'solar_zenith_deg', 'is_daylight', 'poa_wm2',
        'cell_temperature_c', 'dc_power_pu',
    ] + quality_flags() + [
        'is_weather_valid', 'is_generation_valid', 'is_net_valid', 'is_train_ok', 'method',
        'expected_mwh', 'expected_baseline_mwh', 'is_judged', 'availability_loss_mwh',
        'curtailment_loss_mwh',
    ]) }}
{%- endmacro %}
