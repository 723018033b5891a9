-- Silver and gold of sales, written once by hand over the CSV files: what the product's speed and
-- rows are compared with. Variables: drop_dir, as_of.
create macro received(name) as table
    from read_csv(
        getvariable('drop_dir') || '/' || name,
        header = true, all_varchar = true, nullstr = '', quote = '"', escape = '"'
    );
create macro per(amount, pieces) as
    cast(cast(amount as double) / nullif(cast(pieces as double), 0) as decimal(18, 4));
create macro day8(x) as
    case when regexp_full_match(x, '[0-9]{8}') then try_cast(try_strptime(x, '%Y%m%d') as date) end;

create table crm_customers as
select
    try_cast(trim(cst_id) as bigint) as customer_id,
    cst_key as customer_number,
    trim(cst_firstname) as first_name,
    trim(cst_lastname) as last_name,
    case upper(trim(cst_marital_status)) when 'S' then 'Single' when 'M' then 'Married' else 'n/a' end
        as marital_status,
    case upper(trim(cst_gndr)) when 'F' then 'Female' when 'M' then 'Male' else 'n/a' end as gender,
    try_cast(cst_create_date as date) as created_on
from (select *, row_number() over () as line from received('source_crm/cust_info.csv'))
where try_cast(trim(cst_id) as bigint) is not null
qualify row_number() over (
    partition by try_cast(trim(cst_id) as bigint)
    order by try_cast(cst_create_date as date) desc nulls last, line desc
) = 1;

create table crm_products as
select
    cast(prd_id as bigint) as product_id,
    prd_key as product_key,
    replace(left(prd_key, 5), '-', '_') as category_id,
    substring(prd_key, 7) as product_number,
    prd_nm as product_name,
    coalesce(cast(prd_cost as decimal(18, 4)), 0) as cost,
    case upper(trim(prd_line))
        when 'M' then 'Mountain' when 'R' then 'Road' when 'S' then 'Other Sales'
        when 'T' then 'Touring' else 'n/a'
    end as product_line,
    cast(prd_start_dt as date) as valid_from,
    cast(lead(cast(prd_start_dt as date)) over (partition by prd_key order by prd_start_dt)
        - interval 1 day as date) as valid_to
from received('source_crm/prd_info.csv');

create table crm_sales as
with lines as (
    select
        *,
        cast(sls_sales as decimal(18, 4)) as sales,
        cast(sls_quantity as bigint) as quantity,
        cast(sls_price as decimal(18, 4)) as received_price
    from received('source_crm/sales_details.csv')
)
select
    sls_ord_num as order_number,
    sls_prd_key as product_number,
    cast(sls_cust_id as bigint) as customer_id,
    day8(sls_order_dt) as ordered_on,
    day8(sls_ship_dt) as shipped_on,
    day8(sls_due_dt) as due_on,
    cast(if(
        sales is null or sales <= 0 or sales <> quantity * abs(received_price),
        quantity * abs(received_price), sales
    ) as decimal(18, 4)) as sales_amount,
    quantity,
    if(received_price is null or received_price <= 0, per(sales, quantity), received_price) as price
from lines;

create table erp_customers as
select
    if(starts_with(CID, 'NAS'), substring(CID, 4), CID) as customer_number,
    if(cast(BDATE as date) > getvariable('as_of')::date, null, cast(BDATE as date)) as birth_date,
    case
        when upper(trim(GEN)) in ('F', 'FEMALE') then 'Female'
        when upper(trim(GEN)) in ('M', 'MALE') then 'Male'
        else 'n/a'
    end as gender
from received('source_erp/CUST_AZ12.csv');

create table erp_locations as
select
    replace(CID, '-', '') as customer_number,
    case
        when coalesce(trim(CNTRY), '') = '' then 'n/a'
        when upper(trim(CNTRY)) = 'DE' then 'Germany'
        when upper(trim(CNTRY)) in ('US', 'USA') then 'United States'
        else trim(CNTRY)
    end as country
from received('source_erp/LOC_A101.csv');

create table erp_categories as
select ID as category_id, CAT as category, SUBCAT as subcategory, MAINTENANCE as maintenance
from received('source_erp/PX_CAT_G1V2.csv');

create table dim_customers as
select
    c.customer_id, c.customer_number, c.first_name, c.last_name,
    coalesce(l.country, 'n/a') as country,
    c.marital_status,
    if(c.gender <> 'n/a', c.gender, coalesce(e.gender, 'n/a')) as gender,
    e.birth_date,
    c.created_on
from crm_customers c
left join erp_customers e using (customer_number)
left join erp_locations l using (customer_number);

create table dim_products as
select
    p.product_id, p.product_number, p.product_name, p.category_id,
    k.category, k.subcategory, k.maintenance, p.cost, p.product_line, p.valid_from
from crm_products p
left join erp_categories k using (category_id)
where p.valid_to is null;

create table dim_locations as
select country, country <> 'n/a' as is_known, count(*) as customer_count
from dim_customers
group by country;

create table fct_sales as from crm_sales;

create table mart_sales_monthly as
select
    cast(date_trunc('month', ordered_on) as date) as sales_month,
    coalesce(strftime(date_trunc('month', ordered_on), '%Y-%m'), 'undated') as period,
    cast(sum(sales_amount) as decimal(18, 4)) as sales_amount,
    cast(sum(quantity) as bigint) as quantity,
    count(distinct order_number) as order_count,
    count(distinct customer_id) as customer_count,
    count(*) as line_count,
    per(sum(sales_amount), sum(quantity)) as average_price,
    per(sum(sales_amount), count(distinct order_number)) as average_order_value,
    per(sum(sales_amount), count(distinct customer_id)) as sales_per_customer
from fct_sales
group by 1, 2;

create table mart_product_performance as
select
    p.product_number, any_value(p.product_name) as product_name,
    any_value(p.category) as category, any_value(p.subcategory) as subcategory,
    any_value(p.product_line) as product_line, any_value(p.cost) as cost,
    cast(coalesce(sum(s.sales_amount), 0) as decimal(18, 4)) as sales_amount,
    cast(coalesce(sum(s.quantity), 0) as bigint) as quantity,
    count(distinct s.order_number) as order_count,
    count(distinct s.customer_id) as customer_count,
    per(sum(s.sales_amount), sum(s.quantity)) as average_price,
    cast(coalesce(sum(s.quantity), 0) * any_value(p.cost) as decimal(18, 4)) as cost_amount,
    cast(coalesce(sum(s.sales_amount), 0) - coalesce(sum(s.quantity), 0) * any_value(p.cost)
        as decimal(18, 4)) as margin_amount,
    cast(cast(sum(s.sales_amount) - sum(s.quantity) * any_value(p.cost) as double)
        / cast(sum(s.sales_amount) as double) as decimal(18, 9)) as margin_frac,
    min(s.ordered_on) as first_ordered_on,
    max(s.ordered_on) as last_ordered_on
from dim_products p
left join fct_sales s using (product_number)
group by p.product_number;

create table mart_geo_performance as
select
    l.country,
    cast(coalesce(sum(s.sales_amount), 0) as decimal(18, 4)) as sales_amount,
    cast(coalesce(sum(s.quantity), 0) as bigint) as quantity,
    count(distinct s.order_number) as order_count,
    count(distinct s.customer_id) as customer_count,
    any_value(l.customer_count) as known_customer_count,
    per(sum(s.sales_amount), count(distinct s.order_number)) as average_order_value,
    per(sum(s.sales_amount), count(distinct s.customer_id)) as sales_per_customer
from dim_locations l
left join dim_customers c using (country)
left join fct_sales s using (customer_id)
group by l.country;

create table mart_customer_segments as
with summed as (
    select
        c.customer_id, any_value(c.customer_number) as customer_number,
        any_value(c.country) as country,
        cast(coalesce(sum(s.sales_amount), 0) as decimal(18, 4)) as sales_amount,
        cast(coalesce(sum(s.quantity), 0) as bigint) as quantity,
        count(distinct s.order_number) as order_count,
        count(distinct s.product_number) as product_count,
        min(s.ordered_on) as first_ordered_on,
        max(s.ordered_on) as last_ordered_on
    from dim_customers c
    left join fct_sales s using (customer_id)
    group by c.customer_id
),
aged as (
    select *, date_diff('month', first_ordered_on, last_ordered_on) as lifespan_months from summed
)
select
    customer_id, customer_number, country,
    case
        when order_count = 0 then 'No orders'
        when lifespan_months >= 12 then if(sales_amount > 5000, 'VIP', 'Regular')
        else 'New'
    end as segment,
    date_diff('day', last_ordered_on, getvariable('as_of')::date) as recency_days,
    order_count, sales_amount, lifespan_months, quantity, product_count,
    per(sales_amount, order_count) as average_order_value,
    first_ordered_on, last_ordered_on
from aged;

create table mart_sales_enriched as
select
    s.order_number, s.ordered_on,
    cast(date_trunc('month', s.ordered_on) as date) as sales_month,
    s.shipped_on, s.due_on, s.customer_id, c.customer_number, c.first_name, c.last_name, c.country,
    c.gender, c.marital_status, c.birth_date, s.product_number, p.product_name, p.category,
    p.subcategory, p.product_line, s.quantity, s.price, s.sales_amount,
    cast(s.quantity * p.cost as decimal(18, 4)) as cost_amount,
    cast(s.sales_amount - s.quantity * p.cost as decimal(18, 4)) as margin_amount
from fct_sales s
left join dim_customers c using (customer_id)
left join dim_products p using (product_number);
