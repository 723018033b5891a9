{#
  How far an asset's days lie from its own recent past.

  `days` is a relation of one row per asset and day with the columns asset_id, performance_date,
  curve_epoch (days of another one are no past of a day), actual and expected (energy over available,
  uncurtailed slots), lost (expected minus actual at the asset's own reference), full_load (energy at
  full capacity over the whole day), is_valid, is_suspected, dead_minutes and is_below_full_power.
  Every statistic of a day is robust (median, MAD) and ends before the day. Invalid days neither
  count nor are judged; suspected ones are judged but do not count: weeks of a biased sensor would
  widen the band until nothing is seen any more.

  Gives, as text of CTEs that end in `deviating`, for every row of `days`:
    z_score        distance of ln(actual / expected) from its median, in sigmas; null on fewer than
                   15 days
    sigma          robust standard deviation of it over the 60 days before
    is_dead        stood still for 2 h in good weather without a word of the operator (F3)
    is_sudden      one day far below its past (F1)
    is_sustained   a week or a fortnight far below earlier ones
    is_sustained_and_low   so, and the day itself is below them too (F2)
#}
{% macro deviation_ctes(days) -%}
{%- set spans = {
    'week': (7, constant('week_valid_days')),
    'fortnight': (14, constant('fortnight_valid_days')),
} -%}
measured as (
    select
        {{ days }}.*,
        case
            when {{ days }}.is_valid
                then ln(greatest(
                    cast({{ days }}.actual as double) / cast({{ days }}.expected as double), 0.01e0
                ))
        end as deviation,
        {{ days }}.is_valid and not {{ days }}.is_suspected as is_reference
    from {{ days }}
),

referenced as (
    select
        measured.*,
        case when measured.is_reference then measured.deviation end as reference_deviation,
        case when measured.is_valid then measured.actual end as valid_actual,
        case when measured.is_valid then measured.expected end as valid_expected,
        case when measured.is_reference then measured.actual end as reference_actual,
        case when measured.is_reference then measured.expected end as reference_expected
    from measured
),

with_past as (
    select
        referenced.*,
        count(referenced.reference_deviation) over days_before as past_days,
        median(referenced.reference_deviation) over days_before as past_median,
        {{ shared_dbt.median_absolute_deviation('referenced.reference_deviation') }}
            over days_before as past_mad
        {%- for span, (days, fewest_days) in spans.items() %}
        {%- for kind, deviation in {
            'valid': 'deviation', 'reference': 'reference_deviation'
        }.items() %},
        case
            when count(referenced.{{ deviation }}) over {{ span }} >= {{ fewest_days }}
                then cast(sum(referenced.{{ kind }}_actual) over {{ span }} as double)
                    / cast(sum(referenced.{{ kind }}_expected) over {{ span }} as double)
        end as {{ kind }}_{{ span }}_index
        {%- endfor %}
        {%- endfor %}
    from referenced
    window
        days_before as (
            partition by referenced.asset_id, referenced.curve_epoch
            order by referenced.performance_date
            range between interval {{ constant('deviation_window_days') }} day preceding
            and interval 1 day preceding
        )
        {%- for span, (days, fewest_days) in spans.items() %},
        {{ span }} as (
            partition by referenced.asset_id, referenced.curve_epoch
            order by referenced.performance_date
            range between interval {{ days - 1 }} day preceding and current row
        )
        {%- endfor %}
),

with_spans_before as (
    select
        with_past.*,
        greatest(
            {{ constant('mad_to_sigma') }} * with_past.past_mad,
            {{ constant('deviation_sigma_floor') }}
        ) as sigma
        {%- for span in spans %},
        count(with_past.reference_{{ span }}_index) over before_{{ span }} as past_{{ span }}s,
        median(with_past.reference_{{ span }}_index) over before_{{ span }}
            as past_{{ span }}_median,
        {{ constant('mad_to_sigma') }}
        * {{ shared_dbt.median_absolute_deviation('with_past.reference_' ~ span ~ '_index') }}
            over before_{{ span }} as past_{{ span }}_sigma
        {%- endfor %}
    from with_past
    window
        {%- for span, distance in {
            'week': constant('week_distance_days'), 'fortnight': constant('fortnight_distance_days')
        }.items() %}
        before_{{ span }} as (
            partition by with_past.asset_id, with_past.curve_epoch
            order by with_past.performance_date
            range between interval {{ constant('span_window_days') }} day preceding
            and interval {{ distance }} day preceding
        ){{ ',' if not loop.last }}
        {%- endfor %}
),

scored as (
    select
        with_spans_before.*,
        case
            when with_spans_before.past_days >= {{ constant('deviation_days') }}
                then
                    (with_spans_before.deviation - with_spans_before.past_median)
                    / with_spans_before.sigma
        end as z_score
        {%- for span in spans %},
        coalesce(
            with_spans_before.past_{{ span }}s >= {{ constant('deviation_days') }}
            and with_spans_before.valid_{{ span }}_index
            < with_spans_before.past_{{ span }}_median
            - {{ constant('span_sigmas') }} * with_spans_before.past_{{ span }}_sigma
            and with_spans_before.valid_{{ span }}_index
            < with_spans_before.past_{{ span }}_median - {{ constant('span_loss_frac') }},
            false
        ) as is_low_{{ span }},
        exp(with_spans_before.deviation)
        < with_spans_before.past_{{ span }}_median - {{ constant('low_day_loss_frac') }}
            as is_below_{{ span }}s
        {%- endfor %}
    from with_spans_before
),

deviating as (
    select
        scored.*,
        coalesce(scored.dead_minutes >= {{ constant('dead_minutes') }}, false) as is_dead,
        coalesce(
            scored.z_score < -{{ constant('sudden_sigmas') }}
            and scored.lost > {{ constant('sudden_loss_frac') }} * scored.full_load,
            false
        ) as is_sudden,
        scored.is_low_week or scored.is_low_fortnight as is_sustained,
        coalesce(
            scored.is_low_week and scored.is_below_weeks
            or scored.is_low_fortnight and scored.is_below_fortnights,
            false
        ) as is_sustained_and_low
    from scored
)
{%- endmacro %}

{# What casts suspicion on a day and on those after it. #}
{% macro is_alarming(days) -%}
    {{ days }}.is_dead
    or {{ days }}.is_sudden
    or {{ days }}.is_sustained
    or {{ days }}.is_below_full_power
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
  lost over 30 days speaks of a sensor, unless losses or stops of these days explain it.
#}
{% macro anomaly_type(days) -%}
    case
        when {{ days }}.is_dead then 'unreported_outage'
        when {{ days }}.is_sudden then 'sudden_loss'
        when {{ days }}.is_sustained then 'sustained_underperformance'
        when
            {{ days }}.is_data_poor
            or {{ days }}.is_above_past
            or not {{ days }}.is_plant
            and {{ days }}.correlation_30d < {{ constant('sensor_correlation') }}
            and not {{ days }}.has_loss_30d
            and {{ days }}.stopped_mwh_30d
            <= {{ constant('sensor_stopped_frac') }} * {{ days }}.potential_mwh_30d
            then 'data_suspect'
    end
{%- endmacro %}
