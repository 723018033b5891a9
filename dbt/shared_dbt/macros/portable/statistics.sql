{#
  Median of the distances from the median; takes a window (`... over w`). Spark has no such
  aggregate yet: there it would be one over the window's list of values.
#}
{% macro median_absolute_deviation(expression) -%}
    {{ return(adapter.dispatch('median_absolute_deviation', 'shared_dbt')(expression)) }}
{%- endmacro %}

{% macro default__median_absolute_deviation(expression) -%}
    mad({{ expression }})
{%- endmacro %}
