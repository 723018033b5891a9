with received as (
    {{ received_rows('erp_cust_az12') }}
),

run_inputs as (
    select max(run_inputs.as_of_date) as as_of_date
    from {{ ref('run_inputs') }} as run_inputs
),

read_values as (
    select
        received.*,
        case
            when trim(received.cid) like 'NAS%' then substr(trim(received.cid), 4)
            else trim(received.cid)
        end as customer_number,
        {{ iso_date('trim(received.bdate)') }} as read_birth_date,
        case
            when {{ code('received.gen') }} in ('F', 'FEMALE') then 'Female'
            when {{ code('received.gen') }} in ('M', 'MALE') then 'Male'
            else {{ not_available() }}
        end as gender
    from received
),

final as (
    select
        read_values._source_row,
        read_values.cid,
        read_values.bdate,
        read_values.gen,
        read_values.read_birth_date,
        read_values.customer_number,
        case
            when read_values.read_birth_date <= run_inputs.as_of_date
                then read_values.read_birth_date
        end as birth_date,
        read_values.gender,
        cast(null as varchar) as dropped_by
    from read_values
    cross join run_inputs
)

select * from final
