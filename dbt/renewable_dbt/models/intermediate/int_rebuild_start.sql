{{ config(materialized='table') }}

{%- set requested_day = shared_dbt.requested_rebuild_day() %}
{%- set receipt = receipt_of_last_run('int_asset_spans_built') %}

with spans as (
    select * from {{ ref('int_asset_spans') }}
),

{% if requested_day is not none and receipt is not none -%}
-- what the marts were last completed for
spans_built as (
    select * from {{ receipt }}
),

compared as (
    select
        coalesce(spans.span_from, spans_built.span_from, spans.valid_from) as from_now,
        coalesce(spans_built.span_from, spans.span_from, spans_built.valid_from) as from_built,
        least(spans.span_to, spans_built.span_to) as common_end,
        least(spans.valid_to, spans_built.valid_to) as common_validity_end,
        (spans.span_to is distinct from spans_built.span_to) as has_other_end,
        (spans.valid_to is distinct from spans_built.valid_to) as has_other_validity,
        (
            spans.asset_id is null
            or spans_built.asset_id is null
            or spans.span_from is distinct from spans_built.span_from
            {%- for column in asset_attributes() %}
            or spans.{{ column }} is distinct from spans_built.{{ column }}
            {%- endfor %}
        ) as has_other_rows
    from spans
    full outer join spans_built
        on
            spans.asset_id = spans_built.asset_id
            and spans.valid_from = spans_built.valid_from
),

changed_days as (
    select date '{{ requested_day }}' as changed_date
    union all
    select least(compared.from_now, compared.from_built) as changed_date
    from compared
    where compared.has_other_rows
    union all
    select {{ shared_dbt.days_later('compared.common_end', 1) }} as changed_date
    from compared
    where compared.has_other_end and not compared.has_other_rows
    union all
    select compared.common_validity_end as changed_date
    from compared
    where compared.has_other_validity and not compared.has_other_rows
),

-- flags look two slots ahead, so the day before the first changed one is written too
resolved as (
    select {{ shared_dbt.days_later('min(changed_days.changed_date)', -1) }} as rebuild_from
    from changed_days
)
{%- else -%}
resolved as (
    select max(cast(null as date)) as rebuild_from
    from spans
)
{%- endif %}

select * from resolved
