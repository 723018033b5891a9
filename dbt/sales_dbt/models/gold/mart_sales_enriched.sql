with sales as (
    select * from {{ ref('fct_sales') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

final as (
    select
        sales.order_number,
        sales.ordered_on,
        cast({{ dbt.date_trunc('month', 'sales.ordered_on') }} as date) as sales_month,
        sales.shipped_on,
        sales.due_on,
        sales.customer_id,
        customers.customer_number,
        customers.first_name,
        customers.last_name,
        customers.country,
        customers.gender,
        customers.marital_status,
        customers.birth_date,
        sales.product_number,
        products.product_name,
        products.category,
        products.subcategory,
        products.product_line,
        sales.quantity,
        sales.price,
        sales.sales_amount,
        cast(sales.quantity * products.cost as decimal(18, 4)) as cost_amount,
        cast(sales.sales_amount - sales.quantity * products.cost as decimal(18, 4))
            as margin_amount
    from sales
    left join customers
        on sales.customer_id = customers.customer_id
    left join products
        on sales.product_number = products.product_number
)

select * from final
