with cleaned as (
    select * from {{ ref('int_erp_locations_cleaned') }}
),

final as (
    select
        cleaned.customer_number,
        cleaned.country
    from cleaned
    where cleaned.dropped_by is null
)

select * from final
