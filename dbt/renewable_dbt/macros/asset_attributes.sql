{# The columns of an asset version that the marts depend on; a change rebuilds what they cover. #}
{% macro asset_attributes() -%}
    {{ return([
        'parent_asset_id', 'tenant_id', 'portfolio', 'name', 'technology', 'capacity_mw',
        'dc_capacity_mw', 'latitude', 'longitude', 'altitude_m', 'timezone', 'day_boundary', 'country',
        'commissioning_date', 'decommissioning_date', 'interval_minutes', 'hub_height_m',
        'rotor_diameter_m', 'n_turbines', 'turbine_model', 'power_curve_id', 'cut_in_mps',
        'cut_out_mps', 'is_stall_regulated', 'tilt_deg', 'azimuth_deg', 'tracking', 'gamma_pdc',
        'u0', 'u1', 'albedo', 'system_loss_frac', 'electrical_loss_ref_frac', 'asset_events',
        'is_plant',
    ]) }}
{%- endmacro %}
