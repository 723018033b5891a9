with locations as (
    select * from {{ ref('dim_locations') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

sales as (
    select * from {{ ref('fct_sales') }}
),

summed as (
    select
        customers.country,
        sum(sales.sales_amount) as sales_amount,
        sum(sales.quantity) as quantity,
        count(distinct sales.order_number) as order_count,
        count(distinct sales.customer_id) as customer_count
    from sales
    inner join customers
        on sales.customer_id = customers.customer_id
    group by customers.country
),

final as (
    select
        locations.country,
        cast(coalesce(summed.sales_amount, 0) as decimal(18, 4)) as sales_amount,
        cast(coalesce(summed.quantity, 0) as bigint) as quantity,
        cast(coalesce(summed.order_count, 0) as bigint) as order_count,
        cast(coalesce(summed.customer_count, 0) as bigint) as customer_count,
        locations.customer_count as known_customer_count,
        {{ money_per('summed.sales_amount', 'summed.order_count') }} as average_order_value,
        {{ money_per('summed.sales_amount', 'summed.customer_count') }} as sales_per_customer
    from locations
    left join summed
        on locations.country = summed.country
)

select * from final
