with sales as (
    select * from {{ ref('crm_sales') }}
),

final as (
    select
        sales.order_number,
        sales.product_number,
        sales.customer_id,
        sales.ordered_on,
        sales.shipped_on,
        sales.due_on,
        sales.sales_amount,
        sales.quantity,
        sales.price
    from sales
)

select * from final
