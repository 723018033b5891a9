with judged_days as (
    select
        asset_id,
        performance_date,
        technology,
        system_loss_frac,
        curve_epoch,
        curve_valid_from is not null as has_maker_curve
    from {{ ref('int_asset_days') }}
    where not is_plant and {{ shared_dbt.rebuilt('performance_date') }}
),

suspected_days as (
    select
        asset_id,
        performance_date
    from {{ ref('int_days_suspected') }}
    where is_withheld and {{ shared_dbt.rebuilt('performance_date', lookback=365) }}
),

-- second pass: what the first pass found suspicious trains nothing
wind_training_days as (
    select
        days.asset_id,
        days.performance_date,
        max(days.curve_epoch) as curve_epoch,
        sum(days.training_minutes) as training_minutes
    from {{ ref('int_power_curve_bins_daily') }} as days
    left join suspected_days
        on
            days.performance_date = suspected_days.performance_date
            and days.asset_id = suspected_days.asset_id
    where
        suspected_days.asset_id is null
        and {{ shared_dbt.rebuilt('days.performance_date', lookback=365) }}
    group by days.asset_id, days.performance_date
    having sum(days.training_minutes) > 0
),

solar_training_days as (
    select
        ratios.asset_id,
        ratios.performance_date,
        ratios.curve_epoch,
        ratios.yield_ratio
    from {{ ref('int_solar_ratio_daily') }} as ratios
    left join suspected_days
        on
            ratios.performance_date = suspected_days.performance_date
            and ratios.asset_id = suspected_days.asset_id
    where
        ratios.is_usable
        and suspected_days.asset_id is null
        and {{ shared_dbt.rebuilt('ratios.performance_date', lookback=120) }}
),

-- training days count for the days after them, judged days for none: the window ends the day before
wind_events as (
    select
        judged_days.asset_id,
        judged_days.performance_date,
        judged_days.curve_epoch,
        cast(null as date) as training_date,
        0 as training_minutes,
        true as is_judged,
        judged_days.has_maker_curve
    from judged_days
    where judged_days.technology = 'wind'
    union all
    select
        wind_training_days.asset_id,
        wind_training_days.performance_date,
        wind_training_days.curve_epoch,
        wind_training_days.performance_date as training_date,
        wind_training_days.training_minutes,
        false as is_judged,
        false as has_maker_curve
    from wind_training_days
),

wind_windows as (
    select
        wind_events.asset_id,
        wind_events.performance_date,
        wind_events.curve_epoch,
        wind_events.is_judged,
        wind_events.has_maker_curve,
        sum(wind_events.training_minutes) over trailing_year as training_minutes,
        count(wind_events.training_date) over trailing_year as training_days,
        min(wind_events.training_date) over trailing_year as first_training_date,
        max(wind_events.training_date) over trailing_year as last_training_date
    from wind_events
    window trailing_year as (
        partition by wind_events.asset_id, wind_events.curve_epoch
        order by wind_events.performance_date
        range between interval {{ constant('curve_window_days') }} day preceding
        and interval 1 day preceding
    )
),

wind_training as (
    select
        wind_windows.asset_id,
        wind_windows.performance_date,
        wind_windows.curve_epoch,
        case
            when wind_windows.training_minutes >= {{ constant('curve_total_minutes') }}
                then 'trailing_curve'
            when wind_windows.has_maker_curve then 'oem_curve'
        end as method,
        wind_windows.training_days,
        wind_windows.first_training_date,
        wind_windows.last_training_date,
        cast(null as decimal(18, 9)) as yield_ratio
    from wind_windows
    where wind_windows.is_judged
),

solar_pairs as (
    select
        judged_days.asset_id,
        judged_days.performance_date,
        judged_days.curve_epoch,
        judged_days.system_loss_frac,
        solar_training_days.performance_date as training_date,
        solar_training_days.yield_ratio,
        solar_training_days.performance_date >= {{ shared_dbt.days_later(
            'judged_days.performance_date', '-' ~ constant('solar_window_days')
        ) }} as is_recent
    from judged_days
    left join solar_training_days
        on
            judged_days.asset_id = solar_training_days.asset_id
            and judged_days.curve_epoch = solar_training_days.curve_epoch
            and solar_training_days.performance_date between
            {{ shared_dbt.days_later(
                'judged_days.performance_date', '-' ~ constant('solar_long_window_days')
            ) }}
            and {{ shared_dbt.days_later('judged_days.performance_date', -1) }}
    where judged_days.technology = 'solar'
),

-- where suspected days leave too few of the last 60, the last 120 serve
solar_windows as (
    select
        solar_pairs.*,
        count(case when solar_pairs.is_recent then 1 end) over (
            partition by solar_pairs.asset_id, solar_pairs.performance_date
        ) as recent_days
    from solar_pairs
),

solar_references as (
    select
        solar_windows.asset_id,
        solar_windows.performance_date,
        solar_windows.curve_epoch,
        solar_windows.system_loss_frac,
        count(solar_windows.training_date) as training_days,
        min(solar_windows.training_date) as first_training_date,
        max(solar_windows.training_date) as last_training_date,
        median(solar_windows.yield_ratio) as median_ratio
    from solar_windows
    where solar_windows.is_recent or solar_windows.recent_days < {{ constant('solar_days') }}
    group by
        solar_windows.asset_id,
        solar_windows.performance_date,
        solar_windows.curve_epoch,
        solar_windows.system_loss_frac
),

solar_training as (
    select
        solar_references.asset_id,
        solar_references.performance_date,
        solar_references.curve_epoch,
        case
            when solar_references.training_days >= {{ constant('solar_days') }}
                then 'trailing_median'
            else 'pvwatts_default'
        end as method,
        solar_references.training_days,
        solar_references.first_training_date,
        solar_references.last_training_date,
        {{ shared_dbt.measure(
            'case when solar_references.training_days >= ' ~ constant('solar_days')
            ~ ' then cast(solar_references.median_ratio as double)'
            ~ ' else (1e0 - cast(solar_references.system_loss_frac as double)) * '
            ~ constant('inverter_efficiency') ~ ' end'
        ) }} as yield_ratio
    from solar_references
),

all_training as (
    select * from wind_training
    union all
    select * from solar_training
),

-- the frozen baseline judges only the days after its last training day
baselines as (
    select * from {{ ref('int_baseline_training') }}
),

labelled as (
    select
        all_training.asset_id,
        all_training.performance_date,
        all_training.curve_epoch,
        all_training.method,
        cast(all_training.training_days as integer) as training_days,
        case when all_training.method like 'trailing%' then all_training.first_training_date end
            as train_from,
        case when all_training.method like 'trailing%' then all_training.last_training_date end
            as train_to,
        all_training.yield_ratio,
        baselines.baseline_from,
        baselines.baseline_to,
        -- by month of the year once two years have shown what a month is
        {{ shared_dbt.measure(
            'cast(baselines.baseline_yield_ratio as double)'
            ~ ' * case when all_training.performance_date > baselines.season_to'
            ~ ' then cast(coalesce(' ~ factor_of_month('baselines', 'all_training.performance_date')
            ~ ', 1) as double) else 1e0 end'
        ) }} as baseline_yield_ratio
    from all_training
    left join baselines
        on
            all_training.asset_id = baselines.asset_id
            and all_training.curve_epoch = baselines.curve_epoch
            and all_training.performance_date > baselines.baseline_to
)

select * from labelled
order by performance_date, asset_id
