{#
  The cleaning rules of silver, in the order they apply: what `audit.row_changes` lists and
  `audit.row_accounting` counts.

  Of each table: the model that cleans it and the key its rows are known by. Of each rule: `drops`
  for a rule that drops rows (its model names the rule in `dropped_by`), else the values it changes
  as (column, before, after, condition). Without a condition a value is changed when it differs.
#}
{% macro cleaning_rules() -%}
    {{ return([
        {
            'table': 'crm_customers',
            'input': 'crm_cust_info',
            'cleaned': 'int_crm_customers_cleaned',
            'key': 'cst_id',
            'rules': [
                {'rule': 'missing_id', 'drops': 'cst_id'},
                {'rule': 'superseded', 'drops': 'cst_create_date'},
                {'rule': 'name_trimmed', 'changes': [
                    ('cst_key', 'cst_key', 'customer_number', none),
                    ('cst_firstname', 'cst_firstname', 'first_name', none),
                    ('cst_lastname', 'cst_lastname', 'last_name', none),
                ]},
                {'rule': 'marital_status_named', 'changes': [
                    ('cst_marital_status', 'cst_marital_status', 'marital_status', none),
                ]},
                {'rule': 'gender_named', 'changes': [('cst_gndr', 'cst_gndr', 'gender', none)]},
                {'rule': 'date_unreadable', 'changes': [
                    ('cst_create_date', 'cst_create_date', 'created_on',
                        'cst_create_date is not null and created_on is null'),
                ]},
            ],
        },
        {
            'table': 'crm_products',
            'input': 'crm_prd_info',
            'cleaned': 'int_crm_products_cleaned',
            'key': 'prd_id',
            'rules': [
                {'rule': 'key_split', 'changes': [
                    ('prd_key', 'prd_key', 'product_number', none),
                ]},
                {'rule': 'cost_defaulted', 'changes': [
                    ('prd_cost', 'prd_cost', 'cost', 'read_cost is null'),
                ]},
                {'rule': 'line_named', 'changes': [('prd_line', 'prd_line', 'product_line', none)]},
                {'rule': 'date_unreadable', 'changes': [
                    ('prd_start_dt', 'prd_start_dt', 'valid_from',
                        'prd_start_dt is not null and valid_from is null'),
                ]},
                {'rule': 'end_date_derived', 'changes': [
                    ('prd_end_dt', 'prd_end_dt', 'valid_to', none),
                ]},
            ],
        },
        {
            'table': 'crm_sales',
            'input': 'crm_sales_details',
            'cleaned': 'int_crm_sales_cleaned',
            'key': "sls_ord_num || '/' || sls_prd_key",
            'rules': [
                {'rule': 'date_unusable', 'changes': [
                    ('sls_order_dt', 'sls_order_dt', 'ordered_on',
                        'sls_order_dt is not null and ordered_on is null'),
                    ('sls_ship_dt', 'sls_ship_dt', 'shipped_on',
                        'sls_ship_dt is not null and shipped_on is null'),
                    ('sls_due_dt', 'sls_due_dt', 'due_on',
                        'sls_due_dt is not null and due_on is null'),
                ]},
                {'rule': 'number_unreadable', 'changes': [
                    ('sls_cust_id', 'sls_cust_id', 'customer_id',
                        'sls_cust_id is not null and customer_id is null'),
                    ('sls_quantity', 'sls_quantity', 'quantity',
                        'sls_quantity is not null and quantity is null'),
                ]},
                {'rule': 'sales_recomputed', 'changes': [
                    ('sls_sales', 'sls_sales', 'sales_amount',
                        'read_sales is distinct from sales_amount'
                        ~ ' or (sls_sales is not null and read_sales is null)'),
                ]},
                {'rule': 'price_derived', 'changes': [
                    ('sls_price', 'sls_price', 'price',
                        'read_price is distinct from price'
                        ~ ' or (sls_price is not null and read_price is null)'),
                ]},
            ],
        },
        {
            'table': 'erp_customers',
            'input': 'erp_cust_az12',
            'cleaned': 'int_erp_customers_cleaned',
            'key': 'customer_number',
            'rules': [
                {'rule': 'prefix_stripped', 'changes': [('CID', 'cid', 'customer_number', none)]},
                {'rule': 'date_unreadable', 'changes': [
                    ('BDATE', 'bdate', 'birth_date', 'bdate is not null and read_birth_date is null'),
                ]},
                {'rule': 'birth_in_future', 'changes': [
                    ('BDATE', 'bdate', 'birth_date',
                        'read_birth_date is not null and birth_date is null'),
                ]},
                {'rule': 'gender_named', 'changes': [('GEN', 'gen', 'gender', none)]},
            ],
        },
        {
            'table': 'erp_locations',
            'input': 'erp_loc_a101',
            'cleaned': 'int_erp_locations_cleaned',
            'key': 'customer_number',
            'rules': [
                {'rule': 'dash_stripped', 'changes': [('CID', 'cid', 'customer_number', none)]},
                {'rule': 'country_named', 'changes': [('CNTRY', 'cntry', 'country', none)]},
            ],
        },
        {
            'table': 'erp_categories',
            'input': 'erp_px_cat_g1v2',
            'cleaned': 'int_erp_categories_cleaned',
            'key': 'category_id',
            'rules': [{'rule': 'unchanged', 'changes': []}],
        },
    ]) }}
{%- endmacro %}

{# The rules one by one: what each looks for in which model, as a list of conditions. #}
{% macro cleaning_branches() -%}
    {%- set branches = [] -%}
    {%- for table in cleaning_rules() -%}
        {%- set common = {'table': table.table, 'key': table.key, 'cleaned': table.cleaned} -%}
        {%- for rule in table.rules -%}
            {%- if rule.drops -%}
                {%- do branches.append(dict(common, rule=rule.rule, action='dropped',
                    column=rule.drops, before=rule.drops, after='null',
                    condition="dropped_by = '" ~ rule.rule ~ "'")) -%}
            {%- else -%}
                {%- for column, before, after, condition in rule.changes -%}
                    {%- set differs = before ~ ' is distinct from cast(' ~ after ~ ' as varchar)' -%}
                    {%- do branches.append(dict(common, rule=rule.rule, action='changed',
                        column=column, before=before, after=after,
                        condition='dropped_by is null and (' ~ (condition or differs) ~ ')')) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(branches) }}
{%- endmacro %}
