{# A model's schema is the one its folder names (staging, intermediate, marts), without a prefix. #}
{% macro default__generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
