-- The yield ratio that judges a day: the median of the usable days among the 60 before it.
create temp table yields as
select
    s.asset_id,
    s.performance_date,
    ratio(sum(exact(gross)), sum(exact(capacity_mwh::double * exact(dc_power)::double))) as yield
from solar as s
inner join assets using (asset_id)
where is_train_ok
group by s.asset_id, s.performance_date
having count(*) * max(interval_minutes) >= 3 * 60;

create temp table solar_training as
with days as (
    select distinct asset_id, performance_date from solar
),

windowed as (
    select
        d.asset_id,
        d.performance_date,
        count(y.yield) as n,
        min(y.performance_date) as first_day,
        max(y.performance_date) as last_day,
        median(y.yield) as yield
    from days as d
    left join yields as y
        on
            d.asset_id = y.asset_id
            and y.performance_date between d.performance_date - 60 and d.performance_date - 1
    group by all
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
