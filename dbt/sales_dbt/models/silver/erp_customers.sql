with cleaned as (
    select * from {{ ref('int_erp_customers_cleaned') }}
),

final as (
    select
        cleaned.customer_number,
        cleaned.birth_date,
        cleaned.gender
    from cleaned
    where cleaned.dropped_by is null
)

select * from final
