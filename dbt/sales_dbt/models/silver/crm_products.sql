with cleaned as (
    select * from {{ ref('int_crm_products_cleaned') }}
),

final as (
    select
        cleaned.product_id,
        cleaned.prd_key as product_key,
        cleaned.category_id,
        cleaned.product_number,
        cleaned.product_name,
        cleaned.cost,
        cleaned.product_line,
        cleaned.valid_from,
        cleaned.valid_to
    from cleaned
    where cleaned.dropped_by is null
)

select * from final
