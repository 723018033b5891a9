{#
  What a run is made from: one delivery per input and its logical date.

  penstock names them in PENSTOCK_RUN_DELIVERIES (delivery ids, one a line) and PENSTOCK_AS_OF.
  Unset, as for the plain dbt CLI, the latest delivery of each input counts, and the logical date is
  the day the newest of them was received. Both are read while a statement runs, never while the
  project is parsed, so that another value leaves partial parsing intact.
#}

{# The raw tables, in the order of the layers. #}
{% macro inputs() -%}
    {{ return([
        'crm_cust_info', 'crm_prd_info', 'crm_sales_details',
        'erp_cust_az12', 'erp_loc_a101', 'erp_px_cat_g1v2',
    ]) }}
{%- endmacro %}

{# The delivery ids of the run; none where the latest count. #}
{% macro run_deliveries() -%}
    {%- set given = (env_var('PENSTOCK_RUN_DELIVERIES', '') | trim) if execute else '' -%}
    {{ return(given.splitlines() if given else none) }}
{%- endmacro %}

{# The logical date of the run as SQL; `otherwise` where none is given. #}
{% macro as_of_date(otherwise) -%}
    {%- set given = (env_var('PENSTOCK_AS_OF', '') | trim) if execute else '' -%}
    {%- if given -%}
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
