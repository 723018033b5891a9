-- Days on which the clock of generation is off: power follows the modelled light by whole hours.
create temp table clock_shifts as
with hours as (
    select
        asset_id,
        date_trunc('hour', timestamp) as hour,
        case
            when count(*) = count(gross) and not bool_or(is_stopped)
                then ratio(sum(exact(gross)), sum(capacity_mwh))::decimal(19, 6)
        end as power,
        case
            when count(*) = count(dc_power)
                then mean(sum(exact(dc_power)), count(dc_power))::decimal(19, 6)
        end as modelled
    from solar
    group by asset_id, hour
),

lagged as (
    select asset_id, lag_hours, modelled, hour + to_hours(lag_hours) as hour
    from hours
    cross join (select unnest(generate_series(-3, 3)) as lag_hours)
    where modelled is not null
),

correlated as (
    select
        h.asset_id,
        h.hour::date as performance_date,
        l.lag_hours,
        pearson(
            count(*)::decimal(4, 0), sum(h.power), sum(l.modelled), sum(h.power * h.power),
            sum(l.modelled * l.modelled), sum(h.power * l.modelled), 12
        ) as correlation
    from hours as h
    inner join lagged as l using (asset_id, hour)
    where h.power is not null
    group by h.asset_id, h.hour::date, l.lag_hours
),

best as (
    select asset_id, performance_date, lag_hours
    from correlated
    where correlation >= 0.8
    qualify row_number() over (
        partition by asset_id, performance_date
        order by correlation desc, abs(lag_hours), lag_hours
    ) = 1
),

counted as (
    select
        d.asset_id,
        d.performance_date,
        b.lag_hours,
        count(*) filter (b.lag_hours > 0) over month as late_days,
        count(*) filter (b.lag_hours < 0) over month as early_days
    from (select distinct asset_id, performance_date from solar) as d
    left join best as b using (asset_id, performance_date)
    window month as (
        partition by d.asset_id order by d.performance_date
        range between interval 29 day preceding and current row
    )
)

select asset_id, performance_date
from counted
where
    late_days >= 20 and coalesce(lag_hours, 1) > 0
    or early_days >= 20 and coalesce(lag_hours, -1) < 0;
