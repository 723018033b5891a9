with customers as (
    select * from {{ ref('dim_customers') }}
),

final as (
    select
        customers.country,
        customers.country <> {{ not_available() }} as is_known,
        count(*) as customer_count
    from customers
    group by customers.country
)

select * from final
