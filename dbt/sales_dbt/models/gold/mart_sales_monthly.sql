with sales as (
    select * from {{ ref('fct_sales') }}
),

by_month as (
    select
        cast({{ dbt.date_trunc('month', 'sales.ordered_on') }} as date) as sales_month,
        {{ money_sum('sales.sales_amount') }} as sales_amount,
        cast(sum(sales.quantity) as bigint) as quantity,
        count(distinct sales.order_number) as order_count,
        count(distinct sales.customer_id) as customer_count,
        count(*) as line_count,
        {{ money_per('sum(sales.sales_amount)', 'sum(sales.quantity)') }} as average_price,
        {{ money_per('sum(sales.sales_amount)', 'count(distinct sales.order_number)') }}
            as average_order_value,
        {{ money_per('sum(sales.sales_amount)', 'count(distinct sales.customer_id)') }}
            as sales_per_customer
    from sales
    group by cast({{ dbt.date_trunc('month', 'sales.ordered_on') }} as date)
),

final as (
    select
        by_month.sales_month,
        coalesce(substr(cast(by_month.sales_month as varchar), 1, 7), 'undated') as period,
        by_month.sales_amount,
        by_month.quantity,
        by_month.order_count,
        by_month.customer_count,
        by_month.line_count,
        by_month.average_price,
        by_month.average_order_value,
        by_month.sales_per_customer
    from by_month
)

select * from final
