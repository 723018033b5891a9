with products as (
    select * from {{ ref('dim_products') }}
),

sales as (
    select * from {{ ref('fct_sales') }}
),

summed as (
    select
        sales.product_number,
        sum(sales.sales_amount) as sales_amount,
        sum(sales.quantity) as quantity,
        count(distinct sales.order_number) as order_count,
        count(distinct sales.customer_id) as customer_count,
        min(sales.ordered_on) as first_ordered_on,
        max(sales.ordered_on) as last_ordered_on
    from sales
    group by sales.product_number
),

joined as (
    select
        products.product_number,
        products.product_name,
        products.category,
        products.subcategory,
        products.product_line,
        products.cost,
        coalesce(summed.sales_amount, 0) as sales_amount,
        coalesce(summed.quantity, 0) as quantity,
        coalesce(summed.order_count, 0) as order_count,
        coalesce(summed.customer_count, 0) as customer_count,
        summed.first_ordered_on,
        summed.last_ordered_on,
        coalesce(summed.quantity, 0) * products.cost as cost_amount
    from products
    left join summed
        on products.product_number = summed.product_number
),

final as (
    select
        joined.product_number,
        joined.product_name,
        joined.category,
        joined.subcategory,
        joined.product_line,
        joined.cost,
        cast(joined.sales_amount as decimal(18, 4)) as sales_amount,
        cast(joined.quantity as bigint) as quantity,
        cast(joined.order_count as bigint) as order_count,
        cast(joined.customer_count as bigint) as customer_count,
        {{ money_per('joined.sales_amount', 'joined.quantity') }} as average_price,
        cast(joined.cost_amount as decimal(18, 4)) as cost_amount,
        cast(joined.sales_amount - joined.cost_amount as decimal(18, 4)) as margin_amount,
        {{ shared_dbt.ratio('joined.sales_amount - joined.cost_amount', 'joined.sales_amount') }}
            as margin_frac,
        joined.first_ordered_on,
        joined.last_ordered_on
    from joined
)

select * from final
