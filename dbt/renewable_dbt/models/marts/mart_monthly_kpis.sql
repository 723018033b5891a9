{{ config(meta={'day_column': 'performance_month', 'grain': 'month'}) }}

-- a month is compared with the same one a year before
with performance as (
    select * from {{ ref('int_performance_daily') }}
    where {{ shared_dbt.rebuilt('performance_date', lookback=366, grain='month') }}
),

climate as (
    select * from {{ ref('int_climate_daily') }}
    where {{ shared_dbt.rebuilt('performance_date', grain='month') }}
),

daily as (
    select
        performance.*,
        climate.climate_capacity_factor,
        cast({{ dbt.date_trunc('month', 'performance.performance_date') }} as date)
            as performance_month,
        performance.performance_date = min(performance.performance_date) over (
            partition by
                performance.asset_id,
                cast({{ dbt.date_trunc('month', 'performance.performance_date') }} as date)
        ) as is_first_day
    from performance
    left join climate
        on
            performance.performance_date = climate.performance_date
            and performance.asset_id = climate.asset_id
),

summed as (
    select
        daily.asset_id,
        daily.performance_month,
        max_by(daily.tenant_id, daily.performance_date) as tenant_id,
        max_by(daily.portfolio, daily.performance_date) as portfolio,
        max_by(daily.technology, daily.performance_date) as technology,
        max_by(daily.parent_asset_id, daily.performance_date) as parent_asset_id,
        max_by(daily.is_plant, daily.performance_date) as is_plant,
        max(case when daily.is_first_day then daily.climate_capacity_factor end)
            as climate_capacity_factor,
        cast(count(*) as integer) as days,
        {%- for column in [
            'day_slots', 'expected_slots', 'valid_slots', 'judged_slots', 'availability_slots',
        ] %}
        cast(sum(daily.{{ column }}) as integer) as {{ column }},
        {%- endfor %}
        {%- for column in [
            'gross_generation_mwh', 'net_generation_mwh', 'curtailment_mwh',
            'reported_availability_loss_mwh', 'downtime_loss_mwh', 'capacity_mwh',
            'valid_net_generation_mwh',
            'valid_capacity_mwh', 'sum_availability_pct', 'judged_capacity_mwh', 'judged_gross_mwh',
            'potential_mwh', 'oem_potential_mwh', 'availability_loss_mwh', 'curtailment_loss_mwh',
            'performance_loss_mwh',
            'metered_gross_mwh', 'metered_net_mwh', 'dc_reference_mwh',
            'dc_reference_at_temperature_mwh', 'achievable_mwh',
            'expected_available_uncurtailed_mwh', 'ghi_kwh_m2', 'poa_kwh_m2',
        ] %}
        {{ shared_dbt.exact_sum('daily.' ~ column) }} as {{ column }},
        {%- endfor %}
        {{ shared_dbt.complete_sum(
            'daily.electrical_loss_mwh', 'daily.potential_mwh is not null'
        ) }} as electrical_loss_mwh
    from daily
    group by daily.asset_id, daily.performance_month
),

-- days of the month without any landed row count as missing
with_ratios as (
    select
        summed.*,
        coalesce(summed.oem_potential_mwh < summed.potential_mwh, false) as is_mixed,
        cast(extract(day from last_day(summed.performance_month)) as integer) as days_in_month,
        {{ shared_dbt.ratio('summed.valid_slots', 'summed.expected_slots') }} as completeness_frac,
        {{ shared_dbt.ratio('summed.judged_gross_mwh', 'summed.achievable_mwh') }}
            as achievement_ratio,
        {{ shared_dbt.ratio(
            'summed.judged_gross_mwh', 'summed.expected_available_uncurtailed_mwh'
        ) }} as performance_index
    from summed
),

with_score as (
    select
        with_ratios.*,
        case
            when not with_ratios.is_plant and not with_ratios.is_mixed
                then {{ score_when_sufficient(
                    'with_ratios.achievement_ratio',
                    shared_dbt.ratio(
                        'with_ratios.judged_slots * with_ratios.days',
                        'with_ratios.expected_slots * with_ratios.days_in_month',
                    ),
                    'with_ratios.potential_mwh',
                    '(with_ratios.capacity_mwh * with_ratios.days_in_month / with_ratios.days)',
                ) }}
        end as performance_score
    from with_ratios
),

final as (
    select
        with_score.asset_id,
        with_score.performance_month,
        with_score.tenant_id,
        with_score.portfolio,
        with_score.technology,
        with_score.parent_asset_id,
        with_score.is_plant,
        with_score.days,
        with_score.expected_slots,
        with_score.valid_slots,
        with_score.judged_slots,
        with_score.completeness_frac,
        with_score.gross_generation_mwh,
        with_score.net_generation_mwh,
        with_score.curtailment_mwh,
        with_score.reported_availability_loss_mwh,
        with_score.downtime_loss_mwh,
        with_score.capacity_mwh,
        with_score.valid_net_generation_mwh,
        with_score.valid_capacity_mwh,
        {{ shared_dbt.ratio(
            'with_score.valid_net_generation_mwh', 'with_score.valid_capacity_mwh'
        ) }} as capacity_factor,
        {{ shared_dbt.ratio('with_score.valid_net_generation_mwh', 'with_score.capacity_mwh') }}
            as calendar_capacity_factor,
        {{ shared_dbt.ratio('with_score.sum_availability_pct', 'with_score.availability_slots') }}
            as availability_pct,
        with_score.potential_mwh,
        with_score.oem_potential_mwh,
        with_score.availability_loss_mwh,
        with_score.curtailment_loss_mwh,
        with_score.performance_loss_mwh,
        with_score.electrical_loss_mwh,
        {{ shared_dbt.ratio(
            'with_score.potential_mwh - with_score.availability_loss_mwh',
            'with_score.potential_mwh',
        ) }} as production_based_availability_frac,
        {{ shared_dbt.ratio('with_score.curtailment_loss_mwh', 'with_score.potential_mwh') }}
            as curtailment_rate_frac,
        {{ shared_dbt.ratio(
            'with_score.metered_gross_mwh - with_score.metered_net_mwh',
            'with_score.metered_gross_mwh',
        ) }} as electrical_loss_frac,
        {{ shared_dbt.ratio('with_score.potential_mwh', 'with_score.judged_capacity_mwh') }}
            as weather_adjusted_capacity_factor,
        with_score.performance_index,
        with_score.achievement_ratio,
        with_score.performance_score,
        {{ rating('with_score.performance_score') }} as rating,
        case
            when with_score.technology = 'solar'
                then {{ shared_dbt.ratio(
                    'with_score.judged_gross_mwh', 'with_score.dc_reference_mwh'
                ) }}
        end as performance_ratio,
        case
            when with_score.technology = 'solar'
                then {{ shared_dbt.ratio(
                    'with_score.judged_gross_mwh', 'with_score.dc_reference_at_temperature_mwh'
                ) }}
        end as performance_ratio_25c,
        with_score.ghi_kwh_m2,
        with_score.poa_kwh_m2,
        {{ shared_dbt.ratio(
            'with_score.potential_mwh',
            'with_score.judged_capacity_mwh * with_score.climate_capacity_factor',
        ) }} as weather_index
    from with_score
),

-- what is left of the potential once every loss is taken
delivered as (
    select
        final.*,
        cast(final.capacity_factor as double)
        / nullif(cast(final.weather_adjusted_capacity_factor as double), 0) as delivered_ratio
    from final
),

with_year_before as (
    select
        delivered.*,
        max(delivered.capacity_factor) over year_before as previous_capacity_factor,
        max(delivered.weather_adjusted_capacity_factor) over year_before
            as previous_weather_adjusted_capacity_factor,
        max(delivered.delivered_ratio) over year_before as previous_delivered_ratio
    from delivered
    window year_before as (
        partition by delivered.asset_id
        order by delivered.performance_month
        range between interval 1 year preceding and interval 1 year preceding
    )
),

-- capacity factor = potential capacity factor x delivered ratio: each change at the other's mean
with_changes as (
    select
        with_year_before.*,
        cast(
            with_year_before.capacity_factor - with_year_before.previous_capacity_factor
            as decimal(18, 9)
        ) as yoy_capacity_factor_change,
        {{ shared_dbt.measure(
            'cast(with_year_before.weather_adjusted_capacity_factor'
            ~ ' - with_year_before.previous_weather_adjusted_capacity_factor as double)'
            ~ ' * (with_year_before.delivered_ratio + with_year_before.previous_delivered_ratio)'
            ~ ' / 2e0'
        ) }} as yoy_weather_change
    from with_year_before
    where {{ shared_dbt.rebuilt('with_year_before.performance_month', grain='month') }}
),

with_split as (
    select
        with_changes.asset_id,
        with_changes.performance_month,
        with_changes.tenant_id,
        with_changes.portfolio,
        with_changes.technology,
        with_changes.parent_asset_id,
        with_changes.is_plant,
        with_changes.days,
        with_changes.expected_slots,
        with_changes.valid_slots,
        with_changes.judged_slots,
        with_changes.completeness_frac,
        with_changes.gross_generation_mwh,
        with_changes.net_generation_mwh,
        with_changes.curtailment_mwh,
        with_changes.reported_availability_loss_mwh,
        with_changes.downtime_loss_mwh,
        with_changes.capacity_mwh,
        with_changes.valid_net_generation_mwh,
        with_changes.valid_capacity_mwh,
        with_changes.capacity_factor,
        with_changes.calendar_capacity_factor,
        with_changes.availability_pct,
        with_changes.potential_mwh,
        with_changes.oem_potential_mwh,
        with_changes.availability_loss_mwh,
        with_changes.curtailment_loss_mwh,
        with_changes.performance_loss_mwh,
        with_changes.electrical_loss_mwh,
        with_changes.production_based_availability_frac,
        with_changes.curtailment_rate_frac,
        with_changes.electrical_loss_frac,
        with_changes.weather_adjusted_capacity_factor,
        with_changes.performance_index,
        with_changes.achievement_ratio,
        with_changes.performance_score,
        with_changes.rating,
        with_changes.performance_ratio,
        with_changes.performance_ratio_25c,
        with_changes.ghi_kwh_m2,
        with_changes.poa_kwh_m2,
        with_changes.weather_index,
        with_changes.yoy_capacity_factor_change,
        with_changes.yoy_weather_change,
        cast(
            with_changes.yoy_capacity_factor_change - with_changes.yoy_weather_change
            as decimal(18, 9)
        ) as yoy_performance_change
    from with_changes
)

select * from with_split
