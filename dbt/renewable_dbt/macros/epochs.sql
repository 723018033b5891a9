{#
  Two CTEs: `asset_days` of the rebuilt days, and `with_epoch`, the rows of `relation` (asset_id,
  performance_date) with the `curve_epoch` of their day.
#}
{% macro with_epoch_ctes(relation) -%}
asset_days as (
    select
        asset_id,
        performance_date,
        curve_epoch
    from {{ ref('int_asset_days') }}
    where {{ shared_dbt.rebuilt('performance_date') }}
),

with_epoch as (
    select
        {{ relation }}.*,
        asset_days.curve_epoch
    from {{ relation }}
    inner join asset_days
        on
            {{ relation }}.performance_date = asset_days.performance_date
            and {{ relation }}.asset_id = asset_days.asset_id
)
{%- endmacro %}
