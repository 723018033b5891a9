{#
  The table a completed run left as its last act; none on a full refresh or before the first run.
  It is not a ref: it is written at the end of the graph and read at its beginning.
#}
{% macro receipt_of_last_run(identifier) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {{ return(load_relation(api.Relation.create(
            database=this.database, schema=this.schema, identifier=identifier
        ))) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
