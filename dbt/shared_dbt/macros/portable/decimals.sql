{#
  Exact numbers. Additive measures are DECIMAL(18,9): their sums do not depend on the order of
  addition. A value that does not fit (or is not a number) becomes null; its row carries a flag.
#}
{% macro measure(expression) -%}
    cast(case when abs({{ expression }}) < 1e9 then {{ expression }} end as decimal(18, 9))
{%- endmacro %}

{# A quotient of exact sums, computed last; null when the divisor is zero or missing. #}
{% macro ratio(numerator, denominator) -%}
    {{ shared_dbt.measure(
        'cast(' ~ numerator ~ ' as double) / nullif(cast(' ~ denominator ~ ' as double), 0)'
    ) }}
{%- endmacro %}

{# An exact sum that stays a measure. #}
{% macro exact_sum(expression) -%}
    cast(sum({{ expression }}) as decimal(18, 9))
{%- endmacro %}

{# A sum that is null as soon as one of the rows that count has no value. #}
{% macro complete_sum(expression, rows_that_count) -%}
    case
        when count(*) filter (where {{ rows_that_count }} and {{ expression }} is null) = 0
            then cast(sum({{ expression }}) filter (where {{ rows_that_count }}) as decimal(18, 9))
    end
{%- endmacro %}

{# Bounds that keep null: greatest and least would silently replace a missing value by the bound. #}
{% macro at_least(expression, low) -%}
    case when {{ expression }} < {{ low }} then {{ low }} else {{ expression }} end
{%- endmacro %}

{% macro at_most(expression, high) -%}
    case when {{ expression }} > {{ high }} then {{ high }} else {{ expression }} end
{%- endmacro %}

{% macro between_bounds(expression, low, high) -%}
    case
        when {{ expression }} < {{ low }} then {{ low }}
        when {{ expression }} > {{ high }} then {{ high }}
        else {{ expression }}
    end
{%- endmacro %}

{# Mean of a group: exact sum by count, computed last; null without values. #}
{% macro mean_of(expression) -%}
    {{ shared_dbt.ratio('sum(' ~ expression ~ ')', 'count(' ~ expression ~ ')') }}
{%- endmacro %}
