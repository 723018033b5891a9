with products as (
    select * from {{ ref('crm_products') }}
),

categories as (
    select * from {{ ref('erp_categories') }}
),

current_versions as (
    select products.*
    from products
    where products.valid_to is null
),

final as (
    select
        current_versions.product_id,
        current_versions.product_number,
        current_versions.product_name,
        current_versions.category_id,
        categories.category,
        categories.subcategory,
        categories.maintenance,
        current_versions.cost,
        current_versions.product_line,
        current_versions.valid_from
    from current_versions
    left join categories
        on current_versions.category_id = categories.category_id
)

select * from final
