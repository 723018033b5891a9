with cleaned as (
    select * from {{ ref('int_crm_customers_cleaned') }}
),

final as (
    select
        cleaned.customer_id,
        cleaned.customer_number,
        cleaned.first_name,
        cleaned.last_name,
        cleaned.marital_status,
        cleaned.gender,
        cleaned.created_on
    from cleaned
    where cleaned.dropped_by is null
)

select * from final
