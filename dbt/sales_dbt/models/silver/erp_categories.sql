with cleaned as (
    select * from {{ ref('int_erp_categories_cleaned') }}
),

final as (
    select
        cleaned.category_id,
        cleaned.category,
        cleaned.subcategory,
        cleaned.maintenance
    from cleaned
    where cleaned.dropped_by is null
)

select * from final
