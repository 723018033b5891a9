-- The power curve that judges a day: bin means of the 365 days before it.
create temp table bins_daily as
select
    asset_id,
    performance_date,
    wind_bin,
    count(*) as n,
    sum(normalised_speed) as sum_speed,
    sum(exact(gross / capacity_mwh::double / power_factor::double)) as sum_power
from wind
where is_train_ok
group by all;

create temp table wind_training as
with days as (
    select asset_id, performance_date, interval_minutes
    from (select distinct asset_id, performance_date from wind)
    inner join assets using (asset_id)
),

trained as (
    select asset_id, performance_date, sum(n) as n from bins_daily group by all
),

windowed as (
    select
        d.asset_id,
        d.performance_date,
        sum(t.n) over before * interval_minutes >= 180 * 60 as is_trained,
        count(t.n) over before as n,
        min(case when t.n is not null then d.performance_date end) over before as first_day,
        max(case when t.n is not null then d.performance_date end) over before as last_day
    from days as d
    left join trained as t using (asset_id, performance_date)
    window before as (
        partition by d.asset_id order by d.performance_date
        range between interval 365 day preceding and interval 1 day preceding
    )
)

select
    asset_id,
    performance_date,
    case when is_trained then 'trailing_curve' end as method,
    n::integer as training_days,
    case when is_trained then first_day end as train_from,
    case when is_trained then last_day end as train_to
from windowed;

create temp table power_curves as
with judged_bins as (
    select t.asset_id, t.performance_date, b.wind_bin
    from wind_training as t
    cross join (select unnest(generate_series(0, 60)) as wind_bin) as b
),

summed as (
    select
        j.asset_id,
        j.performance_date,
        j.wind_bin,
        sum(b.n) over before as n,
        sum(b.sum_speed) over before as sum_speed,
        sum(b.sum_power) over before as sum_power
    from judged_bins as j
    left join bins_daily as b using (asset_id, performance_date, wind_bin)
    window before as (
        partition by j.asset_id, j.wind_bin order by j.performance_date
        range between interval 365 day preceding and interval 1 day preceding
    )
),

means as (
    select
        s.asset_id,
        s.performance_date,
        s.wind_bin,
        case when n * interval_minutes >= 30 then ratio(sum_speed, n) end as own_speed,
        case when n * interval_minutes >= 30 then ratio(sum_power, n) end as own_power
    from summed as s
    inner join assets using (asset_id)
    semi join (select * from wind_training where method is not null)
        using (asset_id, performance_date)
)

select
    *,
    last_value(own_speed ignore nulls) over below as previous_speed,
    last_value(own_power ignore nulls) over below as previous_power,
    first_value(own_speed ignore nulls) over above as next_speed,
    first_value(own_power ignore nulls) over above as next_power
from means
window
    below as (
        partition by asset_id, performance_date order by wind_bin
        rows between unbounded preceding and 1 preceding
    ),
    above as (
        partition by asset_id, performance_date order by wind_bin
        rows between 1 following and unbounded following
    );
