create table mart_fleet_summary as
with periods as (
    select
        d.*,
        'day' as period_grain,
        d.performance_date as period_start,
        m.rating_30d <> 'not_rated' as is_rated
    from daily as d
    inner join mart_weather_adjusted_performance as m using (asset_id, performance_date)
    union all
    select
        d.*,
        'month' as period_grain,
        m.performance_month as period_start,
        m.rating <> 'not_rated' as is_rated
    from daily as d
    inner join mart_monthly_kpis as m
        on
            d.asset_id = m.asset_id
            and date_trunc('month', d.performance_date)::date = m.performance_month
),

summed as (
    select
        tenant_id,
        portfolio,
        technology,
        period_grain,
        period_start,
        count(distinct asset_id)::integer as n_assets,
        (count(distinct asset_id) filter (is_rated))::integer as n_rated,
        sum(expected_slots) as expected_slots,
        sum(valid_slots) as valid_slots,
        exact(sum(gross_generation_mwh)) as gross_generation_mwh,
        exact(sum(net_generation_mwh)) as net_generation_mwh,
        exact(sum(curtailment_mwh)) as curtailment_mwh,
        exact(sum(capacity_mwh)) as capacity_mwh,
        exact(sum(valid_net_generation_mwh)) as valid_net_generation_mwh,
        exact(sum(valid_capacity_mwh)) as valid_capacity_mwh,
        exact(sum(potential_mwh)) as potential_mwh,
        exact(sum(availability_loss_mwh)) as availability_loss_mwh,
        exact(sum(curtailment_loss_mwh)) as curtailment_loss_mwh,
        exact(sum(performance_loss_mwh)) as performance_loss_mwh,
        exact(sum(electrical_loss_mwh)) as electrical_loss_mwh,
        exact(sum(metered_gross_mwh)) as metered_gross_mwh,
        exact(sum(metered_net_mwh)) as metered_net_mwh,
        exact(sum(judged_gross_mwh)) as judged_gross_mwh,
        exact(sum(achievable_mwh)) as achievable_mwh,
        exact(sum(expected_available_uncurtailed_mwh)) as expected_available_uncurtailed_mwh
    from periods
    group by tenant_id, portfolio, technology, period_grain, period_start
)

select
    tenant_id,
    portfolio,
    technology,
    period_grain,
    period_start,
    n_assets,
    n_rated,
    gross_generation_mwh,
    net_generation_mwh,
    curtailment_mwh,
    null::decimal(18, 9) as reported_availability_loss_mwh,
    capacity_mwh,
    valid_net_generation_mwh,
    valid_capacity_mwh,
    ratio(valid_net_generation_mwh, valid_capacity_mwh) as capacity_factor,
    ratio(valid_net_generation_mwh, capacity_mwh) as calendar_capacity_factor,
    potential_mwh,
    null::decimal(18, 9) as oem_potential_mwh,
    availability_loss_mwh,
    curtailment_loss_mwh,
    performance_loss_mwh,
    electrical_loss_mwh,
    ratio(potential_mwh - availability_loss_mwh, potential_mwh)
        as production_based_availability_frac,
    ratio(curtailment_loss_mwh, potential_mwh) as curtailment_rate_frac,
    ratio(metered_gross_mwh - metered_net_mwh, metered_gross_mwh) as electrical_loss_frac,
    ratio(judged_gross_mwh, expected_available_uncurtailed_mwh) as performance_index,
    ratio(judged_gross_mwh, achievable_mwh) as achievement_ratio,
    score(ratio(judged_gross_mwh, achievable_mwh)) as performance_score,
    ratio(valid_slots, expected_slots) as completeness_frac
from summed;
