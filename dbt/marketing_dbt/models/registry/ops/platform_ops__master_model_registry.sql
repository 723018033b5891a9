with blueprints as (
    {{ marketing.latest_snapshot('platform__blueprints') }}
),

objects as (
    select
        *,
        count(*) over (partition by master_model_id, object_name) as revision_count
    from blueprints
    qualify
        row_number() over (
            partition by master_model_id, object_name order by contract_revision desc
        ) = 1
),

known_keys as (
    select
        master_model_id,
        object_name,
        count(distinct tenant_slug) as tenant_count,
        count(*) as key_count,
        cast(sum(version_count) as bigint) as version_count
    from {{ ref('hub_key_registry') }}
    group by master_model_id, object_name
)

select
    objects.master_model_id,
    objects.object_name,
    'platform_mm__' || objects.master_model_id || '_' || objects.object_name as relation_name,
    objects.domain,
    objects.object_kind,
    objects.source_platforms,
    objects.api_version,
    objects.natural_key,
    objects.cursor_column,
    objects.revision_count,
    objects.source_schema_hash,
    coalesce(known_keys.tenant_count, 0) as tenant_count,
    coalesce(known_keys.key_count, 0) as key_count,
    coalesce(known_keys.version_count, 0) as version_count
from objects
left join known_keys
    on objects.master_model_id = known_keys.master_model_id
        and objects.object_name = known_keys.object_name
