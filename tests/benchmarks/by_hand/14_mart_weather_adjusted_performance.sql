-- Solar days are measured against a fixed yield ratio: their own moves within 60 days.
create temp table judged_days as
select
    d.asset_id,
    d.performance_date,
    judged_gross_mwh as actual,
    exact(expected_available_uncurtailed_mwh::double * coalesce(0.85e0 / t.yield::double, 1e0))
        as expected,
    performance_loss_mwh as lost,
    capacity_mwh as full_load,
    dead_minutes,
    frozen_minutes > 180 or k.asset_id is not null as is_data_poor,
    coalesce(completeness_frac < 0.80, true) as is_insufficient,
    s.asset_id is not null as is_suspected,
    coalesce(s.is_below_full_power, false) as is_below_full_power,
    coalesce(
        expected_available_uncurtailed_mwh >= 0.03 * capacity_mwh
        and judged_slots >= 0.75 * expected_slots, false
    ) as is_valid
from daily as d
left join solar_training as t using (asset_id, performance_date)
left join suspected as s using (asset_id, performance_date)
left join clock_shifts as k using (asset_id, performance_date);

create temp table anomalies as
select
    asset_id,
    performance_date,
    exact(z) as z_score,
    case when past_days >= 15 then exact(sigma) end as sigma_pi,
    case
        when is_insufficient then 'data_suspect'
        when is_dead then 'unreported_outage'
        when is_sudden or is_below_full_power then 'sudden_loss'
        when is_sustained_and_low then 'sustained_underperformance'
        when is_data_poor or z > 4e0 then 'data_suspect'
    end as anomaly_type
from deviating('judged_days');

-- What was to be expected of a day before it came: earlier days of its calendar month.
create temp table climate as
select
    asset_id,
    performance_date,
    case
        when count(potential_mwh) over earlier >= 28
            then ratio(
                sum(potential_mwh) over earlier, sum(judged_capacity_mwh) over earlier
            )
    end as capacity_factor
from daily
window earlier as (
    partition by asset_id, month(performance_date) order by performance_date
    rows between unbounded preceding and 1 preceding
);

create table mart_weather_adjusted_performance as
with paired as (
    select
        *,
        case when is_usable and resource is not null then energy end as x,
        case when is_usable and energy is not null then resource end as y
    from (
        select
            d.*,
            a.z_score,
            a.sigma_pi,
            a.anomaly_type,
            coalesce(completeness_frac >= 0.80, false) as is_usable,
            gross_generation_mwh::decimal(19, 6) as energy,
            (case technology when 'solar' then poa_kwh_m2 else mean_wind_speed_mps end)
                ::decimal(19, 6) as resource
        from daily as d
        inner join anomalies as a using (asset_id, performance_date)
    )
),

windowed as (
    select
        *,
        count(*) over w7 as days_7d,
        sum(judged_slots) over w7 as judged_7d,
        sum(expected_slots) over w7 as expected_7d,
        sum(capacity_mwh) over w7 as capacity_7d,
        sum(judged_gross_mwh) over w7 as gross_7d,
        sum(potential_mwh) over w7 as potential_7d,
        sum(achievable_mwh) over w7 as achievable_7d,
        sum(expected_available_uncurtailed_mwh) over w7 as available_7d,
        count(x) over w7 as n_7d,
        sum(x) over w7 as sx_7d,
        sum(y) over w7 as sy_7d,
        sum(x * x) over w7 as sxx_7d,
        sum(y * y) over w7 as syy_7d,
        sum(x * y) over w7 as sxy_7d,
        count(*) over w30 as days_30d,
        sum(judged_slots) over w30 as judged_30d,
        sum(expected_slots) over w30 as expected_30d,
        sum(capacity_mwh) over w30 as capacity_30d,
        sum(judged_gross_mwh) over w30 as gross_30d,
        sum(potential_mwh) over w30 as potential_30d,
        sum(achievable_mwh) over w30 as achievable_30d,
        sum(expected_available_uncurtailed_mwh) over w30 as available_30d,
        count(x) over w30 as n_30d,
        sum(x) over w30 as sx_30d,
        sum(y) over w30 as sy_30d,
        sum(x * x) over w30 as sxx_30d,
        sum(y * y) over w30 as syy_30d,
        sum(x * y) over w30 as sxy_30d,
        coalesce(bool_or(anomaly_type <> 'data_suspect') over w30, false) as has_loss_30d,
        sum(availability_loss_mwh + curtailment_loss_mwh) over w30 as stopped_30d
    from paired
    window
        w7 as (
            partition by asset_id order by performance_date
            range between interval 6 day preceding and current row
        ),
        w30 as (
            partition by asset_id order by performance_date
            range between interval 29 day preceding and current row
        )
),

rated as (
    select
        *,
        ratio(judged_gross_mwh, achievable_mwh) as achievement_1d,
        ratio(gross_7d, achievable_7d) as achievement_7d,
        ratio(gross_30d, achievable_30d) as achievement_30d,
        ratio(judged_slots, expected_slots) as judged_frac,
        ratio(judged_7d * days_7d, expected_7d * 7) as judged_frac_7d,
        ratio(judged_30d * days_30d, expected_30d * 30) as judged_frac_30d
    from windowed
),

scored as (
    select
        *,
        score_if(achievement_1d, judged_frac, potential_mwh, capacity_mwh) as score_1d,
        score_if(achievement_7d, judged_frac_7d, potential_7d, capacity_7d * 7 / days_7d)
            as score_7d,
        score_if(achievement_30d, judged_frac_30d, potential_30d, capacity_30d * 30 / days_30d)
            as score_30d
    from rated
),

training as (
    select asset_id, performance_date, method, training_days, train_from, train_to
    from wind_training
    union all
    select asset_id, performance_date, method, training_days, train_from, train_to
    from solar_training
),

correlated as (
    select
        *,
        pearson(n_7d::decimal(4, 0), sx_7d, sy_7d, sxx_7d, syy_7d, sxy_7d, 5) as correlation_7d,
        pearson(n_30d::decimal(4, 0), sx_30d, sy_30d, sxx_30d, syy_30d, sxy_30d, 20)
            as correlation_30d
    from scored
),

-- a lost correlation speaks of a sensor, unless losses or stops explain it
typed as (
    select
        * replace (
            case
                when anomaly_type is not null then anomaly_type
                when
                    correlation_30d < 0.5 and not has_loss_30d
                    and stopped_30d <= 0.05 * potential_30d then 'data_suspect'
            end as anomaly_type
        )
    from correlated
)

select
    s.asset_id,
    s.performance_date,
    tenant_id,
    portfolio,
    technology,
    parent_asset_id,
    false as is_plant,
    coalesce(t.method, s.method) as method,
    t.training_days,
    t.train_from,
    t.train_to,
    expected_slots,
    judged_slots,
    judged_frac,
    judged_capacity_mwh,
    potential_mwh,
    availability_loss_mwh,
    curtailment_loss_mwh,
    performance_loss_mwh,
    electrical_loss_mwh,
    expected_available_uncurtailed_mwh,
    judged_gross_mwh as gross_generation_mwh,
    exact(judged_gross_mwh - electrical_loss_mwh) as net_generation_mwh,
    ratio(potential_mwh, judged_capacity_mwh) as weather_adjusted_capacity_factor,
    ratio(judged_gross_mwh, expected_available_uncurtailed_mwh) as performance_index,
    ratio(gross_7d, available_7d) as performance_index_7d,
    ratio(gross_30d, available_30d) as performance_index_30d,
    achievement_1d as achievement_ratio_1d,
    achievement_7d as achievement_ratio_7d,
    achievement_30d as achievement_ratio_30d,
    score_1d as performance_score_1d,
    score_7d as performance_score_7d,
    score_30d as performance_score_30d,
    rating(score_30d) as rating_30d,
    correlation_7d,
    correlation_30d,
    n_7d::integer as correlation_pairs_7d,
    n_30d::integer as correlation_pairs_30d,
    ratio(baseline_gross_mwh, baseline_available_uncurtailed_mwh) as baseline_index,
    p.baseline_from,
    p.baseline_to,
    ratio(potential_mwh, judged_capacity_mwh * c.capacity_factor) as weather_index,
    z_score,
    sigma_pi,
    anomaly_type,
    anomaly_type is not null as anomaly_flag
from typed as s
inner join climate as c using (asset_id, performance_date)
left join training as t using (asset_id, performance_date)
left join baselines as p on s.asset_id = p.asset_id and s.performance_date > p.baseline_to;
