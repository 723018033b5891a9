{#
  The rows of an append-only table that count: of each key the latest delivery, ties settled by the
  largest row hash, then by the delivery's name. The last key column is the moment of a row.

  Few keys are ever delivered twice, and a window over a whole table is dear: only repeated keys
  pass through one. A key is at most once in a delivery, so it can only repeat at a moment that
  several deliveries speak of, and there are far fewer moments than keys. A filter on the moment
  reaches every scan (through a join; through `in` it would not), so reading one day reads one day.

  `_is_corrected` marks a row that took the place of other values: deliveries of its key differ.
#}
{% macro latest_delivery(relation, key_columns) -%}
    {%- set moment = key_columns | last -%}
    {%- set on_keys = [] -%}
    {%- for column in key_columns -%}
        {%- do on_keys.append('delivered.' ~ column ~ ' = repeated_keys.' ~ column) -%}
    {%- endfor -%}
    with shared_moments as (
        select {{ moment }}
        from {{ relation }}
        group by {{ moment }}
        having min(_delivery_id) <> max(_delivery_id)
    ),

    repeated_keys as (
        select delivered.{{ key_columns | join(', delivered.') }}
        from {{ relation }} as delivered
        inner join shared_moments
            on delivered.{{ moment }} = shared_moments.{{ moment }}
        group by delivered.{{ key_columns | join(', delivered.') }}
        having count(*) > 1
    )

    select
        delivered.*,
        false as _is_corrected
    from {{ relation }} as delivered
    left join repeated_keys
        on {{ on_keys | join(' and ') }}
    where repeated_keys.{{ key_columns[0] }} is null
    union all
    select
        delivered.*,
        coalesce(
            min(delivered._row_hash) over deliveries_of_key
            <> max(delivered._row_hash) over deliveries_of_key, false
        ) as _is_corrected
    from {{ relation }} as delivered
    inner join repeated_keys
        on {{ on_keys | join(' and ') }}
    window deliveries_of_key as (partition by delivered.{{ key_columns | join(', delivered.') }})
    qualify
        row_number() over (
            partition by delivered.{{ key_columns | join(', delivered.') }}
            order by
                delivered._delivered_at desc nulls last,
                delivered._row_hash desc nulls last,
                delivered._delivery_id desc nulls last
        ) = 1
{%- endmacro %}
