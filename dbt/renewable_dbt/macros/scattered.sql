{#
  A whole number scattered over 1 to 2147483646, the same for the same argument: three steps of the
  minimal standard generator (Park and Miller 1988), in integers only.
#}
{% macro scattered(number) -%}
    (((cast({{ number }} as bigint) + 1) % 2147483646 + 1) * 48271 % 2147483647
    * 48271 % 2147483647
    * 48271 % 2147483647)
{%- endmacro %}
