with judged_days as (
    select
        asset_id,
        performance_date,
        curve_epoch
    from {{ ref('int_training_trailing') }}
    where method = 'trailing_curve' and {{ shared_dbt.rebuilt('performance_date') }}
),

suspected_days as (
    select
        asset_id,
        performance_date
    from {{ ref('int_days_suspected') }}
    where is_withheld and {{ shared_dbt.rebuilt('performance_date', lookback=365) }}
),

-- second pass: what the first pass found suspicious trains nothing
bins_daily as (
    select days.*
    from {{ ref('int_power_curve_bins_daily') }} as days
    left join suspected_days
        on
            days.performance_date = suspected_days.performance_date
            and days.asset_id = suspected_days.asset_id
    where
        suspected_days.asset_id is null
        and {{ shared_dbt.rebuilt('days.performance_date', lookback=365) }}
),

-- too little of a past of its own: the maker's curve stands in, and its days learn nothing
maker_days as (
    select
        training.asset_id,
        training.performance_date,
        asset_days.curve_valid_from
    from {{ ref('int_training_trailing') }} as training
    inner join {{ ref('int_asset_days') }} as asset_days
        on
            training.performance_date = asset_days.performance_date
            and training.asset_id = asset_days.asset_id
    where training.method = 'oem_curve' and {{ shared_dbt.rebuilt('training.performance_date') }}
),

bins as (
    select {{ shared_dbt.each_integer(0, constant('curve_last_bin')) }} as wind_bin
),

-- observed bins carry the sums, judged bins ask for those of the year that ended the day before
events as (
    select
        bins_daily.asset_id,
        bins_daily.performance_date,
        bins_daily.curve_epoch,
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
        judged_days.curve_epoch,
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
        partition by events.asset_id, events.curve_epoch, events.wind_bin
        order by events.performance_date
        range between interval {{ constant('curve_window_days') }} day preceding
        and interval 1 day preceding
    )
),

judged_bins as (
    select * from windowed
    where is_judged
),

{{ curve_segment_ctes('judged_bins', 'asset_id, performance_date') }},

{{ maker_segment_ctes() }},

judging as (
    select * from segments
    union all
    select
        maker_days.asset_id,
        maker_days.performance_date,
        maker_segments.wind_bin,
        maker_segments.own_speed_mps,
        maker_segments.own_power_pu,
        maker_segments.previous_speed_mps,
        maker_segments.previous_power_pu,
        maker_segments.next_speed_mps,
        maker_segments.next_power_pu
    from maker_days
    inner join maker_segments
        on
            maker_days.asset_id = maker_segments.asset_id
            and maker_days.curve_valid_from = maker_segments.valid_from
)

select * from judging
