{{ config(meta={'day_column': 'period_start', 'grain': 'month'}) }}

{%- set measured_by_meter = ['net_generation_mwh', 'valid_net_generation_mwh', 'valid_capacity_mwh',
    'metered_gross_mwh', 'metered_net_mwh', 'electrical_loss_mwh'] %}
{%- set stated_by_operator = ['curtailment_mwh', 'reported_availability_loss_mwh'] %}
{%- set modelled = ['capacity_mwh', 'gross_generation_mwh', 'judged_gross_mwh', 'potential_mwh',
    'oem_potential_mwh', 'availability_loss_mwh', 'curtailment_loss_mwh', 'performance_loss_mwh',
    'achievable_mwh', 'expected_available_uncurtailed_mwh'] %}

with daily as (
    select * from {{ ref('int_performance_daily') }}
    where {{ shared_dbt.rebuilt('performance_date', grain='month') }}
),

rated_days as (
    select
        asset_id,
        performance_date
    from {{ ref('mart_weather_adjusted_performance') }}
    where rating_30d <> 'not_rated' and {{ shared_dbt.rebuilt('performance_date', grain='month') }}
),

rated_months as (
    select
        asset_id,
        performance_month
    from {{ ref('mart_monthly_kpis') }}
    where rating <> 'not_rated' and {{ shared_dbt.rebuilt('performance_month', grain='month') }}
),

units_of_plants as (
    select
        daily.parent_asset_id as asset_id,
        daily.performance_date,
        {%- for column in stated_by_operator %}
        count(daily.{{ column }}) as units_with_{{ column }},
        {%- endfor %}
        count(daily.net_generation_mwh) as units_with_meter
    from daily
    where daily.parent_asset_id is not null
    group by daily.parent_asset_id, daily.performance_date
),

-- a plant counts through its units; only what no unit measures is taken from the plant's own rows
counted_days as (
    select
        daily.asset_id,
        daily.performance_date,
        daily.tenant_id,
        daily.portfolio,
        daily.technology,
        {%- for column in modelled %}
        case when units_of_plants.asset_id is null then daily.{{ column }} end as {{ column }},
        {%- endfor %}
        {%- for column in stated_by_operator %}
        case
            when coalesce(units_of_plants.units_with_{{ column }}, 0) = 0 then daily.{{ column }}
        end as {{ column }},
        {%- endfor %}
        {%- for column in measured_by_meter %}
        case
            when coalesce(units_of_plants.units_with_meter, 0) = 0 then daily.{{ column }}
        end as {{ column }},
        {%- endfor %}
        daily.expected_slots,
        daily.valid_slots,
        units_of_plants.asset_id is null as is_counted
    from daily
    left join units_of_plants
        on
            daily.asset_id = units_of_plants.asset_id
            and daily.performance_date = units_of_plants.performance_date
),

periods as (
    select
        counted_days.*,
        'day' as period_grain,
        counted_days.performance_date as period_start,
        rated_days.asset_id is not null as is_rated
    from counted_days
    left join rated_days
        on
            counted_days.asset_id = rated_days.asset_id
            and counted_days.performance_date = rated_days.performance_date
    union all
    select
        counted_days.*,
        'month' as period_grain,
        cast({{ dbt.date_trunc('month', 'counted_days.performance_date') }} as date)
            as period_start,
        rated_months.asset_id is not null as is_rated
    from counted_days
    left join rated_months
        on
            counted_days.asset_id = rated_months.asset_id
            and cast({{ dbt.date_trunc('month', 'counted_days.performance_date') }} as date)
            = rated_months.performance_month
),

summed as (
    select
        periods.tenant_id,
        periods.portfolio,
        periods.technology,
        periods.period_grain,
        periods.period_start,
        {%- for column in modelled + stated_by_operator + measured_by_meter %}
        {{ shared_dbt.exact_sum('periods.' ~ column) }} as {{ column }},
        {%- endfor %}
        cast(count(distinct case when periods.is_counted then periods.asset_id end) as integer)
            as n_assets,
        cast(count(
            distinct case when periods.is_counted and periods.is_rated then periods.asset_id end
        ) as integer) as n_rated,
        cast(sum(case when periods.is_counted then periods.expected_slots end) as bigint)
            as expected_slots,
        cast(sum(case when periods.is_counted then periods.valid_slots end) as bigint)
            as valid_slots
    from periods
    group by
        periods.tenant_id,
        periods.portfolio,
        periods.technology,
        periods.period_grain,
        periods.period_start
),

with_ratios as (
    select
        summed.*,
        {{ shared_dbt.ratio('summed.judged_gross_mwh', 'summed.achievable_mwh') }}
            as achievement_ratio
    from summed
),

final as (
    select
        with_ratios.tenant_id,
        with_ratios.portfolio,
        with_ratios.technology,
        with_ratios.period_grain,
        with_ratios.period_start,
        with_ratios.n_assets,
        with_ratios.n_rated,
        with_ratios.gross_generation_mwh,
        with_ratios.net_generation_mwh,
        with_ratios.curtailment_mwh,
        with_ratios.reported_availability_loss_mwh,
        with_ratios.capacity_mwh,
        with_ratios.valid_net_generation_mwh,
        with_ratios.valid_capacity_mwh,
        {{ shared_dbt.ratio(
            'with_ratios.valid_net_generation_mwh', 'with_ratios.valid_capacity_mwh'
        ) }} as capacity_factor,
        {{ shared_dbt.ratio('with_ratios.valid_net_generation_mwh', 'with_ratios.capacity_mwh') }}
            as calendar_capacity_factor,
        with_ratios.potential_mwh,
        with_ratios.oem_potential_mwh,
        with_ratios.availability_loss_mwh,
        with_ratios.curtailment_loss_mwh,
        with_ratios.performance_loss_mwh,
        with_ratios.electrical_loss_mwh,
        {{ shared_dbt.ratio(
            'with_ratios.potential_mwh - with_ratios.availability_loss_mwh',
            'with_ratios.potential_mwh',
        ) }} as production_based_availability_frac,
        {{ shared_dbt.ratio('with_ratios.curtailment_loss_mwh', 'with_ratios.potential_mwh') }}
            as curtailment_rate_frac,
        {{ shared_dbt.ratio(
            'with_ratios.metered_gross_mwh - with_ratios.metered_net_mwh',
            'with_ratios.metered_gross_mwh',
        ) }} as electrical_loss_frac,
        {{ shared_dbt.ratio(
            'with_ratios.judged_gross_mwh', 'with_ratios.expected_available_uncurtailed_mwh'
        ) }} as performance_index,
        with_ratios.achievement_ratio,
        {{ performance_score('with_ratios.achievement_ratio') }} as performance_score,
        {{ shared_dbt.ratio('with_ratios.valid_slots', 'with_ratios.expected_slots') }}
            as completeness_frac
    from with_ratios
)

select * from final
