with manifests as (
    select * from {{ ref('platform_ops__semantic_manifests') }}
),

fields as (
    {%- for kind, part in {
        'dimension': 'dimensions',
        'measure': 'measures',
        'calculated_measure': 'calculated_measures',
        'join': 'joins',
    }.items() %}
    select
        tenant_slug,
        semantic_table,
        relation_name,
        '{{ kind }}' as field_kind,
        unnest(json_keys(definition, '$.{{ part }}')) as field_name,
        json_extract(definition, '$.{{ part }}') as part
    from manifests
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

named as (
    select
        * exclude (part),
        json_extract(part, '$."' || field_name || '"') as field
    from fields
)

select
    tenant_slug,
    semantic_table,
    relation_name,
    field_kind,
    field_name,
    field ->> '$.expr' as expression,
    field ->> '$.description' as description,
    coalesce(cast(field ->> '$.is_time_dimension' as boolean), false) as is_time_dimension,
    field ->> '$.smallest_time_grain' as smallest_time_grain,
    field ->> '$.model' as joined_table,
    field ->> '$.left_on' as joined_on
from named
