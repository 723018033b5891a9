{{ config(materialized='table') }}

with spans as (
    select * from {{ ref('int_asset_spans') }}
),

versions as (
    select
        {{ dbt.hash("spans.asset_id || '|' || cast(spans.valid_from as varchar)") }} as asset_sk,
        spans.asset_id,
        {%- for column in asset_attributes() %}
        spans.{{ column }},
        {%- endfor %}
        spans.valid_from,
        spans.valid_to,
        spans.valid_to is null as is_current,
        spans.span_from as first_performance_date,
        spans.span_to as last_performance_date
    from spans
)

select * from versions
