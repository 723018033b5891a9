{#
  Power expected of an interval as a share of capacity, from one reference (`curve` prefixes its
  columns): the yield ratio for solar, the power curve for wind.
#}
{% macro expected_pu(intervals, curve='') -%}
    case
        when {{ intervals }}.technology = 'solar'
            then {{ shared_dbt.at_most(
                'cast(' ~ intervals ~ '.' ~ curve ~ 'yield_ratio as double)'
                ~ ' * cast(' ~ intervals ~ '.dc_power_pu as double)',
                '1e0',
            ) }}
        when {{ intervals }}.is_above_cut_out then 0e0
        else
            cast({{ intervals }}.density_power_factor as double)
            * {{ power_on_curve(intervals ~ '.normalized_wind_speed_mps', curve) }}
    end
{%- endmacro %}

{# Whether a maker's curve stands behind an expectation, wholly or (a plant) in part. #}
{% macro is_by_maker(method) -%}
    coalesce({{ method }} in ('oem_curve', 'sum_of_units_oem'), false)
{%- endmacro %}

{#
  Losses of one interval. potential - availability - curtailment - performance - electrical = net
  holds exactly, because every term is a DECIMAL and the last two are differences.
#}
{% macro availability_loss(expected_mwh, availability_pct) -%}
    cast(
        cast({{ expected_mwh }} as double) * (1e0 - cast({{ availability_pct }} as double) / 100e0)
        as decimal(18, 9)
    )
{%- endmacro %}

{# Capped by what availability left over: nothing is counted twice. #}
{% macro curtailment_loss(curtailment_mwh, expected_mwh, availability_loss_mwh) -%}
    cast(
        {{ shared_dbt.at_most(
            curtailment_mwh, '(' ~ expected_mwh ~ ' - ' ~ availability_loss_mwh ~ ')'
        ) }}
        as decimal(18, 9)
    )
{%- endmacro %}

{# Signed: negative where the asset did better than expected. #}
{% macro performance_loss(intervals) -%}
    case
        when {{ intervals }}.is_judged
            then cast(
                {{ intervals }}.expected_mwh
                - {{ intervals }}.availability_loss_mwh
                - {{ intervals }}.curtailment_loss_mwh
                - {{ intervals }}.gross_generation_mwh as decimal(18, 9)
            )
    end
{%- endmacro %}

{% macro electrical_loss(intervals) -%}
    case
        when {{ intervals }}.is_judged and {{ intervals }}.is_net_valid
            then cast(
                {{ intervals }}.gross_generation_mwh - {{ intervals }}.net_generation_mwh
                as decimal(18, 9)
            )
    end
{%- endmacro %}

{# Percentage of the achievable energy delivered, 0 to 100. #}
{% macro performance_score(achievement_ratio) -%}
    cast(100 * {{ shared_dbt.between_bounds(achievement_ratio, 0, 1) }} as decimal(9, 6))
{%- endmacro %}

{% macro rating(score) -%}
    case
        when {{ score }} >= 97 then 'A'
        when {{ score }} >= 94 then 'B'
        when {{ score }} >= 90 then 'C'
        when {{ score }} >= 80 then 'D'
        when {{ score }} is not null then 'E'
        else 'not_rated'
    end
{%- endmacro %}

{#
  Pearson's correlation from exact sums: null on too few pairs or where one side does not vary.
  Columns: pairs_, sum_x_, sum_y_, sum_xx_, sum_yy_, sum_xy_ with the window's suffix.
#}
{% macro pearson(window, fewest_pairs) -%}
    {%- set n = 'cast(pairs_' ~ window ~ ' as decimal(4, 0))' -%}
    {%- set xx = n ~ ' * sum_xx_' ~ window ~ ' - sum_x_' ~ window ~ ' * sum_x_' ~ window -%}
    {%- set yy = n ~ ' * sum_yy_' ~ window ~ ' - sum_y_' ~ window ~ ' * sum_y_' ~ window -%}
    {%- set xy = n ~ ' * sum_xy_' ~ window ~ ' - sum_x_' ~ window ~ ' * sum_y_' ~ window -%}
    case
        when pairs_{{ window }} >= {{ fewest_pairs }} and {{ xx }} > 0 and {{ yy }} > 0
            then cast(
                greatest(-1e0, least(1e0,
                    cast({{ xy }} as double)
                    / (sqrt(cast({{ xx }} as double)) * sqrt(cast({{ yy }} as double)))
                )) as decimal(9, 6)
            )
    end
{%- endmacro %}

{# How much of a day is valid; insufficient also where no slot counts. #}
{% macro day_status(completeness_frac) -%}
    case
        when {{ completeness_frac }} >= {{ constant('completeness_complete') }} then 'complete'
        when {{ completeness_frac }} >= {{ constant('completeness_usable') }} then 'usable'
        else 'insufficient'
    end
{%- endmacro %}

{#
  A score exists only where enough of the period was judged and enough energy was to be had:
  otherwise null, never 0.
#}
{% macro score_when_sufficient(
    achievement_ratio, completeness_frac, potential_mwh, full_load_mwh
) -%}
    case
        when
            {{ completeness_frac }} >= {{ constant('completeness_usable') }}
            and {{ potential_mwh }} >= {{ constant('minimum_energy_frac') }} * {{ full_load_mwh }}
            then {{ performance_score(achievement_ratio) }}
    end
{%- endmacro %}

{# Minutes of the intervals of a group for which a condition holds. #}
{% macro minutes_where(condition, intervals) -%}
    cast(
        coalesce(sum(case when {{ condition }} then {{ intervals }}.interval_minutes end), 0)
        as integer
    )
{%- endmacro %}
