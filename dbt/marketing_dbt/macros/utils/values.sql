{#
  Values out of payloads. Every one is text first: markers of a missing value ('-', '--', '') are
  null. Casts are strict: a value that is none fails the run instead of becoming null.
#}

{# A text value, missing markers as null. #}
{% macro as_text(value) -%}
    case when trim({{ value }}) not in ('', '-', '--') then trim({{ value }}) end
{%- endmacro %}

{% macro as_integer(value) -%}
    cast({{ marketing.as_text(value) }} as bigint)
{%- endmacro %}

{# Decimal text or a number, in units of its currency. #}
{% macro as_money(value) -%}
    cast({{ marketing.as_text(value) }} as decimal(18, 6))
{%- endmacro %}

{# Millionths of a unit, as a whole number. #}
{% macro from_micros(value) -%}
    cast(cast({{ marketing.as_text(value) }} as decimal(18, 0)) / 1000000 as decimal(18, 6))
{%- endmacro %}

{% macro as_date(value) -%}
    cast({{ marketing.as_text(value) }} as date)
{%- endmacro %}

{# UTC: contracts have converted what carried an offset. #}
{% macro as_time(value) -%}
    cast({{ marketing.as_text(value) }} as timestamp)
{%- endmacro %}

{# Sum of `value` over an array of {action_type, value}, of one type; null where there is no array. #}
{% macro sum_of_actions(actions, action_type) -%}
    case
        when {{ actions }} is not null
            then coalesce(
                list_sum(
                    list_transform(
                        list_filter(
                            from_json({{ actions }}, '[{"action_type":"VARCHAR","value":"VARCHAR"}]'),
                            lambda one: one.action_type = '{{ action_type }}'
                        ),
                        lambda one: cast(one.value as decimal(18, 6))
                    )
                ), 0
            )
    end
{%- endmacro %}

{# A time of the tenant's zone in UTC. #}
{% macro local_to_utc(value) -%}
    timezone(
        'UTC', timezone('{{ marketing.get_tenant_config().get('time_zone', 'UTC') }}', {{ marketing.as_time(value) }})
    )
{%- endmacro %}

{#
  Several fields of a payload, parsed once: a list of texts in the order of `fields`. Names are
  quoted: they may hold dots.
#}
{% macro extract_json(payload, fields) -%}
    json_extract_string(
        {{ payload }},
        [{% for field in fields %}'$."{{ field }}"'{{ ', ' if not loop.last }}{% endfor %}]
    )
{%- endmacro %}

{# Identity of a record: MD5 over tenant, platform and natural key; parts cannot run together. #}
{% macro gen_tenant_key(platform, key_columns) -%}
    {{ marketing.gen_tenant_key_over("'" ~ platform ~ "'", key_columns) }}
{%- endmacro %}

{# The same where `platform` is an SQL expression: rows of several platforms. #}
{% macro gen_tenant_key_over(platform, key_columns) -%}
    md5(
        concat_ws(
            chr(31), '{{ marketing.tenant() }}', {{ platform }}
            {%- for column in key_columns %}, coalesce(cast({{ column }} as varchar), chr(30)){% endfor %}
        )
    )
{%- endmacro %}
