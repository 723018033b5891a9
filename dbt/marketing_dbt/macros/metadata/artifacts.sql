{#
  What the last run of every tenant, and of the platform, consisted of and came to, in the working
  warehouse: models, tests, results. A run replaces what the one before left of the same tenant, also
  if it failed. No time of day is in it: run_id says which run it was. Names of relations are made
  anew: those in the graph are of the parse that all tenants share.
#}
{% macro init_artifact_tables() -%}
    create schema if not exists platform;
    create table if not exists platform.model_artifacts__current (
        tenant_slug varchar,
        unique_id varchar,
        model_name varchar,
        relation_name varchar,
        materialization varchar,
        layer varchar,
        description varchar,
        depends_on varchar,
        checksum varchar,
        run_id varchar
    );
    create table if not exists platform.test_artifacts__current (
        tenant_slug varchar,
        unique_id varchar,
        test_name varchar,
        test_kind varchar,
        model_name varchar,
        depends_on varchar,
        severity varchar,
        run_id varchar
    );
    create table if not exists platform.run_results__current (
        tenant_slug varchar,
        unique_id varchar,
        node_name varchar,
        resource_type varchar,
        status varchar,
        failures bigint,
        message varchar,
        execution_seconds decimal(18, 6),
        run_id varchar
    );
{%- endmacro %}

{% macro upload_model_definitions() -%}
    {%- set rows = [] -%}
    {%- for node in marketing.nodes_of_run('model') -%}
        {%- do rows.append([
            node.unique_id,
            node.name,
            marketing.generate_schema_name(node.config.schema, node)
                ~ '.' ~ marketing.generate_alias_name(none, node),
            node.config.materialized,
            node.fqn[1],
            node.description,
            tojson(node.depends_on.nodes),
            node.checksum.checksum,
        ]) -%}
    {%- endfor -%}
    {{ marketing.replace_artifacts('model_artifacts__current', rows) }}
{%- endmacro %}

{% macro upload_test_definitions() -%}
    {%- set rows = [] -%}
    {%- for node in marketing.nodes_of_run('test') -%}
        {%- set generic = node.get('test_metadata') -%}
        {%- set tested = graph.nodes.get(node.get('attached_node') or '', {}) -%}
        {%- do rows.append([
            node.unique_id,
            node.name,
            generic.name if generic else 'singular',
            tested.get('name'),
            tojson(node.depends_on.nodes),
            node.config.severity,
        ]) -%}
    {%- endfor -%}
    {{ marketing.replace_artifacts('test_artifacts__current', rows) }}
{%- endmacro %}

{% macro upload_run_results(results) -%}
    {%- set rows = [] -%}
    {%- for one in results if one.node.resource_type in ('model', 'test') -%}
        {%- do rows.append([
            one.node.unique_id,
            one.node.name,
            one.node.resource_type,
            one.status,
            one.failures,
            one.message,
            one.execution_time,
        ]) -%}
    {%- endfor -%}
    {{ marketing.replace_artifacts('run_results__current', rows) }}
{%- endmacro %}

{# Models or tests that the run was asked for, by name. #}
{% macro nodes_of_run(kind) -%}
    {{ return(
        graph.nodes.values()
        | selectattr('resource_type', 'equalto', kind)
        | selectattr('unique_id', 'in', selected_resources)
        | sort(attribute='unique_id')
        if execute else []
    ) }}
{%- endmacro %}

{# The tenant's rows of a table, replaced in one transaction; first and last column are its own. #}
{% macro replace_artifacts(table, rows) -%}
    {%- if execute %}
    begin;
    delete from platform.{{ table }}
    where tenant_slug = '{{ marketing.tenant() }}';
    {%- if rows %}
    insert into platform.{{ table }} values
    {%- for row in rows %}
    ('{{ marketing.tenant() }}'
        {%- for value in row -%}
            , {% if value is none %}null{% elif value is number %}{{ value }}{% else %}'{{ value | string | replace("'", "''") }}'{% endif %}
        {%- endfor -%}
    , '{{ env_var('DBT_ENV_CUSTOM_ENV_PENSTOCK_RUN_ID', '') }}'){{ ',' if not loop.last }}
    {%- endfor %};
    {%- endif %}
    commit;
    {%- endif %}
{%- endmacro %}
