{# Fails for rows where the expression is false; null passes. #}
{% test expression_holds(model, expression) %}
select *
from {{ model }}
where not ({{ expression }})
{% endtest %}
