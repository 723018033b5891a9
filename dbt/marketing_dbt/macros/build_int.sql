{#
  Intermediate: the latest version of every record of one connector's object, typed. The payload is
  parsed once: an incremental run parses only records whose latest version has changed. The payload
  itself stays reachable by tenant_skey, delivery_id and source_row in the master model.
#}
{% macro build_int(platform, object) -%}
    {%- set connector = marketing.connectors()[platform] -%}
    {%- set kind = connector['objects'][object] -%}
    {%- set engine = context['engine_' ~ connector['master_model'] ~ '__' ~ object]() -%}
    {%- set fields = engine['fields'] -%}
    {%- set columns = engine['columns'] -%}
    with versions as (
        select tenant_skey, source_cursor, loaded_at, delivery_id, source_row
        from {{ ref('platform_mm__' ~ connector['master_model'] ~ '_' ~ object) }}
        where tenant_slug = '{{ marketing.tenant() }}' and source_platform = '{{ platform }}'
    ),

    latest as (
        select *
        from versions
        qualify row_number() over (
            partition by tenant_skey
            order by
                source_cursor desc nulls last, loaded_at desc, delivery_id desc, source_row desc
        ) = 1
    ),

    {% if is_incremental() -%}
    changed as (
        select latest.*
        from latest
        left join {{ this }} as known
            on latest.tenant_skey = known.tenant_skey
            and latest.delivery_id = known.delivery_id
            and latest.source_row = known.source_row
        where known.tenant_skey is null
    ),
    {%- else -%}
    changed as (
        select * from latest
    ),
    {%- endif %}

    parsed as (
        select
            master.tenant_skey,
            master.tenant_slug,
            master.source_platform,
            master.loaded_at,
            master.delivery_id,
            master.source_row,
            {{ marketing.extract_json('master.raw_data_payload', fields) }} as fields
        from {{ ref('platform_mm__' ~ connector['master_model'] ~ '_' ~ object) }} as master
        inner join changed
            on master.delivery_id = changed.delivery_id
            and master.source_row = changed.source_row
        where
            master.tenant_slug = '{{ marketing.tenant() }}'
            and master.source_platform = '{{ platform }}'
    ),

    named as (
        select
            tenant_skey, tenant_slug, source_platform, loaded_at, delivery_id, source_row,
            {% for field in fields -%}
            fields[{{ loop.index }}] as "{{ field }}"{{ ',' if not loop.last }}
            {% endfor %}
        from parsed
    )

    select
        tenant_skey, tenant_slug, source_platform, loaded_at, delivery_id, source_row,
        {% for column in marketing.canonical_columns(kind) -%}
        cast({{ columns.get(column[0], 'null') }} as {{ column[1] }}) as {{ column[0] }}{{ ',' if not loop.last }}
        {% endfor %}
    from named
{%- endmacro %}

{#
  Incremental strategy of intermediate models: records with a new version are replaced, those whose
  every version was retracted leave.
#}
{% macro get_incremental_replace_records_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set source = arg_dict['temp_relation'] -%}
    {%- set platform, _, object = model['name'][4:].partition('__') -%}
    {%- set master_model = marketing.connectors()[platform]['master_model'] -%}
    delete from {{ target }}
    where tenant_skey in (select tenant_skey from {{ source }})
    or tenant_skey not in (
        select tenant_skey
        from {{ ref('platform_mm__' ~ master_model ~ '_' ~ object) }}
        where tenant_slug = '{{ marketing.tenant() }}'
    );
    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ source }}
{%- endmacro %}
