with received as (
    {{ received_rows('erp_px_cat_g1v2') }}
),

final as (
    select
        received._source_row,
        received.id as category_id,
        received.cat as category,
        received.subcat as subcategory,
        received.maintenance,
        cast(null as varchar) as dropped_by
    from received
)

select * from final
