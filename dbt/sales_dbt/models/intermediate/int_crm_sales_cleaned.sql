with received as (
    {{ received_rows('crm_sales_details') }}
),

read_values as (
    select
        received.*,
        {{ whole_number('trim(received.sls_cust_id)') }} as customer_id,
        {{ eight_digit_date('received.sls_order_dt') }} as ordered_on,
        {{ eight_digit_date('received.sls_ship_dt') }} as shipped_on,
        {{ eight_digit_date('received.sls_due_dt') }} as due_on,
        {{ money('trim(received.sls_sales)') }} as read_sales,
        {{ whole_number('trim(received.sls_quantity)') }} as quantity,
        {{ money('trim(received.sls_price)') }} as read_price
    from received
),

final as (
    select
        read_values._source_row,
        read_values.sls_ord_num,
        read_values.sls_prd_key,
        read_values.sls_cust_id,
        read_values.sls_order_dt,
        read_values.sls_ship_dt,
        read_values.sls_due_dt,
        read_values.sls_sales,
        read_values.sls_quantity,
        read_values.sls_price,
        read_values.read_sales,
        read_values.read_price,
        read_values.sls_ord_num as order_number,
        read_values.sls_prd_key as product_number,
        read_values.customer_id,
        read_values.ordered_on,
        read_values.shipped_on,
        read_values.due_on,
        cast(
            case
                when
                    read_values.read_sales is null
                    or read_values.read_sales <= 0
                    or read_values.read_sales
                    <> read_values.quantity * abs(read_values.read_price)
                    then read_values.quantity * abs(read_values.read_price)
                else read_values.read_sales
            end as decimal(18, 4)
        ) as sales_amount,
        read_values.quantity,
        case
            when read_values.read_price is null or read_values.read_price <= 0
                then {{ money_per('read_values.read_sales', 'read_values.quantity') }}
            else read_values.read_price
        end as price,
        cast(null as varchar) as dropped_by
    from read_values
)

select * from final
