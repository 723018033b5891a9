{#
  The platform lands whole snapshots of what it knows. The last one says what is; the order of all
  says what was. A snapshot without rows is one, too, so that raw.deliveries names them.
#}
{% macro snapshots(table) -%}
    select delivery_id, delivered_at
    from {{ source('registry', 'deliveries') }}
    where table_name = '{{ table }}' and status = 'loaded'
{%- endmacro %}

{# Rows of the last snapshot. #}
{% macro latest_snapshot(table) -%}
    select *
    from {{ source('registry', table) }}
    where _delivery_id = (
        select delivery_id
        from ({{ marketing.snapshots(table) }})
        order by delivered_at desc, delivery_id desc
        limit 1
    )
{%- endmacro %}
