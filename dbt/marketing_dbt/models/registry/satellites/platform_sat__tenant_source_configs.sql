with tenants as (
    select *
    from {{ ref('platform_sat__tenant_config_history') }}
    where is_current
),

sources as (
    select
        tenant_slug,
        business_name,
        status,
        configuration,
        unnest(from_json(configuration ->> '$.sources', '["VARCHAR"]')) as source_platform
    from tenants
),

connectors as (
    select distinct
        master_model_id,
        domain,
        unnest(string_split(source_platforms, ', ')) as source_platform
    from ({{ marketing.latest_snapshot('platform__blueprints') }})
),

known_keys as (
    select
        tenant_slug,
        source_platform,
        count(*) as key_count,
        max(last_seen_at) as last_seen_at
    from {{ ref('hub_key_registry') }}
    group by tenant_slug, source_platform
)

select
    sources.tenant_slug,
    sources.source_platform,
    sources.business_name,
    sources.status,
    connectors.domain,
    connectors.master_model_id,
    sources.configuration ->> '$.currency' as currency,
    sources.configuration ->> '$.time_zone' as time_zone,
    sources.configuration ->> '$.logic' as logic,
    coalesce(known_keys.key_count, 0) as key_count,
    known_keys.last_seen_at
from sources
left join connectors on sources.source_platform = connectors.source_platform
left join known_keys
    on sources.tenant_slug = known_keys.tenant_slug
        and sources.source_platform = known_keys.source_platform
