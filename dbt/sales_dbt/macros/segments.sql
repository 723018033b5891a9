{#
  Segments of customers, as the data set's own course defines them (Data with Baraa, SQL data
  warehouse project): a customer of twelve months and more is VIP above 5,000 of sales and Regular
  otherwise; a younger one is New.
#}
{% macro segment(order_count, lifespan_months, sales_amount) -%}
    case
        when {{ order_count }} = 0 then 'No orders'
        when {{ lifespan_months }} >= 12 and {{ sales_amount }} > 5000 then 'VIP'
        when {{ lifespan_months }} >= 12 then 'Regular'
        else 'New'
    end
{%- endmacro %}
