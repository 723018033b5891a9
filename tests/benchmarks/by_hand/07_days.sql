-- What a day's intervals say about the machine: bins of the power curve, the yield ratio.
create temp table bins_daily as
with intervals as (
    select
        w.asset_id,
        w.performance_date,
        w.wind_bin,
        w.normalised_speed,
        w.is_train_ok,
        a.interval_minutes,
        w.gross / w.capacity_mwh::double / w.power_factor::double as power,
        stands_still(
            w.is_weather_valid, w.is_generation_valid, w.availability_pct, w.curtailment_mwh,
            w.gross, w.capacity_mwh
        ) as is_still
    from wind as w
    inner join assets as a using (asset_id)
)

select
    asset_id,
    performance_date,
    wind_bin,
    count(*) filter (is_train_ok) as n,
    coalesce(sum(interval_minutes) filter (is_train_ok), 0) as training_minutes,
    coalesce(sum(normalised_speed) filter (is_train_ok), 0) as sum_speed,
    coalesce(sum(exact(power)) filter (is_train_ok), 0) as sum_power,
    coalesce(sum(exact(power * power)) filter (is_train_ok), 0) as sum_power_squared,
    coalesce(sum(interval_minutes) filter (is_still), 0) as still_minutes,
    coalesce(sum(interval_minutes) filter (is_still and is_train_ok), 0) as still_training_minutes
from intervals
where is_train_ok or is_still
group by all;

create temp table yields as
with intervals as (
    select
        s.asset_id,
        s.performance_date,
        s.is_train_ok,
        s.gross,
        a.interval_minutes,
        exact(s.capacity_mwh::double * exact(s.dc_power)::double) as modelled,
        stands_still(
            s.is_weather_valid, s.is_generation_valid, s.availability_pct, s.curtailment_mwh,
            s.gross, s.capacity_mwh
        ) and exact(s.dc_power)::double * 0.96e0 > 0.15e0 as is_dead
    from solar as s
    inner join assets as a using (asset_id)
),

summed as (
    select
        asset_id,
        performance_date,
        coalesce(sum(interval_minutes) filter (is_train_ok), 0) as training_minutes,
        exact(sum(exact(gross)) filter (is_train_ok)) as gross,
        exact(sum(modelled) filter (is_train_ok)) as modelled,
        coalesce(sum(interval_minutes) filter (is_dead), 0) as dead_minutes
    from intervals
    where is_train_ok or is_dead
    group by asset_id, performance_date
)

select
    *,
    ratio(gross, modelled) as yield,
    training_minutes >= 180 as is_usable
from summed;
