with received as (
    {{ received_rows('erp_loc_a101') }}
),

final as (
    select
        received._source_row,
        received.cid,
        received.cntry,
        replace(trim(received.cid), '-', '') as customer_number,
        case
            when {{ code('received.cntry') }} = 'DE' then 'Germany'
            when {{ code('received.cntry') }} in ('US', 'USA') then 'United States'
            when trim(coalesce(received.cntry, '')) = '' then {{ not_available() }}
            else trim(received.cntry)
        end as country,
        cast(null as varchar) as dropped_by
    from received
)

select * from final
