with intervals as (
    select
        asset_id,
        timestamp,
        gross_generation_mwh,
        capacity_mwh,
        dc_power_pu,
        is_weather_usable,
        is_generation_usable,
        is_stopped
    from {{ ref('int_intervals_conditioned') }}
    where
        solar_zenith_deg is not null
        and {{ shared_dbt.rebuilt('performance_date', lookback=1) }}
),

-- an hour counts where all of it can be used: a gap or a stop would pull the curve to one side
hours as (
    select
        intervals.asset_id,
        {{ dbt.date_trunc('hour', 'intervals.timestamp') }} as hour_start,
        case
            when
                bool_and(intervals.is_generation_usable)
                and not bool_or(intervals.is_stopped)
                then cast({{ shared_dbt.ratio(
                    'sum(intervals.gross_generation_mwh)', 'sum(intervals.capacity_mwh)'
                ) }} as decimal(19, 6))
        end as power_pu,
        case
            when bool_and(intervals.is_weather_usable)
                then cast({{ shared_dbt.mean_of('intervals.dc_power_pu') }} as decimal(19, 6))
        end as modelled_pu
    from intervals
    group by intervals.asset_id, {{ dbt.date_trunc('hour', 'intervals.timestamp') }}
),

-- how many hours power comes after the light that made it
lags as (
    select
        {{ shared_dbt.each_integer(
            '-' ~ constant('clock_lag_hours'), constant('clock_lag_hours')
        ) }} as lag_hours
),

lagged as (
    select
        hours.asset_id,
        lags.lag_hours,
        hours.modelled_pu,
        {{ shared_dbt.minutes_later('hours.hour_start', '60 * lags.lag_hours') }} as hour_start
    from hours
    cross join lags
    where hours.modelled_pu is not null
),

summed as (
    select
        hours.asset_id,
        cast(hours.hour_start as date) as performance_date,
        lagged.lag_hours,
        count(*) as pairs_day,
        sum(hours.power_pu) as sum_x_day,
        sum(lagged.modelled_pu) as sum_y_day,
        sum(hours.power_pu * hours.power_pu) as sum_xx_day,
        sum(lagged.modelled_pu * lagged.modelled_pu) as sum_yy_day,
        sum(hours.power_pu * lagged.modelled_pu) as sum_xy_day
    from hours
    inner join lagged
        on
            hours.asset_id = lagged.asset_id
            and hours.hour_start = lagged.hour_start
    where hours.power_pu is not null
    group by hours.asset_id, cast(hours.hour_start as date), lagged.lag_hours
),

correlated as (
    select
        summed.asset_id,
        summed.performance_date,
        summed.lag_hours,
        {{ pearson('day', constant('clock_pairs')) }} as correlation
    from summed
),

best as (
    select
        correlated.asset_id,
        correlated.performance_date,
        cast(correlated.lag_hours as integer) as lag_hours,
        correlated.correlation
    from correlated
    where
        correlated.correlation >= {{ constant('clock_correlation') }}
        and {{ shared_dbt.rebuilt('correlated.performance_date') }}
    qualify
        row_number() over (
            partition by correlated.asset_id, correlated.performance_date
            order by
                correlated.correlation desc nulls last,
                abs(correlated.lag_hours) asc nulls last,
                correlated.lag_hours asc nulls last
        ) = 1
)

select * from best
order by performance_date, asset_id
