-- Second pass: the references that judge a day, from the days before it, and a frozen one from the
-- first 365 training days.
create temp table numbered as
select
    *,
    row_number() over (partition by asset_id order by performance_date) as day_number
from (
    select asset_id, performance_date, null::decimal(18, 9) as yield
    from bins_daily
    group by asset_id, performance_date
    having sum(training_minutes) >= 180
    union all
    select asset_id, performance_date, yield
    from yields
    where is_usable
);

create temp table baselines as
select
    asset_id,
    min(performance_date) as baseline_from,
    max(performance_date) as baseline_to,
    exact(median(yield)::double) as baseline_yield
from numbered
where day_number <= 365
group by asset_id
having count(*) = 365;

-- of a solar asset also by month of the year, after two years
create temp table month_factors as
with first_days as (
    select
        asset_id,
        performance_date,
        yield,
        median(yield::double) over (partition by asset_id) as yield_of_all,
        max(performance_date) over (partition by asset_id) as season_to,
        count(*) over (partition by asset_id) as n
    from numbered
    where day_number <= 730 and yield is not null
)

select
    asset_id,
    month(performance_date) as calendar_month,
    max(season_to) as season_to,
    exact(median(yield::double) / max(yield_of_all)) as factor
from first_days
where n = 730
group by asset_id, calendar_month
having count(*) >= 15;

create temp table wind_training as
with days as (
    select distinct asset_id, performance_date from wind
),

trained as (
    select asset_id, performance_date, sum(training_minutes) as minutes
    from bins_daily
    group by asset_id, performance_date
    having minutes > 0
),

windowed as (
    select
        d.asset_id,
        d.performance_date,
        sum(t.minutes) over before >= 180 * 60 as is_trained,
        count(t.minutes) over before as n,
        min(d.performance_date) filter (t.minutes is not null) over before as first_day,
        max(d.performance_date) filter (t.minutes is not null) over before as last_day
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

create temp table bins as select unnest(generate_series(0, 60)) as wind_bin;

create macro with_neighbours(relation) as table
    select
        *,
        last_value(own_speed ignore nulls) over below as previous_speed,
        last_value(own_power ignore nulls) over below as previous_power,
        first_value(own_speed ignore nulls) over above as next_speed,
        first_value(own_power ignore nulls) over above as next_power
    from query_table(relation)
    window
        below as (
            partition by asset_id, performance_date order by wind_bin
            rows between unbounded preceding and 1 preceding
        ),
        above as (
            partition by asset_id, performance_date order by wind_bin
            rows between 1 following and unbounded following
        );

create temp table bin_means as
with summed as (
    select
        t.asset_id,
        t.performance_date,
        bins.wind_bin,
        t.method,
        sum(b.n) over before as n,
        sum(b.training_minutes) over before as minutes,
        sum(b.sum_speed) over before as sum_speed,
        sum(b.sum_power) over before as sum_power
    from wind_training as t
    cross join bins
    left join bins_daily as b using (asset_id, performance_date, wind_bin)
    window before as (
        partition by t.asset_id, bins.wind_bin order by t.performance_date
        range between interval 365 day preceding and interval 1 day preceding
    )
)

select
    asset_id,
    performance_date,
    wind_bin,
    case when minutes >= 30 then ratio(sum_speed, n) end as own_speed,
    case when minutes >= 30 then ratio(sum_power, n) end as own_power
from summed
where method is not null;

create temp table power_curves as from with_neighbours('bin_means');

create temp table baseline_means as
select
    p.asset_id,
    p.baseline_to as performance_date,
    bins.wind_bin,
    case when sum(b.training_minutes) >= 30 then ratio(sum(b.sum_speed), sum(b.n)) end as own_speed,
    case when sum(b.training_minutes) >= 30 then ratio(sum(b.sum_power), sum(b.n)) end as own_power
from baselines as p
cross join bins
left join bins_daily as b
    on
        p.asset_id = b.asset_id
        and bins.wind_bin = b.wind_bin
        and b.performance_date between p.baseline_from and p.baseline_to
where p.baseline_yield is null
group by all;

create temp table baseline_curves as from with_neighbours('baseline_means');

-- the last 60 days, or 120 where suspected days leave too few
create temp table solar_training as
with pairs as (
    select
        d.asset_id,
        d.performance_date,
        y.performance_date as training_date,
        y.yield,
        training_date >= d.performance_date - 60 as is_recent,
        count(*) filter (is_recent) over (
            partition by d.asset_id, d.performance_date
        ) as recent_days
    from (select distinct asset_id, performance_date from solar) as d
    left join yields as y
        on
            d.asset_id = y.asset_id
            and y.is_usable
            and y.performance_date between d.performance_date - 120 and d.performance_date - 1
),

windowed as (
    select
        asset_id,
        performance_date,
        count(training_date) as n,
        min(training_date) as first_day,
        max(training_date) as last_day,
        median(yield) as yield
    from pairs
    where is_recent or recent_days < 15
    group by asset_id, performance_date
)

select
    w.asset_id,
    w.performance_date,
    case when n >= 15 then 'trailing_median' else 'pvwatts_default' end as method,
    n::integer as training_days,
    case when n >= 15 then first_day end as train_from,
    case when n >= 15 then last_day end as train_to,
    exact(case
        when n >= 15 then yield::double
        else (1e0 - coalesce(system_loss_frac, 0.11)::double) * 0.96e0
    end) as yield
from windowed as w
inner join assets using (asset_id);
