with customers as (
    select * from {{ ref('crm_customers') }}
),

erp_customers as (
    select * from {{ ref('erp_customers') }}
),

locations as (
    select * from {{ ref('erp_locations') }}
),

final as (
    select
        customers.customer_id,
        customers.customer_number,
        customers.first_name,
        customers.last_name,
        coalesce(locations.country, {{ not_available() }}) as country,
        customers.marital_status,
        case
            when customers.gender <> {{ not_available() }} then customers.gender
            else coalesce(erp_customers.gender, {{ not_available() }})
        end as gender,
        erp_customers.birth_date,
        customers.created_on
    from customers
    left join erp_customers
        on customers.customer_number = erp_customers.customer_number
    left join locations
        on customers.customer_number = locations.customer_number
)

select * from final
