-- First pass: days that lie far from the asset's own past train nothing.
create temp table screened as
with bins_with_past as (
    select
        *,
        sum(training_minutes) over year as past_minutes,
        (sum(sum_power) over year)::double / nullif(sum(n) over year, 0) as past_power
    from bins_daily
    window year as (
        partition by asset_id, wind_bin order by performance_date
        range between interval 365 day preceding and interval 1 day preceding
    )
),

wind_days as (
    select
        asset_id,
        performance_date,
        sum(training_minutes) as training_minutes,
        sum(exact(sum_power::double * training_minutes / nullif(n, 0) / 60e0)) as actual,
        sum(exact(
            past_power * (training_minutes + still_minutes - still_training_minutes) / 60e0
        )) as expected,
        coalesce(sum(still_minutes) filter (past_power > 0.15e0), 0) as dead_minutes
    from bins_with_past
    where past_minutes >= 30
    group by asset_id, performance_date
),

solar_with_past as (
    select
        *,
        count(yield) filter (is_usable) over before as past_days,
        median(yield) filter (is_usable) over before as past_yield
    from yields
    window before as (
        partition by asset_id order by performance_date
        range between interval 60 day preceding and interval 1 day preceding
    )
),

days as (
    select * from wind_days
    union all by name
    select
        s.asset_id,
        s.performance_date,
        s.training_minutes,
        ratio(s.gross, exact(a.capacity_mw)) as actual,
        case
            when s.past_days >= 15
                then exact(
                    s.past_yield::double * s.modelled::double / exact(a.capacity_mw)::double
                )
        end as expected,
        s.dead_minutes
    from solar_with_past as s
    inner join assets as a using (asset_id)
)

select
    asset_id,
    performance_date,
    exact(actual) as actual,
    exact(expected) as expected,
    24 as full_load,
    dead_minutes,
    coalesce(training_minutes >= 180 and expected >= 0.03 * 24 and actual is not null, false)
        as is_valid
from days;

create temp table suspected as
select asset_id, performance_date
from deviating('screened')
where is_dead or is_sudden or is_sustained;

delete from bins_daily
using suspected
where
    bins_daily.asset_id = suspected.asset_id
    and bins_daily.performance_date = suspected.performance_date;

delete from yields
using suspected
where
    yields.asset_id = suspected.asset_id
    and yields.performance_date = suspected.performance_date;
