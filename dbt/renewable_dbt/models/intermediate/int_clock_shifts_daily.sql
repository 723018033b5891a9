{%- set lookback = constant('clock_window_days') | int - 1 %}

with asset_days as (
    select
        asset_id,
        performance_date
    from {{ ref('int_asset_days') }}
    where
        technology = 'solar'
        and not is_plant
        and {{ shared_dbt.rebuilt('performance_date', lookback=lookback) }}
),

lags as (
    select * from {{ ref('int_clock_lags_daily') }}
    where {{ shared_dbt.rebuilt('performance_date', lookback=lookback) }}
),

windowed as (
    select
        asset_days.asset_id,
        asset_days.performance_date,
        lags.lag_hours,
        count(case when lags.lag_hours > 0 then 1 end) over last_days as late_days,
        count(case when lags.lag_hours < 0 then 1 end) over last_days as early_days
    from asset_days
    left join lags
        on
            asset_days.performance_date = lags.performance_date
            and asset_days.asset_id = lags.asset_id
    window last_days as (
        partition by asset_days.asset_id
        order by asset_days.performance_date
        range between interval {{ lookback }} day preceding and current row
    )
),

-- an overcast day says nothing by itself and is taken like the days before it
shifted as (
    select
        windowed.asset_id,
        windowed.performance_date,
        windowed.lag_hours,
        cast(windowed.late_days as integer) as late_days,
        cast(windowed.early_days as integer) as early_days
    from windowed
    where
        (
            windowed.late_days >= {{ constant('clock_days') }}
            and coalesce(windowed.lag_hours, 1) > 0
            or windowed.early_days >= {{ constant('clock_days') }}
            and coalesce(windowed.lag_hours, -1) < 0
        )
        and {{ shared_dbt.rebuilt('windowed.performance_date') }}
)

select * from shifted
order by performance_date, asset_id
