{%- set flags = {'weather': weather_flags(), 'generation': generation_flags()} %}

with intervals as (
    select * from {{ ref('fct_generation_weather_interval') }}
    where {{ shared_dbt.rebuilt('performance_date') }}
),

landed_days as (
    select * from {{ ref('int_landed_days') }}
    where {{ shared_dbt.rebuilt('landed_date') }}
),

counted as (
    select
        intervals.asset_id,
        intervals.performance_date,
        intervals.tenant_id,
        intervals.technology,
        intervals.is_plant,
        {%- for flag in quality_flags() %}
        count(*) filter (where intervals.{{ flag }}) as {{ flag }},
        {%- endfor %}
        count(*) filter (where intervals.is_weather_valid) as weather_valid,
        count(*) filter (where intervals.is_generation_valid) as generation_valid,
        count(*) as expected
    from intervals
    group by
        intervals.asset_id,
        intervals.performance_date,
        intervals.tenant_id,
        intervals.technology,
        intervals.is_plant
),

by_source as (
    {%- for source in flags %}
    select
        counted.asset_id,
        counted.performance_date,
        '{{ source }}' as source,
        counted.tenant_id,
        counted.technology,
        counted.is_plant,
        cast(counted.expected as integer) as expected_slots,
        cast(counted.expected - counted.dq_missing_{{ source }} as integer) as received_slots,
        cast(counted.{{ source }}_valid as integer) as valid_slots,
        {%- for kind in ['missing', 'duplicate', 'range'] %}
        cast(counted.dq_{{ kind }}_{{ source }} as integer) as {{ kind }}_slots,
        {%- endfor %}
        {%- for kind in ['late', 'corrected'] %}
        cast(counted.dq_{{ kind }}_{{ source }} as integer) as {{ kind }}_rows,
        {%- endfor %}
        {%- for flag in quality_flags() if not flag.endswith(('_weather', '_generation')) %}
        cast(
            {{ 'counted.' ~ flag if flag in flags[source] + ['dq_clock'] else 'null' }} as integer
        ) as {{ flag[3:] }}_slots,
        {%- endfor %}
        landed_days.{{ source }}_delivered_at as delivered_at
    from counted
    left join landed_days
        on
            counted.performance_date = landed_days.landed_date
            and counted.asset_id = landed_days.asset_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

final as (
    select
        by_source.asset_id,
        by_source.performance_date,
        by_source.source,
        by_source.tenant_id,
        by_source.technology,
        by_source.is_plant,
        by_source.expected_slots,
        by_source.received_slots,
        by_source.valid_slots,
        {{ shared_dbt.ratio('by_source.valid_slots', 'by_source.expected_slots') }} as valid_frac,
        by_source.missing_slots,
        by_source.duplicate_slots,
        by_source.range_slots,
        by_source.late_rows,
        by_source.corrected_rows,
        {%- for flag in quality_flags() if not flag.endswith(('_weather', '_generation')) %}
        by_source.{{ flag[3:] }}_slots,
        {%- endfor %}
        {{ shared_dbt.measure(
            '('
            ~ shared_dbt.epoch_seconds('by_source.delivered_at')
            ~ ' - '
            ~ shared_dbt.epoch_seconds('cast(by_source.performance_date as timestamp)')
            ~ ') / 3600e0 - 24e0'
        ) }} as freshness_h
    from by_source
)

select * from final
