{#
  The push: an append-only master model takes in what its pushers have and it does not.

  Its model refers to the staging view of every connector that lands into it, so that the edges are
  real and one pass is enough. A record is a version of its natural key if it differs from the
  version before it (by cursor, then delivery, then place in the file); of equal ones in a row only
  the first counts. What is a version, but not in the master model yet, is appended; what came from
  a delivery that was retracted leaves. Only rows of the run's tenant are read or written.
#}
{% macro sync_to_master_hub(master_model, object) -%}
    with pushed as (
        {%- for platform, name in marketing.sources_of(master_model=master_model, object=object) %}
        select * from {{ ref('stg_' ~ platform ~ '__' ~ name) }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ),

    compared as (
        select
            tenant_skey,
            delivery_id,
            source_row,
            record_hash,
            lag(record_hash) over (
                partition by tenant_skey
                order by source_cursor nulls first, loaded_at, delivery_id, source_row
            ) as previous_hash
        from pushed
    ),

    new_versions as (
        select compared.delivery_id, compared.source_row
        from compared
        {%- if is_incremental() %}
        left join (
            select delivery_id, source_row
            from {{ this }}
            where tenant_slug = '{{ marketing.tenant() }}'
        ) as known
            on compared.delivery_id = known.delivery_id and compared.source_row = known.source_row
        {%- endif %}
        where
            compared.record_hash is distinct from compared.previous_hash
            {%- if is_incremental() %}
            and known.delivery_id is null
            {%- endif %}
    )

    select
        pushed.tenant_slug,
        pushed.source_platform,
        pushed.tenant_skey,
        pushed.source_schema_hash,
        pushed.source_cursor,
        pushed.loaded_at,
        pushed.delivery_id,
        pushed.source_row,
        pushed.record_hash,
        pushed.raw_data_payload
    from pushed
    inner join new_versions
        on pushed.delivery_id = new_versions.delivery_id
        and pushed.source_row = new_versions.source_row
{%- endmacro %}

{# What a retracted delivery pushed leaves its master model; raw.deliveries says what stands. #}
{% macro forget_retracted() -%}
    {%- if execute and is_incremental() %}
    delete from {{ this }}
    where
        tenant_slug = '{{ marketing.tenant() }}'
        and delivery_id not in (select delivery_id from raw.deliveries)
    {%- endif -%}
{%- endmacro %}
