{# Nothing is lost or doubled on the way from the order lines to any mart. #}
{%- set marts = [
    'mart_sales_monthly', 'mart_product_performance', 'mart_geo_performance',
    'mart_customer_segments', 'mart_sales_enriched',
] -%}

with sales as (
    select sum(fct_sales.sales_amount) as sales_amount
    from {{ ref('fct_sales') }} as fct_sales
),

sums as (
    {%- for mart in marts %}
    select
        '{{ mart }}' as mart,
        sum(sales_amount) as sales_amount
    from {{ ref(mart) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    sums.mart,
    sums.sales_amount as mart_amount,
    sales.sales_amount
from sums
cross join sales
where sums.sales_amount is distinct from sales.sales_amount
