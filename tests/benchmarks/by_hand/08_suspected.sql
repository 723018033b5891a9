-- First pass: days that lie far from the asset's own past train nothing. It is made twice, the
-- second time without the first alarms in what is usual.
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

-- an hour and more at wind for full power, against the same of the year before
full_power as (
    select
        asset_id,
        performance_date,
        sum(training_minutes) as minutes,
        sum(sum_power)::double / sum(n) as power
    from bins_daily
    where wind_bin between 28 and 40
    group by asset_id, performance_date
    having minutes >= 60
),

below_full_power as (
    select asset_id, performance_date
    from full_power
    window year as (
        partition by asset_id order by performance_date
        range between interval 365 day preceding and interval 1 day preceding
    )
    qualify
        sum(minutes) over year >= 180
        and power < quantile_cont(power, 0.5) over year * (1 - 0.045e0)
        and power < quantile_cont(power, 0.5) over year - 3e0 * 1.4826e0 * (
            quantile_cont(power, 0.75) over year - quantile_cont(power, 0.5) over year
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
        exact(0.85e0 * s.modelled::double / exact(a.capacity_mw)::double) as expected,
        s.dead_minutes
    from yields as s
    inner join assets as a using (asset_id)
)

select
    asset_id,
    performance_date,
    exact(actual) as actual,
    exact(expected) as expected,
    exact(expected) - exact(actual) as lost,
    24 as full_load,
    dead_minutes,
    coalesce(training_minutes >= 180 and expected >= 0.03 * 24 and actual is not null, false)
        as is_valid,
    f.asset_id is not null as is_below_full_power,
    false as is_suspected
from days
left join below_full_power as f using (asset_id, performance_date);

create temp table alarms as from alarming('screened');

create temp table screened_again as
select s.* replace (a.asset_id is not null as is_suspected)
from screened as s
left join alarms as a using (asset_id, performance_date);

-- what lasts is no fault: it trains again
create temp table suspected as
select *, count(*) over (
    partition by asset_id order by performance_date
    range between interval 119 day preceding and current row
) <= 40 as is_withheld
from alarming('screened_again');

delete from bins_daily
using suspected
where
    suspected.is_withheld
    and bins_daily.asset_id = suspected.asset_id
    and bins_daily.performance_date = suspected.performance_date;

delete from yields
using suspected
where
    suspected.is_withheld
    and yields.asset_id = suspected.asset_id
    and yields.performance_date = suspected.performance_date;
