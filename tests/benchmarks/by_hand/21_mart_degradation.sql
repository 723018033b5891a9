-- Weeks against the same week a year before, on the frozen reference; the median's bounds from 200
-- bootstrap samples whose draws are a function of their number (Park and Miller 1988).
create temp table week_pairs as
with days as (
    select
        b.asset_id,
        b.performance_date,
        b.sum_power as actual,
        exact(c.own_power::double * b.n) as expected
    from bins_daily as b
    inner join baseline_curves as c using (asset_id, wind_bin)
    where b.n > 0 and c.own_power is not null
    union all
    select
        y.asset_id,
        y.performance_date,
        y.gross as actual,
        exact(p.baseline_yield::double * y.modelled::double) as expected
    from yields as y
    inner join baselines as p using (asset_id)
    where y.is_usable
),

weeks as (
    select
        asset_id,
        floor(epoch(performance_date) / 604800)::integer as week,
        ratio(sum(actual), sum(expected)) as index,
        min(week) over (partition by asset_id) as first_week
    from days
    group by asset_id, week
    having count(distinct performance_date) >= 4
),

first_years as (
    select asset_id, median(index::double) as index
    from weeks
    where week < first_week + 52
    group by asset_id
)

select
    l.asset_id,
    row_number() over (partition by l.asset_id order by l.week) - 1 as number,
    count(*) over (partition by l.asset_id) as n,
    l.week - l.first_week as age,
    100e0 * (l.index - e.index)::double / f.index * 365.25e0 / 364e0 as rate
from weeks as l
inner join weeks as e on l.asset_id = e.asset_id and l.week = e.week + 52
inner join first_years as f on l.asset_id = f.asset_id;

create macro next_random(x) as x * 48271 % 2147483647;

create table mart_degradation as
with rates as (
    select asset_id, n, median(rate) as rate
    from week_pairs
    group by asset_id, n
    having max(age) >= 102 and n >= 26
),

draws as (
    select
        asset_id,
        sample,
        floor(
            next_random(next_random(next_random(
                (sample * 1000003 + draw + 1) % 2147483646 + 1
            )))::double / 2147483647e0 * n
        )::bigint as number
    from rates
    cross join (select unnest(generate_series(1, 200)) as sample),
        lateral (select unnest(generate_series(0, n - 1)) as draw)
),

samples as (
    select asset_id, sample, median(p.rate) as rate
    from draws
    inner join week_pairs as p using (asset_id, number)
    group by asset_id, sample
),

bounds as (
    select asset_id, quantile_cont(rate, 0.025) as low, quantile_cont(rate, 0.975) as high
    from samples
    group by asset_id
)

select
    asset_id,
    a.tenant_id,
    a.technology,
    r.n::integer as week_pairs,
    exact(r.rate) as rate_pct_per_year,
    exact(b.low) as rate_low_pct_per_year,
    exact(b.high) as rate_high_pct_per_year
from rates as r
inner join bounds as b using (asset_id)
inner join assets as a using (asset_id);
