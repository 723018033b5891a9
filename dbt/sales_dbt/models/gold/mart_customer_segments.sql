with customers as (
    select * from {{ ref('dim_customers') }}
),

sales as (
    select * from {{ ref('fct_sales') }}
),

run_inputs as (
    select max(run_inputs.as_of_date) as as_of_date
    from {{ ref('run_inputs') }} as run_inputs
),

summed as (
    select
        sales.customer_id,
        sum(sales.sales_amount) as sales_amount,
        sum(sales.quantity) as quantity,
        count(distinct sales.order_number) as order_count,
        count(distinct sales.product_number) as product_count,
        min(sales.ordered_on) as first_ordered_on,
        max(sales.ordered_on) as last_ordered_on
    from sales
    group by sales.customer_id
),

joined as (
    select
        customers.customer_id,
        customers.customer_number,
        customers.country,
        cast(coalesce(summed.sales_amount, 0) as decimal(18, 4)) as sales_amount,
        cast(coalesce(summed.quantity, 0) as bigint) as quantity,
        cast(coalesce(summed.order_count, 0) as bigint) as order_count,
        cast(coalesce(summed.product_count, 0) as bigint) as product_count,
        summed.first_ordered_on,
        summed.last_ordered_on,
        {{ dbt.datediff('summed.last_ordered_on', 'run_inputs.as_of_date', 'day') }}
            as recency_days,
        {{ dbt.datediff('summed.first_ordered_on', 'summed.last_ordered_on', 'month') }}
            as lifespan_months
    from customers
    left join summed
        on customers.customer_id = summed.customer_id
    cross join run_inputs
),

final as (
    select
        joined.customer_id,
        joined.customer_number,
        joined.country,
        {{ segment('joined.order_count', 'joined.lifespan_months', 'joined.sales_amount') }}
            as segment,
        cast(joined.recency_days as bigint) as recency_days,
        joined.order_count,
        joined.sales_amount,
        cast(joined.lifespan_months as bigint) as lifespan_months,
        joined.quantity,
        joined.product_count,
        {{ money_per('joined.sales_amount', 'joined.order_count') }} as average_order_value,
        joined.first_ordered_on,
        joined.last_ordered_on
    from joined
)

select * from final
