with judged_days as (
    select
        asset_id,
        performance_date
    from {{ ref('int_training_trailing') }}
    where method = 'trailing_curve' and {{ shared_dbt.rebuilt('performance_date') }}
),

bins_daily as (
    select * from {{ ref('int_power_curve_bins_daily') }}
    where {{ shared_dbt.rebuilt('performance_date', lookback=365) }}
),

bins as (
    select {{ shared_dbt.each_integer(0, constant('curve_last_bin')) }} as wind_bin
),

-- observed bins carry the sums, judged bins ask for those of the year that ended the day before
events as (
    select
        bins_daily.asset_id,
        bins_daily.performance_date,
        bins_daily.wind_bin,
        bins_daily.intervals,
        bins_daily.training_minutes,
        bins_daily.sum_speed_mps,
        bins_daily.sum_power_pu,
        false as is_judged
    from bins_daily
    union all
    select
        judged_days.asset_id,
        judged_days.performance_date,
        bins.wind_bin,
        0 as intervals,
        0 as training_minutes,
        0 as sum_speed_mps,
        0 as sum_power_pu,
        true as is_judged
    from judged_days
    cross join bins
),

windowed as (
    select
        events.asset_id,
        events.performance_date,
        events.wind_bin,
        events.is_judged,
        sum(events.intervals) over trailing_year as intervals,
        sum(events.training_minutes) over trailing_year as training_minutes,
        sum(events.sum_speed_mps) over trailing_year as sum_speed_mps,
        sum(events.sum_power_pu) over trailing_year as sum_power_pu
    from events
    window trailing_year as (
        partition by events.asset_id, events.wind_bin
        order by events.performance_date
        range between interval {{ constant('curve_window_days') }} day preceding
        and interval 1 day preceding
    )
),

bin_means as (
    select
        windowed.asset_id,
        windowed.performance_date,
        windowed.wind_bin,
        case
            when windowed.training_minutes >= {{ constant('curve_bin_minutes') }}
                then {{ shared_dbt.ratio('windowed.sum_speed_mps', 'windowed.intervals') }}
        end as own_speed_mps,
        case
            when windowed.training_minutes >= {{ constant('curve_bin_minutes') }}
                then {{ shared_dbt.ratio('windowed.sum_power_pu', 'windowed.intervals') }}
        end as own_power_pu
    from windowed
    where windowed.is_judged
),

-- empty bins are bridged: every bin knows the nearest means on both sides
segments as (
    select
        bin_means.*,
        last_value(bin_means.own_speed_mps ignore nulls) over bins_below as previous_speed_mps,
        last_value(bin_means.own_power_pu ignore nulls) over bins_below as previous_power_pu,
        first_value(bin_means.own_speed_mps ignore nulls) over bins_above as next_speed_mps,
        first_value(bin_means.own_power_pu ignore nulls) over bins_above as next_power_pu
    from bin_means
    window
        bins_below as (
            partition by bin_means.asset_id, bin_means.performance_date
            order by bin_means.wind_bin
            rows between unbounded preceding and 1 preceding
        ),
        bins_above as (
            partition by bin_means.asset_id, bin_means.performance_date
            order by bin_means.wind_bin
            rows between 1 following and unbounded following
        )
)

select * from segments
