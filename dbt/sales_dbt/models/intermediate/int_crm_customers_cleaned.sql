with received as (
    {{ received_rows('crm_cust_info') }}
),

read_values as (
    select
        received.*,
        {{ whole_number('trim(received.cst_id)') }} as customer_id,
        trim(received.cst_key) as customer_number,
        trim(received.cst_firstname) as first_name,
        trim(received.cst_lastname) as last_name,
        case {{ code('received.cst_marital_status') }}
            when 'S' then 'Single'
            when 'M' then 'Married'
            else {{ not_available() }}
        end as marital_status,
        case {{ code('received.cst_gndr') }}
            when 'F' then 'Female'
            when 'M' then 'Male'
            else {{ not_available() }}
        end as gender,
        {{ iso_date('trim(received.cst_create_date)') }} as created_on
    from received
),

ranked as (
    select
        read_values.*,
        row_number() over (
            partition by read_values.customer_id
            order by read_values.created_on desc nulls last, read_values._source_row desc nulls last
        ) as recency_rank
    from read_values
),

final as (
    select
        ranked._source_row,
        ranked.cst_id,
        ranked.cst_key,
        ranked.cst_firstname,
        ranked.cst_lastname,
        ranked.cst_marital_status,
        ranked.cst_gndr,
        ranked.cst_create_date,
        ranked.customer_id,
        ranked.customer_number,
        ranked.first_name,
        ranked.last_name,
        ranked.marital_status,
        ranked.gender,
        ranked.created_on,
        case
            when ranked.customer_id is null then 'missing_id'
            when ranked.recency_rank > 1 then 'superseded'
        end as dropped_by
    from ranked
)

select * from final
