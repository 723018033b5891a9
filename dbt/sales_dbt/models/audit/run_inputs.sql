{%- set of_the_run = is_of_the_run('deliveries.delivery_id') -%}

with deliveries as (
    {%- for table in inputs() %}
    select
        '{{ table }}' as table_name,
        _delivery_id as delivery_id,
        min(_source_file) as source_file,
        min(_delivered_at) as received_at,
        count(*) as row_count
    from {{ source('raw', table) }}
    group by _delivery_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

received as (
    select
        deliveries.table_name,
        deliveries.delivery_id,
        deliveries.source_file,
        deliveries.received_at,
        deliveries.row_count
    from deliveries
    {%- if of_the_run is none %}
    qualify
        row_number() over (
            partition by deliveries.table_name
            order by
                deliveries.received_at desc nulls last,
                deliveries.delivery_id desc nulls last
        ) = 1
    {%- else %}
    where {{ of_the_run }}
    {%- endif %}
),

newest as (
    select cast(max(received.received_at) as date) as received_on
    from received
),

final as (
    select
        received.table_name,
        received.delivery_id,
        received.source_file,
        received.received_at,
        received.row_count,
        {{ as_of_date('newest.received_on') }} as as_of_date
    from received
    cross join newest
)

select * from final
