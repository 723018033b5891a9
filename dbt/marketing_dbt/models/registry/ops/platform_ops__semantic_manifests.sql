with tables as (
    {{ marketing.latest_snapshot('platform__semantic_tables') }}
)

select
    tenant_slug,
    semantic_table,
    relation_name,
    definition ->> '$.description' as description,
    definition,
    md5(definition) as definition_hash
from tables
