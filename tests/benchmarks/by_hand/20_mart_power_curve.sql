-- Curves of the twelve months before each month, and the frozen one.
create table mart_power_curve as
with asset_months as (
    select
        asset_id,
        any_value(tenant_id) as tenant_id,
        date_trunc('month', performance_date)::date as as_of_month
    from daily
    where technology = 'wind'
    group by asset_id, as_of_month
),

chosen as (
    select m.asset_id, m.as_of_month, 'recent' as reference, b.* exclude (asset_id)
    from asset_months as m
    inner join bins_daily as b
        on
            m.asset_id = b.asset_id
            and b.performance_date >= m.as_of_month - interval 1 year
            and b.performance_date < m.as_of_month
    union all
    select
        p.asset_id,
        date_trunc('month', p.baseline_to)::date as as_of_month,
        'baseline' as reference,
        b.* exclude (asset_id)
    from baselines as p
    inner join bins_daily as b
        on
            p.asset_id = b.asset_id
            and b.performance_date between p.baseline_from and p.baseline_to
),

summed as (
    select
        asset_id,
        as_of_month,
        reference,
        wind_bin,
        sum(n)::integer as n,
        sum(sum_speed) as sum_speed,
        sum(sum_power) as sum_power,
        sum(sum_power_squared) as sum_power_squared
    from chosen
    group by asset_id, as_of_month, reference, wind_bin
    having sum(training_minutes) >= 30
)

select
    asset_id,
    tenant_id,
    as_of_month,
    reference,
    wind_bin,
    n as intervals,
    ratio(sum_speed, n) as mean_speed_mps,
    ratio(sum_power, n) as mean_power_pu,
    exact(sqrt(greatest(
        sum_power_squared::double / n - power(sum_power::double / n, 2), 0e0
    ))) as sd_power_pu
from summed
inner join asset_months using (asset_id, as_of_month);
