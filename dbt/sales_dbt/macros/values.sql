{# How values are read. Money is DECIMAL(18,4): exact, and wide enough for a price per piece. #}

{% macro money(expression) -%}
    try_cast({{ expression }} as decimal(18, 4))
{%- endmacro %}

{# A number without a fraction; a cast alone would round 1.5 pieces to 2, and an id to another.
   Digits alone need no second look, which takes a hundred times as long. #}
{% macro whole_number(expression) -%}
    case
        when regexp_full_match({{ expression }}, '[+-]?[0-9]+')
            then try_cast({{ expression }} as bigint)
        when try_cast({{ expression }} as bigint) = try_cast({{ expression }} as decimal(38, 9))
            then try_cast({{ expression }} as bigint)
    end
{%- endmacro %}

{# A day written year first, four digits of it; a cast alone reads `epoch`, `infinity` and the year
   71 as dates. A time behind the day is ignored. #}
{% macro iso_date(expression) -%}
    case
        when regexp_full_match({{ expression }}, '[0-9]{4}[-/][-/0-9 T:.+Z]*')
            then try_cast({{ expression }} as date)
    end
{%- endmacro %}

{# An amount per piece, divided last; null where there is no piece. #}
{% macro money_per(amount, pieces) -%}
    cast(
        cast({{ amount }} as double) / nullif(cast({{ pieces }} as double), 0) as decimal(18, 4)
    )
{%- endmacro %}

{# A date written as eight digits; null for 0, for other lengths and for days that do not exist. #}
{% macro eight_digit_date(column) -%}
    case
        when regexp_full_match({{ column }}, '[0-9]{8}')
            then cast(try_strptime({{ column }}, '%Y%m%d') as date)
    end
{%- endmacro %}

{# A one-letter code whatever its case and the blanks around it. #}
{% macro code(column) -%}
    upper(trim({{ column }}))
{%- endmacro %}

{# What stands where a source says nothing. #}
{% macro not_available() -%}
    'n/a'
{%- endmacro %}

{# An exact sum of money. #}
{% macro money_sum(amount) -%}
    cast(sum({{ amount }}) as decimal(18, 4))
{%- endmacro %}
