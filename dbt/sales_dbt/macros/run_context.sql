{#
  What a run is made from: one delivery per input and its logical date.

  penstock names them in PENSTOCK_RUN_DELIVERIES (delivery ids, one a line) and PENSTOCK_AS_OF.
  Unset, as for the plain dbt CLI, the latest delivery of each input counts, and the logical date is
  the day the newest of them was received. Both are read while a statement runs, never while the
  project is parsed, so that another value leaves partial parsing intact.

  A value `:name` is bound later: the compiled statement reads the variable `name` of the session it
  runs in. So one compiled project serves every run.
#}

{# A value of the environment as (text, the session's variable it is bound to). #}
{% macro run_value(name) -%}
    {%- set given = (env_var(name, '') | trim) if execute else '' -%}
    {{ return(('', given[1:]) if given.startswith(':') else (given, '')) }}
{%- endmacro %}

{# The raw tables, in the order of the layers. #}
{% macro inputs() -%}
    {{ return([
        'crm_cust_info', 'crm_prd_info', 'crm_sales_details',
        'erp_cust_az12', 'erp_loc_a101', 'erp_px_cat_g1v2',
    ]) }}
{%- endmacro %}

{# Whether a delivery belongs to the run, as SQL; none where the latest count. #}
{% macro is_of_the_run(delivery_id) -%}
    {%- set given, variable = run_value('PENSTOCK_RUN_DELIVERIES') -%}
    {%- if variable -%}
        {{ return("list_contains(getvariable('" ~ variable ~ "'), " ~ delivery_id ~ ")") }}
    {%- elif given -%}
        {{ return(delivery_id ~ " in ('" ~ given.splitlines() | join("', '") ~ "')") }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{# The logical date of the run as SQL; `otherwise` where none is given. #}
{% macro as_of_date(otherwise) -%}
    {%- set given, variable = run_value('PENSTOCK_AS_OF') -%}
    {%- if variable -%}
        cast(getvariable('{{ variable }}') as date)
    {%- elif given -%}
        {%- do modules.datetime.date.fromisoformat(given) -%}
        cast('{{ given }}' as date)
    {%- else -%}
        {{ otherwise }}
    {%- endif -%}
{%- endmacro %}

{# The rows of an input that belong to the run. #}
{% macro received_rows(table) -%}
    select *
    from {{ source('raw', table) }}
    where
        _delivery_id in (
            select run_inputs.delivery_id
            from {{ ref('run_inputs') }} as run_inputs
            where run_inputs.table_name = '{{ table }}'
        )
{%- endmacro %}
