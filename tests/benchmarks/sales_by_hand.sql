-- Raw rows, silver, its account and gold of sales, written once by hand over the CSV files: what the
-- product's speed and rows are compared with. Variables: drop_dir, as_of.
create macro received(name) as table
    select *, name as _source_file, row_number() over () as _source_row
    from read_csv(
        getvariable('drop_dir') || '/' || name,
        header = true, all_varchar = true, nullstr = '', quote = '"', escape = '"'
    );
create macro per(amount, pieces) as
    cast(cast(amount as double) / nullif(cast(pieces as double), 0) as decimal(18, 4));
create macro day8(x) as
    case when regexp_full_match(x, '[0-9]{8}') then try_cast(try_strptime(x, '%Y%m%d') as date) end;

create table raw_crm_cust_info as from received('source_crm/cust_info.csv');
create table raw_crm_prd_info as from received('source_crm/prd_info.csv');
create table raw_crm_sales_details as from received('source_crm/sales_details.csv');
create table raw_erp_cust_az12 as from received('source_erp/CUST_AZ12.csv');
create table raw_erp_loc_a101 as from received('source_erp/LOC_A101.csv');
create table raw_erp_px_cat_g1v2 as from received('source_erp/PX_CAT_G1V2.csv');

create table run_inputs as
with counted as (
    select 'crm_cust_info' as table_name, min(_source_file) as source_file, count(*) as row_count
    from raw_crm_cust_info
    union all
    select 'crm_prd_info', min(_source_file), count(*) from raw_crm_prd_info
    union all
    select 'crm_sales_details', min(_source_file), count(*) from raw_crm_sales_details
    union all
    select 'erp_cust_az12', min(_source_file), count(*) from raw_erp_cust_az12
    union all
    select 'erp_loc_a101', min(_source_file), count(*) from raw_erp_loc_a101
    union all
    select 'erp_px_cat_g1v2', min(_source_file), count(*) from raw_erp_px_cat_g1v2
)
select *, getvariable('as_of')::date as as_of_date from counted;

create temp table customers as
select
    *,
    trim(cst_firstname) as first_name,
    trim(cst_lastname) as last_name,
    case upper(trim(cst_marital_status)) when 'S' then 'Single' when 'M' then 'Married' else 'n/a' end
        as marital_status,
    case upper(trim(cst_gndr)) when 'F' then 'Female' when 'M' then 'Male' else 'n/a' end as gender,
    case
        when customer_id is null then 'missing_id'
        when row_number() over (
            partition by customer_id order by created_on desc nulls last, _source_row desc
        ) > 1 then 'superseded'
    end as dropped_by
from (
    select
        *,
        try_cast(trim(cst_id) as bigint) as customer_id,
        try_cast(cst_create_date as date) as created_on
    from raw_crm_cust_info
);

create table crm_customers as
select
    customer_id, cst_key as customer_number, first_name, last_name, marital_status, gender,
    created_on
from customers
where dropped_by is null;

create temp table products as
select
    *,
    cast(prd_id as bigint) as product_id,
    replace(left(prd_key, 5), '-', '_') as category_id,
    substring(prd_key, 7) as product_number,
    try_cast(prd_cost as decimal(18, 4)) as read_cost,
    coalesce(try_cast(prd_cost as decimal(18, 4)), 0) as cost,
    case upper(trim(prd_line))
        when 'M' then 'Mountain' when 'R' then 'Road' when 'S' then 'Other Sales'
        when 'T' then 'Touring' else 'n/a'
    end as product_line,
    try_cast(prd_start_dt as date) as valid_from,
    cast(lead(try_cast(prd_start_dt as date)) over (partition by prd_key order by prd_start_dt)
        - interval 1 day as date) as valid_to
from raw_crm_prd_info;

create table crm_products as
select
    product_id, prd_key as product_key, category_id, product_number, prd_nm as product_name, cost,
    product_line, valid_from, valid_to
from products;

create temp table sales as
with lines as (
    select
        *,
        try_cast(sls_cust_id as bigint) as customer_id,
        try_cast(sls_sales as decimal(18, 4)) as read_sales,
        try_cast(sls_quantity as bigint) as quantity,
        try_cast(sls_price as decimal(18, 4)) as read_price
    from raw_crm_sales_details
)
select
    *,
    day8(sls_order_dt) as ordered_on,
    day8(sls_ship_dt) as shipped_on,
    day8(sls_due_dt) as due_on,
    cast(if(
        read_sales is null or read_sales <= 0 or read_sales <> quantity * abs(read_price),
        quantity * abs(read_price), read_sales
    ) as decimal(18, 4)) as sales_amount,
    if(read_price is null or read_price <= 0, per(read_sales, quantity), read_price) as price
from lines;

create table crm_sales as
select
    sls_ord_num as order_number, sls_prd_key as product_number, customer_id, ordered_on, shipped_on,
    due_on, sales_amount, quantity, price
from sales;

create temp table erp as
select
    *,
    if(starts_with(CID, 'NAS'), substring(CID, 4), CID) as customer_number,
    try_cast(BDATE as date) as read_birth_date,
    if(try_cast(BDATE as date) > getvariable('as_of')::date, null, try_cast(BDATE as date))
        as birth_date,
    case
        when upper(trim(GEN)) in ('F', 'FEMALE') then 'Female'
        when upper(trim(GEN)) in ('M', 'MALE') then 'Male'
        else 'n/a'
    end as gender
from raw_erp_cust_az12;

create table erp_customers as select customer_number, birth_date, gender from erp;

create temp table locations as
select
    *,
    replace(CID, '-', '') as customer_number,
    case
        when coalesce(trim(CNTRY), '') = '' then 'n/a'
        when upper(trim(CNTRY)) = 'DE' then 'Germany'
        when upper(trim(CNTRY)) in ('US', 'USA') then 'United States'
        else trim(CNTRY)
    end as country
from raw_erp_loc_a101;

create table erp_locations as select customer_number, country from locations;

create table erp_categories as
select ID as category_id, CAT as category, SUBCAT as subcategory, MAINTENANCE as maintenance
from raw_erp_px_cat_g1v2;

-- What each rule did to which value. A rule's values are `before` as received, `after` as text.
create table row_changes (
    table_name varchar, row_key varchar, source_row bigint, rule varchar, action varchar,
    column_name varchar, value_before varchar, value_after varchar
);

insert into row_changes
select 'crm_customers', cst_id, _source_row, dropped_by, 'dropped',
    if(dropped_by = 'missing_id', 'cst_id', 'cst_create_date'),
    if(dropped_by = 'missing_id', cst_id, cst_create_date), null
from customers where dropped_by is not null;

insert into row_changes
select 'crm_customers', cst_id, _source_row, c.rule, 'changed', c.name, c.before, c.after
from customers, lateral (values
    ('name_trimmed', 'cst_firstname', cst_firstname, first_name),
    ('name_trimmed', 'cst_lastname', cst_lastname, last_name),
    ('marital_status_named', 'cst_marital_status', cst_marital_status, marital_status),
    ('gender_named', 'cst_gndr', cst_gndr, gender),
    ('date_unreadable', 'cst_create_date',
        if(created_on is null, cst_create_date, null), null)
) as c(rule, name, before, after)
where dropped_by is null and c.before is distinct from c.after;

insert into row_changes
select 'crm_products', prd_id, _source_row, c.rule, 'changed', c.name, c.before, c.after
from products, lateral (values
    ('key_split', 'prd_key', prd_key, product_number, prd_key is distinct from product_number),
    ('cost_defaulted', 'prd_cost', prd_cost, cost::varchar, read_cost is null),
    ('line_named', 'prd_line', prd_line, product_line, prd_line is distinct from product_line),
    ('date_unreadable', 'prd_start_dt', prd_start_dt, valid_from::varchar,
        prd_start_dt is not null and valid_from is null),
    ('end_date_derived', 'prd_end_dt', prd_end_dt, valid_to::varchar,
        prd_end_dt is distinct from valid_to::varchar)
) as c(rule, name, before, after, is_changed)
where c.is_changed;

insert into row_changes
select 'crm_sales', sls_ord_num || '/' || sls_prd_key, _source_row, c.rule, 'changed', c.name,
    c.before, c.after
from sales, lateral (values
    ('date_unusable', 'sls_order_dt', sls_order_dt, null,
        sls_order_dt is not null and ordered_on is null),
    ('date_unusable', 'sls_ship_dt', sls_ship_dt, null,
        sls_ship_dt is not null and shipped_on is null),
    ('date_unusable', 'sls_due_dt', sls_due_dt, null, sls_due_dt is not null and due_on is null),
    ('number_unreadable', 'sls_cust_id', sls_cust_id, null,
        sls_cust_id is not null and customer_id is null),
    ('number_unreadable', 'sls_quantity', sls_quantity, null,
        sls_quantity is not null and quantity is null),
    ('sales_recomputed', 'sls_sales', sls_sales, sales_amount::varchar,
        read_sales is distinct from sales_amount),
    ('price_derived', 'sls_price', sls_price, price::varchar, read_price is distinct from price)
) as c(rule, name, before, after, is_changed)
where c.is_changed;

insert into row_changes
select 'erp_customers', customer_number, _source_row, c.rule, 'changed', c.name, c.before, c.after
from erp, lateral (values
    ('prefix_stripped', 'CID', CID, customer_number, CID <> customer_number),
    ('date_unreadable', 'BDATE', BDATE, null, BDATE is not null and read_birth_date is null),
    ('birth_in_future', 'BDATE', BDATE, null,
        read_birth_date is not null and birth_date is null),
    ('gender_named', 'GEN', GEN, gender, GEN is distinct from gender)
) as c(rule, name, before, after, is_changed)
where c.is_changed;

insert into row_changes
select 'erp_locations', customer_number, _source_row, c.rule, 'changed', c.name, c.before, c.after
from locations, lateral (values
    ('dash_stripped', 'CID', CID, customer_number),
    ('country_named', 'CNTRY', CNTRY, country)
) as c(rule, name, before, after)
where c.before is distinct from c.after;

create table row_accounting as
with rules(table_name, input_name, step, rule) as (values
    ('crm_customers', 'crm_cust_info', 1, 'missing_id'),
    ('crm_customers', 'crm_cust_info', 2, 'superseded'),
    ('crm_customers', 'crm_cust_info', 3, 'name_trimmed'),
    ('crm_customers', 'crm_cust_info', 4, 'marital_status_named'),
    ('crm_customers', 'crm_cust_info', 5, 'gender_named'),
    ('crm_customers', 'crm_cust_info', 6, 'date_unreadable'),
    ('crm_products', 'crm_prd_info', 1, 'key_split'),
    ('crm_products', 'crm_prd_info', 2, 'cost_defaulted'),
    ('crm_products', 'crm_prd_info', 3, 'line_named'),
    ('crm_products', 'crm_prd_info', 4, 'date_unreadable'),
    ('crm_products', 'crm_prd_info', 5, 'end_date_derived'),
    ('crm_sales', 'crm_sales_details', 1, 'date_unusable'),
    ('crm_sales', 'crm_sales_details', 2, 'number_unreadable'),
    ('crm_sales', 'crm_sales_details', 3, 'sales_recomputed'),
    ('crm_sales', 'crm_sales_details', 4, 'price_derived'),
    ('erp_customers', 'erp_cust_az12', 1, 'prefix_stripped'),
    ('erp_customers', 'erp_cust_az12', 2, 'date_unreadable'),
    ('erp_customers', 'erp_cust_az12', 3, 'birth_in_future'),
    ('erp_customers', 'erp_cust_az12', 4, 'gender_named'),
    ('erp_locations', 'erp_loc_a101', 1, 'dash_stripped'),
    ('erp_locations', 'erp_loc_a101', 2, 'country_named'),
    ('erp_categories', 'erp_px_cat_g1v2', 1, 'unchanged')
),
counted as (
    select
        table_name, rule,
        count(*) filter (action = 'dropped') as dropped,
        count(*) filter (action = 'changed') as changed
    from row_changes group by all
),
stepped as (
    select
        rules.*, row_count, coalesce(dropped, 0) as dropped, coalesce(changed, 0) as changed,
        sum(coalesce(dropped, 0)) over (partition by rules.table_name order by step) as gone
    from rules
    join run_inputs on run_inputs.table_name = input_name
    left join counted on counted.table_name = rules.table_name and counted.rule = rules.rule
)
select
    table_name, step::bigint as step, rule, (row_count + dropped - gone)::bigint as rows_in,
    dropped::bigint as rows_dropped, (row_count - gone)::bigint as rows_out,
    changed::bigint as values_changed
from stepped;

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
