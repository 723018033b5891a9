{#
  How far an asset's days lie from its own recent past.

  `days` is a relation of one row per asset and day with the columns asset_id, performance_date,
  actual and expected (one unit of energy: over available, uncurtailed slots), full_load (that
  energy at full capacity over the whole day), is_valid and dead_minutes. Every statistic of a day
  is robust (median, MAD) and ends before the day; invalid days neither count nor are judged.

  Gives, as text of CTEs that end in `deviating`, for every row of `days`:
    deviation      ln of actual / expected
    sigma          robust standard deviation of it over the 60 days before
    z_score        distance of the day from their median, in sigmas; null on fewer than 15 days
    is_dead        stood still for 2 h in good weather without a word of the operator (F3)
    is_sudden      one day far below its past (F1)
    is_sustained   one week far below earlier weeks (F2)
#}
{% macro deviation_ctes(days) -%}
measured as (
    select
        {{ days }}.*,
        case
            when {{ days }}.is_valid
                then ln(greatest(
                    cast({{ days }}.actual as double) / cast({{ days }}.expected as double), 0.01e0
                ))
        end as deviation,
        case when {{ days }}.is_valid then {{ days }}.actual end as valid_actual,
        case when {{ days }}.is_valid then {{ days }}.expected end as valid_expected
    from {{ days }}
),

with_past as (
    select
        measured.*,
        count(measured.deviation) over days_before as past_days,
        median(measured.deviation) over days_before as past_median,
        {{ shared_dbt.median_absolute_deviation('measured.deviation') }} over days_before
            as past_mad,
        case
            when count(measured.deviation) over week >= {{ constant('week_valid_days') }}
                then cast(sum(measured.valid_actual) over week as double)
                    / cast(sum(measured.valid_expected) over week as double)
        end as week_index
    from measured
    window
        days_before as (
            partition by measured.asset_id
            order by measured.performance_date
            range between interval {{ constant('deviation_window_days') }} day preceding
            and interval 1 day preceding
        ),
        week as (
            partition by measured.asset_id
            order by measured.performance_date
            range between interval 6 day preceding and current row
        )
),

with_weeks_before as (
    select
        with_past.*,
        greatest(
            {{ constant('mad_to_sigma') }} * with_past.past_mad,
            {{ constant('deviation_sigma_floor') }}
        ) as sigma,
        count(with_past.week_index) over weeks_before as past_weeks,
        median(with_past.week_index) over weeks_before as past_week_median,
        {{ constant('mad_to_sigma') }}
        * {{ shared_dbt.median_absolute_deviation('with_past.week_index') }} over weeks_before
            as past_week_sigma
    from with_past
    window weeks_before as (
        partition by with_past.asset_id
        order by with_past.performance_date
        range between interval {{ constant('week_window_days') }} day preceding
        and interval {{ constant('week_distance_days') }} day preceding
    )
),

scored as (
    select
        with_weeks_before.*,
        case
            when with_weeks_before.past_days >= {{ constant('deviation_days') }}
                then
                    (with_weeks_before.deviation - with_weeks_before.past_median)
                    / with_weeks_before.sigma
        end as z_score
    from with_weeks_before
),

deviating as (
    select
        scored.*,
        coalesce(scored.dead_minutes >= {{ constant('dead_minutes') }}, false) as is_dead,
        coalesce(
            scored.z_score < -{{ constant('sudden_sigmas') }}
            and scored.expected - scored.actual
            > {{ constant('sudden_loss_frac') }} * scored.full_load,
            false
        ) as is_sudden,
        coalesce(
            scored.past_weeks >= {{ constant('deviation_days') }}
            and scored.week_index
            < scored.past_week_median
            - {{ constant('week_sigmas') }} * scored.past_week_sigma
            and scored.week_index < scored.past_week_median - {{ constant('week_loss_frac') }},
            false
        ) as is_sustained
    from scored
)
{%- endmacro %}

{# Available and uncurtailed by the operator's word, valid, and yet without power. #}
{% macro stands_still(intervals=none) -%}
    {%- set prefix = intervals ~ '.' if intervals else '' -%}
    (
        {{ prefix }}is_weather_valid
        and {{ prefix }}is_generation_valid
        and coalesce({{ prefix }}availability_pct, 100)
        >= {{ constant('dead_availability_pct') }}
        and coalesce({{ prefix }}curtailment_mwh, 0) = 0
        and cast({{ prefix }}gross_generation_mwh as double)
        < {{ constant('dead_power_frac') }} * cast({{ prefix }}capacity_mwh as double)
    )
{%- endmacro %}

{#
  What a day is called, the heaviest reason first; null for an ordinary day. A correlation that is
  lost while the energy is as expected speaks of a sensor.
#}
{% macro anomaly_type(anomalies, correlation) -%}
    case
        when {{ anomalies }}.is_dead then 'unreported_outage'
        when {{ anomalies }}.is_sudden then 'sudden_loss'
        when {{ anomalies }}.is_sustained then 'sustained_underperformance'
        when
            {{ anomalies }}.is_data_poor
            or {{ anomalies }}.is_above_past
            or {{ anomalies }}.asset_id is not null
            and {{ correlation }} < {{ constant('sensor_correlation') }}
            then 'data_suspect'
    end
{%- endmacro %}
