with received as (
    {{ received_rows('crm_prd_info') }}
),

read_values as (
    select
        received.*,
        {{ whole_number('trim(received.prd_id)') }} as product_id,
        replace(substr(received.prd_key, 1, 5), '-', '_') as category_id,
        substr(received.prd_key, 7) as product_number,
        {{ money('trim(received.prd_cost)') }} as read_cost,
        case {{ code('received.prd_line') }}
            when 'M' then 'Mountain'
            when 'R' then 'Road'
            when 'S' then 'Other Sales'
            when 'T' then 'Touring'
            else {{ not_available() }}
        end as product_line,
        {{ iso_date('trim(received.prd_start_dt)') }} as valid_from
    from received
),

with_next_version as (
    select
        read_values.*,
        lead(read_values.valid_from) over (
            partition by read_values.prd_key
            order by read_values.valid_from asc nulls first, read_values._source_row asc nulls last
        ) as next_valid_from
    from read_values
),

final as (
    select
        with_next_version._source_row,
        with_next_version.prd_id,
        with_next_version.prd_key,
        with_next_version.prd_cost,
        with_next_version.prd_line,
        with_next_version.prd_start_dt,
        with_next_version.prd_end_dt,
        with_next_version.read_cost,
        with_next_version.product_id,
        with_next_version.category_id,
        with_next_version.product_number,
        with_next_version.prd_nm as product_name,
        coalesce(with_next_version.read_cost, 0) as cost,
        with_next_version.product_line,
        with_next_version.valid_from,
        {{ shared_dbt.days_later('with_next_version.next_valid_from', -1) }} as valid_to,
        cast(null as varchar) as dropped_by
    from with_next_version
)

select * from final
