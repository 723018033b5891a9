{#
  Histories: what held from when to when. Both are made of what was landed, all of it, every time:
  there is nothing that a full refresh could make otherwise.
#}

{#
  Entries of tenants.yaml, one row per change. A snapshot without a tenant ends its period; one with
  a wrong entry changes nothing: nobody was served by it.
#}
{% macro tenant_config_history() -%}
    with ordered as (
        select
            delivery_id,
            delivered_at,
            row_number() over (order by delivered_at, delivery_id) as place
        from ({{ marketing.snapshots('platform__tenants') }})
    ),

    entries as (
        select
            ordered.place,
            landed.tenant_slug,
            landed.business_name,
            landed.status,
            landed.configuration
        from {{ source('registry', 'platform__tenants') }} as landed
        inner join ordered on landed._delivery_id = ordered.delivery_id
    ),

    tenants as (
        select tenant_slug, min(place) as first_place
        from entries
        group by tenant_slug
    ),

    states as (
        select
            tenants.tenant_slug,
            ordered.place,
            ordered.delivered_at,
            entries.business_name,
            entries.status,
            entries.configuration
        from tenants
        inner join ordered on tenants.first_place <= ordered.place
        left join entries
            on tenants.tenant_slug = entries.tenant_slug and ordered.place = entries.place
        where entries.tenant_slug is null or entries.configuration is not null
    ),

    changes as (
        select *
        from states
        qualify
            configuration is distinct from lag(configuration) over (
                partition by tenant_slug order by place
            )
    ),

    periods as (
        select
            *,
            lead(delivered_at) over (partition by tenant_slug order by place) as valid_to
        from changes
    )

    select
        tenant_slug,
        row_number() over (partition by tenant_slug order by place) as version_number,
        business_name,
        status,
        configuration,
        delivered_at as valid_from,
        valid_to,
        valid_to is null as is_current
    from periods
    where configuration is not null
{%- endmacro %}

{#
  Schemas of landed tables: files that follow each other with one schema are one period. How a schema
  was routed is told by whichever snapshot knew of it last: a ledger that was lost has forgotten.
#}
{% macro sync_to_schema_history() -%}
    with routes as (
        select *
        from {{ source('registry', 'platform__schema_routes') }}
        qualify
            row_number() over (
                partition by raw_table, source_schema_hash
                order by _delivered_at desc, _delivery_id desc
            ) = 1
    ),

    files as (
        select
            table_name as raw_table,
            regexp_extract(delivery_id, '\.([0-9a-f]{32})\.', 1) as source_schema_hash,
            delivered_at,
            delivery_id,
            rows_accepted
        from {{ source('registry', 'deliveries') }}
        where status = 'loaded'
    ),

    known as (
        select files.*
        from files
        where (files.raw_table, files.source_schema_hash) in (
            select (raw_table, source_schema_hash) from routes
        )
    ),

    compared as (
        select
            *,
            source_schema_hash is distinct from lag(source_schema_hash) over (
                partition by raw_table order by delivered_at, delivery_id
            ) as is_first
        from known
    ),

    placed as (
        select
            *,
            sum(cast(is_first as integer)) over (
                partition by raw_table
                order by delivered_at, delivery_id
                rows between unbounded preceding and current row
            ) as period
        from compared
    ),

    periods as (
        select
            raw_table,
            source_schema_hash,
            period,
            min(delivered_at) as valid_from,
            max(delivered_at) as last_seen_at,
            count(*) as file_count,
            cast(sum(rows_accepted) as bigint) as row_count
        from placed
        group by raw_table, source_schema_hash, period
    ),

    followed as (
        select
            *,
            lead(valid_from) over (partition by raw_table order by period) as valid_to
        from periods
    )

    select
        followed.raw_table,
        routes.tenant_slug,
        routes.source_platform,
        routes.object_name,
        followed.source_schema_hash,
        routes.outcome,
        routes.contract,
        routes.extra_columns,
        routes.missing_columns,
        followed.valid_from,
        followed.last_seen_at,
        followed.valid_to,
        followed.valid_to is null as is_current,
        followed.file_count,
        followed.row_count
    from followed
    inner join routes
        on followed.raw_table = routes.raw_table
        and followed.source_schema_hash = routes.source_schema_hash
{%- endmacro %}
