{# Fails when a table has no row at all: an engine that finds no partition is green with zero rows. #}
{% test not_empty(model) %}
select 'no rows' as failure
where not exists (select 1 from {{ model }})
{% endtest %}
