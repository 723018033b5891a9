with cleaned as (
    select * from {{ ref('int_crm_sales_cleaned') }}
),

final as (
    select
        cleaned.order_number,
        cleaned.product_number,
        cleaned.customer_id,
        cleaned.ordered_on,
        cleaned.shipped_on,
        cleaned.due_on,
        cleaned.sales_amount,
        cleaned.quantity,
        cleaned.price
    from cleaned
    where cleaned.dropped_by is null
)

select * from final
