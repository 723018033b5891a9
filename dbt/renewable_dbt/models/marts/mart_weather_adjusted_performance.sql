{%- set windows = {'7d': 7, '30d': 30} %}

with daily as (
    select
        *,
        {{ day_status(
            shared_dbt.ratio('valid_slots', 'expected_slots')
        ) }} <> 'insufficient' as is_usable,
        cast(gross_generation_mwh as decimal(19, 6)) as daily_energy,
        cast(
            case technology when 'solar' then poa_kwh_m2 else mean_wind_speed_mps end
            as decimal(19, 6)
        ) as daily_resource
    from {{ ref('int_performance_daily') }}
    where {{ shared_dbt.rebuilt('performance_date', lookback=29) }}
),

training as (
    select * from {{ ref('int_training_trailing') }}
    where {{ shared_dbt.rebuilt('performance_date') }}
),

anomalies as (
    select
        *,
        is_dead or is_sudden or is_sustained as is_loss
    from {{ ref('int_anomalies_daily') }}
    where {{ shared_dbt.rebuilt('performance_date', lookback=29) }}
),

climate as (
    select * from {{ ref('int_climate_daily') }}
    where {{ shared_dbt.rebuilt('performance_date') }}
),

-- a pair enters a correlation only on a usable day that has both of its values
paired as (
    select
        daily.*,
        case
            when daily.is_usable and daily.daily_resource is not null then daily.daily_energy
        end as x,
        case
            when daily.is_usable and daily.daily_energy is not null then daily.daily_resource
        end as y,
        anomalies.z_score,
        anomalies.sigma_pi,
        anomalies.is_dead,
        anomalies.is_sudden,
        anomalies.is_sustained,
        anomalies.is_data_poor,
        anomalies.is_above_past,
        anomalies.is_loss
    from daily
    left join anomalies
        on
            daily.performance_date = anomalies.performance_date
            and daily.asset_id = anomalies.asset_id
),

-- what a maker's curve and what a learnt one expects is never added up
windowed as (
    select
        {%- for suffix in windows %}
        count(*) over alike_{{ suffix }} as days_{{ suffix }},
        sum(paired.judged_slots) over alike_{{ suffix }} as judged_slots_{{ suffix }},
        sum(paired.expected_slots) over alike_{{ suffix }} as expected_slots_{{ suffix }},
        sum(paired.capacity_mwh) over alike_{{ suffix }} as capacity_mwh_{{ suffix }},
        sum(paired.judged_gross_mwh) over alike_{{ suffix }} as judged_gross_mwh_{{ suffix }},
        sum(paired.potential_mwh) over alike_{{ suffix }} as potential_mwh_{{ suffix }},
        sum(paired.achievable_mwh) over alike_{{ suffix }} as achievable_mwh_{{ suffix }},
        sum(paired.expected_available_uncurtailed_mwh) over alike_{{ suffix }}
            as expected_available_uncurtailed_mwh_{{ suffix }},
        count(paired.x) over last_{{ suffix }} as pairs_{{ suffix }},
        sum(paired.x) over last_{{ suffix }} as sum_x_{{ suffix }},
        sum(paired.y) over last_{{ suffix }} as sum_y_{{ suffix }},
        sum(paired.x * paired.x) over last_{{ suffix }} as sum_xx_{{ suffix }},
        sum(paired.y * paired.y) over last_{{ suffix }} as sum_yy_{{ suffix }},
        sum(paired.x * paired.y) over last_{{ suffix }} as sum_xy_{{ suffix }},
        {%- endfor %}
        coalesce(bool_or(paired.is_loss) over last_30d, false) as has_loss_30d,
        sum(paired.availability_loss_mwh + paired.curtailment_loss_mwh) over alike_30d
            as stopped_mwh_30d,
        paired.*
    from paired
    window
        last_7d as (
            partition by paired.asset_id
            order by paired.performance_date
            range between interval 6 day preceding and current row
        ),
        last_30d as (
            partition by paired.asset_id
            order by paired.performance_date
            range between interval 29 day preceding and current row
        ),
        alike_7d as (
            partition by paired.asset_id, paired.is_by_maker
            order by paired.performance_date
            range between interval 6 day preceding and current row
        ),
        alike_30d as (
            partition by paired.asset_id, paired.is_by_maker
            order by paired.performance_date
            range between interval 29 day preceding and current row
        )
),

-- days of the window before the first landed one count as missing, and those of the other kind
with_ratios as (
    select
        {%- for suffix, days in windows.items() %}
        {{ shared_dbt.ratio(
            'windowed.judged_slots_' ~ suffix ~ ' * windowed.days_' ~ suffix,
            'windowed.expected_slots_' ~ suffix ~ ' * ' ~ days
        ) }} as judged_frac_{{ suffix }},
        windowed.capacity_mwh_{{ suffix }} * {{ days }} / windowed.days_{{ suffix }}
            as full_load_mwh_{{ suffix }},
        {{ shared_dbt.ratio(
            'windowed.judged_gross_mwh_' ~ suffix,
            'windowed.achievable_mwh_' ~ suffix
        ) }} as achievement_ratio_{{ suffix }},
        {{ shared_dbt.ratio(
            'windowed.judged_gross_mwh_' ~ suffix,
            'windowed.expected_available_uncurtailed_mwh_' ~ suffix
        ) }} as performance_index_{{ suffix }},
        {%- endfor %}
        {{ shared_dbt.ratio('windowed.judged_slots', 'windowed.expected_slots') }}
            as judged_frac_1d,
        windowed.potential_mwh as potential_mwh_1d,
        windowed.capacity_mwh as full_load_mwh_1d,
        {{ shared_dbt.ratio('windowed.judged_gross_mwh', 'windowed.achievable_mwh') }}
            as achievement_ratio_1d,
        {{ shared_dbt.ratio(
            'windowed.judged_gross_mwh', 'windowed.expected_available_uncurtailed_mwh'
        ) }} as performance_index,
        windowed.*
    from windowed
    where {{ shared_dbt.rebuilt('windowed.performance_date') }}
),

-- a plant is rated only through its units
with_scores as (
    select
        {%- for suffix in ['1d', '7d', '30d'] %}
        case
            when not with_ratios.is_plant
                then {{ score_when_sufficient(
                    'with_ratios.achievement_ratio_' ~ suffix,
                    'with_ratios.judged_frac_' ~ suffix,
                    'with_ratios.potential_mwh_' ~ suffix,
                    'with_ratios.full_load_mwh_' ~ suffix,
                ) }}
        end as performance_score_{{ suffix }},
        {%- endfor %}
        with_ratios.*
    from with_ratios
),

correlated as (
    select
        with_scores.*,
        {{ pearson('7d', constant('correlation_pairs_7d')) }} as correlation_7d,
        {{ pearson('30d', constant('correlation_pairs_30d')) }} as correlation_30d
    from with_scores
),

final as (
    select
        correlated.asset_id,
        correlated.performance_date,
        correlated.tenant_id,
        correlated.portfolio,
        correlated.technology,
        correlated.parent_asset_id,
        correlated.is_plant,
        coalesce(training.method, correlated.method) as method,
        training.training_days,
        training.train_from,
        training.train_to,
        correlated.expected_slots,
        correlated.judged_slots,
        correlated.judged_frac_1d as judged_frac,
        correlated.judged_capacity_mwh,
        correlated.potential_mwh,
        correlated.availability_loss_mwh,
        correlated.curtailment_loss_mwh,
        correlated.performance_loss_mwh,
        correlated.electrical_loss_mwh,
        correlated.expected_available_uncurtailed_mwh,
        correlated.judged_gross_mwh as gross_generation_mwh,
        cast(correlated.judged_gross_mwh - correlated.electrical_loss_mwh as decimal(18, 9))
            as net_generation_mwh,
        {{ shared_dbt.ratio('correlated.potential_mwh', 'correlated.judged_capacity_mwh') }}
            as weather_adjusted_capacity_factor,
        correlated.performance_index,
        correlated.performance_index_7d,
        correlated.performance_index_30d,
        correlated.achievement_ratio_1d,
        correlated.achievement_ratio_7d,
        correlated.achievement_ratio_30d,
        correlated.performance_score_1d,
        correlated.performance_score_7d,
        correlated.performance_score_30d,
        {{ rating('correlated.performance_score_30d') }} as rating_30d,
        correlated.correlation_7d,
        correlated.correlation_30d,
        cast(correlated.pairs_7d as integer) as correlation_pairs_7d,
        cast(correlated.pairs_30d as integer) as correlation_pairs_30d,
        {{ shared_dbt.ratio(
            'correlated.baseline_gross_mwh', 'correlated.baseline_available_uncurtailed_mwh'
        ) }} as baseline_index,
        training.baseline_from,
        training.baseline_to,
        {{ shared_dbt.ratio(
            'correlated.potential_mwh',
            'correlated.judged_capacity_mwh * climate.climate_capacity_factor',
        ) }} as weather_index,
        correlated.z_score,
        correlated.sigma_pi,
        {{ anomaly_type('correlated') }} as anomaly_type
    from correlated
    left join training
        on
            correlated.performance_date = training.performance_date
            and correlated.asset_id = training.asset_id
    left join climate
        on
            correlated.performance_date = climate.performance_date
            and correlated.asset_id = climate.asset_id
),

with_flag as (
    select
        final.*,
        final.anomaly_type is not null as anomaly_flag
    from final
)

select * from with_flag
