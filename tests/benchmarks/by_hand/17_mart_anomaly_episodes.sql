-- Flagged days at most two days apart, suspect data apart from losses.
create table mart_anomaly_episodes as
with flagged as (
    select
        *,
        anomaly_type <> 'data_suspect' as is_loss,
        lag(performance_date) over (
            partition by asset_id, is_loss order by performance_date
        ) as previous_date
    from mart_weather_adjusted_performance
    where anomaly_flag
),

numbered as (
    select
        *,
        count(*) filter (previous_date is null or performance_date - previous_date > 3) over (
            partition by asset_id, is_loss order by performance_date
        ) as number
    from flagged
),

typed as (
    select
        asset_id,
        is_loss,
        number,
        anomaly_type,
        count(*) as n
    from numbered
    group by all
),

episodes as (
    select
        n.asset_id,
        any_value(n.tenant_id) as tenant_id,
        any_value(n.portfolio) as portfolio,
        any_value(n.technology) as technology,
        any_value(t.anomaly_type) as anomaly_type,
        min(n.performance_date) as started_on,
        max(n.performance_date) as ended_on,
        count(*)::integer as flagged_days
    from numbered as n
    inner join (
        select asset_id, is_loss, number, anomaly_type
        from typed
        qualify row_number() over (
            partition by asset_id, is_loss, number
            order by n desc, case anomaly_type
                when 'unreported_outage' then 1 when 'sudden_loss' then 2 else 3
            end
        ) = 1
    ) as t using (asset_id, is_loss, number)
    group by n.asset_id, n.is_loss, n.number
)

select
    md5(e.asset_id || '|' || e.started_on::varchar || '|' || e.anomaly_type) as episode_id,
    e.asset_id,
    e.tenant_id,
    e.portfolio,
    e.technology,
    e.anomaly_type,
    e.started_on,
    e.ended_on,
    e.flagged_days,
    exact(sum(m.performance_loss_mwh)) as estimated_loss_mwh
from episodes as e
inner join mart_weather_adjusted_performance as m
    on e.asset_id = m.asset_id and m.performance_date between e.started_on and e.ended_on
group by all;
