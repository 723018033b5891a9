{# Speed at hub height from another measuring height: power law, exponent 1/7. #}
{% macro hub_height_speed(speed_mps, measured_at_m, hub_height_m) -%}
    case
        when {{ measured_at_m }} > 0 and {{ hub_height_m }} > 0
            then {{ speed_mps }} * power({{ hub_height_m }} / {{ measured_at_m }}, 1e0 / 7e0)
        else {{ speed_mps }}
    end
{%- endmacro %}

{#
  Speed that carries the same energy in air of reference density (IEC 61400-12-1, pitch control).
  A stall-regulated turbine is normalised in power instead, see density_power_factor.
#}
{% macro normalized_wind_speed(speed_mps, density_kgm3, is_stall_regulated) -%}
    case
        when {{ is_stall_regulated }} then {{ speed_mps }}
        else {{ speed_mps }} * power({{ density_kgm3 }} / {{ reference_air_density() }}, 1e0 / 3e0)
    end
{%- endmacro %}

{# Power at the actual density as a share of power at the reference density. #}
{% macro density_power_factor(density_kgm3, is_stall_regulated) -%}
    case
        when {{ is_stall_regulated }} then {{ density_kgm3 }} / {{ reference_air_density() }}
        else 1e0
    end
{%- endmacro %}

{# Bins of 0.5 m/s centred on multiples of 0.5 (IEC 61400-12-1); the last one is open above. #}
{% macro wind_bin(normalized_speed_mps) -%}
    least(
        cast(floor({{ normalized_speed_mps }} / 0.5e0 + 0.5e0) as integer),
        {{ constant('curve_last_bin') }}
    )
{%- endmacro %}

{#
  A curve from its bins' sums: own means where a bin has enough minutes, and the nearest means on
  both sides, which bridge empty bins. CTEs that end in `segments`; `bins` has the columns of
  `curve`, wind_bin, intervals, training_minutes, sum_speed_mps and sum_power_pu.
#}
{% macro curve_segment_ctes(bins, curve) -%}
{%- set curve_columns = curve.split(', ') -%}
bin_means as (
    select
        {%- for column in curve_columns %}
        {{ bins }}.{{ column }},
        {%- endfor %}
        {{ bins }}.wind_bin,
        case
            when {{ bins }}.training_minutes >= {{ constant('curve_bin_minutes') }}
                then {{ shared_dbt.ratio(bins ~ '.sum_speed_mps', bins ~ '.intervals') }}
        end as own_speed_mps,
        case
            when {{ bins }}.training_minutes >= {{ constant('curve_bin_minutes') }}
                then {{ shared_dbt.ratio(bins ~ '.sum_power_pu', bins ~ '.intervals') }}
        end as own_power_pu
    from {{ bins }}
),

segments as (
    select
        bin_means.*,
        last_value(bin_means.own_speed_mps ignore nulls) over bins_below as previous_speed_mps,
        last_value(bin_means.own_power_pu ignore nulls) over bins_below as previous_power_pu,
        first_value(bin_means.own_speed_mps ignore nulls) over bins_above as next_speed_mps,
        first_value(bin_means.own_power_pu ignore nulls) over bins_above as next_power_pu
    from bin_means
    window
        bins_below as (
            partition by {{ curve }}
            order by bin_means.wind_bin
            rows between unbounded preceding and 1 preceding
        ),
        bins_above as (
            partition by {{ curve }}
            order by bin_means.wind_bin
            rows between 1 following and unbounded following
        )
)
{%- endmacro %}

{#
  The maker's curves, each as declared with a version of its asset: a point at every bin's centre
  and those beside it. CTEs that end in `maker_segments`, one row per asset, valid_from and bin.
#}
{% macro maker_segment_ctes() -%}
maker_bins as (
    select
        asset_id,
        valid_from,
        power_curve,
        {{ shared_dbt.each_integer(0, constant('curve_last_bin')) }} as wind_bin
    from {{ ref('int_asset_spans') }}
    where power_curve is not null
),

maker_points as (
    select
        maker_bins.asset_id,
        maker_bins.valid_from,
        cast(maker_bins.wind_bin as integer) as wind_bin,
        cast(maker_bins.wind_bin * 0.5 as decimal(18, 9)) as own_speed_mps,
        cast(
            split_part(maker_bins.power_curve, ' ', cast(maker_bins.wind_bin + 1 as integer))
            as decimal(18, 9)
        ) as own_power_pu
    from maker_bins
),

maker_segments as (
    select
        maker_points.*,
        lag(maker_points.own_speed_mps) over curve as previous_speed_mps,
        lag(maker_points.own_power_pu) over curve as previous_power_pu,
        lead(maker_points.own_speed_mps) over curve as next_speed_mps,
        lead(maker_points.own_power_pu) over curve as next_power_pu
    from maker_points
    window curve as (
        partition by maker_points.asset_id, maker_points.valid_from
        order by maker_points.wind_bin
    )
)
{%- endmacro %}

{#
  Power on a curve of bin means at speed x: linear between two means, 0 below the first, the last
  one held above. `own` is the mean of x's bin, null where the bin is not valid; `curve` prefixes
  the names of the curve's columns.
#}
{% macro power_on_curve(x, curve='') -%}
    {%- set own, previous, next = curve ~ 'own', curve ~ 'previous', curve ~ 'next' -%}
    case
        when {{ own }}_speed_mps is not null and {{ x }} >= {{ own }}_speed_mps
            then {{ interpolated(x, own, next) }}
        when {{ own }}_speed_mps is not null
            then {{ interpolated(x, previous, own) }}
        else {{ interpolated(x, previous, next) }}
    end
{%- endmacro %}

{% macro interpolated(x, from, to) -%}
    case
        when {{ from }}_speed_mps is null then 0e0
        when {{ to }}_speed_mps is null then cast({{ from }}_power_pu as double)
        else
            cast({{ from }}_power_pu as double)
            + cast({{ to }}_power_pu - {{ from }}_power_pu as double)
            * cast({{ x }} - {{ from }}_speed_mps as double)
            / cast({{ to }}_speed_mps - {{ from }}_speed_mps as double)
    end
{%- endmacro %}
