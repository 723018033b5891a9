{#
  What a run knows of its tenant: PENSTOCK_TENANT_CONFIG, JSON that penstock writes from
  tenants.yaml, with the route of every raw table resolved. It is read while a statement runs, never
  while the project is parsed.
#}
{% macro get_tenant_config() -%}
    {%- set given = env_var('PENSTOCK_TENANT_CONFIG', '') if execute else '' -%}
    {{ return(fromjson(given) if given else {'sources': {}, 'logic': {}}) }}
{%- endmacro %}

{# One of the tenant's own rules. #}
{% macro get_client_logic(name, default=none) -%}
    {{ return(marketing.get_tenant_config()['logic'].get(name, default)) }}
{%- endmacro %}

{# Texts as the list of an SQL `in`; an empty one matches nothing. #}
{% macro sql_list(texts) -%}
    ({% for text in texts %}'{{ text | replace("'", "''") }}'{{ ', ' if not loop.last }}{% else %}null{% endfor %})
{%- endmacro %}

{# The tenant's raw tables of a connector's object, one per revision of its contract. #}
{% macro load_clients(platform, object) -%}
    {{ return(marketing.get_tenant_config()['sources'].get(platform, {}).get(object, [])) }}
{%- endmacro %}

{#
  The connectors: every macro named connector_<platform>, each a mapping of domain, master_model and
  objects (name to kind). A new connector is found by being there.
#}
{% macro connectors() -%}
    {%- set found = {} -%}
    {%- for name in context.keys() | sort -%}
        {%- if name.startswith('connector_') -%}
            {%- do found.update({name[10:]: context[name]()}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#
  Platforms with an object of a kind (or of a master model), as [platform, object]: all there are
  while the project is parsed, so that every edge is in the graph; the tenant's own while a
  statement runs.
#}
{% macro sources_of(kind=none, master_model=none, object=none) -%}
    {%- set found = [] -%}
    {%- for platform, connector in marketing.connectors().items() -%}
        {%- for name, its_kind in connector['objects'].items() -%}
            {%- if (kind is none or its_kind == kind)
                and (master_model is none or connector['master_model'] == master_model)
                and (object is none or name == object)
                and (not execute or marketing.load_clients(platform, name)) -%}
                {%- do found.append([platform, name]) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
