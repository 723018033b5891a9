{#
  The hub: every key of every master model that has been built, with its first and last version.

  It is built anew for the tenants of whom something was loaded or built since it was built last,
  as their commit tokens tell, and for those that are gone; the keys of the others stay untouched.
#}
{% macro sync_to_key_registry() -%}
    {%- set master_models = {} -%}
    {%- for connector in marketing.connectors().values() -%}
        {%- for object in connector['objects'] -%}
            {%- set relation = ref('platform_mm__' ~ connector['master_model'] ~ '_' ~ object) -%}
            {%- if not execute or load_relation(relation) is not none -%}
                {%- do master_models.update({relation: [connector['master_model'], object]}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for relation, names in master_models.items() %}
    select
        tenant_skey,
        '{{ names[1] }}' as object_name,
        tenant_slug,
        source_platform,
        '{{ names[0] }}' as master_model_id,
        min(loaded_at) as first_seen_at,
        max(loaded_at) as last_seen_at,
        count(*) as version_count
    from {{ relation }}
    {%- if is_incremental() %}
    where tenant_slug in ({{ marketing.changed_tenants() }})
    {%- endif %}
    group by tenant_skey, tenant_slug, source_platform
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        cast(null as varchar) as tenant_skey,
        cast(null as varchar) as object_name,
        cast(null as varchar) as tenant_slug,
        cast(null as varchar) as source_platform,
        cast(null as varchar) as master_model_id,
        cast(null as timestamp) as first_seen_at,
        cast(null as timestamp) as last_seen_at,
        cast(null as bigint) as version_count
    where false
    {%- endfor %}
{%- endmacro %}

{# The commits that the hub was last built with, in the same transaction as its rows. #}
{% macro hub_commits() -%}
    {{ return(this.incorporate(path={'identifier': this.identifier ~ '_commits'})) }}
{%- endmacro %}

{# Tenants whose keys may differ from those in the hub. #}
{% macro changed_tenants() -%}
    select coalesce(now.tenant_slug, known.tenant_slug)
    from ({{ marketing.latest_snapshot('platform__tenant_commits') }}) as now
    full outer join {{ marketing.hub_commits() }} as known on now.tenant_slug = known.tenant_slug
    where now.commit_token is distinct from known.commit_token
{%- endmacro %}

{% macro note_hub_commits() -%}
    create or replace table {{ marketing.hub_commits() }} as
    select tenant_slug, commit_token
    from ({{ marketing.latest_snapshot('platform__tenant_commits') }})
{%- endmacro %}

{# Incremental strategy: the keys of the tenants that have changed are replaced whole. #}
{% macro get_incremental_replace_tenants_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where tenant_slug in ({{ marketing.changed_tenants() }});
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}
