-- Full-load hours stand for energy: the first pass compares a day with itself only.
with bins_daily as (
    select * from {{ ref('int_power_curve_bins_daily') }}
    where {{ shared_dbt.rebuilt('performance_date', lookback=365) }}
),

solar_days as (
    select * from {{ ref('int_solar_ratio_daily') }}
    where {{ shared_dbt.rebuilt('performance_date') }}
),

asset_days as (
    select
        asset_id,
        performance_date,
        capacity_mw
    from {{ ref('int_asset_days') }}
    where {{ shared_dbt.rebuilt('performance_date') }}
),

-- a day's bins against the same bins of the year before: both are sums already
bins_with_past as (
    select
        bins_daily.*,
        sum(bins_daily.training_minutes) over trailing_year as past_minutes,
        cast(sum(bins_daily.sum_power_pu) over trailing_year as double)
        / nullif(sum(bins_daily.intervals) over trailing_year, 0) as past_power_pu
    from bins_daily
    window trailing_year as (
        partition by bins_daily.asset_id, bins_daily.curve_epoch, bins_daily.wind_bin
        order by bins_daily.performance_date
        range between interval {{ constant('curve_window_days') }} day preceding
        and interval 1 day preceding
    )
),

wind_bins as (
    select
        bins_with_past.asset_id,
        bins_with_past.performance_date,
        bins_with_past.curve_epoch,
        bins_with_past.training_minutes,
        cast(bins_with_past.sum_power_pu as double)
        * bins_with_past.training_minutes
        / nullif(bins_with_past.intervals, 0)
        / 60e0 as actual,
        bins_with_past.past_power_pu
        * (
            bins_with_past.training_minutes
            + bins_with_past.still_minutes
            - bins_with_past.still_training_minutes
        )
        / 60e0 as expected,
        case
            when bins_with_past.past_power_pu > {{ constant('dead_expected_frac') }}
                then bins_with_past.still_minutes
        end as dead_minutes
    from bins_with_past
    where
        bins_with_past.past_minutes >= {{ constant('curve_bin_minutes') }}
        and {{ shared_dbt.rebuilt('bins_with_past.performance_date') }}
),

wind_days as (
    select
        wind_bins.asset_id,
        wind_bins.performance_date,
        max(wind_bins.curve_epoch) as curve_epoch,
        sum(wind_bins.training_minutes) as training_minutes,
        sum({{ shared_dbt.measure('wind_bins.actual') }}) as actual,
        sum({{ shared_dbt.measure('wind_bins.expected') }}) as expected,
        coalesce(sum(wind_bins.dead_minutes), 0) as dead_minutes
    from wind_bins
    group by wind_bins.asset_id, wind_bins.performance_date
),

-- At wind that gives full power a loss needs neither curve nor anemometer: what the asset gives
-- there is a line, and a day below the line of the year before has lost something.
full_power_days as (
    select
        bins_daily.asset_id,
        bins_daily.performance_date,
        bins_daily.curve_epoch,
        sum(bins_daily.training_minutes) as minutes,
        cast(sum(bins_daily.sum_power_pu) as double) / sum(bins_daily.intervals) as power_pu
    from bins_daily
    where
        bins_daily.wind_bin between {{ constant('full_power_first_bin') }}
        and {{ constant('full_power_last_bin') }}
    group by bins_daily.asset_id, bins_daily.performance_date, bins_daily.curve_epoch
    having sum(bins_daily.training_minutes) >= {{ constant('full_power_minutes') }}
),

full_power_with_past as (
    select
        full_power_days.*,
        sum(full_power_days.minutes) over trailing_year as past_minutes,
        quantile_cont(full_power_days.power_pu, 0.5) over trailing_year as past_power_pu,
        quantile_cont(full_power_days.power_pu, 0.75) over trailing_year as past_high_power_pu
    from full_power_days
    window trailing_year as (
        partition by full_power_days.asset_id, full_power_days.curve_epoch
        order by full_power_days.performance_date
        range between interval {{ constant('curve_window_days') }} day preceding
        and interval 1 day preceding
    )
),

-- losses pull down only: how far days scatter is read from those above the median
days_below_full_power as (
    select
        full_power_with_past.asset_id,
        full_power_with_past.performance_date
    from full_power_with_past
    where
        full_power_with_past.past_minutes >= {{ constant('full_power_past_minutes') }}
        and full_power_with_past.power_pu
        < full_power_with_past.past_power_pu * (1 - {{ constant('full_power_loss_frac') }})
        and full_power_with_past.power_pu
        < full_power_with_past.past_power_pu
        - {{ constant('full_power_sigmas') }} * {{ constant('mad_to_sigma') }}
        * (full_power_with_past.past_high_power_pu - full_power_with_past.past_power_pu)
),

-- solar needs no curve: its ratios are compared with one another, on a scale of about 1
solar_screened as (
    select
        solar_days.asset_id,
        solar_days.performance_date,
        solar_days.curve_epoch,
        solar_days.training_minutes,
        {{ shared_dbt.ratio('solar_days.gross_generation_mwh', 'asset_days.capacity_mw') }}
            as actual,
        {{ shared_dbt.measure(
            constant('yardstick_yield_ratio')
            ~ ' * cast(solar_days.modelled_dc_mwh as double)'
            ~ ' / cast(asset_days.capacity_mw as double)'
        ) }} as expected,
        solar_days.dead_minutes
    from solar_days
    inner join asset_days
        on
            solar_days.performance_date = asset_days.performance_date
            and solar_days.asset_id = asset_days.asset_id
),

all_days as (
    select * from wind_days
    union all
    select * from solar_screened
),

screened as (
    select
        all_days.asset_id,
        all_days.performance_date,
        all_days.curve_epoch,
        cast(all_days.actual as decimal(18, 9)) as actual_full_load_hours,
        cast(all_days.expected as decimal(18, 9)) as expected_full_load_hours,
        cast(all_days.dead_minutes as integer) as dead_minutes,
        days_below_full_power.asset_id is not null as is_below_full_power,
        coalesce(
            all_days.training_minutes >= {{ constant('training_day_minutes') }}
            and all_days.expected >= {{ constant('minimum_energy_frac') }} * 24
            and all_days.actual is not null,
            false
        ) as is_valid
    from all_days
    left join days_below_full_power
        on
            all_days.performance_date = days_below_full_power.performance_date
            and all_days.asset_id = days_below_full_power.asset_id
)

select * from screened
order by performance_date, asset_id
